/**
 * Runs of different sessions → a gate report. Sessions differ by more than what is compared, so this rule is stricter than
 * that of a live gate: a change has to show against every baseline session, in both halves of the candidate's rounds, and
 * with the fixed work of the witnesses unchanged, which is the closest to a null control that two sessions have. Pure.
 */

import { at } from '../../common/at.js';
import type { CellResult, Estimate, RunResults, TurnSamples } from '../../common/run/results.js';
import { controlPasses, type Place, placeOf } from '../../common/statistics/decision.js';
import { median } from '../../common/statistics/quantiles.js';
import { hodgesLehmannShift, rankSumInterval } from '../../common/statistics/rank-sum.js';
import type { Interval } from '../../common/statistics/signed-rank.js';
import { machineDifferences, versionFacts } from '../analyse/compare-runs.js';
import { logMedians } from '../analyse/estimates.js';
import { isOk } from '../analyse/groups.js';
import { percent } from '../text.js';
import { marginsFor } from './apply-settings.js';
import { parityFinding, stateFinding } from './cell-findings.js';
import { bareFinding, known, makeReport, seenOnce } from './make-report.js';
import type { GateFinding, GateReport } from './report.js';
import type { GateSettings } from './settings.js';

export interface StoredSides {
  /** One or more sessions, which are one population. */
  readonly baselines: readonly RunResults[];
  readonly candidate: RunResults;
  readonly baselineName: string;
  readonly candidateName: string;
  readonly command: string;
}

/** A verdict from fewer values than this level needs would be noise. */
const requiredLevel = 0.99;

/** @param today YYYY-MM-DD, for acceptances that end */
export function storedReport(sides: StoredSides, settings: GateSettings, today: string): GateReport {
  const { baselines, candidate } = sides;
  const cells = [
    ...new Set([...baselines.flatMap((run) => run.cells), ...candidate.cells].map(({ id }) => id)),
  ];
  const found = [
    ...cells.flatMap((id) => cellFindings(id, sides, settings)),
    ...candidate.targets.flatMap(({ target }) => startUpFinding(target, sides, settings)),
  ];
  return makeReport(
    {
      kind: 'stored',
      startedAt: candidate.startedAt,
      command: sides.command,
      baseline: { name: sides.baselineName, versions: versionFacts(at(baselines, -1, 'the baseline runs')) },
      candidate: { name: sides.candidateName, versions: versionFacts(candidate) },
      machine: candidate.machine,
      notLikeForLike: [
        ...new Set(baselines.flatMap((run) => machineDifferences(run, candidate))),
        'the two sides were measured in different sessions: whatever differed between them is part of every ratio',
      ],
      runs: [...baselines.map(({ id }) => id), candidate.id],
    },
    found,
    settings,
    today,
  );
}

function cellFindings(
  id: string,
  { baselines, candidate }: StoredSides,
  settings: GateSettings,
): GateFinding[] {
  const own = candidate.cells.find((cell) => cell.id === id);
  const earlier = baselines.flatMap((run) => run.cells.filter((cell) => cell.id === id));
  const usable = earlier.filter(isOk);
  const latest = usable.at(-1) ?? earlier.at(-1);
  const state = stateFinding(id, latest, own, candidate.ending !== 'finished');
  if (state) return [state];
  if (!own || !latest) return [];
  return [
    speedFinding(id, usable, own, settings),
    ...memoryFinding(id, latest, own, settings),
    parityFinding(id, latest, own, settings),
  ];
}

interface Compared {
  readonly value: number;
  readonly interval: Interval | null;
  readonly control: Interval | null;
  readonly controlValue: number;
  /** Whether each half of the candidate's rounds shows the same by itself. */
  readonly halvesAgree: boolean;
  readonly rounds: number;
}

function compare(candidate: CellResult, baseline: CellResult, margin: number): Compared {
  const [ours, theirs] = [logMedians(candidate.samples), logMedians(baseline.samples)];
  const value = hodgesLehmannShift(ours, theirs);
  const half = Math.floor(ours.length / 2);
  const halves = [ours.slice(0, half), ours.slice(half)].map((part) => hodgesLehmannShift(part, theirs));
  const [ourWork, theirWork] = [witnessLogs(candidate.samples), witnessLogs(baseline.samples)];
  return {
    value,
    interval: rankSumInterval(ours, theirs),
    control: rankSumInterval(ourWork, theirWork),
    controlValue: hodgesLehmannShift(ourWork, theirWork),
    halvesAgree: halves.every(
      (shift) => Math.sign(shift) === Math.sign(value) && Math.abs(shift) > Math.log1p(margin),
    ),
    rounds: Math.min(ours.length, theirs.length),
  };
}

/** The fixed work beside the turns, a value a round. */
function witnessLogs(samples: readonly TurnSamples[]): number[] {
  const rounds = [...new Set(samples.map(({ round }) => round))];
  return rounds.flatMap((round) => {
    const work = samples
      .filter((turn) => turn.round === round)
      .flatMap(({ witness }) => (witness ? witness.workNs.filter((ns) => ns > 0) : []));
    return work.length > 0 ? [Math.log(median(work))] : [];
  });
}

