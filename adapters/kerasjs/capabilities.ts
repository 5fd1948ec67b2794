/**
 * What Keras.js 1.0.3 has of the vocabulary of operations: the layers in `layers.ts`. They read one example at a time, so that
 * axis 0, the batch, must stay where it is.
 */
import { at, defined } from '../../common/at.js';
import {
  type Capabilities,
  type Limit,
  type OperationTable,
  type RecurrentForm,
  wholly,
} from '../lowering/capabilities.js';
import { all, any, isAbout } from '../lowering/limits.js';
import { isOne, sameList } from '../lowering/lists.js';
import type { Operand, Operations, PerAxis } from '../lowering/operations/operation.js';
import { paddingOf } from '../lowering/operations/same-pads.js';

export const title = 'Keras.js';

const sameShapes = (_: unknown, [a, b]: readonly Operand[]) =>
  sameList(shapeOf(a), shapeOf(b))
    ? undefined
    : `operands of shapes ${shapeOf(a)} and ${shapeOf(b)} are not supported by ${title}`;

/** Before the fuse pass the bias of a dense layer is an addition by itself: the rest is checked when the plan is finished. */
const addition: Limit<'Add'> = (settings, operands) => {
  const isBias = operands.every(({ shape }) => shape.length <= 2);
  return isBias ? undefined : sameShapes(settings, operands);
};

const elementwise: OperationTable = {
  ...wholly('Relu', 'Sigmoid', 'Tanh', 'Softsign', 'LeakyRelu', 'Elu'),
  ...all(sameShapes, 'Sub', 'Mul', 'Max', 'Min'),
  Add: addition,
  HardSigmoid: ({ alpha, beta }) =>
    isAbout(alpha, 0.2) && beta === 0.5
      ? undefined
      : `HardSigmoid with alpha ${alpha} and beta ${beta} is not supported by ${title}: it has 0.2 and 0.5`,
  Selu: ({ alpha, gamma }) =>
    isAbout(alpha, 1.6732632423543772) && isAbout(gamma, 1.0507009873554805)
      ? undefined
      : `Selu with alpha ${alpha} and gamma ${gamma} is not supported by ${title}`,
  Softmax: ({ axis }) => (axis > 0 ? undefined : `Softmax along the batch is not supported by ${title}`),
};

/** Over whole images or sequences. */
const globally: Limit<'ReduceMean' | 'ReduceMax'> = ({ axes }, [x]) => {
  const rank = shapeOf(x).length;
  const isSpatial = rank >= 3 && rank <= 5 && axes.length === rank - 2 && at(axes, 0) === 1;
  return isSpatial && at(axes, -1) === rank - 2
    ? undefined
    : `a reduction of ${rank} axes over ${axes} is not supported by ${title}`;
};

const products: Limit<'MatMul' | 'Gemm'> = (_, [x, weight]) =>
  shapeOf(x).length === 2 && shapeOf(weight).length === 2
    ? undefined
    : `a product of ${shapeOf(x).length} axes is not supported by ${title}: its Dense layer reads a vector`;

const shapes: OperationTable = {
  ...wholly('Reshape'),
  MatMul: products,
  Gemm: products,
  ReduceMean: globally,
  ReduceMax: globally,
  Transpose: ({ perm }) =>
    perm[0] === 0
      ? undefined
      : `Transpose with perm ${perm} is not supported by ${title}: it moves the batch`,
  Concat: ({ axis }) => (axis > 0 ? undefined : `Concat along the batch is not supported by ${title}`),
  Pad: ({ pads, value }) => {
    const around = pads.slice(1, -1);
    const isSpatial = around.length >= 1 && around.length <= 3;
    const others = [at(pads, 0), at(pads, -1)].flat();
    return isSpatial && value === 0 && others.every((each) => each === 0)
      ? undefined
      : `Pad with pads ${pads.join(' ')} and value ${value} is not supported by ${title}`;
  },
};

const spatialOf = (x: Operand | undefined): PerAxis => shapeOf(x).slice(1, -1);

