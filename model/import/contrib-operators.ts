/**
 * Decomposes contributed operators (domain `com.microsoft`), which ONNX Runtime's quantiser and optimiser write into
 * files, into operators of the ONNX domain.
 *
 * A QLinear operator is defined as: dequantise the inputs, compute in floating point, quantise the result (ONNX Runtime,
 * docs/ContribOperators.md). ONNX Runtime's optimiser fuses this form back into its own kernels.
 */
import { at } from '../../common/at.js';
import { modelError } from '../model-error.js';
import { type Decompose, type Decomposition, decomposed, type FileContext } from './decomposition.js';
import { attentions } from './fused-attention.js';
import { layerNormalisations, normalisations } from './fused-normalisations.js';
import { fusedOperators } from './fused-operators.js';
import { packedProducts } from './packed-weights.js';
import { isOnnxDomain, type NodeProto, nameOf, nodeFields } from './proto.js';

const contribDomain = 'com.microsoft';

/** Where a QLinear operator has its inputs. Each quantised operand is three inputs: values, scale, zero point. */
interface QuantisedOperator {
  /** The floating-point operator, which takes the same attributes. */
  readonly operator: string;
  /** Positions of the quantised values, given the number of inputs. */
  readonly operands: (inputCount: number) => readonly number[];
  /** Position of the result's scale; its zero point follows. */
  readonly resultScale: number;
  /** Attributes that the floating-point operator does not have. */
  readonly drops?: readonly string[];
  /** Positions of operands that are not quantised, which come first. */
  readonly plain?: readonly number[];
}

const unary = { operands: () => [0], resultScale: 3 };
const binary = { operands: () => [0, 3], resultScale: 6 };
const quantisedOperators: Readonly<Record<string, QuantisedOperator>> = {
  QLinearAdd: { operator: 'Add', ...binary },
  QLinearMul: { operator: 'Mul', ...binary },
  QLinearSigmoid: { operator: 'Sigmoid', ...unary },
  QLinearLeakyRelu: { operator: 'LeakyRelu', ...unary },
  // The operator set that its axis means, which is the file's.
  QLinearSoftmax: { operator: 'Softmax', ...unary, drops: ['opset'] },
  QLinearWhere: { operator: 'Where', operands: () => [1, 4], resultScale: 7, plain: [0] },
  QLinearAveragePool: { operator: 'AveragePool', ...unary },
  QLinearGlobalAveragePool: { operator: 'GlobalAveragePool', ...unary },
  QLinearConcat: {
    operator: 'Concat',
    operands: (inputCount) => Array.from({ length: (inputCount - 2) / 3 }, (_, operand) => 2 + 3 * operand),
    resultScale: 0,
  },
};
const decompositions: ReadonlyMap<string, Decompose> = new Map([
  ...Object.entries({ ...fusedOperators, ...attentions, ...normalisations, ...packedProducts }),
  ...Object.entries(quantisedOperators).map(([type, own]) => [type, throughFloatingPoint(own)] as const),
]);
/** Contributed operators that equal the ONNX operator of the same name. */
const sameInOnnx: ReadonlySet<string> = new Set(['QuantizeLinear', 'DequantizeLinear']);

/**
 * The node as nodes of the ONNX domain; the node itself if it is in another domain or has no known decomposition.
 *
 * @throws TouchstoneError('model') for `channels_last`, which no ONNX operator supports
 */
export function toOnnxDomain(node: NodeProto, context: FileContext): readonly NodeProto[] {
  const { opType: type, domain } = nodeFields(node);
  if (isOnnxDomain(domain)) {
    const decompose = layerNormalisations(context.opset)[type];
    return decompose ? decomposed(node, decompose, context) : [node];
  }
  if (domain !== contribDomain) return [node];
  if (sameInOnnx.has(type)) return [{ ...node, domain: '' }];
  const decompose = decompositions.get(type);
  return decompose ? decomposed(node, decompose, context) : [node];
}

function throughFloatingPoint({
  operator,
  operands,
  resultScale,
  drops = [],
  plain = [],
}: QuantisedOperator): Decompose {
  return (to: Decomposition, inputs, node) => {
    const attributes = nodeFields(node).attribute;
    if (attributes.some(({ name, i }) => name === 'channels_last' && i && Number(i) !== 0)) {
      throw modelError(
        `node ${to.label} (${node.opType}) has attribute channels_last = 1, which is not supported`,
        'export the model with channels first',
      );
    }
    const scaleAndZeroPoint = (position: number) => inputs.slice(position, position + 2).filter(Boolean);
    const dequantised = operands(inputs.length).map((position) => {
      const values = inputs[position];
      if (values === undefined) {
        throw modelError(`node ${to.label} (${node.opType}) has only ${inputs.length} inputs`);
      }
      return to.add('DequantizeLinear', [values, ...scaleAndZeroPoint(position + 1)]);
    });
    const first = plain.map((position) => at(inputs, position, 'inputs'));
    const dropped = new Set(['channels_last', ...drops]);
    const own = attributes.filter((each) => !dropped.has(nameOf(each)));
    const result = to.add(operator, [...first, ...dequantised], own);
    to.add('QuantizeLinear', [result, ...scaleAndZeroPoint(resultScale)]);
  };
}
