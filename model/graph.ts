/**
 * The neutral form of a model once it has been read, checked and normalised: ONNX with every shape known.
 *
 * ONNX operator names, attribute names and axis order are kept (NCHW, LSTM gates in order i, o, f, c). This is
 * what `graph.json` holds, so JavaScript adapters and the Python bridge read the very same description.
 */
import { z } from 'zod';

/** Element types that a normalised graph may hold; the names are those of NumPy. */
export const dataTypes = [
  'float32',
  'float64',
  'float16',
  'int8',
  'uint8',
  'int16',
  'uint16',
  'int32',
  'uint32',
  'int64',
  'uint64',
  'bool',
] as const;
export const dataType = z.enum(dataTypes);
export type DataType = z.infer<typeof dataType>;

/** A named tensor with its static shape. A scalar has shape `[]`. */
export const tensorInfo = z.object({
  name: z.string(),
  type: dataType,
  shape: z.array(z.number().int().nonnegative()),
});
export type TensorInfo = z.infer<typeof tensorInfo>;

/** ONNX attributes of kinds INT, FLOAT, STRING and their lists. Tensors and subgraphs are gone after normalising. */
export const attribute = z.union([z.number(), z.string(), z.array(z.number()), z.array(z.string())]);
export type Attribute = z.infer<typeof attribute>;

/** A number as JSON can hold it: it has no infinities. */
export const jsonNumber = z.union([z.number(), z.enum(['inf', '-inf', 'nan'])]);
export type JsonNumber = z.infer<typeof jsonNumber>;

export function toJsonNumber(value: number): JsonNumber {
  if (Number.isNaN(value)) return 'nan';
  if (value === Number.POSITIVE_INFINITY) return 'inf';
  return value === Number.NEGATIVE_INFINITY ? '-inf' : value;
}

export function fromJsonNumber(value: JsonNumber): number {
  if (value === 'inf') return Number.POSITIVE_INFINITY;
  return value === '-inf' ? Number.NEGATIVE_INFINITY : Number(value);
}

export const graphNode = z.object({
  /** Unique in the graph. */
  name: z.string(),
  /** ONNX operator type, such as `Conv` or `LSTM`; the default domain only. */
  operator: z.string(),
  /** Names of values; the empty string stands for an optional input that is left out, as in ONNX. */
  inputs: z.array(z.string()),
  outputs: z.array(z.string()),
  attributes: z.record(z.string(), attribute),
});
export type GraphNode = z.infer<typeof graphNode>;

export const graph = z.object({
  name: z.string(),
  /** Version of the default ONNX operator set; an operator's meaning depends on it. */
  opset: z.number().int().positive(),
  inputs: z.array(tensorInfo),
  outputs: z.array(tensorInfo),
  /** Every initialiser and folded constant; the data is in `weights.safetensors` under the same names. */
  weights: z.array(tensorInfo),
  /** Names of the weights that training updates. The rest are constants. */
  parameters: z.array(z.string()),
  /**
   * Parameters of which training updates a part only, with the half-open index range of it along each axis. ONNX has two
   * biases a gate, which only ever occur as their sum; training both would double the step of that sum, so the recurrent
   * half of a recurrent layer's bias stays as it is.
   */
  trainableRanges: z
    .record(z.string(), z.object({ begins: z.array(z.number()), ends: z.array(z.number()) }))
    .optional(),
  /** In topological order. */
  nodes: z.array(graphNode),
  /**
   * Data of small constants by name, none of them a parameter: bounds, axes and sizes, which decide what a node does.
   */
  constants: z.record(z.string(), z.array(jsonNumber)).optional(),
  /** Type and shape of every value in the graph, by name: observed in ONNX Runtime, not inferred. */
  values: z.record(z.string(), tensorInfo),
});
export type Graph = z.infer<typeof graph>;

/** A tensor in host memory, row-major, in ONNX axis order. `data` has exactly the product of `shape` elements. */
export interface Tensor {
  readonly type: DataType;
  readonly shape: readonly number[];
  readonly data: TensorData;
}
export type TensorData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** Tensors by value name. */
export type Tensors = Readonly<Record<string, Tensor>>;

/** Number of elements of a shape; 1 for a scalar. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}
