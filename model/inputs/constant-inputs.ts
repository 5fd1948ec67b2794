/**
 * Turns inputs into constants where the user gives a range with a single value: a sampling rate, a length, a flag. Branches
 * that depend on them can then be resolved, and everything that depends on nothing else is folded.
 */

import type { TensorInfo, Tensors } from '../graph.js';
import type { RawModel } from '../import/raw-model.js';
import { type Ranges, randomInputs, rangeOf } from './random-inputs.js';

export interface ModelWithConstants {
  /** The model with those inputs as initialisers. */
  readonly model: RawModel;
  /** The remaining inputs and their ranges. */
  readonly inputs: readonly TensorInfo[];
  readonly ranges: Ranges;
  /** Values of the inputs that became constants. */
  readonly values: Tensors;
}

/**
 * Applies to integer and boolean inputs of rank 0 or 1 whose range has a single value. Floating-point inputs and integer
 * tensors of higher rank stay data even if all their elements are equal: a zero state, one token repeated.
 *
 * @param inputs of the model, with static shapes
 * @throws TouchstoneError('model') for a value that the input's type cannot represent
 */
export function withConstantInputs(
  model: RawModel,
  inputs: readonly TensorInfo[],
  ranges: Ranges,
): ModelWithConstants {
  const constant = inputs.filter((input) => isConstant(input, ranges));
  const names = new Set(constant.map(({ name }) => name));
  const given = Object.entries(ranges);
  const own = Object.fromEntries(given.filter(([name]) => names.has(name)));
  const values = randomInputs(constant, 0, 0, own);
  return {
    model: {
      ...model,
      inputs: model.inputs.filter(({ name }) => !names.has(name)),
      initialisers: new Map([...model.initialisers, ...Object.entries(values)]),
    },
    inputs: inputs.filter(({ name }) => !names.has(name)),
    ranges: Object.fromEntries(given.filter(([name]) => !names.has(name))),
    values,
  };
}

function isConstant({ name, type, shape }: TensorInfo, ranges: Ranges): boolean {
  const range = rangeOf(name, ranges);
  return range !== undefined && range[0] === range[1] && !type.startsWith('float') && shape.length <= 1;
}
