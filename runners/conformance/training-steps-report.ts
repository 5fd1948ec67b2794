/** Writes `docs/training-conformance.md`: the error of each target after many training steps. */
import { markdownTable } from 'markdown-table';
import { type OptimiserName, optimiserNames } from '../../suites/optimisers.js';
import type { Spread } from './training-steps.js';
import { isFailure, type Outcome } from './verify.js';

export interface StepsFinding {
  readonly target: string;
  readonly workload: string;
  readonly optimiser: OptimiserName;
  readonly learningRate: number;
  /** `learningRate` relative to the default. */
  readonly rateFactor: number;
  /** Divergence of the reference under one perturbation. */
  readonly spread: Spread;
  /** The largest divergence under several perturbations, if the outcome depends on it. */
  readonly maxSpread?: Spread;
  readonly outcome: Outcome;
  /** Date of the measurement, as `2026-11-26`. */
  readonly day: string;
}

/** @param targets all targets that train; cells without a finding are shown as open */
export function trainingDocument(
  steps: number,
  targets: readonly string[],
  findings: readonly StepsFinding[],
): string {
  return `${[
    '# Training conformance',
    introduction(steps),
    ...optimiserNames.flatMap((optimiser) => [
      `## ${optimiser}`,
      tableOf(
        targets,
        findings.filter((finding) => finding.optimiser === optimiser),
      ),
    ]),
    '## Unsupported cases and failures by target',
    ...targets.map((target) =>
      targetSection(
        target,
        findings.filter((finding) => finding.target === target),
      ),
    ),
  ].join('\n\n')}\n`;
}

function introduction(steps: number): string {
  return `Written by \`npm run conformance -- --training\`.

Every workload that has training, in its small form if there is one and at its smallest batch, with SGD, momentum, Adam and
RMSProp as \`model/workload.ts\` defines them: the first output, the first gradients, the losses of ${steps} steps and the
weights after them, computed in the target's real worker and compared by the parity check that every run has with float64
autograd. A number is the largest relative error of any tensor. It is within the workload's declared tolerance, or within the
permitted rounding error described below. "–" is unsupported, with the reason below; "open" has not been run yet. Cases that
agree are kept in \`docs/measurements/training.ndjson\` and not run again; \`--since\` a day runs those of earlier days again.

"Perturbed" is the divergence of the float64 reference from itself if the initial weights are changed by one float32 rounding (a
relative 2⁻²³, up or down at random), for losses and for the movement of the weights. The learning rate is the workload's own for SGD
and momentum, and the default of Adam and RMSProp; where ten times the divergence exceeds the declared tolerance of losses or
weights, it is reduced to a tenth or a hundredth. If it still does, the permitted error is ten times the divergence, since no
float32 computation could do much better.

A single perturbation is a sample of size one: whether a ReLU input changes sign in it is random. A target that exceeds it is
compared with ten times the largest divergence under several other perturbations; its number is marked with a dagger (†). For Adam
one of these has steps that are longer by a relative 2⁻¹⁷, the error of 1 − beta2ᵗ in float32 as Keras, TensorFlow.js and MXNet
compute it. A target that exceeds that too is verified at the next lower learning rate, which is then stated ("at 0.1"): steps that
are too long take a network to where float32 overflows. A wrong gradient or update rule fails in all of these, at every rate. Outputs
and gradients always have to be within the declared tolerance.`;
}

function tableOf(targets: readonly string[], findings: readonly StepsFinding[]): string {
  const workloads = [...new Set(findings.map(({ workload }) => workload))];
  const rows = workloads.map((workload) => {
    const own = findings.filter((finding) => finding.workload === workload);
    // Most targets were verified at the highest rate.
    const reference = own.reduce((a, b) => (b.rateFactor > a.rateFactor ? b : a));
    return [
      workload,
      ...settingCells(reference),
      ...targets.map((target) =>
        cellOf(
          own.find((finding) => finding.target === target),
          reference,
        ),
      ),
    ];
  });
  const head = ['workload', 'learning rate', 'perturbed: loss', 'perturbed: weights', ...targets];
  return markdownTable([head, ...rows]);
}

function settingCells({ rateFactor, spread, learningRate }: StepsFinding): string[] {
  const rate = Number(learningRate.toPrecision(3));
  return [
    rateFactor === 1 ? String(rate) : `${rate} (default × ${rateFactor})`,
    ...[spread.loss, spread.weight].map((error) => error.toExponential(1)),
  ];
}

function cellOf(finding: StepsFinding | undefined, reference: StepsFinding): string {
  if (!finding) return 'open';
  const { outcome, rateFactor, maxSpread } = finding;
  if (outcome.state === 'unsupported') return '–';
  if (outcome.state !== 'ok') return `**${outcome.state}**`;
  const error = `${outcome.error.toExponential(1)}${maxSpread ? '†' : ''}`;
  return rateFactor === reference.rateFactor ? error : `${error} at ${rateFactor}`;
}

function targetSection(target: string, findings: readonly StepsFinding[]): string {
  const reasons = new Map<string, Set<string>>();
  for (const { workload, optimiser, outcome } of findings) {
    if (outcome.state === 'ok') continue;
    const isFailed = isFailure(outcome);
    const reason = isFailed ? `**${outcome.state}**: ${outcome.reason}` : outcome.reason;
    const which = isFailed ? `${workload} (${optimiser})` : workload;
    reasons.set(reason, (reasons.get(reason) ?? new Set()).add(which));
  }
  const days = [...new Set(findings.map(({ day }) => day))].sort();
  const lines = [...reasons].map(([reason, which]) => `- ${[...which].join(', ')}: ${reason}`);
  const agreed = findings.filter(({ outcome }) => outcome.state === 'ok').length;
  const summary = `${agreed} of ${findings.length} agree${days.length > 0 ? ` (${days.join(', ')})` : ''}.`;
  return [`### ${target}`, summary, ...(lines.length > 0 ? [lines.join('\n')] : [])].join('\n\n');
}
