/**
 * Gradients that TensorFlow.js 4.22.0 does not have or computes wrongly: found by comparing each with differences of the results
 * of its operation, on every backend. Comparisons and other operations without a gradient are refused where their operands may
 * be trained.
 */
import { at } from '../../common/at.js';
import type { Capabilities, Limit, OperationTable } from '../lowering/capabilities.js';
import { type AnyLimit, all, narrowed } from '../lowering/limits.js';
import { isOne, sameList } from '../lowering/lists.js';
import { comparisons, type Operand } from '../lowering/operations/operation.js';
import { refuse } from '../lowering/refusal.js';
import { stridedPoint } from '../tensorflow/windows.js';
import { type Backend, tfjsCapabilities } from './capabilities.js';
import { missing, missingKernels } from './wasm-gradients.js';
import { isDepthwise, isPadded, shapeOf, title } from './windows.js';

/** Refused instead of decomposed: a decomposition is no longer what users of the framework train. */
const never = (reason: string): never => refuse(`in training: ${reason}`);

const isFloat = ({ type }: Operand) => type === 'float32';

const integersOnly: AnyLimit = (_, inputs) =>
  inputs.some(isFloat) ? never(`its gradient is not supported by ${title}`) : undefined;

const sameShapes: AnyLimit = (_, inputs) =>
  inputs.every(({ shape }) => sameList(shape, shapeOf(inputs[0])))
    ? undefined
    : never(`its gradient between different shapes is not supported by ${title}`);

const twoAxes: Limit<'MaxPool' | 'AveragePool'> = ({ kernel }) =>
  kernel.length === 3 ? `the gradient of pooling over three axes is not supported by ${title}` : undefined;

/** Layers take the steps apart by `unstack`, whose gradient in `Unpack_grad.js` of tfjs-core fails on a single one. */
const manySteps: AnyLimit = (_, [x]) =>
  at(shapeOf(x), 1) > 1
    ? undefined
    : `the gradient of a recurrent layer of one step is not supported by ${title}`;

const common: OperationTable = {
  ...all(manySteps, 'LSTM', 'GRU', 'RNN'),
  ...all(integersOnly, ...comparisons, 'IsNaN', 'IsInf', 'ArgMax', 'ArgMin', 'TopK', 'Einsum'),
  ...all(integersOnly, 'ScatterND', 'ScatterElements'),
  ...all(sameShapes, 'Max', 'Min'),
  GatherND: () => `the gradient of GatherND is not supported by ${title}`,
  Cast: (settings, inputs, kind) =>
    settings.to === 'float32' ? undefined : integersOnly(settings, inputs, kind),
  CumSum: ({ axis }, [x]) =>
    axis === shapeOf(x).length - 1
      ? undefined
      : `the gradient of CumSum along axis ${axis} of ${shapeOf(x).length} is not supported by ${title}`,
  Tile: (_, [x]) =>
    shapeOf(x).length <= 4
      ? undefined
      : `the gradient of Tile over ${shapeOf(x).length} axes is not supported by ${title}`,
  Slice: ({ strides }) =>
    isOne(strides) ? undefined : never(`the gradient of Slice with steps is not supported by ${title}`),
  // `Conv2D_grad.js` and `DepthwiseConv2dNative_grad.js` of tfjs-core.
  Conv: ({ dilations }) =>
    isOne(dilations)
      ? undefined
      : `the gradient of Conv with dilations ${dilations} is not supported by ${title}`,
  ConvTranspose: ({ strides }) =>
    strides.length === 3
      ? `the gradient of ConvTranspose over three axes is not supported by ${title}`
      : undefined,
  MaxPool: twoAxes,
  AveragePool: twoAxes,
  Resize: ({ mode }) =>
    mode === 'nearest' ? undefined : `the gradient of ${mode} Resize is not supported by ${title}`,
};

/**
 * `AvgPoolGrad` of every backend but TensorFlow's library divides by the whole window where a part of it is padding, which the forward
 * kernel does not count.
 */
const unpadded: Limit<'AveragePool'> = ({ pads }) =>
  isPadded(pads)
    ? `the gradient of AveragePool with pads ${pads.join(' ')} is not supported by ${title}`
    : undefined;

/** `MaxPoolGrad` of tfjs-backend-wasm misplaces gradients of windows with more pads before than behind. */
const balanced: Limit<'MaxPool'> = ({ pads }) =>
  pads.some(([before, behind]) => before > behind)
    ? `the gradient of MaxPool with pads ${pads.join(' ')} is not supported by the WebAssembly backend of ${title}`
    : undefined;

const byBackend: Readonly<Record<Backend, OperationTable>> = {
  cpu: { AveragePool: unpadded },
  wasm: {
    AveragePool: unpadded,
    MaxPool: balanced,
    Conv: ({ group }, [x, filters]) =>
      never(missing(isDepthwise(group, x, filters) ? missingKernels.depthwiseConv : missingKernels.Conv)),
    ConvTranspose: () => never(missing(missingKernels.ConvTranspose)),
    Gather: (_, inputs) => (isFloat(at(inputs, 0)) ? never(missing(missingKernels.Gather)) : undefined),
  },
  tensorflow: { Conv: stridedPoint('tfjs-node') },
  webgl: { AveragePool: unpadded },
  webgpu: { AveragePool: unpadded },
};

export function tfjsInTraining(backend: Backend): Capabilities {
  const capabilities = tfjsCapabilities(backend);
  const operations = narrowed(narrowed(capabilities.operations, common), byBackend[backend]);
  return { ...capabilities, operations };
}
