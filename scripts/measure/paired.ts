/**
 * `npm run measure:fidelity` and `npm run measure:lowering`: ours against theirs, in one process, in turn, for every
 * target and smoke cell. Ratios are Hodges–Lehmann estimates over adjacent blocks with exact signed-rank intervals.
 *
 * Options: `-- --targets 'pytorch/*' --workload lenet5 --batch 1 --mode inference --pairs 400 --block 10ms`
 */

import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import type { Budget } from '../../adapters/adapter.js';
import { projectRoot } from '../../common/paths.js';
import { artefactKey } from '../../common/run/cell.js';
import type { PlannedCell } from '../../common/run/run-folder.js';
import { hodgesLehmann, signedRankInterval } from '../../common/statistics/signed-rank.js';
import { duration, integers, modeNames, names, positiveInteger } from '../../common/values.js';
import type { Mode } from '../../model/workload.js';
import { defaultDeadlineMs, type RunOptions } from '../../runners/coordinator/options.js';
import { type PreparedTarget, prepare } from '../../runners/coordinator/prepare.js';
import { allowedCpus } from '../../runners/process/cpus.js';
import { wrapped } from '../../runners/process/wrapped.js';
import { say } from './new-run.js';
import { markdownTable, ratioText } from './table.js';

export interface Comparison {
  readonly kind: 'fidelity' | 'lowering';
  readonly head: string;
  /** The ratios that keep to the bar. */
  readonly bar: { readonly low: number; readonly high: number };
}

/** A cell whose iteration is longer would need minutes for the pairs; its lowering is that of the smaller batch. */
const patienceS = 240;

export async function compareAll(comparison: Comparison): Promise<void> {
  const { values } = parseArgs({
    options: {
      targets: { type: 'string', default: '*/*' },
      workload: { type: 'string', default: '*' },
      mode: { type: 'string', default: 'inference,training' },
      batch: { type: 'string', default: '1' },
      pairs: { type: 'string', default: '400' },
      block: { type: 'string', default: '10ms' },
    },
  });
  const options: RunOptions = {
    workload: names(values.workload),
    targets: names(values.targets),
    mode: modeNames(values.mode),
    batch: integers(values.batch),
    threads: [1],
    time: 1000,
    seed: 1,
    deadline: defaultDeadlineMs,
  };
  const prepared = await prepare(options, say);
  const rows: string[][] = [];
  const planned = prepared.cells.filter(
    ({ decided, target }) => decided === null && !target.startsWith('null/'),
  );
  for (const cell of planned) {
    const entry = prepared.targets.find(({ target }) => target.name === cell.target);
    const folder = prepared.artefacts[artefactKey(cell)];
    if (!entry || folder === undefined) continue;
    const parameters = {
      folder,
      mode: cell.mode,
      pairs: positiveInteger(values.pairs),
      blockMs: duration(values.block),
    };
    rows.push(await row(comparison, cell, await measurePairs(comparison.kind, entry, parameters)));
    say(rows.at(-1)?.join('  ') ?? '');
  }
  const head = ['target', 'workload', 'mode', 'batch', comparison.head, 'bar met'];
  process.stdout.write(`${markdownTable(head, rows)}\n`);
}

function row(
  comparison: Comparison,
  cell: PlannedCell,
  pairs: readonly (readonly [number, number])[] | undefined,
): string[] {
  const place = [cell.target, cell.workload, cell.mode, String(cell.batch)];
  if (!pairs) return [...place, `not measured: longer than ${patienceS} s`, ''];
  const logs = pairs.map(([ours, theirs]) => Math.log(ours / theirs));
  const interval = signedRankInterval(logs);
  const ratio = Math.exp(hodgesLehmann(logs));
  const [low, high] = interval ? [Math.exp(interval.low), Math.exp(interval.high)] : [null, null];
  return [...place, ratioText(ratio, low, high), verdict(comparison.bar, low, high)];
}

/** The whole interval decides: an estimate on one side of the bar whose interval is on both decides nothing. */
function verdict(bar: Comparison['bar'], low: number | null, high: number | null): string {
  if (low === null || high === null) return 'undecided';
  if (low >= bar.low && high <= bar.high) return 'yes';
  return low > bar.high || high < bar.low ? 'no' : 'undecided';
}

interface Parameters {
  /** Of the artefact. */
  readonly folder: string;
  readonly mode: Mode;
  readonly pairs: number;
  readonly blockMs: number;
}

/**
 * The command line of a host's program that times pairs, with the environment of a worker: `programs/<host>.ts` exports
 * it as its default.
 */
export type PairsProgram = (
  entry: PreparedTarget,
  model: Pick<Parameters, 'folder' | 'mode'>,
  /** kind, target, artefact folder, threads, pairs, block in ms */
  parameters: readonly string[],
  budget: Budget,
) => Promise<{ readonly command: string[]; readonly environment: Record<string, string | undefined> }>;

async function programOf(host: string): Promise<PairsProgram> {
  const file = new URL(`./programs/${host}.js`, import.meta.url);
  if (!existsSync(file))
    throw new Error(`no program times pairs on the host ${host}: write ${file.pathname}`);
  return ((await import(file.href)) as { default: PairsProgram }).default;
}

/** Pairs of nanoseconds per iteration; undefined when they would take too long. */
async function measurePairs(
  kind: Comparison['kind'],
  entry: PreparedTarget,
  parameters: Parameters,
): Promise<[number, number][] | undefined> {
  const { target } = entry;
  const budget = { threads: 1, cpus: allowedCpus().slice(-1) };
  const { folder, pairs, blockMs } = parameters;
  const words = [kind, target.name, folder, String(budget.threads), String(pairs), String(blockMs)];
  const program = await programOf(target.host);
  const { command, environment } = await program(entry, parameters, words, budget);
  const [file = '', ...rest] = wrapped(command, budget.cpus);
  const child = await execa(file, rest, {
    // The same equal budget as a worker's, so that what is compared is what a run times.
    env: environment,
    extendEnv: false,
    cwd: projectRoot,
    timeout: patienceS * 1000,
    reject: false,
  });
  if (child.timedOut) return undefined;
  if (child.exitCode !== 0) throw new Error(`${target.name}: ${child.stderr}`);
  const line = child.stdout.split('\n').findLast((text) => text.startsWith('{"pairs"')) ?? '{"pairs":[]}';
  return (JSON.parse(line) as { pairs: [number, number][] }).pairs;
}
