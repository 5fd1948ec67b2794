/** Which cells a live gate still has to measure: those of everything that is not decided yet. */
import type { RunEvent, RunManifest } from '../schema/run-folder.js';
import { type Rule, usualRule } from '../statistics/decision.js';
import { boundariesOf, mostGateRounds, standingAfter } from './replay.js';
import type { GateSettings } from './settings.js';

export interface GateSteering {
  readonly usualRounds: number;
  readonly mostRounds: number;
  wanted(events: readonly RunEvent[], round: number): ReadonlySet<string>;
}

/** Analysing a run takes a while, so it is done only where the rule looks. */
export function gateSteering(
  manifest: RunManifest,
  settings: GateSettings,
  rule: Rule = usualRule,
): GateSteering {
  const boundaries = boundariesOf(rule);
  const all = new Set(manifest.cells.map(({ id }) => id));
  const known = new Map<number, ReadonlySet<string>>();
  const wantedSince = (events: readonly RunEvent[], boundary: number): ReadonlySet<string> => {
    const { undecided } = standingAfter(manifest, events, settings, rule, boundary, false);
    return new Set(undecided.flatMap(({ carriers }) => carriers));
  };
  return {
    usualRounds: rule.screenRounds,
    mostRounds: mostGateRounds(rule),
    wanted(events, round) {
      const boundary = boundaries.findLast((candidate) => candidate <= round);
      if (boundary === undefined) return all;
      const wanted = known.get(boundary) ?? wantedSince(events, boundary);
      known.set(boundary, wanted);
      return wanted;
    },
  };
}
