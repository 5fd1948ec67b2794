/** What a live gate compares with what: from `--against` to the subjects of the gate. */

import { discoverFrameworks } from '../../adapters/discover.js';
import { atVersion, splitVersion } from '../../adapters/versions.js';
import { TouchstoneError } from '../../common/errors.js';
import { invocation } from '../../common/invocation.js';
import { isClone } from '../../common/paths.js';
import { aliasOf, forTarget, targetOf } from '../../common/run/cell.js';
import type { GatePlan, GateSubject, PlannedCell } from '../../common/run/run-folder.js';
import { hostOf } from '../hosts/discover.js';
import { ensureAdapterCommit } from './adapter-commit.js';
import { ensureCheckout } from './checkout.js';
import { chooseTargets } from './choose-targets.js';
import { onThisMachine, type PreparedTarget } from './locate.js';
import type { RunOptions } from './options.js';
import type { OtherCommit } from './other-commit.js';
import { type Prepared, prepare } from './prepare.js';
import { commitOf, describeWorkingTree } from './repository.js';
import { touchstoneVersion } from './version.js';

export interface GatedWork {
  readonly prepared: Prepared;
  readonly plan: GatePlan;
}

/** `1.23.0`, `0.9`, `2.13.0.dev1`: what a framework's version looks like, and a git ref does not. */
const versionPattern = /^\d+(\.\w+)+$/;

/**
 * `--against` is, in this order: a target (`onnxruntime/cpu`, `jax@0.9.0/cpu`), a version of the chosen framework
 * (`1.23.0`), or a git ref (`main`, `v0.1.0`, `HEAD~3`; `ref:1.2.0` for one that looks like a version).
 *
 * @throws TouchstoneError('usage') where it is none of them
 */
export async function prepareGate(
  against: string,
  options: RunOptions,
  say: (line: string) => void,
  candidate?: string,
): Promise<GatedWork> {
  const names = await targetNames();
  if (names.has(splitVersion(against).name)) return againstTargets(against, () => against, options, say);
  if (versionPattern.test(against)) {
    const toVersion = (target: PreparedTarget['target']) =>
      atVersion({ ...target, name: splitVersion(target.name).name }, against).name;
    return againstTargets(against, toVersion, options, say);
  }
  const ref = against.replace(/^ref:/, '');
  const commit = await commitOf(ref);
  if (commit === undefined) {
    throw new TouchstoneError('usage', `--against ${against} is no target, no version and no git ref`, {
      hint: `give a target that \`${invocation('list')}\` shows, a version such as 1.23.0, or a commit or branch that git knows`,
    });
  }
  return againstCommit(ref, commit, options, say, candidate);
}

async function targetNames(): Promise<Set<string>> {
  const frameworks = await discoverFrameworks();
  return new Set(frameworks.flatMap(({ targets }) => targets.map(({ name }) => name)));
}

/** Another target, or another version of the same one, from this checkout. */
async function againstTargets(
  against: string,
  baselineOf: (target: PreparedTarget['target']) => string,
  options: RunOptions,
  say: (line: string) => void,
): Promise<GatedWork> {
  const { chosen } = await chooseTargets(options.targets);
  const pairs = chosen.map(({ target }) => ({ candidate: target.name, baseline: baselineOf(target) }));
  const targets = pairs.flatMap(({ candidate, baseline }) => [candidate, baseline]).filter(unique);
  const all = await prepare({ ...options, targets }, say, onThisMachine(true));
  const subjects = pairs.map(({ candidate, baseline }) => ({
    candidate,
    // Against itself, it needs a second name too.
    baseline: baseline === candidate ? aliasOf(baseline, 'baseline') : baseline,
    control: aliasOf(baseline, 'control'),
  }));
  const entryOf = (name: string) => {
    const entry = all.targets.find(({ target }) => target.name === targetOf(name));
    return entry ? [{ ...entry, alias: name }] : [];
  };
  const cellsOf = (name: string) =>
    all.cells.filter((cell) => cell.target === targetOf(name)).map((cell) => forTarget(cell, name));
  const baselines = pairs.map(({ baseline }) => baseline).filter(unique);
  return {
    prepared: withSubjects(all, subjects, entryOf, cellsOf),
    plan: {
      against,
      baselineName: baselines.join(', '),
      candidateName: pairs.map(({ candidate }) => candidate).join(', '),
      subjects,
    },
  };
}

