/** The conformance matrix: ONNX operators × targets. */
import type { Mode } from '../../model/workload.js';
import type { CaseResult } from './small-models.js';

export interface TargetResults {
  readonly target: string;
  readonly results: readonly CaseResult[];
}

/** Numbers of cases with an operator, by outcome. */
export interface Tally {
  readonly ok: number;
  readonly unsupported: number;
  readonly failed: number;
}

/**
 * Counts the cases with an operator by outcome. A case that agrees counts for every operator in it; an unsupported one counts
 * for the operators that its reason names, or for all if it names none.
 */
export function tally(results: readonly CaseResult[], operator: string, mode: Mode): Tally {
  const count = { ok: 0, unsupported: 0, failed: 0 };
  for (const { testCase, artefact, outcome } of results) {
    const operators = new Set(artefact.graph.nodes.map((node) => node.operator));
    if (testCase.mode !== mode || !operators.has(operator)) continue;
    if (outcome.state === 'ok') count.ok += 1;
    else if (outcome.state !== 'unsupported') count.failed += 1;
    else if (concerns(outcome.reason, operator, operators)) count.unsupported += 1;
  }
  return count;
}

function concerns(reason: string, operator: string, operators: ReadonlySet<string>): boolean {
  const named = [...operators].filter((name) => new RegExp(`\\b${name}\\b`).test(reason));
  return named.length === 0 || named.includes(operator);
}

export function operatorsOf(all: readonly TargetResults[]): string[] {
  const names = all.flatMap(({ results }) =>
    results.flatMap(({ artefact }) => artefact.graph.nodes.map((node) => node.operator)),
  );
  return [...new Set(names)].sort();
}

/** `12`, `12 of 14`, `1 wrong`, or `–` if no case agrees. */
export function cellOf({ ok, unsupported, failed }: Tally): string {
  if (failed > 0) return `${failed} wrong`;
  if (ok === 0) return '–';
  return unsupported === 0 ? String(ok) : `${ok} of ${ok + unsupported}`;
}
