/**
 * Runs of different sessions → a gate report. Sessions differ by more than what is compared, so this rule is stricter than
 * that of a live gate: a change has to show against every baseline session, in both halves of the candidate's rounds, and
 * with the fixed work of the witnesses unchanged, which is the closest to a null control that two sessions have. Pure.
 */

import { at } from '../../common/at.js';
import type { CellResult, RunResults, TurnSamples } from '../../common/run/results.js';
import { controlPasses, type Place, placeOf } from '../../common/statistics/decision.js';
import type { Interval } from '../../common/statistics/interval.js';
import { median } from '../../common/statistics/quantiles.js';
import { hodgesLehmannShift, rankSumInterval } from '../../common/statistics/rank-sum.js';
import { listed } from '../../common/text.js';
import { machineDifferences, versionFacts } from '../analyse/compare-runs.js';
import { logMedians } from '../analyse/estimates.js';
import { isOk } from '../analyse/groups.js';
import { differenceTexts, unknownTexts } from '../analyse/match-cells.js';
import { percent } from '../text.js';
import { marginsFor } from './apply-settings.js';
import { parityFinding, stateFinding } from './cell-findings.js';
import { bareFinding, known, makeReport, seenOnce } from './make-report.js';
import type { GateFinding, GateReport } from './report.js';
import type { GateSettings } from './settings.js';
import { matchesOf, type StoredMatch } from './stored-matches.js';
import { startUpFinding } from './stored-start-up.js';

export interface StoredSides {
  /** One or more sessions, which are one population. */
  readonly baselines: readonly RunResults[];
  readonly candidate: RunResults;
  readonly baselineName: string;
  readonly candidateName: string;
  readonly command: string;
  /** Which runs are not used, and why, each a sentence. */
  readonly leftOut?: readonly string[];
  /** Cells of one name are judged although they compute something else. */
  readonly force?: true;
}

/** A verdict from fewer values than this level needs would be noise. */
const requiredLevel = 0.99;

/** @param today YYYY-MM-DD, for acceptances that end */
export function storedReport(sides: StoredSides, settings: GateSettings, today: string): GateReport {
  const { baselines, candidate } = sides;
  const matches = matchesOf(baselines, candidate);
  const found = [
    ...matches.flatMap((match) => cellFindings(match, sides, settings)),
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
        ...differenceTexts(matches.flatMap(({ pairs }) => pairs)),
        ...unknownTexts(matches.flatMap(({ pairs }) => pairs.slice(-1))),
        ...(sides.leftOut ?? []),
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
  { id, own, pairs, gone }: StoredMatch,
  { candidate, force }: StoredSides,
  settings: GateSettings,
): GateFinding[] {
  const alike = pairs.filter(({ kinship }) => kinship.kind !== 'different');
  const judged = alike.length === 0 && force ? pairs : alike;
  const other = pairs.at(-1);
  if (own && judged.length === 0 && other?.kinship.kind === 'different') {
    const reason = `another computation than in the baseline, so not compared: ${listed(other.kinship.differences)}`;
    return [{ ...bareFinding(id, own), metric: 'state', verdict: 'unmeasured', reason }];
  }
  const found = findingsOf(
    { id, own, earlier: [...judged.map(({ before }) => before), ...gone] },
    candidate,
    settings,
  );
  const former = [...new Set(judged.map(({ before }) => before.workload))].filter(
    (workload) => workload !== own?.workload,
  );
  if (former.length === 0) return found;
  return found.map((one) => ({ ...one, reason: `${one.reason}; the baseline calls it ${listed(former)}` }));
}

interface Earlier extends Pick<StoredMatch, 'id' | 'own'> {
  readonly earlier: readonly CellResult[];
}

function findingsOf(
  { id, own, earlier }: Earlier,
  candidate: RunResults,
  settings: GateSettings,
): GateFinding[] {
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
