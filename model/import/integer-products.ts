/** Whether a file multiplies 8-bit integers, in any of the forms that quantisers write. */
import { type NodeProto, nodeFields } from './proto.js';

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
      (productOperators.has(opType) && factors.every((name) => dequantised.has(name)))
    );
  });
}
