/**
 * Operators of the domain `com.microsoft` that ONNX Runtime's quantiser writes into files, as ONNX's own: what is quantised is made
 * into fractions, computed, and quantised again, which is how they are defined (ONNX Runtime, docs/ContribOperators.md). Its
 * optimiser puts them together again, as it does with files that are written this way.
 */
import { refuse } from './decode.js';
import { takenApart } from './fused.js';
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
const operators: Readonly<Record<string, Quantised>> = {
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
  const definition = Object.hasOwn(operators, type) ? operators[type] : undefined;
  return definition ? written(node, definition) : (takenApart(node) ?? [node]);
}

function written(node: NodeProto, { operator, quantised, result }: Quantised): NodeProto[] {
  const inputs = node.input ?? [];
  const [output = ''] = node.output ?? [];
  const label = node.name || output;
  const attributes = node.attribute ?? [];
  if (attributes.some(({ name, i }) => name === 'channels_last' && Number(i ?? 0) !== 0)) {
    throw refuse(`node ${label} (${node.opType}) has its channels last`, 'export it with them first');
  }
  const scaled = (place: number) => inputs.slice(place, place + 2).filter(Boolean);
  const fractions = quantised(inputs.length).map((place, index): NodeProto => {
    const name = `${label}/dequantised_${index}`;
    return {
      name,
      opType: 'DequantizeLinear',
      input: [inputs[place] ?? '', ...scaled(place + 1)],
      output: [name],
    };
  });
  const made = `${label}/computed`;
  return [
    ...fractions,
    {
      name: made,
      opType: operator,
      input: fractions.flatMap((fraction) => fraction.output ?? []),
      output: [made],
      attribute: attributes.filter(({ name }) => name !== 'channels_last'),
    },
    { name: label, opType: 'QuantizeLinear', input: [made, ...scaled(result)], output: [output] },
  ];
}
