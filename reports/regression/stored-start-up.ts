/** Start-up of a target in stored runs. */
import type { Estimate, RunResults } from '../../common/run/results.js';
import { placeOf } from '../../common/statistics/decision.js';
import { marginsFor } from './apply-settings.js';
import type { GateFinding } from './report.js';
import type { GateSettings } from './settings.js';

interface Sides {
  readonly baselines: readonly RunResults[];
  readonly candidate: RunResults;
}

/** Spawn and import together; the interval is as wide as both sides' together. */
export function startUpFinding(
  target: string,
  { baselines, candidate }: Sides,
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
