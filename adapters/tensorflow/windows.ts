/** TensorFlow's operations over windows; their gradients have further limits. */
import { at } from '../../common/at.js';
import type { DataType } from '../../model/graph.js';
import type { Limit, OperationTable } from '../lowering/capabilities.js';
import { any, unlessTypes } from '../lowering/limits.js';
import { isOne } from '../lowering/lists.js';
import { recipesOf, stretchTo } from '../lowering/operations/interpolation.js';
import type { Operand, OperationKind, Operations, Pads, PerAxis } from '../lowering/operations/operation.js';
import { type PaddedWindow, paddingOf } from '../lowering/operations/same-pads.js';

export const title = 'TensorFlow';

const isPadded = (pads: Pads) => pads.some(([before, behind]) => before > 0 || behind > 0);
const typed = (...types: readonly DataType[]) => unlessTypes(title, (type) => types.includes(type));
const floatingPoint = typed('float16', 'float32', 'float64');
const float32 = typed('float32');
const spatialOf = (x: Operand) => x.shape.slice(1, -1);
/** Filters are [kernel, …, …]. */
const kernelOf = (filters: Operand) => filters.shape.slice(0, -2);

/** Pads that have to be those of SAME or VALID. */
const unnamed = (kind: OperationKind, { pads }: Pick<PaddedWindow, 'pads'>) =>
  `${kind} with pads ${pads.join(' ')} is not supported by ${title}: it has SAME and VALID`;

/** A window may not lie wholly within the pads: kernels differ there. */
const covering: Limit<'MaxPool' | 'AveragePool'> = ({ kernel, dilations, pads }, _, kind) =>
  pads.some((pair, axis) => Math.max(...pair) > (at(kernel, axis) - 1) * at(dilations, axis))
    ? `${kind} with pads ${pads.join(' ')} larger than the kernel ${kernel} is not supported by ${title}`
    : undefined;

const convolved: Limit<'Conv'> = (settings, [x, filters], kind) => {
  const { strides, dilations, group } = settings;
  const isDilatedVolume = strides.length === 3 && !isOne(dilations);
  const reason = (isDilatedVolume ? float32 : floatingPoint)({}, [x], kind);
  if (reason !== undefined) return reason;
  if (strides.length === 3 && group > 1)
    return `Conv with group ${group} over 3 spatial axes is not supported by ${title}`;
  const isSupported = strides.length === 2 || paddingOf(settings, spatialOf(x), kernelOf(filters));
  return isSupported ? undefined : unnamed(kind, settings);
};

const transposed: Limit<'ConvTranspose'> = (settings, [x, filters], kind) => {
  const { strides, dilations, pads, group, outputPadding } = settings;
  if (group > 1) return `ConvTranspose with group ${group} is not supported by ${title}`;
  const isLong = outputPadding.some((each, axis) => each >= at(strides, axis));
  if (isLong) return `ConvTranspose with output_padding ${outputPadding} is not supported by ${title}`;
  const kernel = kernelOf(filters);
  const reach = kernel.map((each, axis) => (each - 1) * at(dilations, axis));
  if (pads.some((pair, axis) => Math.max(...pair) > at(reach, axis))) return unnamed(kind, settings);
  const extents = spatialOf(x).map((extent, axis) => {
    const [before, behind] = at(pads, axis);
    const whole = at(strides, axis) * (extent - 1) + at(reach, axis) + 1;
    return whole - before - behind + at(outputPadding, axis);
  });
  if (paddingOf(settings, extents, kernel)) return undefined;
  return strides.length === 2 && isOne(dilations) ? undefined : unnamed(kind, settings);
};

const maxPool: Limit<'MaxPool'> = (settings, [x], kind) => {
  const { kernel, strides, dilations, pads } = settings;
  if (!isOne(dilations) && (!isOne(strides) || isPadded(pads)))
    return `MaxPool with dilations ${dilations} and strides or pads is not supported by ${title}`;
  const isSupported = kernel.length < 3 || paddingOf(settings, spatialOf(x), kernel);
  return isSupported ? undefined : unnamed(kind, settings);
};

