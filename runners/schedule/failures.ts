/** What a worker's failure makes of its cell. */
import { WorkerFailure } from '../protocol/failure.js';

/** A framework that refuses a model only once it sees it is as honest as one whose descriptor says so. */
export function stateOfFailure(failure: unknown): 'unsupported' | 'unavailable' | 'failed' {
  if (!(failure instanceof WorkerFailure) || failure.detail.kind !== 'refused') return 'failed';
  const { refusal } = failure.detail;
  return refusal === 'unsupported' || refusal === 'unavailable' ? refusal : 'failed';
}
