/** Normalisations, by the formulas of the ONNX operators (github.com/onnx/onnx, docs/Operators.md). */
import { at } from '../../../common/at.js';
import { elementCount } from '../../../model/graph.js';
import {
  along,
  binary,
  type Emitter,
  pad,
  reduce,
  reshape,
  sliceAxis,
  unary,
  withNumber,
} from '../operations/emitter.js';
import { channelAxis, spatialAxes } from '../operations/layout.js';
import type { Operand } from '../operations/operation.js';
import type { Decomposition, Decompositions } from './decomposition.js';

export interface Standardised {
  readonly result: Operand;
  readonly mean: Operand;
  /** 1 / √(variance + epsilon) */
  readonly inverse: Operand;
}

/** (x − mean) / √(variance + epsilon) over some axes. */
export function standardised(p: Emitter, x: Operand, axes: readonly number[], epsilon: number): Standardised {
  const mean = reduce(p, 'ReduceMean', x, axes, true);
  const centred = binary(p, 'Sub', x, mean);
  const variance = reduce(p, 'ReduceMean', binary(p, 'Mul', centred, centred), axes, true);
  const inverse = unary(p, 'Reciprocal', unary(p, 'Sqrt', withNumber(p, 'Add', variance, epsilon)));
  return { result: binary(p, 'Mul', centred, inverse), mean, inverse };
}

/** x · scale + bias, with broadcasting. */
export function affine(p: Emitter, x: Operand, scale: Operand, bias: Operand | undefined): Operand {
  const scaled = binary(p, 'Mul', x, scale);
  return bias ? binary(p, 'Add', scaled, bias) : scaled;
}

function byChannel(p: Emitter, x: Operand, scale: Operand, bias: Operand): Operand {
  const rank = x.shape.length;
  const axis = channelAxis(p.capabilities.channels, rank);
  return affine(p, x, along(p, scale, axis, rank), along(p, bias, axis, rank));
}

/** BatchNormalization in simpler operations. */
export const batchNormalised: Decomposition<'BatchNormalization'> = (p, { axis, epsilon }, operands) => {
  const [x, scale, bias, mean, variance] = operands;
  const deviation = unary(p, 'Sqrt', withNumber(p, 'Add', variance, epsilon));
  const factor = binary(p, 'Div', scale, deviation);
  const rank = x.shape.length;
  const centred = binary(p, 'Sub', x, along(p, mean, axis, rank));
  return [affine(p, centred, along(p, factor, axis, rank), along(p, bias, axis, rank))];
};

export const normalisation: Decompositions = {
  BatchNormalization: batchNormalised,
  /** The running statistics are not updated. */
  TrainingBatchNormalization: (p, { axis, epsilon }, [x, scale, bias]) => {
    const over = [...x.shape.keys()].filter((each) => each !== axis);
    const rank = x.shape.length;
    const { result } = standardised(p, x, over, epsilon);
    return [affine(p, result, along(p, scale, axis, rank), along(p, bias, axis, rank))];
  },
  LayerNormalization: (p, { axes, epsilon }, [x, scale, bias]) => [
    affine(p, standardised(p, x, axes, epsilon).result, scale, bias),
  ],
  InstanceNormalization: (p, { epsilon }, [x, scale, bias]) => {
    const over = spatialAxes(p.capabilities.channels, x.shape.length);
    return [byChannel(p, standardised(p, x, over, epsilon).result, scale, bias)];
  },
  GroupNormalization: (p, { groups, epsilon }, [x, scale, bias]) => {
    const isFirst = p.capabilities.channels === 'first';
    const batch = at(x.shape, 0);
    const channels = at(x.shape, channelAxis(p.capabilities.channels, x.shape.length));
    const size = channels / groups;
    const places = elementCount(x.shape) / batch / channels;
    const apart = reshape(p, x, isFirst ? [batch, groups, size * places] : [batch, places, groups, size]);
    const { result } = standardised(p, apart, isFirst ? [2] : [1, 3], epsilon);
    return [byChannel(p, reshape(p, result, x.shape), scale, bias)];
  },
  LRN: (p, { axis, size, alpha, beta, bias }, [x]) => {
    const before = Math.floor((size - 1) / 2);
    const extent = at(x.shape, axis);
    const sides = x.shape.map((_, each): readonly [number, number] =>
      each === axis ? [before, size - 1 - before] : [0, 0],
    );
    const squares = pad(p, binary(p, 'Mul', x, x), sides, 0);
    const sum = Array.from({ length: size }, (_, offset) =>
      sliceAxis(p, squares, axis, offset, offset + extent),
    ).reduce((a, b) => binary(p, 'Add', a, b));
    const scaled = withNumber(p, 'Add', withNumber(p, 'Mul', sum, alpha / size), bias);
    return [binary(p, 'Div', x, withNumber(p, 'Pow', scaled, beta))];
  },
};
