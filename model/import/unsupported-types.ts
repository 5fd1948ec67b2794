/** Types of ONNX values that are not supported: what each is called, and the way out. Numbers and fields are those of onnx.proto. */
import { modelError, NotDescribed } from '../model-error.js';
import { type GraphProto, graphFields, nameOf, type ValueInfoProto } from './proto.js';
import type { RawNode } from './raw-model.js';

interface Unsupported {
  readonly name: string;
  readonly hint: string;
}

const quantiseTo8 =
  'export the model before it is quantised, or quantise it to 8 bits: onnxruntime.quantization.quantize_dynamic("<float model>", "model.onnx", weight_type=QuantType.QInt8)';
const hints = {
  text: 'export the model without its text processing, with token ids as input',
  complex: 'export the model with real and imaginary part along an axis of their own',
  bfloat16: 'export the model in float32, in PyTorch after model.float(), or in float16 after model.half()',
} as const;

const elementTypes: ReadonlyMap<number, Unsupported> = new Map([
  [8, { name: 'string', hint: hints.text }],
  [14, { name: 'complex64', hint: hints.complex }],
  [15, { name: 'complex128', hint: hints.complex }],
  [16, { name: 'bfloat16', hint: hints.bfloat16 }],
  ...(
    [
      [17, 'float8e4m3fn'],
      [18, 'float8e4m3fnuz'],
      [19, 'float8e5m2'],
      [20, 'float8e5m2fnuz'],
      [21, 'uint4'],
      [22, 'int4'],
      [23, 'float4e2m1'],
      [24, 'float8e8m0'],
      [25, 'uint2'],
      [26, 'int2'],
      [27, 'float6e2m3'],
      [28, 'float6e3m2'],
    ] as const
  ).map(([number, name]): [number, Unsupported] => [number, { name, hint: quantiseTo8 }]),
]);

/** @param where `initialiser w` @param number of its element type */
export function unsupportedElementType(where: string, number: number): NotDescribed {
  const { name, hint } = elementTypes.get(number) ?? { name: `number ${number}`, hint: undefined };
  return new NotDescribed(`${where} has element type ${name}, which is not supported`, hint);
}

const unstacked = 'export the model with a tensor for each element';

/** What a value is that is no tensor; undefined for a tensor, or where the file does not say. */
function kindOf({ type }: ValueInfoProto): Unsupported | undefined {
  if (type?.sequenceType?.elemType?.mapType) {
    return {
      name: 'a sequence of maps',
      hint: "convert the classifier with a tensor of probabilities: skl2onnx.to_onnx(…, options={'zipmap': False})",
    };
  }
  if (type?.sequenceType) return { name: 'a sequence of tensors', hint: unstacked };
  if (type?.mapType) return { name: 'a map', hint: unstacked };
  if (type?.optionalType) {
    return { name: 'an optional value', hint: 'export the model with this value as a tensor, or without it' };
  }
  if (type?.sparseTensorType) {
    return { name: 'a sparse tensor', hint: 'export the model with a dense tensor' };
  }
  return undefined;
}

/** @throws TouchstoneError('model') for the first input or output of the graph that is no tensor */
export function checkTensors(graph: GraphProto): void {
  const { input, output } = graphFields(graph);
  for (const [role, values] of Object.entries({ input, output })) {
    for (const value of values) {
      const kind = kindOf(value);
      if (kind) {
        const name = nameOf(value) || '(unnamed)';
        throw modelError(`${role} ${name} is ${kind.name}, which is not supported`, kind.hint);
      }
    }
  }
}

/** Operators whose result is no tensor. */
const sequenceOperators: ReadonlySet<string> = new Set([
  'Optional',
  'SequenceConstruct',
  'SequenceEmpty',
  'SequenceErase',
  'SequenceInsert',
  'SequenceMap',
  'SplitToSequence',
]);

/** Attributes that hold the element type of a result. */
const typeAttributes = ['to', 'dtype', 'output_dtype'];

/**
 * ONNX Runtime for Node ends the process at a value of these types.
 *
 * @throws TouchstoneError('model') for the first node whose result is no tensor, or has an element type that is not supported
 */
export function checkResults(nodes: readonly RawNode[]): void {
  for (const { name, operator, outputs, attributes } of nodes) {
    const where = `node ${name} (${operator})`;
    if (sequenceOperators.has(operator)) {
      throw new NotDescribed(
        `${where} has the output ${outputs[0]}, a sequence or optional value, which is not supported`,
        'export the model with tensors only: in PyTorch with torch.onnx.export(…, dynamo=True)',
      );
    }
    const types = typeAttributes.map((attribute) => attributes[attribute]);
    const unsupported = types.find((type) => typeof type === 'number' && elementTypes.has(type));
    if (unsupported !== undefined) {
      throw unsupportedElementType(`output ${outputs[0]} of ${where}`, Number(unsupported));
    }
  }
}
