/** What a worker's failure makes of its cell. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
  // A framework may say so of a disk of its own.
  if (!storageWords.test(messageOf(failure)) || isWritable(folder)) return;
  throw new TouchstoneError('storage', `cannot write the run folder ${folder}: ${messageOf(failure)}`, {
    hint: 'free some space; what was written before is kept, `--resume` continues it',
    cause: failure,
  });
}

/** Whether the folder takes a file as large as the lines that are written to it. */
function isWritable(folder: string): boolean {
  const path = join(folder, `.writable-${process.pid}`);
  try {
    writeFileSync(path, Buffer.alloc(2 ** 17));
    return true;
  } catch {
    return false;
  } finally {
    rmSync(path, { force: true });
  }
}
