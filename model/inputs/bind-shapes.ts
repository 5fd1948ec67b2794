/** Gives every dynamic dimension of a model's inputs a value. */

import { at, defined, required } from '../../common/at.js';
import { quoted } from '../../common/invocation.js';
import type { TensorInfo } from '../graph.js';
import type { RawInput, RawModel } from '../import/raw-model.js';
import { modelError } from '../model-error.js';
import { guessShapes } from './guess-shapes.js';

type Shapes = Readonly<Record<string, readonly number[]>>;

/**
 * The model's inputs with static shapes.
 *
 * @param shapes by input name, from `--input`. A symbolic dimension (`N`) that one given shape binds is bound for all inputs
 * @throws TouchstoneError('model') for a shape of no input, a shape that contradicts the model, or a dimension left dynamic,
 *   with a proposal of `--input` arguments
 */
export function bindShapes(model: RawModel, shapes: Shapes): TensorInfo[] {
  const names = model.inputs.map((input) => input.name);
  const unknown = Object.keys(shapes).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw modelError(`the model has no input ${unknown}`, `its inputs are ${names.join(', ') || 'none'}`);
  }
  const { dynamic, extents } = openInputs(model, shapes);
  if (dynamic.length > 0) {
    const proposal = Object.entries(guessShapes(dynamic, extents));
    throw modelError(
      `the shape of ${dynamic.map((input) => input.name).join(', ')} is dynamic`,
      `specify it, for example ${proposal.map(([name, shape]) => inputOption(name, shape)).join(' ')}`,
    );
  }
  return model.inputs.map((input) => bind(input, given(input, shapes), extents));
}

/** The inputs without a static shape, and the values of the symbolic dimensions that given shapes bind. */
export function openInputs({ inputs }: RawModel, shapes: Shapes) {
  const extents = boundSymbols(inputs, shapes);
  return { dynamic: inputs.filter((input) => !given(input, shapes) && isDynamic(input, extents)), extents };
}

function given({ name }: RawInput, shapes: Shapes): readonly number[] | undefined {
  return Object.hasOwn(shapes, name) ? shapes[name] : undefined;
}

/** Values of symbolic dimensions that the given shapes determine. */
function boundSymbols(inputs: readonly RawInput[], shapes: Shapes): Map<string, number> {
  const extents = new Map<string, number>();
  for (const input of inputs) {
    given(input, shapes)?.forEach((extent, axis) => {
      const symbol = input.shape?.[axis];
      if (typeof symbol === 'string' && symbol !== '' && !extents.has(symbol)) extents.set(symbol, extent);
    });
  }
  return extents;
}

function bind(
  input: RawInput,
  asked: readonly number[] | undefined,
  extents: ReadonlyMap<string, number>,
): TensorInfo {
  const { name, type, shape } = input;
  if (!asked) {
    const bound = defined(shape, `shape of input ${name}`).map((extent) =>
      typeof extent === 'number' ? extent : required(extents, extent, `dimensions of input ${name}`),
    );
    return { name, type, shape: bound };
  }
  if (asked.includes(0)) {
    const possible = asked.map((extent) => Math.max(1, extent));
    throw modelError(
      `input ${name} has shape ${asked.join('x')}: a tensor without elements is not supported`,
      `every dimension has to be 1 or more, for example ${inputOption(name, possible)}`,
    );
  }
  if (shape && shape.length !== asked.length) {
    throw modelError(
      `input ${name} has ${shape.length} dimensions in the model, but ${asked.length} in --input`,
    );
  }
  const isOther = (extent: number | string, axis: number) =>
    typeof extent === 'number' && extent !== at(asked, axis);
  const axis = shape ? shape.findIndex(isOther) : -1;
  if (shape && axis >= 0) {
    throw modelError(
      `dimension ${axis + 1} of input ${name} is ${at(shape, axis)} in the model, but ${at(asked, axis)} in --input`,
    );
  }
  return { name, type, shape: [...asked] };
}

function isDynamic({ shape }: RawInput, extents: ReadonlyMap<string, number>): boolean {
  return shape === undefined || shape.some((extent) => typeof extent === 'string' && !extents.has(extent));
}

function inputOption(name: string, shape: readonly number[]): string {
  return `--input ${quoted(`${name}=${shape.join('x')}`)}`;
}
