/** What a site has pages of: machines, workloads, frameworks and their pairs. */
import { at, required } from '../../common/at.js';
import { groupBy } from '../../common/group-by.js';
import { groupKey } from '../../common/run/cell.js';
import type { Group, RunResults } from '../../common/run/results.js';
import { plainTexts } from '../../common/text.js';
import { machineKey, machineText, type StableMachine, stablePart } from '../history/machine.js';
import type { ResultTable } from '../html/page/table.js';
import { tableOf } from '../html/view/table.js';
import type { SiteRun } from './read-runs.js';
import { slugsOf } from './slugs.js';

/** A run as pages show it: every text in it is plain. */
export interface ShownRun extends SiteRun {
  readonly slug: string;
  /** What the matrix and the charts of it are made from. */
  readonly table: ResultTable;
}

export interface SiteMachine {
  /** Names its folder. */
  readonly key: string;
  readonly title: string;
  readonly machine: StableMachine;
  /** Oldest first, retracted ones included. */
  readonly runs: readonly ShownRun[];
}

export interface Named {
  readonly name: string;
  readonly slug: string;
}

/** Two frameworks that some comparison has results of. */
export interface Pair {
  readonly first: string;
  readonly second: string;
  readonly slug: string;
}

export interface SiteContents {
  /** Oldest first, retracted ones included. */
  readonly runs: readonly ShownRun[];
  /** In the order of their first runs. */
  readonly machines: readonly SiteMachine[];
  /** Of runs that count, by name. */
  readonly workloads: readonly Named[];
  readonly frameworks: readonly string[];
  readonly pairs: readonly Pair[];
}

export function contentsOf(given: readonly SiteRun[]): SiteContents {
  const names = given.map((run) => nameOf(run, given));
  const slugs = slugsOf(names);
  const runs = given.map((run, place): ShownRun => {
    const results = plainTexts(run.results);
    const slug = required(slugs, at(names, place));
    return { ...run, results, retraction: plainTexts(run.retraction), slug, table: tableOf(results, 0) };
  });
  const used = counting(runs).map(({ results }) => results);
  const workloads = sorted(used.flatMap(({ groups }) => groups.map(({ workload }) => workload)));
  const workloadSlugs = slugsOf(workloads);
  const frameworks = sorted(used.flatMap(({ targets }) => targets.map(({ framework }) => framework)));
  return {
    runs,
    machines: machinesOf(runs),
    workloads: workloads.map((name) => ({ name, slug: required(workloadSlugs, name) })),
    frameworks,
    pairs: pairsOf(used, frameworks),
  };
}

/** Its id; where two machines have used the same, with its start. */
function nameOf({ results: { id, startedAt } }: SiteRun, all: readonly SiteRun[]): string {
  const isAlone = all.filter(({ results }) => results.id === id).length === 1;
  return isAlone ? id : `${id} ${startedAt}`;
}

/** Without those that are retracted. */
export function counting(runs: readonly ShownRun[]): ShownRun[] {
  return runs.filter(({ retraction }) => retraction === undefined);
}

function machinesOf(runs: readonly ShownRun[]): SiteMachine[] {
  const byKey = groupBy(runs, ({ results }) => machineKey(stablePart(results.machine)));
  const machines = [...byKey].map(([key, own]) => {
    const machine = stablePart(at(own, 0, 'the runs of a machine').results.machine);
    return { key, machine, runs: own, short: machineText({ ...machine, instructionSets: [] }) };
  });
  return machines.map(({ short, ...found }) => {
    const isAlone = machines.filter((other) => other.short === short).length === 1;
    return { ...found, title: isAlone ? short : machineText(found.machine) };
  });
}

function pairsOf(used: readonly RunResults[], frameworks: readonly string[]): Pair[] {
  const together = new Set(
    used.flatMap((results) =>
      results.groups.flatMap((group) => {
        const own = rankedFrameworks(results, group);
        return own.flatMap((first) =>
          own.filter((second) => first < second).map((second) => pairKey(first, second)),
        );
      }),
    ),
  );
  const short = shortNames(used, frameworks);
  const pairs = frameworks.flatMap((first) =>
    frameworks
      .filter((second) => first < second && together.has(pairKey(first, second)))
      .map((second) => ({ first, second, name: `${short.get(first)} vs ${short.get(second)}` })),
  );
  const slugs = slugsOf(pairs.map(({ name }) => name));
  return pairs.map(({ name, ...pair }) => ({ ...pair, slug: required(slugs, name) }));
}

/** `onnxruntime` for ONNX Runtime: what the names of its targets begin with, unless another framework's do too. */
function shortNames(used: readonly RunResults[], frameworks: readonly string[]): ReadonlyMap<string, string> {
  const begins = new Map(
    used.flatMap(({ targets }) =>
      targets.map(({ framework, target }) => [framework, target.replace(/[/@].*$/s, '')] as const),
    ),
  );
  const all = [...begins.values()];
  return new Map(
    frameworks.map((name) => {
      const short = required(begins, name);
      return [name, all.filter((other) => other === short).length === 1 ? short : name];
    }),
  );
}

function pairKey(first: string, second: string): string {
  return JSON.stringify([first, second]);
}

function rankedFrameworks({ targets }: RunResults, { ranking }: Group): string[] {
  const ranked = new Set(ranking.map(({ target }) => target));
  return sorted(targets.filter(({ target }) => ranked.has(target)).map(({ framework }) => framework));
}

/** A comparison of a run, by its place among the run's groups. */
export interface PlacedGroup {
  readonly run: ShownRun;
  readonly group: Group;
  readonly place: number;
}

/** A run that knows more is shown rather than a newer one for so long. */
const recentMs = 30 * 24 * 3600 * 1000;

/**
 * Each comparison from the newest run of a machine that has what is asked for, or from one of the thirty days before it that knows
 * more; results of two runs are never mixed in one.
 *
 * @param has whether the run's comparison has it
 */
export function shownGroups(
  { runs }: SiteMachine,
  has: (group: PlacedGroup) => boolean,
): ReadonlyMap<string, PlacedGroup> {
  const newest = new Map<string, PlacedGroup>();
  const found = new Map<string, PlacedGroup>();
  for (const run of counting(runs).reverse()) {
    for (const [place, group] of run.results.groups.entries()) {
      const key = groupKey(group);
      const placed = { run, group, place };
      if (!has(placed)) continue;
      const first = newest.get(key) ?? placed;
      newest.set(key, first);
      const known = found.get(key);
      const isRecent = startOf(first) - startOf(placed) <= recentMs;
      if (!known || (isRecent && knowsMore(group, known.group))) found.set(key, placed);
    }
  }
  return found;
}

/** Intervals where the other has none, or results of more targets. */
function knowsMore(own: Group, other: Group): boolean {
  const [ours, theirs] = [own, other].map(({ comparisons }) =>
    comparisons.some(({ ratio }) => ratio.level !== null),
  );
  return ours === theirs ? own.ranking.length > other.ranking.length : ours === true;
}

function startOf({ run }: PlacedGroup): number {
  return Date.parse(run.results.startedAt);
}

export function sorted(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}