const pooledTypes: Limit<'MaxPool' | 'AveragePool'> = ({ kernel }, inputs, kind) =>
  kernel.length === 3 ? float32({}, inputs, kind) : undefined;

const averagePool: Limit<'AveragePool'> = (settings, [x], kind) => {
  const { kernel, dilations, pads, countPads } = settings;
  if (!isOne(dilations)) return `AveragePool with dilations ${dilations} is not supported by ${title}`;
  if (countPads && isPadded(pads)) return `AveragePool with count_include_pad 1 is not supported by ${title}`;
  return paddingOf(settings, spatialOf(x), kernel) ? undefined : unnamed(kind, settings);
};

/** The operations of `tf.image.resize` are two-dimensional; the bilinear one returns float32 for any type. */
const resized: Limit<'Resize'> = (settings, [x]) => {
  const { mode, coordinates, sizes } = settings;
  const reason = `${mode} Resize of ${x.type} to ${sizes} with coordinates ${coordinates} is not supported by ${title}`;
  if (sizes.length !== 2 || mode === 'cubic') return reason;
  if (mode === 'nearest') {
    const isSupported = !['bool', 'uint32', 'uint64'].includes(x.type);
    return isSupported && isNearest(settings, spatialOf(x)) ? undefined : reason;
  }
  const isCentred =
    ['half_pixel', 'half_pixel_symmetric'].includes(coordinates) ||
    (coordinates === 'pytorch_half_pixel' && !sizes.includes(1));
  const isOwn = isCentred || coordinates === 'asymmetric' || coordinates === 'align_corners';
  return isOwn && x.type === 'float32' ? undefined : reason;
};

/** Whether TensorFlow, which computes positions in float32, picks the elements that ONNX picks. */
function isNearest({ coordinates, nearest, sizes }: Operations['Resize'], from: PerAxis): boolean {
  const settings = {
    ...{ mode: 'nearest' as const, coordinates, nearest, cubic: -0.75 },
    ...{ excludeOutside: false, antialias: false },
  };
  const isAligned = coordinates === 'align_corners';
  const offset = coordinates.includes('half_pixel') ? 0.5 : 0;
  return sizes.every((to, axis) => {
    const extent = at(from, axis);
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
    ({ dilations }, inputs, kind) => (isOne(dilations) ? floatingPoint : float32)({}, inputs, kind),
    transposed,
  ),
  MaxPool: any(pooled, pooledTypes, covering, maxPool),
  AveragePool: any(floatingPoint, pooledTypes, covering, averagePool),
  Resize: resized,
} satisfies OperationTable;

/** Gradients with groups or dilations support float32 only, and only the pads of SAME and VALID. */
const convolvedInTraining: Limit<'Conv'> = (settings, [x, filters]) => {
  const { group, dilations, pads } = settings;
  if (group === 1 && isOne(dilations)) return undefined;
  const gradient = `the gradient of Conv with group ${group} and dilations ${dilations}`;
  if (x.type !== 'float32') return `${gradient} is not supported for ${x.type} by ${title}`;
  return paddingOf(settings, spatialOf(x), kernelOf(filters))
    ? undefined
    : `${gradient} is not supported with pads ${pads.join(' ')} by ${title}: it has SAME and VALID`;
};

/**
 * With channels last, the gradient of a 1 × 1 convolution with strides in oneDNN (of TensorFlow 2.21 and PyTorch 2.13, on processors
 * with AVX2 only) writes beyond its memory where the last rows are not read and there are fewer than eight channels.
 */
export const stridedPoint =
  (framework: string): Limit<'Conv'> =>
  ({ strides }, [x, filters]) =>
    isOne(kernelOf(filters)) && !isOne(strides) && at(x.shape, -1) < 8
      ? `the gradient of Conv with kernel 1 and strides ${strides} is not supported by ${framework}`
      : undefined;

export const tensorflowWindowsInTraining: OperationTable = {
  ...tensorflowWindows,
  Conv: any(convolved, convolvedInTraining, stridedPoint(title)),
};
