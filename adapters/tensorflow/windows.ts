/** What TensorFlow has of operations over windows; what the gradients of these lack is apart, as that is more. */
import type { DataType } from '../../model/graph.js';
import type { Lack, OperationTable } from '../lowering/capabilities.js';
import { any, unlessTypes } from '../lowering/limits.js';
import { recipesOf, stretchTo } from '../lowering/operations/interpolation.js';
import type { Operand, Operations, Pads, PerAxis } from '../lowering/operations/operation.js';
import { sameList } from '../lowering/value.js';

export const title = 'TensorFlow';

interface Window {
  readonly strides: PerAxis;
  readonly dilations: PerAxis;
  readonly pads: Pads;
}

const isOne = (numbers: PerAxis) => numbers.every((each) => each === 1);
const isPadded = (pads: Pads) => pads.some(([before, behind]) => before > 0 || behind > 0);
const typed = (...types: readonly DataType[]) => unlessTypes(title, (type) => types.includes(type));
const fractions = typed('float16', 'float32', 'float64');
const single = typed('float32');
const spatial = (x: Operand | undefined) => x?.shape.slice(1, -1) ?? [];
/** Filters are [kernel, …, …]. */
const kernelOf = (filters: Operand | undefined) => filters?.shape.slice(0, -2) ?? [];

/** Whether the pads are what TensorFlow calls SAME, or none. */
function isNamed({ strides, dilations, pads }: Window, extents: PerAxis, kernel: PerAxis): boolean {
  if (!isPadded(pads)) return true;
  return pads.every((given, axis) => {
    const [extent, stride] = [extents[axis] ?? 1, strides[axis] ?? 1];
    const reach = ((kernel[axis] ?? 1) - 1) * (dilations[axis] ?? 1) + 1;
    const sum = Math.max((Math.ceil(extent / stride) - 1) * stride + reach - extent, 0);
    return sameList(given, [Math.floor(sum / 2), Math.ceil(sum / 2)]);
  });
}

const unnamed = `${title} has not these pads there`;

/** Windows of pads alone, of which kernels make different things. */
const seeing = ({ kernel, dilations, pads }: Operations['MaxPool']) =>
  pads.some((pair, axis) => Math.max(...pair) > ((kernel[axis] ?? 1) - 1) * (dilations[axis] ?? 1))
    ? `${title} has no windows of pads alone`
    : undefined;

const convolved: Lack<'Conv'> = (settings, [x, filters]) => {
  const axes = settings.strides.length;
  const wrong = axes === 3 && !isOne(settings.dilations) ? single : fractions;
  const reason = wrong({}, x ? [x] : []);
  if (reason !== undefined) return reason;
  if (axes === 3 && settings.group > 1) return `${title} has no groups over three axes`;
  return axes === 2 || isNamed(settings, spatial(x), kernelOf(filters)) ? undefined : unnamed;
};

const transposed: Lack<'ConvTranspose'> = (settings, [x, filters]) => {
  const { strides, dilations, pads, group, outputPadding } = settings;
  if (group > 1) return `${title} has no ConvTranspose with groups`;
  const isLong = outputPadding.some((each, axis) => each >= (strides[axis] ?? 1));
  if (isLong) return `${title} has no such output_padding`;
  const kernel = kernelOf(filters);
  const reach = kernel.map((each, axis) => (each - 1) * (dilations[axis] ?? 1));
  if (pads.some((pair, axis) => Math.max(...pair) > (reach[axis] ?? 0))) return unnamed;
  const extents = spatial(x).map((extent, axis) => {
    const [before = 0, behind = 0] = pads[axis] ?? [];
    const whole = (strides[axis] ?? 1) * (extent - 1) + (reach[axis] ?? 0) + 1;
    return whole - before - behind + (outputPadding[axis] ?? 0);
  });
  if (isNamed(settings, extents, kernel)) return undefined;
  return strides.length === 2 && isOne(dilations) ? undefined : unnamed;
};