const convolution: Limit<'Conv'> = (settings, [x, filters]) => {
  const { group, strides, dilations, pads } = settings;
  if (group > 1) return `Conv with group ${group} is not supported by ${title}`;
  if (!isOne(strides) && !isOne(dilations))
    return `Conv with dilations ${dilations} and strides ${strides} is not supported by ${title}`;
  const kernel = shapeOf(filters).slice(0, -2);
  if (!paddingOf(settings, spatialOf(x), kernel))
    return `Conv with pads ${pads.join(' ')} is not supported by ${title}`;
  return strides.length === 1 ? row(settings, shapeOf(x), shapeOf(filters)) : undefined;
};

/** Its convolution over one axis drops axes of extent 1 of its result. */
function row(
  { strides, dilations, pads }: Operations['Conv'],
  [, steps = 0]: readonly number[],
  [kernel = 0, , filters]: readonly number[],
): string | undefined {
  const [before, behind] = at(pads, 0);
  const reach = (kernel - 1) * at(dilations, 0) + 1;
  const positions = Math.floor((before + steps + behind - reach) / at(strides, 0)) + 1;
  return positions === 1 || filters === 1
    ? `Conv over one axis with a result of ${positions}×${filters} is not supported by ${title}`
    : undefined;
}

const pooling: Limit<'MaxPool' | 'AveragePool'> = (settings, [x]) => {
  const { kernel, dilations, pads } = settings;
  if (!isOne(dilations)) return `pooling with dilations ${dilations} is not supported by ${title}`;
  return paddingOf(settings, spatialOf(x), kernel)
    ? undefined
    : `pooling with pads ${pads.join(' ')} is not supported by ${title}`;
};

/** Pads never count; those on both sides of one window are counted wrongly. */
const average: Limit<'AveragePool'> = ({ kernel, strides, pads, countPads }, [x]) => {
  const padded = pads.some((each) => each.some((count) => count > 0));
  if (padded && countPads) return `AveragePool with pads that count is not supported by ${title}`;
  const isWide = pads.some(([before, behind], axis) => {
    const last = before === 0 ? 0 : Math.floor((before - 1) / at(strides, axis)) * at(strides, axis);
    return behind > 0 && before > 0 && last + at(kernel, axis) > before + at(spatialOf(x), axis);
  });
  return isWide
    ? `AveragePool with pads ${pads.join(' ')} on both sides of a window is not supported by ${title}`
    : undefined;
};

const windows: OperationTable = {
  Conv: convolution,
  MaxPool: pooling,
  AveragePool: any(pooling, average),
  BatchNormalization: ({ axis }) =>
    axis > 0 ? undefined : `BatchNormalization along the batch is not supported by ${title}`,
};

/** One output, from zero states. */
const recurrence: Limit<'LSTM' | 'GRU' | 'RNN'> = ({ direction, given, read }) => {
  if (given.some((name) => name.startsWith('initial')))
    return `a recurrent layer with initial states is not supported by ${title}`;
  if (read.length > 1 || read.includes('cell'))
    return `a recurrent layer with the outputs ${read.join(', ')} is not supported by ${title}`;
  return direction === 'reverse' && read.includes('sequence')
    ? `a recurrent layer with direction reverse and every state is not supported by ${title}`
    : undefined;
};

const layers: OperationTable = {
  LSTM: recurrence,
  RNN: recurrence,
  GRU: (settings, inputs, kind) =>
    settings.linearBeforeReset
      ? `GRU with linear_before_reset 1 is not supported by ${title}`
      : recurrence(settings, inputs, kind),
};

const recurrent: RecurrentForm = {
  gates: { LSTM: 'ifco', GRU: 'zrh' },
  biases: { LSTM: 1, GRU: 1, RNN: 1 },
  transposed: true,
  batchFirst: true,
  states: 'joined',
  activations: { gates: ['Sigmoid', 'HardSigmoid'], cell: ['Tanh', 'Relu'] },
};

const activations = ['Relu', 'Sigmoid', 'Tanh', 'Softsign', 'Selu', 'HardSigmoid'] as const;

export const kerasjs: Capabilities = {
  title,
  channels: 'last',
  operations: { ...elementwise, ...shapes, ...windows, ...layers },
  fusedActivations: { Conv: activations, Gemm: [...activations, 'Softmax'] },
  recurrent,
  types: { float32: 'float32' },
};

function shapeOf(x: Operand | undefined): readonly number[] {
  return defined(x, 'an operand').shape;
}
