/** `docs/conformance.md`: the matrix, and for each target what it refuses and why. */
import type { Mode } from '../../model/workload.js';
import { cellOf, operatorsOf, type TargetResults, tally } from './matrix.js';
import { isBroken } from './small-models.js';

export function documentOf(all: readonly TargetResults[]): string {
  return `${[
    '# Conformance',
    introduction,
    '## Forward',
    table(all, 'inference'),
    '## Gradients',
    table(all, 'training'),
    '## What each target refuses',
    ...all.map(sectionOf),
  ].join('\n\n')}\n`;
}

const introduction = `Written by \`npm run conformance\`; a test holds it to what the targets do.

Every small model of \`suites/conformance/\` on every target, through its real worker and the parity gate that every run
has: outputs within 1e-5, and where it trains every gradient within 1e-4, losses and weights of three steps within 1e-2
(relative, per tensor) of float64 references (the ONNX project's ReferenceEvaluator; gradients by its central
differences at every coordinate). A number is how many models with the operator agree; "12 of 14" that two were refused
before anything was started, for a reason below; "–" that none is accepted.`;

/** For each operator, how many models a target passes in that mode. */
export function table(all: readonly TargetResults[], mode: Mode): string {
  const rows = operatorsOf(all).map((operator) => [
    operator,
    ...all.map(({ results }) => cellOf(tally(results, operator, mode))),
  ]);
  const head = ['operator', ...all.map(({ target }) => target)];
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** What a target refuses and in which mode, by reason; what it gets wrong, if anything, comes first. */
export function sectionOf({ target, results }: TargetResults): string {
  const broken = results.flatMap(({ one, outcome }) =>
    isBroken(outcome) ? [`- **${outcome.state}**, ${one.mode}, ${one.name}: ${outcome.reason}`] : [],
  );
  const reasons = new Map<string, { modes: Set<Mode>; names: Set<string> }>();
  for (const { one, outcome } of results) {
    if (outcome.state !== 'unsupported') continue;
    const reason = generalised(outcome.reason);
    const found = reasons.get(reason) ?? { modes: new Set(), names: new Set() };
    found.modes.add(one.mode);
    found.names.add(one.name);
    reasons.set(reason, found);
  }
  const refused = [...reasons].map(([reason, { modes, names }]) => {
    const when = modes.size > 1 ? '' : ` In ${[...modes][0]} only.`;
    return `- ${reason}: ${shortened([...names])}.${when}`;
  });
  const lines = [...broken, ...refused.sort()];
  return [`### ${target}`, ...(lines.length > 0 ? [lines.join('\n')] : ['Nothing.'])].join('\n\n');
}

/** Without the number that a node's name ends with, so that the same reason is said once. */
function generalised(reason: string): string {
  return reason.replace(/ \([a-z]+_\d+\)/g, '').replace(/\b([a-z]+)_\d+\b/g, '$1');
}

const shown = 3;
function shortened(names: readonly string[]): string {
  const rest = names.length - shown;
  return names.slice(0, shown).join('; ') + (rest > 0 ? `; and ${rest} more` : '');
}
