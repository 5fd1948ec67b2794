/** `docs/training-conformance.md`: how far each target is from the reference after many steps of training. */
import { markdownTable } from 'markdown-table';
import { optimiserNames } from '../../suites/optimisers.js';
import { isBroken } from './run.js';
import type { PreparedSteps, StepsResult } from './run-training.js';

export interface TargetSteps {
  readonly target: string;
  readonly results: readonly StepsResult[];
}

export function trainingDocument(steps: number, all: readonly TargetSteps[]): string {
  return `${[
    '# Training, proved',
    introduction(steps),
    ...optimiserNames.flatMap((optimiser) => [`## ${optimiser}`, tableOf(all, optimiser)]),
    '## What is refused, and what is wrong',
    ...all.map(reasonsOf),
  ].join('\n\n')}\n`;
}

function introduction(steps: number): string {
  return `Written by \`npm run conformance -- --training\`.

Every workload that trains, in its small form where it has one and at its smallest batch, under plain gradient descent,
momentum, Adam and RMSProp as \`suites/workload.ts\` defines them, at the rate that it says: the first output, the first gradients, the losses of ${steps} steps
and the weights after them, through the target's real worker and the parity gate that every run has, against float64 autograd on
written-out equations. A number is the largest relative error of any tensor; where it is not bold it is within the workload's
declared tolerance, which is in its file. "–" is refused, for a reason below.

"Nudged" is the float64 reference against itself, from first weights that are one rounding of float32 off (a part in 2²³, up or
down by chance): how far the losses and the movements of weights part by that alone. A workload learns at its own rate, Adam and RMSProp
at their usual ones; where ten times what is nudged would be more than the declared tolerance of losses or weights, at a tenth or a
hundredth of it. Where that does not help either, it is held to ten times the nudge: no float32 computation could do much better.
Outputs and gradients are always held to what is declared.`;
}

function tableOf(all: readonly TargetSteps[], optimiser: string): string {
  const ofOptimiser = ({ results }: TargetSteps) =>
    results.filter(({ steps }) => steps.optimiser === optimiser);
  const workloads = [...new Set(all.flatMap((one) => ofOptimiser(one).map(({ steps }) => steps.workload)))];
  const settings = new Map(
    all.flatMap((one) => ofOptimiser(one).map(({ steps }) => [steps.workload, steps])),
  );
  const rows = workloads.map((workload) => [
    workload,
    ...settingCells(settings.get(workload)),
    ...all.map((one) => cellOf(ofOptimiser(one).find(({ steps }) => steps.workload === workload))),
  ]);
  return markdownTable([
    ['workload', 'rate', 'nudged: loss', 'nudged: weights', ...all.map(({ target }) => target)],
    ...rows,
  ]);
}

function settingCells(steps: PreparedSteps | undefined): string[] {
  if (!steps) return ['', '', ''];
  const { slowdown, spread, artefact } = steps;
  const rate = (artefact.manifest.training?.optimiser.learningRate ?? 0).toPrecision(1);
  const share = slowdown === 1 ? 'its own' : `${slowdown} of its own`;
  return [
    `${share}, ${Number(rate)}`,
    ...[spread.loss, spread.weight].map((error) => error.toExponential(1)),
  ];
}

function cellOf(result: StepsResult | undefined): string {
  if (!result || result.outcome.state === 'unsupported') return '–';
  const { outcome } = result;
  return outcome.state === 'ok' ? outcome.error.toExponential(1) : `**${outcome.state}**`;
}

function reasonsOf({ target, results }: TargetSteps): string {
  const reasons = new Map<string, Set<string>>();
  for (const { steps, outcome } of results) {
    if (outcome.state === 'ok') continue;
    const broken = isBroken(outcome);
    const reason = broken ? `**${outcome.state}**: ${outcome.reason}` : outcome.reason;
    const which = broken ? `${steps.workload} (${steps.optimiser})` : steps.workload;
    reasons.set(reason, (reasons.get(reason) ?? new Set()).add(which));
  }
  const lines = [...reasons].map(([reason, which]) => `- ${[...which].join(', ')}: ${reason}`);
  return [`### ${target}`, lines.length > 0 ? lines.join('\n') : 'Nothing.'].join('\n\n');
}
