/** Decomposition of com.microsoft's MatMulNBits, whose weights are packed. Definition: ONNX Runtime, docs/ContribOperators.md. */
import { modelError } from '../model-error.js';
import type { Decompose, Decomposition } from './decomposition.js';
import { elementTypes } from './encode.js';
import { attributesOf } from './fused-operators.js';

/** The `accuracy_level` that lets a kernel round the first factor to 8 bits. */
export const roundsTo8Bits = 4;
/** Unsigned, by a zero point in the middle. */
const supportedBits = new Set([2, 4, 8]);

/** A [..., K] · B, with B [N, blocks, bytes of a block] in `bits` bits, a scale for each block of a row, and an optional zero point. */
export const packedProducts: Readonly<Record<string, Decompose>> = {
  MatMulNBits(to, [a = '', b = '', scales = '', zeroPoints = '', order = '', bias = ''], node) {
    const attributes = attributesOf(node);
    const size = (name: string) => {
      const value = Number(attributes[name]);
      if (!(value > 0)) throw unsupported(to, `attribute ${name} = ${attributes[name]}`);
      return value;
    };
    const bits = Number(attributes.bits ?? 4);
    if (!supportedBits.has(bits)) throw unsupported(to, `weights of ${bits} bits`);
    if (order !== '') throw unsupported(to, 'an input g_idx');
    const packed = { rows: size('N'), values: size('K'), block: size('block_size'), bits };
    const weights = dequantised(to, packed, b, scales, zeroPoints);
    const transposed = to.addWith('Transpose', [weights], { perm: [1, 0] });
    const mayRound = attributes.accuracy_level === roundsTo8Bits;
    const product = to.add('MatMul', [a, transposed], [], mayRound ? { rounds: 'factor' } : {});
    if (bias !== '') to.add('Add', [product, bias]);
  },
};

interface Packed {
  readonly rows: number;
  readonly values: number;
  readonly block: number;
  readonly bits: number;
}

/** [N, K] in floating point. */
function dequantised(
  to: Decomposition,
  { rows, values, block, bits }: Packed,
  weights: string,
  scales: string,
  zeroPoints: string,
): string {
  const blocks = Math.ceil(values / block);
  const steps = unpacked(to, weights, bits, [rows, blocks, block]);
  const scale = perBlock(to, scales, rows, blocks);
  const zero = zeroOf(to, zeroPoints, bits, rows, blocks);
  const scaled = to.add('Mul', [to.add('Sub', [steps, zero]), scale]);
  const whole = to.add('Reshape', [scaled, to.integers([rows, blocks * block])]);
  const found = blocks * block === values ? whole : firstColumns(to, whole, values);
  const type = to.context.declared(scales)?.elementType ?? elementTypes.float32;
  return type === elementTypes.float32 ? found : to.addWith('Cast', [found], { to: type });
}

function perBlock(to: Decomposition, values: string, rows: number, blocks: number): string {
  const wide = to.addWith('Cast', [values], { to: elementTypes.float32 });
  return to.add('Reshape', [wide, to.integers([rows, blocks, 1])]);
}

/** [rows, blocks, 1] in floating point: packed in bytes, in the type of the scales, or the middle where there is none. */
function zeroOf(to: Decomposition, zeroPoints: string, bits: number, rows: number, blocks: number): string {
  if (zeroPoints === '') return to.scalar(2 ** (bits - 1));
  const declared = to.context.declared(zeroPoints);
  if (declared === undefined) throw unsupported(to, 'zero points that are computed');
  if (declared.elementType !== elementTypes.uint8) {
    return perBlock(to, zeroPoints, rows, blocks);
  }
  // A row begins with a byte.
  const width = Math.ceil((blocks * bits) / 8) * (8 / bits);
  const all = unpacked(to, zeroPoints, bits, [rows, width]);
  return to.add('Reshape', [firstColumns(to, all, blocks), to.integers([rows, blocks, 1])]);
}

function firstColumns(to: Decomposition, x: string, count: number): string {
  return to.add('Slice', [x, to.integers([0]), to.integers([count]), to.integers([1])]);
}

/** The integers of `bits` bits in each byte, the first in the lowest, in floating point. */
function unpacked(to: Decomposition, bytes: string, bits: number, shape: readonly number[]): string {
  const column = to.integers([-1, 1]);
  let rest = to.add('Reshape', [to.addWith('Cast', [bytes], { to: elementTypes.float32 }), column]);
  const parts: string[] = [];
  for (let part = 1; part < 8 / bits; part++) {
    const base = to.scalar(2 ** bits);
    const above = to.add('Floor', [to.add('Div', [rest, base])]);
    parts.push(to.add('Sub', [rest, to.add('Mul', [above, base])]));
    rest = above;
  }
  const together = to.addWith('Concat', [...parts, rest], { axis: 1 });
  return to.add('Reshape', [together, to.integers(shape)]);
}

function unsupported({ label }: Decomposition, what: string): Error {
  return modelError(
    `node ${label} (MatMulNBits) has ${what}, which is not supported`,
    'quantise the model with onnxruntime.quantization.matmul_nbits_quantizer to 4 bits, or take it before it is quantised',
  );
}
