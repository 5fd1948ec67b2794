/**
 * The numbers from which weights are drawn: counter-based, so that element i of a tensor depends on nothing but the
 * seed, the tensor's name and i, and made with exact arithmetic only, so that the bits are the same everywhere.
 *
 * SplitMix64's finaliser (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014;
 * constants of Stafford's mix 13) is applied to key + (i + 1)·golden gamma; the key is the first eight bytes of
 * SHA-256 of `seed/name`.
 */
import { createHash } from 'node:crypto';

const mask = (1n << 64n) - 1n;
const goldenGamma = 0x9e3779b97f4a7c15n;

/** Uniform in [low, high), `count` values rounded to float32. */
export function uniform(seed: number, name: string, count: number, low: number, high: number): Float32Array {
  const key = createHash('sha256').update(`${seed}/${name}`).digest().readBigUInt64LE(0);
  const values = new Float32Array(count);
  let counter = key;
  for (let index = 0; index < count; index++) {
    counter = (counter + goldenGamma) & mask;
    // The 53 high bits as a fraction are exact in a double.
    const fraction = Number(mix(counter) >> 11n) / 2 ** 53;
    values[index] = low + (high - low) * fraction;
  }
  return values;
}

/**
 * Weights of variance gain / fanIn: uniform in ±√(3·gain/fanIn). Activations then keep the order of 1 through the
 * layers (He et al., "Delving deep into rectifiers", 2015, for gain 2 before a ReLU) and never become subnormal.
 */
export function fanInWeights(
  seed: number,
  name: string,
  count: number,
  fanIn: number,
  gain: number,
): Float32Array {
  const bound = Math.sqrt((3 * gain) / fanIn);
  return uniform(seed, name, count, -bound, bound);
}

function mix(value: bigint): bigint {
  const once = ((value ^ (value >> 30n)) * 0xbf58476d1ce4e5b9n) & mask;
  const twice = ((once ^ (once >> 27n)) * 0x94d049bb133111ebn) & mask;
  return twice ^ (twice >> 31n);
}
