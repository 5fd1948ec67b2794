/** Whether a file multiplies 8-bit integers, in any of the forms that quantisers write. */
import { roundsTo8Bits } from './packed-weights.js';
import { type NodeProto, nameOf, nodeFields } from './proto.js';

/** Operators whose products are of integers; the second line is of com.microsoft. */
const integerOperators = new Set([
  ...['ConvInteger', 'MatMulInteger', 'QLinearConv', 'QLinearMatMul'],
  ...['DynamicQuantizeLSTM', 'DynamicQuantizeMatMul', 'MatMulIntegerToFloat', 'QAttention', 'QGemm'],
]);
const productOperators = new Set(['Conv', 'ConvTranspose', 'Gemm', 'MatMul']);

/**
 * A product between two DequantizeLinear is one of integers to a runtime that fuses them; one whose weights alone are dequantised is
 * one of floating-point numbers.
 */
export function hasIntegerProducts(nodes: readonly NodeProto[]): boolean {
  const dequantised = new Set(
    nodes.flatMap((node) => {
      const { opType, output } = nodeFields(node);
      return opType === 'DequantizeLinear' ? output : [];
    }),
  );
  return nodes.some((node) => {
    const { opType, input } = nodeFields(node);
    const factors = input.slice(0, 2);
    return (
      integerOperators.has(opType) ||
      (opType === 'MatMulNBits' && isRounded(node)) ||
      (productOperators.has(opType) && factors.every((name) => dequantised.has(name)))
    );
  });
}

/** Whether ONNX Runtime's kernel rounds the first factor. */
function isRounded(node: NodeProto): boolean {
  return nodeFields(node).attribute.some(
    (each) => nameOf(each) === 'accuracy_level' && Number(each.i) === roundsTo8Bits,
  );
}
