/** Which cells a live gate still has to measure: those of everything that is not decided yet. */

import { at } from '../../common/at.js';
import type { RunManifest } from '../../common/run/run-folder.js';
import { type StoppingRule, stopAtLooks } from '../../common/run/stopping-rule.js';
import { type DecisionRule, defaultRule } from '../../common/statistics/decision.js';
import { boundariesOf, standingAfter } from './replay.js';
import type { GateSettings } from './settings.js';

export function gateStoppingRule(
  manifest: RunManifest,
  settings: GateSettings,
  rule: DecisionRule = defaultRule,
): StoppingRule {
  const looks = boundariesOf(rule);
  // Where the budget is too short for whole rounds, that many shorter ones are worth more than half as many whole ones.
  const defaultRounds = at(looks, Math.floor(looks.length / 2), 'the looks of a gate');
  return stopAtLooks(manifest, looks, { minRounds: 1, defaultRounds }, (events, rounds) => {
    const { undecided } = standingAfter(manifest, events, settings, rule, rounds, false);
    return new Map(
      undecided.flatMap(({ cells }) => cells.map((cell) => [cell, 'the gate has no verdict yet'])),
    );
  });
}
