/** Digests of tensors. */
import { createHash, type Hash } from 'node:crypto';
import type { Tensor, Tensors } from '../graph.js';
import type { Ranges } from '../inputs/random-inputs.js';

/** Digits of the short digests by which content is told apart. */
const shortDigits = 12;

export function addTensor(hash: Hash, name: string, { type, shape, data }: Tensor): void {
  hash.update(JSON.stringify([name, type, shape]));
  hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

export function shortDigest(hash: Hash): string {
  return hash.digest('hex').slice(0, shortDigits);
}

/**
 * Of what a user asks inputs to be: ranges, and one set of arrays for each buffer.
 *
 * @returns undefined where all values are left to Touchstone
 */
export function givenDigest(ranges: Ranges, data: readonly Tensors[]): string | undefined {
  const asked = byName(Object.entries(ranges));
  if (asked.length === 0 && data.length === 0) return undefined;
  const hash = createHash('sha256').update(JSON.stringify(asked));
  for (const [buffer, tensors] of data.entries()) {
    for (const [name, tensor] of byName(Object.entries(tensors)))
      addTensor(hash, `${buffer}/${name}`, tensor);
  }
  return shortDigest(hash);
}

/** An order that depends on nothing else. */
export function byName<T>(entries: Iterable<readonly [string, T]>): (readonly [string, T])[] {
  return [...entries].sort(([one], [other]) => (one < other ? -1 : 1));
}
