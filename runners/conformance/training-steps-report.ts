/** `docs/training-conformance.md`: how far each target is from the reference after many steps of training. */
import { markdownTable } from 'markdown-table';
import { type OptimiserName, optimiserNames } from '../../suites/optimisers.js';
import { isBroken, type Outcome } from './small-models.js';
import type { Spread } from './training-steps.js';

export interface StepsFinding {
  readonly target: string;
  readonly workload: string;
  readonly optimiser: OptimiserName;
  readonly learningRate: number;
  /** Of the usual learning rate. */
  readonly slowdown: number;
  readonly spread: Spread;
  /** The widest of further nudges, where it was held to that. */
  readonly further?: Spread;
  readonly outcome: Outcome;
  /** When it was found. */
  readonly day: string;
}

/** @param targets all that train; what has no finding yet is shown as open */
export function trainingDocument(
  steps: number,
  targets: readonly string[],
  findings: readonly StepsFinding[],
): string {
  return `${[
    '# Training, proved',
    introduction(steps),
    ...optimiserNames.flatMap((optimiser) => [
      `## ${optimiser}`,
      tableOf(
        targets,
        findings.filter((finding) => finding.optimiser === optimiser),
      ),
    ]),
    '## What is refused, and what is wrong',
    ...targets.map((target) =>
      reasonsOf(
        target,
        findings.filter((finding) => finding.target === target),
      ),
    ),
  ].join('\n\n')}\n`;
}

function introduction(steps: number): string {
  return `Written by \`npm run conformance -- --training\`.

Every workload that trains, in its small form where it has one and at its smallest batch, under plain gradient descent,
momentum, Adam and RMSProp as \`model/workload.ts\` defines them, at the rate that it says: the first output, the first gradients, the losses of ${steps} steps
and the weights after them, through the target's real worker and the parity gate that every run has, against float64 autograd on
written-out equations. A number is the largest relative error of any tensor; where it is not bold it is within the workload's
declared tolerance, which is in its file. "–" is refused, for a reason below; "open" has not been run yet. What agreed is kept in
\`docs/measurements/training.ndjson\` and not run again; \`--fresh\` begins anew.

"Nudged" is the float64 reference against itself, from first weights that are one rounding of float32 off (a part in 2²³, up or
down by chance): how far the losses and the movements of weights part by that alone. A workload learns at its own rate, Adam and RMSProp
at their usual ones; where ten times what is nudged would be more than the declared tolerance of losses or weights, at a tenth or a
hundredth of it. Where that does not help either, it is held to ten times the nudge: no float32 computation could do much better.
One nudge is a sample of one: whether a rectifier falls to the other side in it is chance. A target that parts by more is held to ten times
the widest of several others, and its number has a dagger (†). In Adam one of these is steps that are longer by a part in 2¹⁷: they
are that far off where 1 − beta2ᵗ is computed in float32, as Keras, TensorFlow.js and MXNet do. What parts all the same is tried at the
next slower rate, and the number says so ("at 0.1"): a step that throws a network far off has float32 run out of range. A wrong
gradient or rule parts from all of these, at every rate.
Outputs and gradients are always held to what is declared.`;
}

function tableOf(targets: readonly string[], findings: readonly StepsFinding[]): string {
  const workloads = [...new Set(findings.map(({ workload }) => workload))];
  const rows = workloads.map((workload) => {
    const own = findings.filter((finding) => finding.workload === workload);
    const usual = own.reduce((a, b) => (b.slowdown > a.slowdown ? b : a));
    return [
      workload,
      ...settingCells(usual),
      ...targets.map((target) =>
        cellOf(
          own.find((finding) => finding.target === target),
          usual,
        ),
      ),
    ];
  });
  return markdownTable([['workload', 'rate', 'nudged: loss', 'nudged: weights', ...targets], ...rows]);
}

function settingCells({ slowdown, spread, learningRate }: StepsFinding): string[] {
  const rate = Number(learningRate.toPrecision(3));
  return [
    slowdown === 1 ? String(rate) : `${rate}, ${slowdown} of its own`,
    ...[spread.loss, spread.weight].map((error) => error.toExponential(1)),
  ];
}

function cellOf(finding: StepsFinding | undefined, usual: StepsFinding): string {
  if (!finding) return 'open';
  const { outcome, slowdown, further } = finding;
  if (outcome.state === 'unsupported') return '–';
  if (outcome.state !== 'ok') return `**${outcome.state}**`;
  const error = `${outcome.error.toExponential(1)}${further ? '†' : ''}`;
  return slowdown === usual.slowdown ? error : `${error} at ${slowdown}`;
}

function reasonsOf(target: string, findings: readonly StepsFinding[]): string {
  const reasons = new Map<string, Set<string>>();
  for (const { workload, optimiser, outcome } of findings) {
    if (outcome.state === 'ok') continue;
    const broken = isBroken(outcome);
    const reason = broken ? `**${outcome.state}**: ${outcome.reason}` : outcome.reason;
    const which = broken ? `${workload} (${optimiser})` : workload;
    reasons.set(reason, (reasons.get(reason) ?? new Set()).add(which));
  }
  const days = [...new Set(findings.map(({ day }) => day))].sort();
  const lines = [...reasons].map(([reason, which]) => `- ${[...which].join(', ')}: ${reason}`);
  const agreed = findings.filter(({ outcome }) => outcome.state === 'ok').length;
  const summary = `${agreed} of ${findings.length} agree${days.length > 0 ? ` (${days.join(', ')})` : ''}.`;
  return [`### ${target}`, summary, ...(lines.length > 0 ? [lines.join('\n')] : [])].join('\n\n');
}
