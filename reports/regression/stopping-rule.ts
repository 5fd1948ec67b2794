/** Which cells a live gate still has to measure: those of everything that is not decided yet. */

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
  return stopAtLooks(manifest, boundariesOf(rule), (events, rounds) => {
    const { undecided } = standingAfter(manifest, events, settings, rule, rounds, false);
    return new Set(undecided.flatMap(({ cells }) => cells));
  });
}
