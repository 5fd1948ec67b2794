/**
 * Inputs that the user says have one value only, such as a sampling rate, a length or a flag. They are constants of the model: branches
 * that hang on them can be decided then, and what depends on nothing else folds.
 */

import type { TensorInfo, Tensors } from '../graph.js';
import type { RawModel } from '../import/read-model.js';
import { type Ranges, randomInputs } from './random-inputs.js';

export interface Settled {
  /** With those inputs as initialisers. */
  readonly model: RawModel;
  /** The others, and what is said of their values. */
  readonly inputs: readonly TensorInfo[];
  readonly ranges: Ranges;
  readonly values: Tensors;
}

/**
 * Whole numbers and booleans with one axis at most whose range has one value. Fractions and tables of whole numbers are data, also
 * where all of it is alike: zeros as a state, one word all through a text.
 *
 * @param inputs the model's, with every dimension bound
 * @throws TouchstoneError('model') for a value that the input's type cannot have
 */
export function settle(model: RawModel, inputs: readonly TensorInfo[], ranges: Ranges): Settled {
  const settled = inputs.filter((input) => isSettled(input, ranges));
  const names = new Set(settled.map(({ name }) => name));
  const given = Object.entries(ranges);
  const own = Object.fromEntries(given.filter(([name]) => names.has(name)));
  const values = randomInputs(settled, 0, 0, own);
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

function isSettled({ name, type, shape }: TensorInfo, ranges: Ranges): boolean {
  const [low, high] = (Object.hasOwn(ranges, name) ? ranges[name] : undefined) ?? [];
  return low !== undefined && low === high && !type.startsWith('float') && shape.length <= 1;
}
