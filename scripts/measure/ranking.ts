/**
 * `npm run measure:ranking`: how often the ranking of a run tells apart what is equal. Every rival of a run is a copy of the same
 * target, in a process of its own, under the rule of a run without `--rounds`: whatever is told apart is a false alarm. The chance of
 * any in a group (a workload in one mode) is what the ranking bounds by 5 %.
 *
 * Options: `-- --targets 'onnxruntime/cpu,pytorch/cpu' --copies 8 --repeats 2 --time 60s`. Every finished run is a line of
 * `docs/measurements/ranking.ndjson`, so that an interrupted script continues; `--fresh` starts over.
 */
import { parseArgs } from 'node:util';
import { aliasOf, forTarget, groupCells } from '../../common/run/cell.js';
import { readRun } from '../../common/run/read-run.js';
import { clopperPearson } from '../../common/statistics/binomial.js';
import { isToldApart } from '../../common/statistics/ranking.js';
import { samplingOf } from '../../common/statistics/sampling.js';
import { duration, integers, modeNames, names, positiveInteger } from '../../common/values.js';
import { collectFacts } from '../../reports/analyse/facts.js';
import { isOk, standingsOf } from '../../reports/analyse/groups.js';
import { precisionRuleFor } from '../../reports/analyse/precision.js';
import { timedCells } from '../../reports/analyse/timed-cells.js';
import { newRun, planRun } from '../../runners/coordinator/new-run.js';
import { defaultDeadlineMs, type RunOptions } from '../../runners/coordinator/options.js';
import type { Prepared } from '../../runners/coordinator/prepare.js';
import { asGiven, ledger, publish, runSteps } from './ledger.js';
import { measureOrExit, say } from './new-run.js';
import { markdownTable } from './table.js';

const { values } = parseArgs({
  options: {
    targets: { type: 'string', default: 'onnxruntime/cpu,pytorch/cpu,jax/cpu,tfjs/node' },
    workload: { type: 'string', default: 'lenet5,row-lstm' },
    mode: { type: 'string', default: 'inference,training' },
    batch: { type: 'string', default: '1' },
    copies: { type: 'string', default: '8' },
    repeats: { type: 'string', default: '1' },
    time: { type: 'string', default: '60s' },
    fresh: { type: 'boolean', default: false },
  },
});

/** One group of copies. */
interface Family {
  readonly target: string;
  readonly workload: string;
  readonly mode: string;
  readonly comparisons: number;
  readonly toldApart: number;
  /** Of the copy that took part in most. */
  readonly rounds: number;
}

const copies = positiveInteger(values.copies);
const results = ledger<Family>('ranking', values.fresh);
const steps = Array.from({ length: positiveInteger(values.repeats) }, (_, repeat) => repeat).flatMap(
  (repeat) =>
    names(values.targets).map((target) => ({ key: `${target} ${copies} copies ${repeat}`, target, repeat })),
);

await runSteps(steps, results.has, async ({ key, target, repeat }) => {
  results.add(key, await familiesOf(target, repeat + 1));
});

const all = results.entries();
const rows = [...new Set(all.map(({ target }) => target))].sort().map((target) =>
  rowOf(
    target,
    all.filter((family) => family.target === target),
  ),
);
const head = ['target', 'comparisons', 'told apart', 'groups', 'with any told apart', 'rounds'];
publish('ranking', markdownTable(head, [...rows, rowOf('all', all)]), asGiven('npm run measure:ranking'));

async function familiesOf(target: string, seed: number): Promise<Family[]> {
  const options: RunOptions = {
    targets: [target],
    workload: names(values.workload),
    mode: modeNames(values.mode),
    batch: integers(values.batch),
    threads: [1],
    seed,
    time: duration(values.time),
    deadline: defaultDeadlineMs,
  };
  const run = await newRun(options, multiplied(await planRun(options, say)));
  await measureOrExit(run, precisionRuleFor);
  const { manifest, events } = await readRun(run.folder);
  const { clockEnds } = collectFacts(events);
  const sampling = samplingOf({ precision: manifest.options.precision, clockEnds });
  return groupCells(timedCells(manifest, events, sampling)).flatMap((members) => {
    const ok = members.filter(isOk);
    const [first] = ok;
    if (!first) return [];
    const { pairs } = standingsOf(ok, sampling);
    const { workload, mode } = first;
    return {
      ...{ target, workload, mode },
      comparisons: pairs.length,
      toldApart: pairs.filter(isToldApart).length,
      rounds: Math.max(...pairs.map(({ logRatios }) => logRatios.length)),
    };
  });
}

/** The plan with so many copies in place of each target. */
function multiplied(prepared: Prepared): Prepared {
  const roles = Array.from({ length: copies }, (_, copy) => `copy${copy + 1}`);
  return {
    ...prepared,
    targets: prepared.targets.flatMap((entry) =>
      roles.map((role) => ({ ...entry, alias: aliasOf(entry.target.name, role) })),
    ),
    cells: prepared.cells.flatMap((cell) => roles.map((role) => forTarget(cell, aliasOf(cell.target, role)))),
  };
}

function rowOf(target: string, families: readonly Family[]): string[] {
  const total = (count: (family: Family) => number) => families.reduce((sum, each) => sum + count(each), 0);
  const comparisons = total((family) => family.comparisons);
  const groupsToldApart = families.filter(({ toldApart }) => toldApart > 0).length;
  const rounds = families.map((family) => family.rounds);
  return [
    target,
    String(comparisons),
    share(
      total(({ toldApart }) => toldApart),
      comparisons,
    ),
    String(families.length),
    share(groupsToldApart, families.length),
    `${Math.min(...rounds)} to ${Math.max(...rounds)}`,
  ];
}

/** With its Clopper–Pearson interval at 95 %. */
function share(count: number, of: number): string {
  const { low, high } = clopperPearson(count, of, 0.95);
  return `${count} [${(100 * low).toFixed(1)}, ${(100 * high).toFixed(1)}] %`;
}
