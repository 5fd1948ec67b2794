/**
 * What gradients of TensorFlow.js 4.22.0 lack: found by comparing every one with differences of its operation's results, on
 * every backend. Those of comparisons, and of what else has no gradient, are refused, since their operands may be trained.
 */
import type { Capabilities, Limit as Lack, OperationTable } from '../lowering/capabilities.js';
import type { Operand, OperationKind, Operations } from '../lowering/operations/operation.js';
import { comparisons } from '../lowering/operations/operation.js';
import { refuse } from '../lowering/refusal.js';
import { sameList } from '../lowering/value.js';
import { all, type Backend, isOne, isPadded, narrowed, tfjsCapabilities, title } from './capabilities.js';

/** Refused, and not written out either: what that comes to is no longer what its users train. */
const never = (reason: string) => (): never => refuse(`in training: ${reason}`);

const noGradient = never(`${title} has no gradient of it`);

const ofFloats = (_: unknown, inputs: readonly Operand[]) =>
  inputs.some(({ type }) => type === 'float32') ? noGradient() : undefined;

const sameShapes = (_: unknown, inputs: readonly Operand[]) =>
  inputs.every(({ shape }) => sameList(shape, inputs[0]?.shape ?? []))
    ? undefined
    : never(`${title} has no gradient of it between different shapes`)();

const unpadded: Lack<'MaxPool' | 'AveragePool'> = ({ kernel, pads }) =>
  kernel.length === 3 || isPadded(pads) ? `the gradient of ${title} has not these pads or axes` : undefined;

const undilated: Lack<'Conv'> = ({ dilations }) =>
  isOne(dilations) ? undefined : `the gradient of ${title} has no dilations`;

const common: OperationTable = {
  ...all([...comparisons, 'IsNaN', 'IsInf', 'ArgMax', 'ArgMin', 'TopK', 'Einsum', 'ScatterND'], ofFloats),
  ScatterElements: ofFloats,
  GatherND: () => `${title} has no gradient of it`,
  Max: sameShapes,
  Min: sameShapes,
  Cast: ({ to }, inputs) => (to === 'float32' ? undefined : ofFloats({}, inputs)),
  CumSum: ({ axis }, [x]) =>
    axis === (x?.shape.length ?? 0) - 1
      ? undefined
      : `the gradient of ${title} sums along the last axis only`,
  Tile: (_, [x]) =>
    (x?.shape.length ?? 0) <= 4 ? undefined : `the gradient of ${title} tiles four axes at most`,
  Slice: ({ strides }) =>
    isOne(strides) ? undefined : never(`${title} has no gradient of slices with steps`)(),
  Conv: undilated,
  ConvTranspose: ({ strides }) =>
    strides.length === 3 ? `${title} has no gradient of it over three axes` : undefined,
  MaxPool: unpadded,
  AveragePool: unpadded,
  Resize: ({ mode }) => (mode === 'nearest' ? undefined : `the gradient of ${title} is another`),
};

const noFilters: Lack<'Conv'> = ({ group }) =>
  group === 1
    ? never(missing('Conv2DBackpropFilter', 'Conv'))()
    : never(missing('DepthwiseConv2dNativeBackpropFilter', 'Conv with groups'))();

function missing(kernel: string, operator: string): string {
  return `the WebAssembly backend of TensorFlow.js has no kernel ${kernel}, which the gradient of ${operator} needs`;
}

const padless = ({ pads }: Pick<Operations['Conv'], 'pads'>) =>
  isPadded(pads) ? `the gradient of tfjs-node has valid pads only` : undefined;

const byBackend: Readonly<Record<Backend, OperationTable>> = {
  cpu: {},
  wasm: {
    Conv: noFilters,
    ConvTranspose: never(missing('Conv2DBackpropFilter', 'ConvTranspose')),
    Gather: (_, [x]) =>
      x?.type === 'float32' ? never(missing('UnsortedSegmentSum', 'Gather'))() : undefined,
  },
  tensorflow: { Conv: padless },
};

export function tfjsInTraining(backend: Backend): Capabilities {
  const capabilities = tfjsCapabilities(backend);
  const narrow = (table: OperationTable, checks: OperationTable) =>
    narrowed(
      table,
      Object.fromEntries(Object.entries(checks).filter(([kind]) => table[kind as OperationKind])),
    );
  return { ...capabilities, operations: narrow(narrow(capabilities.operations, common), byBackend[backend]) };
}
