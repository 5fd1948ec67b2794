/** What Keras has of operations over windows. */
import { at, defined } from '../../common/at.js';
import type { Limit, OperationTable } from '../lowering/capabilities.js';
import { any } from '../lowering/limits.js';
import { isOne } from '../lowering/lists.js';
import type { Operand, Operations, Pads, PerAxis } from '../lowering/operations/operation.js';
import { float32, floatingPoint } from './types.js';

interface Window {
  readonly kernel: PerAxis;
  readonly strides: PerAxis;
  readonly dilations: PerAxis;
  readonly pads: Pads;
}

function shapeOf(x: Operand | undefined): readonly number[] {
  return defined(x, 'an operand').shape;
}

/** Filters are [kernel, …, …]. */
const kernelOf = (filters: Operand | undefined) => shapeOf(filters).slice(0, -2);

/** Whether each channel is convolved by itself with equal strides: a DepthwiseConv layer. */
export function isDepthwise(
  { group, strides }: Operations['Conv'],
  [x, filters]: readonly Operand[],
): boolean {
  const isEach = group > 1 && group === at(shapeOf(x), -1) && at(shapeOf(filters), -2) === 1;
  return isEach && strides.length < 3 && new Set(strides).size === 1;
}

/** Pads are none, or those that Keras calls `same`. */
function pads(kind: string, { kernel, strides, dilations, pads }: Window, x: Operand | undefined) {
  const isSame = pads.every(([before, behind], axis) => {
    const extent = at(shapeOf(x), axis + 1);
    const stride = at(strides, axis);
    const reach = (at(kernel, axis) - 1) * at(dilations, axis) + 1;
    const total = Math.max(0, (Math.ceil(extent / stride) - 1) * stride + reach - extent);
    return before === Math.floor(total / 2) && behind === Math.ceil(total / 2);
  });
  const isNone = pads.every(([before, behind]) => before === 0 && behind === 0);
  return isNone || isSame ? undefined : `${kind} with pads ${pads.join(' ')} is not supported by Keras`;
}

const undilated: Limit<'MaxPool' | 'AveragePool'> = ({ dilations }) =>
  isOne(dilations) ? undefined : `pooling with dilations ${dilations} is not supported by Keras`;

const averagePool: Limit<'AveragePool'> = (settings, [x]) => {
  if (settings.countPads && settings.pads.flat().some((each) => each > 0))
    return 'AveragePool with count_include_pad 1 is not supported by Keras';
  return pads('AveragePool', settings, x);
};

/** Its result is whole, and not longer than what the filters reach. */
const convTranspose: Limit<'ConvTranspose'> = (settings, [, filters]) => {
  const { strides, dilations, group, outputPadding } = settings;
  const isWhole = [...settings.pads.flat(), ...outputPadding].every((each) => each === 0);
  const isReached = kernelOf(filters).every((extent, axis) => extent >= at(strides, axis));
  if (isWhole && isReached && group === 1 && isOne(dilations)) return undefined;
  return `ConvTranspose with pads ${settings.pads.join(' ')}, strides ${strides}, dilations ${dilations} and group ${group} is not supported by Keras`;
};

export const windows: OperationTable = {
  Conv: any(floatingPoint, (settings, [x, filters]) =>
    pads('Conv', { ...settings, kernel: kernelOf(filters) }, x),
  ),
  ConvTranspose: any(floatingPoint, convTranspose),
  MaxPool: any(floatingPoint, undilated),
  AveragePool: any(floatingPoint, undilated, averagePool),
  Resize: any(float32, ({ mode, coordinates }, [x]) =>
    mode === 'linear' && coordinates === 'half_pixel' && shapeOf(x).length === 4
      ? undefined
      : `${mode} Resize with coordinates ${coordinates} is not supported by Keras`,
  ),
};
