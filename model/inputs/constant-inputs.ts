/**
 * Turns inputs into constants where the user gives a range with a single value: a sampling rate, a length, a flag; and lengths
 * of sequences that are the same in all of the user's data. Branches that depend on them can then be resolved, and everything
 * that depends on nothing else is folded.
 */

import { required } from '../../common/at.js';
import type { Tensor, TensorInfo, Tensors } from '../graph.js';
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
 * @param data of the user, a set for each buffer
 * @throws TouchstoneError('model') for a value that the input's type cannot represent
 */
export function withConstantInputs(
  model: RawModel,
  inputs: readonly TensorInfo[],
  ranges: Ranges,
  data: readonly Tensors[] = [],
): ModelWithConstants {
  const constant = inputs.filter((input) => isConstant(input, ranges));
  const given = Object.entries(ranges);
  const isOwn = ([name]: readonly [string, unknown]) => constant.some((input) => input.name === name);
  const own = Object.fromEntries(given.filter(isOwn));
  const values = { ...sameLengths(model, inputs, data), ...randomInputs(constant, 0, 0, own) };
  const names = new Set(Object.keys(values));
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

/** Lengths of sequences that are alike in all sets. */
function sameLengths(
  model: RawModel,
  inputs: readonly TensorInfo[],
  [first, ...others]: readonly Tensors[],
): Tensors {
  if (!first) return {};
  const lengths = inputs
    .filter(({ name }) => isLengths(model, name) && Object.hasOwn(first, name))
    .map((input) => [input, required(first, input.name)] as const)
    .filter(([input, tensor]) => isOfKind(tensor, input))
    .filter(([{ name }, { data }]) => others.every((each) => each[name]?.data.join() === data.join()));
  return Object.fromEntries(lengths.map(([{ name }, tensor]) => [name, tensor]));
}

function isOfKind({ type, shape }: Tensor, input: TensorInfo): boolean {
  return type === input.type && shape.join() === input.shape.join();
}

/** Whether the input is the sequence_lens of a recurrent layer. */
function isLengths({ nodes }: RawModel, input: string): boolean {
  const names = new Set([input]);
  for (const { operator, inputs, outputs } of nodes) {
    if (/^(LSTM|GRU|RNN)$/.test(operator) && names.has(inputs[4] ?? '')) return true;
    if (/^(Cast|Identity)$/.test(operator) && names.has(inputs[0] ?? '')) names.add(outputs[0] ?? '');
  }
  return false;
}
