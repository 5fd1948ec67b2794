/**
 * What ConvNetJS 0.3 has of the vocabulary of operations: the layers in `layers.ts`. That they are a chain, and what such a net
 * may end in, is checked there of the finished plan.
 */
import { defined } from '../../common/at.js';
import { type Capabilities, type Limit, type OperationTable, wholly } from '../lowering/capabilities.js';
import type { Operand, Pads, PerAxis } from '../lowering/operations/operation.js';

export const title = 'ConvNetJS';

interface Window {
  readonly strides: PerAxis;
  readonly dilations: PerAxis;
  readonly pads: Pads;
}

/** It has one stride and one padding for both axes of an image. */
function windowed(kind: string, { strides, dilations, pads }: Window): string | undefined {
  if (strides.length !== 2) return `${kind} over ${strides.length} axes is not supported by ${title}`;
  if (dilations.some((each) => each !== 1))
    return `${kind} with dilations ${dilations} is not supported by ${title}`;
  if (strides[0] !== strides[1]) return `${kind} with strides ${strides} is not supported by ${title}`;
  return new Set(pads.flat()).size > 1
    ? `${kind} with pads ${pads.join(' ')} is not supported by ${title}: it pads all sides alike`
    : undefined;
}

const softmax: Limit<'Softmax'> = ({ axis }, [x]) =>
  axis === 1 && rankOf(x) === 2
    ? undefined
    : `Softmax along axis ${axis} of ${rankOf(x)} is not supported by ${title}`;

/** Before the fuse pass the bias of a dense layer is an addition by itself. */
const addition: Limit<'Add'> = (_, operands) =>
  operands.every(({ shape }) => shape.length <= 2) ? undefined : `Add is not supported by ${title}`;

const products: Limit<'MatMul' | 'Gemm'> = (_, [x, weight]) =>
  rankOf(x) === 2 && rankOf(weight) === 2
    ? undefined
    : `a product of ${rankOf(x)} axes is not supported by ${title}`;

const operations: OperationTable = {
  // A transposition in front of a dense layer is in the order of the layer's weight when the plan is finished.
  ...wholly('Relu', 'Sigmoid', 'Tanh', 'Reshape', 'Transpose'),
  Softmax: softmax,
  Add: addition,
  MatMul: products,
  Gemm: products,
  Conv: (settings) =>
    settings.group > 1
      ? `Conv with group ${settings.group} is not supported by ${title}`
      : windowed('Conv', settings),
  MaxPool: (settings) => windowed('MaxPool', settings),
  LRN: ({ axis, size }, [x]) =>
    axis === 3 && rankOf(x) === 4 && size % 2 === 1
      ? undefined
      : `LRN of size ${size} along axis ${axis} is not supported by ${title}`,
};

/** Its fully connected layers read a volume as it lies, with one filter for each output. */
export const convnetjs: Capabilities = {
  title,
  channels: 'last',
  operations,
  fusedActivations: { Gemm: ['Softmax'] },
  gemmOutputs: 'first',
  gemmFlattens: true,
  types: { float32: 'float32' },
};

function rankOf(x: Operand | undefined): number {
  return defined(x, 'an operand').shape.length;
}
