/**
 * The neutral form of a model once it has been read, checked and normalised: ONNX with every shape known.
 *
 * ONNX operator names, attribute names and axis order are kept (NCHW, LSTM gates in order i, o, f, c). `graph.json`
 * holds this object, so JavaScript adapters and the Python bridge read the same description.
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

/** ONNX attributes of kinds INT, FLOAT, STRING and their lists. Normalisation removes tensors and subgraphs. */
export const attribute = z.union([z.number(), z.string(), z.array(z.number()), z.array(z.string())]);
export type Attribute = z.infer<typeof attribute>;

/** A number as JSON can hold it: JSON has neither infinities nor NaN. */
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
  /** Names of values; the empty string stands for an omitted optional input, as in ONNX. */
  inputs: z.array(z.string()),
  outputs: z.array(z.string()),
  attributes: z.record(z.string(), attribute),
});
export type GraphNode = z.infer<typeof graphNode>;

/** A file that no graph describes node by node. */
export const whole = z.object({
  /** What it has that graphs do not, with the operator or the type and the way out. */
  reason: z.string(),
  /** Whether it quantises, or computes in types of fewer bits than float32. */
  isCoarse: z.boolean(),
  /** An estimate of the terms that are added up for one element of an output. */
  terms: z.number().positive(),
});
export type Whole = z.infer<typeof whole>;

export const graph = z.object({
  name: z.string(),
  /**
   * Only runtimes that read the file itself can run it: the graph has one node, of no operator of ONNX, from the inputs to the outputs,
   * and `model.onnx` is the file.
   */
  whole: whole.optional(),
  /**
   * Whether the user's file multiplies 8-bit integers. This graph has their dequantised form: only a runtime that reads the file itself
   * computes with them.
   */
  integerProducts: z.literal(true).optional(),
  /** Version of the default ONNX operator set; an operator's meaning depends on it. */
  opset: z.number().int().positive(),
  inputs: z.array(tensorInfo),
  /**
   * Integer inputs whose values are from 0 to 2³¹ − 1 in all of the artefact's buffers, so that indices among them need not
   * be counted from the end, and int32 holds them. An input that a generation loop feeds back is not among them.
   */
  indexInputs: z.array(z.string()).optional(),
  outputs: z.array(tensorInfo),
  /** Every initialiser and folded constant; `weights.safetensors` has their data under the same names. */
  weights: z.array(tensorInfo),
  /** Names of the weights that training updates; all other weights are constants. */
  parameters: z.array(z.string()),
  /**
   * Parameters of which training updates a part only, with the half-open index range of it along each axis. ONNX has two
   * biases a gate, which only ever occur as their sum; training both would double the step of that sum, so the recurrent
   * half of a recurrent layer's bias stays as it is.
   */
  trainableRanges: z
    .record(z.string(), z.object({ begins: z.array(z.number()), ends: z.array(z.number()) }))
    .optional(),
  /** Biases of recurrent layers whose recurrent half is zero; training leaves it so. */
  zeroRecurrentBiases: z.array(z.string()).optional(),
  /** Names of the LSTM nodes that round their hidden state to 8 bits before every step. */
  quantisedStates: z.array(z.string()).optional(),
  /** Names of the products whose first factor a runtime of the file may round to 8 bits. */
  roundedFactors: z.array(z.string()).optional(),
  /** In topological order. */
  nodes: z.array(graphNode),
  /** Data of small constants (bounds, axes, sizes) by name; parameters are never among them. */
  constants: z.record(z.string(), z.array(jsonNumber)).optional(),
  /** Type and shape of every value in the graph, by name, as observed in ONNX Runtime. */
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

const typedArrays = {
  float64: Float64Array,
  float32: Float32Array,
  float16: Uint16Array,
  int64: BigInt64Array,
  int32: Int32Array,
  int16: Int16Array,
  int8: Int8Array,
  uint64: BigUint64Array,
  uint32: Uint32Array,
  uint16: Uint16Array,
  uint8: Uint8Array,
  bool: Uint8Array,
} as const satisfies Record<DataType, unknown>;

/** A zeroed array of the element type; float16 is stored as its 16 bits (see `float16.ts`). */
export function allocate(type: DataType, count: number): TensorData {
  return new typedArrays[type](count);
}

/** Bytes of one element. */
export function elementBytes(type: DataType): number {
  return typedArrays[type].BYTES_PER_ELEMENT;
}

/** A tensor with memory of its own, aligned for its element type, from row-major little-endian bytes. */
export function tensorFromBytes(type: DataType, shape: readonly number[], bytes: Uint8Array): Tensor {
  const data = allocate(type, elementCount(shape));
  new Uint8Array(data.buffer).set(bytes);
  return { type, shape, data };
}

/** Tensors by value name. */
export type Tensors = Readonly<Record<string, Tensor>>;

/** Number of elements of a shape; 1 for a scalar. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}
