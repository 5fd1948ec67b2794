/** The conformance matrix: ONNX operators down, targets across. */
import type { Mode } from '../../model/workload.js';
import type { CaseResult } from './small-models.js';

export interface TargetResults {
  readonly target: string;
  readonly results: readonly CaseResult[];
}

/** Cases with an operator, by what became of them. */
export interface Tally {
  readonly ok: number;
  readonly unsupported: number;
  readonly broken: number;
}

/**
 * How many cases with an operator a target passes. A case counts for every operator in it where the target agrees; a
 * refusal counts for the operator that its reason names, or for all where it names none.
 */
export function tally(results: readonly CaseResult[], operator: string, mode: Mode): Tally {
  const count = { ok: 0, unsupported: 0, broken: 0 };
  for (const { one, artefact, outcome } of results) {
    const operators = new Set(artefact.graph.nodes.map((node) => node.operator));
    if (one.mode !== mode || !operators.has(operator)) continue;
    if (outcome.state === 'ok') count.ok += 1;
    else if (outcome.state !== 'unsupported') count.broken += 1;
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

/** `12`, `12 of 14`, or why there is none: `–` where nothing was tried or all was refused. */
export function cellOf({ ok, unsupported, broken }: Tally): string {
  if (broken > 0) return `${broken} wrong`;
  if (ok === 0) return '–';
  return unsupported === 0 ? String(ok) : `${ok} of ${ok + unsupported}`;
}