const maximum: Lack<'MaxPool'> = (settings, [x]) => {
  const { kernel, strides, dilations, pads } = settings;
  if (!isOne(dilations) && (!isOne(strides) || isPadded(pads)))
    return `${title} has no dilations with strides or pads`;
  return kernel.length < 3 || isNamed(settings, spatial(x), kernel) ? undefined : unnamed;
};

const pooledTypes: Lack<'MaxPool' | 'AveragePool'> = ({ kernel }, inputs) =>
  kernel.length === 3 ? single({}, inputs) : undefined;

const averaged: Lack<'AveragePool'> = (settings, [x]) => {
  if (!isOne(settings.dilations)) return `${title} has no AveragePool with dilations`;
  if (settings.countPads && isPadded(settings.pads)) return `${title} has averages without the pads only`;
  return isNamed(settings, spatial(x), settings.kernel) ? undefined : unnamed;
};

/** The operations behind `tf.image.resize` are of pictures; the smooth one gives float32 whatever it reads. */
const resized: Lack<'Resize'> = (settings, [x]) => {
  const { mode, coordinates, sizes } = settings;
  const lacking = `${title} has no such Resize`;
  if (sizes.length !== 2 || !x || mode === 'cubic') return lacking;
  if (mode === 'nearest') {
    const isTaken = !['bool', 'uint32', 'uint64'].includes(x.type);
    return isTaken && isNearest(settings, spatial(x)) ? undefined : lacking;
  }
  const isCentred =
    ['half_pixel', 'half_pixel_symmetric'].includes(coordinates) ||
    (coordinates === 'pytorch_half_pixel' && !sizes.includes(1));
  const isOwn = isCentred || coordinates === 'asymmetric' || coordinates === 'align_corners';
  return isOwn && x.type === 'float32' ? undefined : lacking;
};

/** Whether TensorFlow picks the very elements that ONNX picks: it computes positions in float32. */
function isNearest({ coordinates, nearest, sizes }: Operations['Resize'], from: PerAxis): boolean {
  const settings = {
    ...{ mode: 'nearest' as const, coordinates, nearest, cubic: -0.75 },
    ...{ excludeOutside: false, antialias: false },
  };
  const isAligned = coordinates === 'align_corners';
  const offset = coordinates.includes('half_pixel') ? 0.5 : 0;
  return sizes.every((to, axis) => {
    const extent = from[axis] ?? 1;
    const scale = isAligned && to > 1 ? (extent - 1) / (to - 1) : extent / to;
    return recipesOf(settings, stretchTo(extent, to))?.every((recipe, place) =>
      [Math.fround, (value: number) => value].every((rounded) => {
        const x = rounded((place + offset) * rounded(scale));
        return recipe?.positions[0] === Math.min(Math.floor(isAligned ? x + 0.5 : x), extent - 1);
      }),
    );
  });
}

const pooled = unlessTypes(title, (type) => !['bool', 'uint32', 'uint64'].includes(type));

export const tensorflowWindows = {
  Conv: convolved,
  ConvTranspose: any(
    ({ dilations }, inputs) => (isOne(dilations) ? fractions : single)({}, inputs),
    transposed,
  ),
  MaxPool: any(pooled, pooledTypes, seeing, maximum),
  AveragePool: any(fractions, pooledTypes, seeing, averaged),
  Resize: resized,
} satisfies OperationTable;

/** Gradients of pictures know explicit pads only where there are neither groups nor dilations, which need float32. */
const convolvedInTraining: Lack<'Conv'> = (settings, [x, filters]) => {
  if (settings.group === 1 && isOne(settings.dilations)) return undefined;
  if (x?.type !== 'float32')
    return `the gradient of ${title} has neither groups nor dilations for ${x?.type}`;
  return isNamed(settings, spatial(x), kernelOf(filters))
    ? undefined
    : `the gradient of ${title} has not these pads`;
};

export const tensorflowWindowsInTraining: OperationTable = {
  ...tensorflowWindows,
  Conv: any(convolved, convolvedInTraining),
};
