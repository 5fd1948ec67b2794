/** Writes `docs/conformance.md`: the matrix, and for each target the unsupported models with reasons. */
import type { Mode } from '../../model/workload.js';
import { cellOf, operatorsOf, type TargetResults, tally } from './matrix.js';
import { isFailure } from './verify.js';

export function conformanceDocument(all: readonly TargetResults[]): string {
  return `${[
    '# Conformance',
    introduction,
    '## Forward',
    matrixTable(all, 'inference'),
    '## Gradients',
    matrixTable(all, 'training'),
    '## Unsupported models by target',
    ...all.map(targetSection),
  ].join('\n\n')}\n`;
}

const introduction = `Written by \`npm run conformance\`; a test compares it with the results of every target.

Every small model of \`suites/conformance/\` is run on every target, in its real worker and with the parity check that every
run has: outputs within 1e-5 and, in training, every gradient within 1e-4 and losses and weights of three steps within 1e-2
(relative, per tensor) of float64 references (the ONNX project's ReferenceEvaluator; gradients by central differences at
every coordinate). A number is how many models with the operator agree; "12 of 14" means that two are unsupported, with the
reason below; "–" that none is supported. Unsupported models are rejected before a worker is started. Targets in a page of a
browser are run where they are named: \`npm run conformance -- --targets 'tfjs/*@browser'\`.`;

/** For each operator the number of models with which a target agrees. */
export function matrixTable(all: readonly TargetResults[], mode: Mode): string {
  const rows = operatorsOf(all).map((operator) => [
    operator,
    ...all.map(({ results }) => cellOf(tally(results, operator, mode))),
  ]);
  const head = ['operator', ...all.map(({ target }) => target)];
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Failures, if there are any, and then unsupported models by reason. */
export function targetSection({ target, results }: TargetResults): string {
  const failures = results.flatMap(({ testCase, outcome }) =>
    isFailure(outcome)
      ? [`- **${outcome.state}**, ${testCase.mode}, ${testCase.name}: ${outcome.reason}`]
      : [],
  );
  const reasons = new Map<string, { modes: Set<Mode>; names: Set<string> }>();
  for (const { testCase, outcome } of results) {
    if (outcome.state !== 'unsupported') continue;
    const reason = withoutNodeNumbers(outcome.reason);
    const found = reasons.get(reason) ?? { modes: new Set(), names: new Set() };
    found.modes.add(testCase.mode);
    found.names.add(testCase.name);
    reasons.set(reason, found);
  }
  const unsupported = [...reasons].map(([reason, { modes, names }]) => {
    const when = modes.size > 1 ? '' : ` In ${[...modes].join()} only.`;
    return `- ${reason}: ${shortened([...names])}.${when}`;
  });
  const lines = [...failures, ...unsupported.sort()];
  return [`### ${target}`, ...(lines.length > 0 ? [lines.join('\n')] : ['Nothing.'])].join('\n\n');
}

/** The same reason for several nodes is listed once. */
function withoutNodeNumbers(reason: string): string {
  return reason.replace(/ \([a-z]+_\d+\)/g, '').replace(/\b([a-z]+)_\d+\b/g, '$1');
}

const maxNames = 3;
function shortened(names: readonly string[]): string {
  const more = names.length - maxNames;
  return names.slice(0, maxNames).join('; ') + (more > 0 ? `; and ${more} more` : '');
}
