/** The final state of every planned cell, whatever happened to the run. */
import { parseCellId } from '../../common/run/cell.js';
import type { CellState, ParityCheck } from '../../common/run/results.js';
import type { PlannedCell } from '../../common/run/run-folder.js';
import { listed } from '../../common/text.js';
import type { CellFacts, EventOf } from './facts.js';

export interface FinalState {
  readonly state: CellState;
  /** One line; empty for an ok cell. */
  readonly reason: string;
}

/** A cell is ok only where it passed the parity check, was timed, and failed no audit. */
export function finalState(
  cell: PlannedCell,
  facts: CellFacts,
  ending: EventOf<'ended'>['ending'],
): FinalState {
  if (cell.decided) return cell.decided;
  if (facts.failure) return { state: facts.failure.state, reason: facts.failure.reason };
  if (!facts.parity) return { state: 'unmeasured', reason: unreached(ending, 'its parity check') };
  if (!facts.parity.passed) {
    const reason = `${doubtOf(cell, facts)}${wrongReason(facts.parity.checks)}`;
    return { state: 'wrong', reason };
  }
  const audit = facts.audits.find(({ check }) => !check.passed);
  if (audit) {
    const finding = findingOf(audit.check);
    return {
      state: 'wrong',
      reason: `a timed iteration of round ${audit.round + 1} gave another result: ${finding}`,
    };
  }
  if (!facts.turns.some((turn) => turn.samplesNs.length > 0)) {
    return { state: 'unmeasured', reason: unreached(ending, 'its first turn') };
  }
  return { state: 'ok', reason: '' };
}

function unreached(ending: EventOf<'ended'>['ending'], what: string): string {
  switch (ending) {
    case 'finished':
      return `the run ended before ${what}; give it a larger --time`;
    case 'interrupted':
      return `the run was interrupted before ${what}; \`--resume\` continues it`;
    case 'storage':
      return `the run folder could not be written before ${what}; free some space, then \`--resume\` continues it`;
    case 'error':
      return `the run stopped by an error before ${what}; \`--resume\` continues it`;
  }
}

/** `reference in doubt, since jax/cpu computes the same to 3.1e-8: ` */
function doubtOf({ id }: PlannedCell, { agreements }: CellFacts): string {
  if (agreements.length === 0) return '';
  const others = agreements.map(({ cells }) => parseCellId(cells.find((other) => other !== id) ?? id).target);
  const error = Math.max(...agreements.map((agreement) => agreement.error));
  const compute = others.length === 1 ? 'computes' : 'compute';
  return `reference in doubt, since ${listed(others)} ${compute} the same to ${error.toExponential(1)}: `;
}

function wrongReason(checks: readonly ParityCheck[]): string {
  const worst = worstCheck(checks.filter((check) => !check.passed));
  return worst ? findingOf(worst) : 'it did not pass its parity check';
}

/** `gradient conv1.weight differs from the reference by 3.2e-2 (tolerance 1.0e-4)` */
function findingOf(check: ParityCheck): string {
  const what = check.what === 'audit' ? check.worst : `${check.what} ${check.worst}`;
  if (check.reason !== undefined) return `${what}: ${check.reason}${beginning(check)}`;
  const tolerance = check.tolerance.toExponential(1);
  return `${what} differs from the reference by ${sizeOf(check.error)} (tolerance ${tolerance})${beginning(check)}`;
}

/** `; first at node conv1 (Conv), whose value x differs by 3.1e-2` */
function beginning({ divergence }: ParityCheck): string {
  if (!divergence) return '';
  const { node, operator, value, error, reason } = divergence;
  const finding = reason === undefined ? ` differs by ${sizeOf(error)}` : `: ${reason}`;
  return `; first at node ${node} (${operator}), whose value ${value}${finding}`;
}

function sizeOf(error: number | null): string {
  return error === null ? 'no finite number' : error.toExponential(1);
}

/** The check with the largest error relative to its tolerance; one without a finite error is worse than any. */
export function worstCheck(checks: readonly ParityCheck[]): ParityCheck | undefined {
  const excess = ({ error, tolerance }: ParityCheck) => (error === null ? Infinity : error / tolerance);
  return [...checks].sort((a, b) => (excess(a) === excess(b) ? 0 : excess(b) - excess(a)))[0];
}
