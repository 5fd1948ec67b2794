/** Mutations of a file that know nothing of its format. */
import type { Draw } from './draw.js';

type ByteMutation = (bytes: Uint8Array, draw: Draw) => Uint8Array;

/** Longest part that is inserted or moved. */
const maxPart = 256;

export const byteMutations: Readonly<Record<string, ByteMutation>> = {
  'byte flips': (bytes, draw) => {
    const changed = Uint8Array.from(bytes);
    for (let count = 1 + draw.below(8); count > 0; count--) {
      const place = draw.below(changed.length);
      changed[place] = (changed[place] ?? 0) ^ (1 << draw.below(8));
    }
    return changed;
  },
  truncation: (bytes, draw) => bytes.slice(0, draw.below(bytes.length)),
  splice: (bytes, draw) => {
    const from = draw.below(bytes.length);
    const part = bytes.slice(from, from + 1 + draw.below(maxPart));
    const place = draw.below(bytes.length);
    // In place of other bytes, or between them.
    const replaced = draw.below(2) * part.length;
    return joined([bytes.subarray(0, place), part, bytes.subarray(place + replaced)]);
  },
  insertion: (bytes, draw) => {
    const place = draw.below(bytes.length + 1);
    const part = Uint8Array.from({ length: 1 + draw.below(maxPart) }, () => draw.below(256));
    return joined([bytes.subarray(0, place), part, bytes.subarray(place)]);
  },
};

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}
