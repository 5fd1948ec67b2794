/**
 * The numbers from which weights are drawn: counter-based, so that element i of a tensor depends on nothing but the
 * seed, the tensor's name and i, and made with exact arithmetic only, so that the bits are the same everywhere.
 *
 * SplitMix64's finaliser (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014;
 * constants of Stafford's mix 13) is applied to key + (i + 1)·golden gamma; the key is the first eight bytes of
 * SHA-256 of `seed/name`.
 */
import { createHash } from 'node:crypto';

/** 64-bit constants as halves: JavaScript's own integers have 32 bits, and its big ones are fifty times slower. */
interface Word {
  high: number;
  low: number;
}
const goldenGamma: Readonly<Word> = { high: 0x9e3779b9, low: 0x7f4a7c15 };
const firstFactor: Readonly<Word> = { high: 0xbf58476d, low: 0x1ce4e5b9 };
const secondFactor: Readonly<Word> = { high: 0x94d049bb, low: 0x133111eb };

/** Uniform in [low, high), `count` values rounded to float32. */
export function uniform(seed: number, name: string, count: number, low: number, high: number): Float32Array {
  const values = new Float32Array(count);
  const key = createHash('sha256').update(`${seed}/${name}`).digest();
  const counter: Word = { high: key.readUInt32LE(4), low: key.readUInt32LE(0) };
  const mixed: Word = { high: 0, low: 0 };
  for (let index = 0; index < count; index++) {
    add(counter, goldenGamma);
    mix(counter, mixed);
    // The 53 high bits as a fraction are exact in a double.
    const fraction = (mixed.high * 2 ** 21 + (mixed.low >>> 11)) / 2 ** 53;
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

function mix(value: Readonly<Word>, mixed: Word): void {
  mixed.high = value.high;
  mixed.low = value.low;
  xorShifted(mixed, 30);
  multiply(mixed, firstFactor);
  xorShifted(mixed, 27);
  multiply(mixed, secondFactor);
  xorShifted(mixed, 31);
}

/** Halves are kept unsigned: `>>> 0`. */
function add(to: Word, value: Readonly<Word>): void {
  const low = to.low + value.low;
  to.high = (to.high + value.high + (low > 0xffffffff ? 1 : 0)) >>> 0;
  to.low = low >>> 0;
}

/** value ^= value >> bits, for bits under 32. */
function xorShifted(value: Word, bits: number): void {
  value.low = (value.low ^ ((value.low >>> bits) | (value.high << (32 - bits)))) >>> 0;
  value.high = (value.high ^ (value.high >>> bits)) >>> 0;
}

/** Modulo 2^64. The low halves' product is taken in quarters, each of which is exact in a double. */
function multiply(value: Word, by: Readonly<Word>): void {
  const [a0, a1] = [value.low & 0xffff, value.low >>> 16];
  const [b0, b1] = [by.low & 0xffff, by.low >>> 16];
  const middle = a0 * b1 + a1 * b0 + Math.floor((a0 * b0) / 0x10000);
  const carried = a1 * b1 + Math.floor(middle / 0x10000);
  value.high = (carried + Math.imul(value.high, by.low) + Math.imul(value.low, by.high)) >>> 0;
  value.low = Math.imul(value.low, by.low) >>> 0;
}
