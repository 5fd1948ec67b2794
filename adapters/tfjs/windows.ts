/** What TensorFlow.js 4.22.0 has of operations over windows, by backend. Filters are [kernel, …, …]. */
import { at, defined } from '../../common/at.js';
import type { Limit, OperationTable } from '../lowering/capabilities.js';
import { any, unlessTypes } from '../lowering/limits.js';
import { isOne } from '../lowering/lists.js';
import type { Operand, Pads, PerAxis } from '../lowering/operations/operation.js';
import { paddingOf } from '../lowering/operations/same-pads.js';

export const title = 'TensorFlow.js';

export const floats = unlessTypes(title, (type) => type === 'float32');

export const isPadded = (pads: Pads) => pads.some(([before, behind]) => before > 0 || behind > 0);
const spatialOf = (x: Operand | undefined) => shapeOf(x).slice(1, -1);

const strided: Limit<'Conv'> = ({ strides, dilations }) =>
  isOne(strides) || isOne(dilations)
    ? undefined
    : `Conv with strides ${strides} and dilations ${dilations} is not supported by ${title}`;

/** Its layers have `valid` and `same` padding; of other pads it is a layer of zeros before the convolution. */
const convolutionPads: Limit<'Conv'> = (settings, [x, filters]) => {
  const { pads, strides } = settings;
  const isNamed = paddingOf(settings, spatialOf(x), shapeOf(filters).slice(0, -2)) !== undefined;
  return isNamed && !(strides.length === 3 && isPadded(pads))
    ? undefined
    : `Conv with pads ${pads.join(' ')} is not supported by ${title}`;
};

const grouped: Limit<'Conv'> = ({ group, strides, dilations }, [x, filters]) => {
  if (group === 1) return undefined;
  if (strides.length === 3) return `Conv with group ${group} over three axes is not supported by ${title}`;
  if (!isDepthwise(group, x, filters)) return undefined;
  const isAlike = [strides, dilations].every((each) => new Set(each).size === 1);
  return isAlike
    ? undefined
    : `Conv with group ${group}, strides ${strides} and dilations ${dilations} is not supported by ${title}`;
};

/** Whether each channel is a group: the depthwise convolution of TensorFlow.js. */
export function isDepthwise(group: number, x: Operand | undefined, filters: Operand | undefined): boolean {
  return group > 1 && at(shapeOf(x), -1) === group && at(shapeOf(filters), -2) === 1;
}

const undilated =
  (operator: string): Limit<'MaxPool' | 'AveragePool' | 'ConvTranspose'> =>
  ({ dilations }) =>
    isOne(dilations) ? undefined : `${operator} with dilations ${dilations} is not supported by ${title}`;

const unpaddedVolume =
  (operator: string): Limit<'MaxPool' | 'AveragePool' | 'ConvTranspose'> =>
  ({ pads }) =>
    pads.length === 3 && isPadded(pads)
      ? `${operator} with pads ${pads.join(' ')} over three axes is not supported by ${title}`
      : undefined;

/** Windows that see pads alone, of which each backend makes something else. */
const seeing: Limit<'MaxPool' | 'AveragePool'> = ({ kernel, pads }) =>
  pads.some((pair, axis) => Math.max(...pair) >= at(kernel, axis))
    ? `pooling with pads ${pads.join(' ')} and kernel ${kernel} is not supported by ${title}`
    : undefined;

const uncounted: Limit<'AveragePool'> = ({ countPads, pads }) =>
  countPads && isPadded(pads)
    ? `AveragePool with pads ${pads.join(' ')} that count is not supported by ${title}`
    : undefined;

const ungrouped: Limit<'ConvTranspose'> = ({ group }) =>
  group === 1 ? undefined : `ConvTranspose with group ${group} is not supported by ${title}`;

/**
 * `tf.image.resizeBilinear` and `resizeNearestNeighbor`, of images: the latter takes the upper of two nearest, and without
 * half pixels the one below.
 */
const resize: Limit<'Resize'> = ({ mode, coordinates, nearest, sizes }, [x]) => {
  const shape = shapeOf(x);
  const reason = `${mode} Resize to ${sizes} with coordinates ${coordinates} is not supported by ${title}`;
  if (shape.length !== 4 || mode === 'cubic') return reason;
  if (!['half_pixel', 'asymmetric', 'align_corners'].includes(coordinates)) return reason;
  if (mode === 'linear') return undefined;
  if (coordinates === 'asymmetric') return nearest === 'floor' ? undefined : reason;
  return coordinates === 'half_pixel' && !isBetween(shape.slice(1, 3), sizes) && nearest.startsWith('round')
    ? undefined
    : reason;
};

/** Whether a position lies in the middle of two elements, where ways of rounding differ. */
function isBetween(from: PerAxis, to: PerAxis): boolean {
  return to.some((size, axis) =>
    Array.from({ length: size }, (_, place) => (2 * place + 1) * at(from, axis)).some(
      (doubled) => doubled % (2 * size) === 0,
    ),
  );
}

/** Of every backend. */
export const windows: OperationTable = {
  Conv: any(floats, strided, convolutionPads, grouped),
  ConvTranspose: any(floats, undilated('ConvTranspose'), unpaddedVolume('ConvTranspose'), ungrouped),
  MaxPool: any(floats, undilated('MaxPool'), unpaddedVolume('MaxPool'), seeing),
  AveragePool: any(floats, undilated('AveragePool'), unpaddedVolume('AveragePool'), seeing, uncounted),
  Resize: any(floats, resize),
};

const flat =
  (operator: string): Limit<'MaxPool' | 'ConvTranspose'> =>
  ({ strides }) =>
    strides.length === 3
      ? `${operator} over three axes is not supported by the WebAssembly backend of ${title}`
      : undefined;

/** `valid` or `same`. */
const namedPads: Limit<'MaxPool' | 'AveragePool'> = (settings, [x]) =>
  paddingOf(settings, spatialOf(x), settings.kernel)
    ? undefined
    : `pooling with pads ${settings.pads.join(' ')} is not supported by tfjs-node`;

/** Kernels of WebAssembly over three axes start from the least positive number, and from what was in the memory before. */
export const wasmWindows: OperationTable = { MaxPool: flat('MaxPool'), ConvTranspose: flat('ConvTranspose') };

const nodeDilations: Limit<'Conv'> = ({ dilations }) =>
  !isOne(dilations) && dilations.length === 3
    ? `Conv with dilations ${dilations} is not supported by tfjs-node`
    : undefined;

export const nodeWindows: OperationTable = {
  Conv: nodeDilations,
  ConvTranspose: ({ pads }) =>
    isPadded(pads) ? `ConvTranspose with pads ${pads.join(' ')} is not supported by tfjs-node` : undefined,
  MaxPool: namedPads,
  AveragePool: namedPads,
};

export function shapeOf(x: Operand | undefined): readonly number[] {
  return defined(x, 'an operand').shape;
}
