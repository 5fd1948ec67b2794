/** What can go wrong with a worker, as one tagged error with a line that a user can act on. */
import { TouchstoneError } from '../../common/errors.js';
import type { ErrorRecord } from './messages.js';

export type FailureDetail =
  /** It left by itself; `status` is null where it could not even be started. */
  | { readonly kind: 'exited'; readonly status: number | null }
  | { readonly kind: 'killed'; readonly signal: string }
  /** No answer before the deadline, or none possible any more. */
  | { readonly kind: 'timeout' }
  /** What it wrote is not the protocol. */
  | { readonly kind: 'protocol-error' }
  | { readonly kind: 'answered-twice' }
  /** It answered with an error of its own; only after this one the process still lives. */
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly error: ErrorRecord };

/** Why a request was refused: the three kinds that `ErrorRecord` names, or any other exception. */
export type Refusal = 'unavailable' | 'unsupported' | 'out-of-memory' | 'exception';

export class WorkerFailure extends TouchstoneError {
  readonly detail: FailureDetail;

  constructor(detail: FailureDetail, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super('worker', message, options);
    this.detail = detail;
  }

  get kind(): FailureDetail['kind'] {
    return this.detail.kind;
  }
}

/** The failure of a request that the worker answered with an error; the error's causes become the failure's. */
export function refusalOf(subject: string, error: ErrorRecord): WorkerFailure {
  const refusal = refusalKind(error.kind);
  const said = refusal === 'exception' ? `${error.kind}: ${error.message}` : error.message;
  return new WorkerFailure({ kind: 'refused', refusal, error }, `${subject} ${verbs[refusal]}: ${said}`, {
    cause: errorFrom(error),
  });
}

const verbs: Readonly<Record<Refusal, string>> = {
  unavailable: 'is not available',
  unsupported: 'does not support this model',
  'out-of-memory': 'ran out of memory',
  exception: 'failed',
};

function refusalKind(kind: string): Refusal {
  return kind === 'unavailable' || kind === 'unsupported' || kind === 'out-of-memory' ? kind : 'exception';
}

/** The error as it was on the other side, so that a stack trace shows where it was thrown. */
function errorFrom(record: ErrorRecord): Error {
  const error = new Error(record.message, record.cause ? { cause: errorFrom(record.cause) } : undefined);
  error.name = record.kind;
  if (record.stack !== undefined) error.stack = record.stack;
  return error;
}
