/** `bisect --good <ref> --bad <ref> -- <cell>`: git bisect, with the live gate as its judge. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { messageOf, TouchstoneError } from '../../common/errors.js';
import { projectRoot } from '../../common/paths.js';
import type { Mode } from '../../model/workload.js';
import { type GateReport, gateExits } from '../../reports/regression/report.js';
import type { RunOptions } from '../../runners/coordinator/options.js';
import { commitOf } from '../../runners/provision/checkout.js';
import { modeNames, positiveInteger } from '../values.js';
import { liveGate } from './live.js';
import { readSettings } from './settings-file.js';

export interface BisectOptions extends Pick<RunOptions, 'seed' | 'deadline'> {
  /** By default that in the cell's name, else one. */
  readonly threads?: number;
  readonly good: string;
  readonly bad: string;
  readonly cell: string;
  readonly time?: number;
  readonly config?: string;
}

/** What git is told of a commit; `skip` where nobody can say. */
export type Judgement = 'good' | 'bad' | 'skip';

export interface BisectResult {
  /** The first bad commit; null where skipped ones leave several. */
  readonly first: string | null;
  /** What git said at the end: names the commits that are left. */
  readonly said: string;
}

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** Exit status: 0 found, 3 not to be told. @throws TouchstoneError where a ref, the cell, or the bad side is none */
export async function bisectCommand(options: BisectOptions): Promise<number> {
  const [good, bad] = await Promise.all([known(options.good, '--good'), known(options.bad, '--bad')]);
  const { threads: ownThreads, name, ...selection } = selectionOf(options.cell);
  const settings = await readSettings(options.config);
  const today = new Date().toISOString().slice(0, 10);
  const judge = async (commit: string): Promise<Judgement> => {
    const { time, threads = ownThreads ?? 1, seed, deadline } = options;
    const run = { ...selection, threads: [threads], seed, deadline, ...(time === undefined ? {} : { time }) };
    const { report, interrupted } = await liveGate(`ref:${good}`, run, settings, today, say, commit);
    if (interrupted !== undefined) throw new TouchstoneError('interrupted', 'the bisection was interrupted');
    return judgementOf(report, name);
  };
  say(`is ${options.bad} worse than ${options.good} at all?`);
  if ((await judge(bad)) !== 'bad') {
    throw new TouchstoneError(
      'usage',
      `${options.cell}: ${options.bad} is not told to be worse than ${options.good}`,
      {
        hint: 'give it a larger --time, or other commits: without a difference there is nothing to look for',
      },
    );
  }
  const { first, said } = await bisectCommits(projectRoot, good, bad, judge, say);
  process.stdout.write(`${said}\n`);
  return first === null ? gateExits.inconclusive : 0;
}

async function known(ref: string, option: string): Promise<string> {
  const commit = await commitOf(ref);
  if (commit !== undefined) return commit;
  throw new TouchstoneError('usage', `${option} ${ref} is no commit that git knows`, {
    hint: 'a shallow clone has few commits; `git fetch --unshallow` brings the rest',
  });
}

/**
 * `workload:mode:bN:precision:track:target`, as results and the history name cells; of a sweep with `lN` or `tN` in it.
 * `name` is what the cell is called in a run of its thread count alone.
 */
export function selectionOf(cell: string): {
  workload: string[];
  mode: Mode[];
  batch: number[];
  length?: number[];
  threads?: number;
  targets: string[];
  name: string;
} {
  const [, workload = '', mode = '', batch = '', length, threads, target = ''] =
    /^([^:]+):([^:]+):b(\d+)(?::l(\d+))?(?::t(\d+))?:[^:]+:[^:]+:(.+)$/.exec(cell) ?? [];
  if (target === '') {
    throw new TouchstoneError('usage', `${cell} is no name of a cell`, {
      hint: 'such as lenet5:inference:b1:float32:default:pytorch/cpu; `history` lists them',
    });
  }
  return {
    workload: [workload],
    mode: modeNames(mode),
    batch: [positiveInteger(batch)],
    ...(length === undefined ? {} : { length: [positiveInteger(length)] }),
    ...(threads === undefined ? {} : { threads: positiveInteger(threads) }),
    targets: [target],
    name: threads === undefined ? cell : cell.replace(`:t${threads}:`, ':'),
  };
}

/** Of the cell's own findings only: another metric of the target is not what is looked for. */
function judgementOf(report: GateReport, cell: string): Judgement {
  const own = report.findings.filter((finding) => finding.cell === cell);
  if (own.some(({ verdict }) => verdict === 'regressed' || verdict === 'broken')) return 'bad';
  const unclear =
    own.length === 0 || own.some(({ verdict }) => verdict === 'inconclusive' || verdict === 'unmeasured');
  return unclear ? 'skip' : 'good';
}

/**
 * In a worktree of its own, so that nobody's checkout moves; it is taken away again.
 *
 * @param judge is asked of each commit that git chooses
 * @throws TouchstoneError('usage') where git cannot bisect between the two
 */
export async function bisectCommits(
  repository: string,
  good: string,
  bad: string,
  judge: (commit: string) => Promise<Judgement>,
  report: (line: string) => void,
): Promise<BisectResult> {
  const folder = join(await mkdtemp(join(tmpdir(), 'touchstone-bisect-')), 'tree');
  await git(repository, 'worktree', 'add', '--detach', folder, bad);
  try {
    let said = await git(folder, 'bisect', 'start', bad, good);
    for (;;) {
      const end = endOf(said);
      if (end) return end;
      const commit = await git(folder, 'rev-parse', 'HEAD');
      const judgement = await judge(commit);
      report(`${commit.slice(0, 12)}: ${judgement}`);
      said = await git(folder, 'bisect', judgement);
    }
  } finally {
    await execa('git', ['bisect', 'reset'], { cwd: folder, reject: false });
    await execa('git', ['worktree', 'remove', '--force', folder], { cwd: repository, reject: false });
    await rm(join(folder, '..'), { recursive: true, force: true });
  }
}

/** Undefined while git wants another commit judged. */
function endOf(said: string): BisectResult | undefined {
  const first = /^([0-9a-f]{40}) is the first bad commit/m.exec(said)?.[1];
  if (first !== undefined) return { first, said };
  return said.includes("only 'skip'ped commits left") ? { first: null, said } : undefined;
}

async function git(cwd: string, ...words: string[]): Promise<string> {
  const result = await execa('git', words, { cwd, reject: false, env: { LC_ALL: 'C' } });
  // With skipped commits only, git says so and exits with 2.
  if (result.exitCode === 0 || result.stdout.includes("only 'skip'ped")) return result.stdout.trim();
  throw new TouchstoneError('usage', `git ${words.slice(0, 2).join(' ')}: ${messageOf(result.stderr)}`, {
    hint: 'look whether the good commit is an ancestor of the bad one',
  });
}
