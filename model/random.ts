/**
 * A counter-based random number generator for weights and inputs. Element i of a tensor depends only on the seed, the
 * tensor's name and i, and only exact arithmetic is used, so that the bits are the same on every machine.
 *
 * SplitMix64's finaliser (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014; constants
 * of Stafford's mix 13) is applied to key + (i + 1)·golden gamma; the key is the first eight bytes of SHA-256 of
 * `seed/name`.
 */
import { createHash } from 'node:crypto';

/** A 64-bit word as two unsigned halves: BigInt arithmetic is fifty times slower. */
interface Word {
  high: number;
  low: number;
}
const goldenGamma: Readonly<Word> = { high: 0x9e3779b9, low: 0x7f4a7c15 };
const firstFactor: Readonly<Word> = { high: 0xbf58476d, low: 0x1ce4e5b9 };
const secondFactor: Readonly<Word> = { high: 0x94d049bb, low: 0x133111eb };

/** `count` values, uniform in [low, high) and rounded to float32. @param name of the stream */
export function uniform(seed: number, name: string, count: number, low: number, high: number): Float32Array {
  const values = new Float32Array(count);
  const key = createHash('sha256').update(`${seed}/${name}`).digest();
  const counter: Word = { high: key.readUInt32LE(4), low: key.readUInt32LE(0) };
  const mixed: Word = { high: 0, low: 0 };
  for (let index = 0; index < count; index++) {
    add(counter, goldenGamma);
    mix(counter, mixed);
    // The 53 high bits, scaled to [0, 1): exact in a double.
    const unit = (mixed.high * 2 ** 21 + (mixed.low >>> 11)) / 2 ** 53;
    values[index] = low + (high - low) * unit;
  }
  return values;
}

/**
 * Weights of variance gain / fanIn, uniform in ±√(3·gain/fanIn). Activations then stay of order 1 through the layers (He et
 * al., "Delving deep into rectifiers", 2015, with gain 2 before a ReLU) and never become subnormal.
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
  xorShift(mixed, 30);
  multiply(mixed, firstFactor);
  xorShift(mixed, 27);
  multiply(mixed, secondFactor);
  xorShift(mixed, 31);
}

/** Adds modulo 2^64. */
function add(to: Word, value: Readonly<Word>): void {
  const low = to.low + value.low;
  to.high = (to.high + value.high + (low > 0xffffffff ? 1 : 0)) >>> 0;
  to.low = low >>> 0;
}

/** value ^= value >>> bits, for fewer than 32 bits. */
function xorShift(value: Word, bits: number): void {
  value.low = (value.low ^ ((value.low >>> bits) | (value.high << (32 - bits)))) >>> 0;
  value.high = (value.high ^ (value.high >>> bits)) >>> 0;
}

/** Multiplies modulo 2^64. The product of the low halves is formed from 16-bit parts, each exact in a double. */
function multiply(value: Word, by: Readonly<Word>): void {
  const [a0, a1] = [value.low & 0xffff, value.low >>> 16];
  const [b0, b1] = [by.low & 0xffff, by.low >>> 16];
  const middle = a0 * b1 + a1 * b0 + Math.floor((a0 * b0) / 0x10000);
  const carry = a1 * b1 + Math.floor(middle / 0x10000);
  value.high = (carry + Math.imul(value.high, by.low) + Math.imul(value.low, by.high)) >>> 0;
  value.low = Math.imul(value.low, by.low) >>> 0;
}
