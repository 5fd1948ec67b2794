/**
 * Operators of the domain `com.microsoft` that ONNX Runtime's quantiser writes into files, as ONNX's own: what is quantised is made
 * into fractions, computed, and quantised again, which is how they are defined (ONNX Runtime, docs/ContribOperators.md). Its
 * optimiser puts them together again, as it does with files that are written this way.
 */
import { refuse } from './decode.js';
import { type Writing, type Written, writtenOut } from './decomposition.js';
import { fusedOperators } from './fused-operators.js';
import type { NodeProto } from './proto.js';

const domain = 'com.microsoft';

/** Places of an operator's inputs: of each that is quantised the first of three, and of the result's scale and zero point. */
interface Quantised {
  /** What it computes in between, with its attributes. */
  readonly operator: string;
  readonly quantised: (count: number) => readonly number[];
  readonly result: number;
}

const one = { quantised: () => [0], result: 3 };
const two = { quantised: () => [0, 3], result: 6 };
const quantised: Readonly<Record<string, Quantised>> = {
  QLinearAdd: { operator: 'Add', ...two },
  QLinearMul: { operator: 'Mul', ...two },
  QLinearSigmoid: { operator: 'Sigmoid', ...one },
  QLinearLeakyRelu: { operator: 'LeakyRelu', ...one },
  QLinearAveragePool: { operator: 'AveragePool', ...one },
  QLinearGlobalAveragePool: { operator: 'GlobalAveragePool', ...one },
  QLinearConcat: {
    operator: 'Concat',
    quantised: (count) => Array.from({ length: (count - 2) / 3 }, (_, each) => 2 + 3 * each),
    result: 0,
  },
};
const operators: Readonly<Record<string, Written>> = {
  ...fusedOperators,
  ...Object.fromEntries(
    Object.entries(quantised).map(([type, definition]) => [type, throughFractions(definition)]),
  ),
};
/** The same as ONNX's own of these names. */
const twins: ReadonlySet<string> = new Set(['QuantizeLinear', 'DequantizeLinear']);

/**
 * The node itself where it is of another domain, or not among these.
 *
 * @throws TouchstoneError('model') for channels that come last, which no operator of ONNX's takes
 */
export function ownOperators(node: NodeProto): readonly NodeProto[] {
  const type = node.opType ?? '';
  if (node.domain !== domain) return [node];
  if (twins.has(type)) return [{ ...node, domain: '' }];
  const write = Object.hasOwn(operators, type) ? operators[type] : undefined;
  return write ? writtenOut(node, write) : [node];
}

function throughFractions({ operator, quantised: placesOf, result }: Quantised): Written {
  return (to: Writing, inputs, node) => {
    const attributes = node.attribute ?? [];
    if (attributes.some(({ name, i }) => name === 'channels_last' && Number(i ?? 0) !== 0)) {
      throw refuse(`node ${to.label} (${node.opType}) has its channels last`, 'export it with them first');
    }
    const scaled = (place: number) => inputs.slice(place, place + 2).filter(Boolean);
    const fractions = placesOf(inputs.length).map((place) =>
      to.add('DequantizeLinear', [inputs[place] ?? '', ...scaled(place + 1)]),
    );
    const own = attributes.filter(({ name }) => name !== 'channels_last');
    to.add('QuantizeLinear', [to.add(operator, fractions, own), ...scaled(result)]);
  };
}
