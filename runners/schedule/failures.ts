/** What a worker's failure makes of its cell. */
import { messageOf, TouchstoneError } from '../../common/errors.js';
import { WorkerFailure } from '../protocol/failure.js';

/** A framework that refuses a model only once it sees it is as honest as one whose descriptor says so. */
export function stateOfFailure(failure: unknown): 'unsupported' | 'unavailable' | 'failed' {
  if (!(failure instanceof WorkerFailure) || failure.detail.kind !== 'refused') return 'failed';
  const { refusal } = failure.detail;
  return refusal === 'unsupported' || refusal === 'unavailable' ? refusal : 'failed';
}

/** How Node and Python say that a disk is full or cannot be written. */
const storageWords = /ENOSPC|EDQUOT|EROFS|No space left on device|Read-only file system|Disk quota exceeded/;

/**
 * A worker that cannot write its tensors has met the run's full disk, not a fault of its framework: that ends the run
 * instead of costing a cell.
 *
 * @throws TouchstoneError('storage')
 */
export function rethrowStorage(folder: string, failure: unknown): void {
  if (failure instanceof TouchstoneError && failure.code === 'storage') throw failure;
  if (!storageWords.test(messageOf(failure))) return;
  throw new TouchstoneError('storage', `cannot write the run folder ${folder}: ${messageOf(failure)}`, {
    hint: 'free some space; what was written before is kept, `--resume` continues it',
    cause: failure,
  });
}
