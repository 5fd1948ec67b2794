/** Graphs of a few nodes as they are handed to the planner of operations, and capabilities that have everything. */
import {
  type Capabilities,
  type OperationTable,
  type RecurrentForm,
  whole,
} from '../../adapters/lowering/capabilities.js';
import { makePlan } from '../../adapters/lowering/lower.js';
import type { OperationKind, Operations } from '../../adapters/lowering/operations/operation.js';
import type { Plan } from '../../adapters/lowering/plan.js';
import { type Attribute, type DataType, dataTypes, type Graph, type TensorInfo } from '../../model/graph.js';

export interface Sketch {
  readonly nodes: readonly (readonly [
    operator: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes?: Readonly<Record<string, Attribute>>,
  ])[];
  /** Every value, but those that are constants here: shape, and type where it is not float32. */
  readonly values: Readonly<Record<string, readonly number[] | readonly [readonly number[], DataType]>>;
  readonly inputs?: readonly string[];
  /** Values that are weights. */
  readonly weights?: readonly string[];
  /** Vectors of int64 whose data is known. */
  readonly numbers?: Readonly<Record<string, readonly number[]>>;
  readonly opset?: number;
  readonly outputs?: readonly string[];
}

export function graphOf(sketch: Sketch): Graph {
  const { nodes, numbers = {}, weights = [], inputs = ['x'], opset = 21 } = sketch;
  const infos = [
    ...Object.entries(sketch.values).map(([name, given]): TensorInfo => {
      const [first, type] = given;
      return Array.isArray(first) && typeof type === 'string'
        ? { name, type: type as DataType, shape: first }
        : { name, type: 'float32', shape: [...(given as readonly number[])] };
    }),
    ...Object.entries(numbers).map(
      ([name, data]): TensorInfo => ({ name, type: 'int64', shape: [data.length] }),
    ),
  ];
  const values = Object.fromEntries(infos.map((info) => [info.name, info]));
  const of = (names: readonly string[]) => infos.filter(({ name }) => names.includes(name));
  return {
    name: 'sketch',
    opset,
    inputs: of(inputs),
    outputs: of(sketch.outputs ?? ['y']),
    weights: of([...weights, ...Object.keys(numbers)]),
    parameters: [],
    nodes: nodes.map(([operator, from, to, attributes = {}], place) => ({
      name: `node_${place}`,
      operator,
      inputs: [...from],
      outputs: [...to],
      attributes,
    })),
    constants: Object.fromEntries(Object.entries(numbers).map(([name, data]) => [name, [...data]])),
    values,
  };
}

/** Recurrent layers as ONNX has them. */
const onnxLayers: RecurrentForm = {
  gates: { LSTM: 'iofc', GRU: 'zrh' },
  biases: { LSTM: 1, GRU: 1, RNN: 1 },
  transposed: false,
  batchFirst: false,
  states: 'stacked',
};

/** With a layout, and without the kinds named. */
export function everything(
  channels: Capabilities['channels'] = 'last',
  ...without: OperationKind[]
): Capabilities {
  const operations = new Proxy<OperationTable>(
    {},
    { get: (_, kind) => (without.includes(kind as OperationKind) ? undefined : whole) },
  );
  const types = Object.fromEntries(dataTypes.map((type) => [type, type]));
  return { title: 'Everything', channels, operations, types, recurrent: onnxLayers };
}

export function planOf(sketch: Sketch, capabilities = everything()): Plan {
  return makePlan(graphOf(sketch), 'inference', capabilities);
}

export function kindsOf({ operations }: Plan): OperationKind[] {
  return operations.map(({ kind }) => kind);
}

/** Settings of the only operation of a kind. */
export function settingsOf<Kind extends OperationKind>({ operations }: Plan, kind: Kind): Operations[Kind] {
  const [found, ...more] = operations.filter((operation) => operation.kind === kind);
  if (!found || more.length > 0) throw new Error(`there are ${found ? more.length + 1 : 0} of ${kind}`);
  return found.settings as Operations[Kind];
}
