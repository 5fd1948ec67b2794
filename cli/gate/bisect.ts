/** `bisect <cell> --good <ref> --bad <ref>`: git bisect, with the live gate as its judge. */
import { TouchstoneError } from '../../common/errors.js';
import { cellId, parseCellId } from '../../common/run/cell.js';
import { verdictOnCell } from '../../reports/regression/cell-verdict.js';
import { gateExits } from '../../reports/regression/report.js';
import { readSettings } from '../../reports/regression/settings-file.js';
import { bisectCommits, type Judgement, requireCommit } from '../../runners/coordinator/bisect.js';
import type { RunOptions } from '../../runners/coordinator/options.js';
import { repositoryFolder } from '../../runners/coordinator/repository.js';
import { say } from '../say.js';
import { liveGate } from './live.js';

export interface BisectOptions extends Pick<RunOptions, 'seed' | 'deadline'> {
  /** By default that in the cell's id, else one. */
  readonly threads?: number;
  readonly good: string;
  readonly bad: string;
  readonly cell: string;
  readonly time?: number;
  readonly config?: string;
}

/** Exit status: 0 found, 3 inconclusive. @throws TouchstoneError where a ref, the cell, or the bad side is none */
export async function bisectCommand(options: BisectOptions): Promise<number> {
  const [good, bad] = await Promise.all([
    requireCommit(options.good, '--good'),
    requireCommit(options.bad, '--bad'),
  ]);
  const { threads, ...cell } = parseCellId(options.cell);
  const run: RunOptions = {
    workload: [cell.workload],
    mode: [cell.mode],
    batch: [cell.batch],
    ...(cell.length === undefined ? {} : { length: [cell.length] }),
    targets: [cell.target],
    threads: [options.threads ?? threads ?? 1],
    seed: options.seed,
    deadline: options.deadline,
    ...(options.time === undefined ? {} : { time: options.time }),
  };
  const settings = await readSettings(options.config);
  const today = new Date().toISOString().slice(0, 10);
  const judge = async (commit: string): Promise<Judgement> => {
    const { report, interrupted } = await liveGate(`ref:${good}`, run, settings, today, commit);
    if (interrupted !== undefined) throw new TouchstoneError('interrupted', 'the bisection was interrupted');
    // A run of one thread count does not repeat it in its ids.
    return judgements[verdictOnCell(report, cellId(cell))];
  };
  say(`is ${options.bad} worse than ${options.good} at all?`);
  if ((await judge(bad)) !== 'bad') {
    throw new TouchstoneError(
      'usage',
      `${options.cell}: no regression from ${options.good} to ${options.bad} was detected`,
      { hint: 'give a larger --time, or other commits: without a difference there is nothing to look for' },
    );
  }
  const { first, said } = await bisectCommits(await repositoryFolder(), good, bad, judge, say);
  process.stdout.write(`${said}\n`);
  return first === null ? gateExits.inconclusive : 0;
}

const judgements = { worse: 'bad', 'not worse': 'good', unclear: 'skip' } as const;