/**
 * The same targets, as another commit drives them: of this project, or of the repository whose adapters they are.
 *
 * @param candidate commit that is judged; by default this checkout as it stands
 */
async function againstCommit(
  ref: string,
  commit: string,
  options: RunOptions,
  say: (line: string) => void,
  candidate?: string,
): Promise<GatedWork> {
  const all = await prepare(options, say, onThisMachine(true));
  const theirs = await twinsOf(all.targets, commit, say, options.prepare);
  const judged =
    candidate === undefined ? undefined : await twinsOf(all.targets, candidate, say, options.prepare);
  const subjects = all.targets.map(({ target: { name } }) => ({
    candidate: name,
    baseline: aliasOf(name, 'baseline'),
    control: aliasOf(name, 'control'),
  }));
  const entryOf = (name: string) => {
    const plain = targetOf(name);
    const own = judged?.get(plain) ?? all.targets.find(({ target }) => target.name === plain);
    const entry = name === plain ? own : theirs.get(plain);
    return entry ? [{ ...entry, alias: name }] : [];
  };
  const cellsOf = (name: string) => {
    const plain = targetOf(name);
    const twins = name === plain ? judged : theirs;
    const missing = twins !== undefined && !twins.has(plain);
    const where = name === plain ? (candidate ?? '') : commit;
    return all.cells
      .filter((cell) => cell.target === plain)
      .map((cell) => forTarget(missing ? { ...cell, decided: notThere(plain, where) } : cell, name));
  };
  const own = await describeWorkingTree();
  const { version } = await touchstoneVersion();
  return {
    prepared: withSubjects(all, subjects, entryOf, cellsOf),
    plan: {
      against: ref,
      baselineName: ref === commit ? ref.slice(0, 12) : `${ref} (${commit.slice(0, 12)})`,
      candidateName: candidate?.slice(0, 12) ?? own ?? version,
      subjects,
    },
  };
}

/** Targets as a commit drives them, by name; those that it does not have are left out. */
async function twinsOf(
  targets: readonly PreparedTarget[],
  commit: string,
  say: (line: string) => void,
  prepareCommand: string | undefined,
): Promise<Map<string, PreparedTarget>> {
  const names = targets.map(({ target }) => target.name);
  const other = isClone
    ? await ensureCheckout(commit, names, say)
    : await ensureAdapterCommit(commit, names, say, prepareCommand);
  const twins = await Promise.all(targets.map((entry) => twinOf(entry, other)));
  return new Map(names.flatMap((name, index) => (twins[index] ? [[name, twins[index]] as const] : [])));
}

/** A cell that this commit cannot run may well run over there: that is what has to be seen. */
function notThere(target: string, commit: string): PlannedCell['decided'] {
  return { state: 'unsupported', reason: `${target} does not exist in commit ${commit.slice(0, 12)}` };
}

async function twinOf(entry: PreparedTarget, other: OtherCommit): Promise<PreparedTarget | undefined> {
  const { name, version } = splitVersion(entry.target.name);
  for (const framework of other.frameworks) {
    const found = framework.targets.find((target) => target.name === name);
    if (!found) continue;
    const target = version === undefined ? found : atVersion(found, version);
    const executable = await other.executableOf(target);
    const host = await hostOf(target);
    return { framework, target, host, checkout: other, ...(executable === undefined ? {} : { executable }) };
  }
  return undefined;
}

/** Every cell once for each role of its subject, side by side in the plan. */
function withSubjects(
  all: Prepared,
  subjects: readonly GateSubject[],
  entryOf: (name: string) => readonly PreparedTarget[],
  cellsOf: (name: string) => readonly PlannedCell[],
): Prepared {
  const names = subjects
    .flatMap(({ candidate, baseline, control }) => [candidate, baseline, control])
    .filter(unique);
  const cells = names.flatMap(cellsOf);
  const byId = new Map(cells.map((cell) => [cell.id, cell]));
  const paired = subjects.flatMap(({ candidate, baseline, control }) =>
    cells
      .filter((cell) => cell.target === candidate)
      .flatMap((cell) =>
        [candidate, baseline, control].flatMap((target) => byId.get(forTarget(cell, target).id) ?? []),
      ),
  );
  return { ...all, targets: names.flatMap(entryOf), cells: paired.filter(unique) };
}

function unique<T>(value: T, index: number, all: readonly T[]): boolean {
  return all.indexOf(value) === index;
}