function speedFinding(
  id: string,
  baselines: readonly CellResult[],
  candidate: CellResult,
  settings: GateSettings,
): GateFinding {
  const margin = marginsFor(settings, id).speed;
  const all = baselines
    .map((baseline) => compare(candidate, baseline, margin))
    .sort((a, b) => a.value - b.value);
  // Slower than the slowest session, or faster than the fastest: sessions differ from each other anyway.
  const [nearest, furthest] = [0, -1].map((end) => at(all, end, `the baselines of ${id}`)) as [
    Compared,
    Compared,
  ];
  const better = certainPlace(furthest, margin) === 'better';
  const shown = better ? furthest : nearest;
  const { verdict, reason } = speedVerdict(shown, margin);
  return {
    ...bareFinding(id, candidate),
    metric: 'speed',
    verdict,
    ratio: known(shown.value, shown.interval, shown.rounds),
    control: known(shown.controlValue, shown.control, shown.rounds),
    margin,
    stage: 'stored',
    reason,
  };
}

function certainPlace({ interval }: Compared, margin: number): Place {
  return placeOf(interval && interval.level >= requiredLevel ? interval : null, margin);
}

function speedVerdict(compared: Compared, margin: number): Pick<GateFinding, 'verdict' | 'reason'> {
  const place = certainPlace(compared, margin);
  const bound = `the margin of ${percent(margin)}`;
  if (place === 'alike' || place === 'not worse') {
    return { verdict: 'ok', reason: `not worse by more than ${bound}, against stored runs` };
  }
  if (place === 'unclear') {
    const few = !compared.interval || compared.interval.level < requiredLevel;
    return {
      verdict: 'inconclusive',
      reason: few
        ? `${compared.rounds} rounds carry no 99 % interval; measure with --rounds 8 or more`
        : `stored runs do not decide whether it exceeds ${bound}; \`gate --against\` measures both sides together`,
    };
  }
  const advice = '`gate --against` measures both sides in one session';
  if (!compared.control)
    return {
      verdict: 'inconclusive',
      reason: `a run without witnesses does not show that the machine was the same; ${advice}`,
    };
  if (!controlPasses(compared.control, margin)) {
    const change = percent(Math.abs(Math.expm1(compared.controlValue)));
    return {
      verdict: 'inconclusive',
      reason: `a fixed piece of work differs by ${change} between the sessions: the machine changed; ${advice}`,
    };
  }
  if (!compared.halvesAgree) {
    return { verdict: 'inconclusive', reason: `the halves of the run disagree: it drifted; ${advice}` };
  }
  return place === 'worse'
    ? {
        verdict: 'regressed',
        reason: `worse by more than ${bound} than every baseline session, in both halves`,
      }
    : {
        verdict: 'improved',
        reason: `better by more than ${bound} than every baseline session, in both halves`,
      };
}

function memoryFinding(
  id: string,
  baseline: CellResult,
  candidate: CellResult,
  settings: GateSettings,
): GateFinding[] {
  const [theirs, ours] = [baseline.metrics?.peakRssBytes, candidate.metrics?.peakRssBytes];
  if (!theirs || !ours) return [];
  return [
    {
      ...bareFinding(id, candidate),
      metric: 'memory',
      ...seenOnce(ours.value / theirs.value, marginsFor(settings, id).memory),
      reason: 'highest resident set of fresh processes on each side',
    },
  ];
}

/** Spawn and import together; the interval is as wide as both sides' together. */
function startUpFinding(
  target: string,
  { baselines, candidate }: StoredSides,
  settings: GateSettings,
): GateFinding[] {
  const ours = startUp(candidate, target);
  const theirs = startUp(baselines.at(-1), target);
  if (!ours || !theirs) return [];
  const margin = marginsFor(settings, target)['start-up'];
  const [value, low, high] = [ours.value / theirs.value, ours.low / theirs.high, ours.high / theirs.low];
  const place = placeOf({ low: Math.log(low), high: Math.log(high), level: ours.level }, margin);
  const verdicts = {
    worse: 'regressed',
    better: 'improved',
    alike: 'ok',
    'not worse': 'ok',
    unclear: 'inconclusive',
  } as const;
  return [
    {
      cell: target,
      target,
      workload: null,
      mode: null,
      batch: null,
      metric: 'start-up',
      verdict: verdicts[place],
      ratio: { value, low, high, level: ours.level, rounds: ours.rounds },
      control: null,
      margin,
      stage: 'stored',
      reason: 'spawn and import; the interval is as wide as both sides together',
      accepted: null,
    },
  ];
}

function startUp(run: RunResults | undefined, target: string) {
  const own = run?.targets.find((candidate) => candidate.target === target);
  const [spawn, load] = [bounded(own?.spawnMs), bounded(own?.importMs)];
  if (!spawn || !load) return undefined;
  return {
    value: spawn.value + load.value,
    low: spawn.low + load.low,
    high: spawn.high + load.high,
    level: spawn.level,
    rounds: spawn.rounds,
  };
}

/** Undefined without an interval. */
function bounded(estimate: Estimate | null | undefined) {
  if (!estimate || estimate.low === null || estimate.high === null || estimate.level === null)
    return undefined;
  const { value, low, high, level, rounds } = estimate;
  return { value, low, high, level, rounds };
}
