/** `docs/training-conformance.md`: how far each target is from the reference after many steps of training. */
import { markdownTable } from 'markdown-table';
import { optimiserNames } from '../../suites/optimisers.js';
import { isBroken } from './run.js';
import type { StepsResult } from './run-training.js';

export interface TargetSteps {
  readonly target: string;
  readonly results: readonly StepsResult[];
}

/** @param slowdown of every rule's usual learning rate */
export function trainingDocument(steps: number, slowdown: number, all: readonly TargetSteps[]): string {
  return `${[
    '# Training, proved',
    introduction(steps, slowdown),
    ...optimiserNames.flatMap((optimiser) => [`## ${optimiser}`, tableOf(all, optimiser)]),
    '## What is refused, and what is wrong',
    ...all.map(reasonsOf),
  ].join('\n\n')}\n`;
}

function introduction(steps: number, slowdown: number): string {
  return `Written by \`npm run conformance -- --training\`.

Every workload that trains, in its small form where it has one and at its smallest batch, under plain gradient descent,
momentum, Adam and RMSProp as \`suites/workload.ts\` defines them, at ${slowdown} of their usual rates: the first output, the first gradients, the losses of ${steps} steps and the
weights after them, through the target's real worker and the parity gate that every run has, against float64 autograd on
written-out equations. A number is the largest relative error of any tensor; it is within the workload's declared tolerance, which
is in its file, where it is not bold. "–" is refused, for a reason below.`;
}

function tableOf(all: readonly TargetSteps[], optimiser: string): string {
  const ofOptimiser = ({ results }: TargetSteps) =>
    results.filter(({ steps }) => steps.optimiser === optimiser);
  const workloads = [...new Set(all.flatMap((one) => ofOptimiser(one).map(({ steps }) => steps.workload)))];
  const rows = workloads.map((workload) => [
    workload,
    ...all.map((one) => cellOf(ofOptimiser(one).find(({ steps }) => steps.workload === workload))),
  ]);
  return markdownTable([['workload', ...all.map(({ target }) => target)], ...rows]);
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
