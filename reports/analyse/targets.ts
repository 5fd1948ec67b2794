/** What each target is: versions, effective settings, and what its processes cost to start. */
import type { Estimate, TargetResult } from '../../common/run/results.js';
import type { RunManifest } from '../../common/run/run-folder.js';
import { median } from '../../common/statistics/quantiles.js';
import type { Sampling } from '../../common/statistics/sampling.js';
import { estimateOf } from './estimates.js';
import type { EventOf, RunFacts } from './facts.js';

export function targetResults(manifest: RunManifest, facts: RunFacts, sampling: Sampling): TargetResult[] {
  return manifest.targets.map(({ target, framework, host, place, isDiscontinued }) => {
    const processes = facts.processes.filter((process) => process.target === target);
    const last = processes.at(-1);
    const { configuration, threadConfiguration } = configurationsOf(processes);
    const started = withFewestThreads(processes);
    return {
      target,
      framework,
      ...(isDiscontinued ? { isDiscontinued } : {}),
      host,
      ...(place === undefined ? {} : { place }),
      device: last?.device ?? null,
      runtime: last?.runtime ?? null,
      versions: last?.versions ?? {},
      configuration,
      ...(threadConfiguration ? { threadConfiguration } : {}),
      cellConfiguration: cellConfiguration(manifest, facts, target, configuration, threadConfiguration),
      spawnMs: startEstimate(started, (process) => process.spawnMs, sampling),
      importMs: startEstimate(started, (process) => process.importMs, sampling),
    };
  });
}

type Processes = readonly EventOf<'process'>[];

/** The settings of a target, and apart from them those that differ by thread count. */
function configurationsOf(processes: Processes): Pick<TargetResult, 'configuration' | 'threadConfiguration'> {
  const byThreads = new Map(processes.map(({ threads, configuration }) => [threads, configuration]));
  const all = [...byThreads.values()];
  const last = processes.at(-1)?.configuration ?? {};
  if (byThreads.size < 2) return { configuration: last };
  const isCommon = (key: string) => all.every((settings) => settings[key] === last[key]);
  const keys = [...new Set(all.flatMap(Object.keys))];
  const pick = (settings: TargetResult['configuration'], wanted: readonly string[]) =>
    Object.fromEntries(wanted.flatMap((key) => (key in settings ? [[key, settings[key] ?? null]] : [])));
  const differing = keys.filter((key) => !isCommon(key));
  const configuration = pick(last, keys.filter(isCommon));
  if (differing.length === 0) return { configuration };
  const entries = [...byThreads].map(([threads, settings]) => [String(threads), pick(settings, differing)]);
  return { configuration, threadConfiguration: Object.fromEntries(entries) };
}

/** Starts with different thread counts are not replications of each other. */
function withFewestThreads(processes: Processes): Processes {
  const timed = processes.filter(({ round }) => round !== null);
  const fewest = Math.min(...(timed.length > 0 ? timed : processes).map(threadsOf));
  return processes.filter((process) => threadsOf(process) === fewest);
}

/** In a run with one thread count no process states it. */
function threadsOf({ threads = 0 }: EventOf<'process'>): number {
  return threads;
}

/** Settings of each cell that differ from those of its target. */
function cellConfiguration(
  manifest: RunManifest,
  facts: RunFacts,
  target: string,
  common: TargetResult['configuration'],
  byThreads: TargetResult['threadConfiguration'] = {},
): TargetResult['cellConfiguration'] {
  const entries = manifest.cells.flatMap((cell) => {
    const own = Object.entries(facts.cell(cell.id).parity?.configuration ?? {});
    const known = { ...common, ...byThreads[String(cell.threads)] };
    const different = own.filter(([key, value]) => known[key] !== value);
    return cell.target === target && different.length > 0 ? [[cell.id, Object.fromEntries(different)]] : [];
  });
  return Object.fromEntries(entries);
}

/**
 * One value a round. Processes of the parity check start beside others, so they count, without an interval, only where
 * no round was reached.
 */
function startEstimate(
  processes: readonly EventOf<'process'>[],
  msOf: (process: EventOf<'process'>) => number,
  sampling: Sampling,
): Estimate | null {
  const byRound = new Map<number, number>();
  for (const process of processes) {
    // A process that replaces a failed one in the same round is not another round.
    if (process.round !== null && !byRound.has(process.round)) byRound.set(process.round, msOf(process));
  }
  // The logarithm needs a positive value, also for a start that the clock calls instant.
  if (byRound.size > 0)
    return estimateOf(
      [...byRound.values()].map((ms) => Math.max(ms, 1e-6)),
      sampling,
    );
  if (processes.length === 0) return null;
  return { value: median(processes.map(msOf)), low: null, high: null, level: null, rounds: 0 };
}
