/** Gives every dynamic dimension of a model's inputs a value. */

import { at, defined, required } from '../../common/at.js';
import type { TensorInfo } from '../graph.js';
import type { RawInput, RawModel } from '../import/raw-model.js';
import { modelError } from '../model-error.js';

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
  const given = ({ name }: RawInput) => (Object.hasOwn(shapes, name) ? shapes[name] : undefined);
  const extents = boundSymbols(model.inputs, given);
  const dynamic = model.inputs.filter((input) => !given(input) && isDynamic(input, extents));
  if (dynamic.length > 0) {
    const proposed = new Map(extents);
    const proposal = dynamic.map((input) => inputOption(input.name, proposedShape(input, proposed)));
    throw modelError(
      `the shape of ${dynamic.map((input) => input.name).join(', ')} is dynamic`,
      `specify it, for example ${proposal.join(' ')}`,
    );
  }
  return model.inputs.map((input) => bind(input, given(input), extents));
}

/** Values of symbolic dimensions that the given shapes determine. */
function boundSymbols(
  inputs: readonly RawInput[],
  given: (input: RawInput) => readonly number[] | undefined,
): Map<string, number> {
  const extents = new Map<string, number>();
  for (const input of inputs) {
    given(input)?.forEach((extent, axis) => {
      const symbol = input.shape?.[axis];
      if (typeof symbol === 'string' && symbol !== '' && !extents.has(symbol)) extents.set(symbol, extent);
    });
  }
  return extents;
}

function bind(
  input: RawInput,
  given: readonly number[] | undefined,
  extents: ReadonlyMap<string, number>,
): TensorInfo {
  const { name, type, shape } = input;
  if (!given) {
    const bound = defined(shape, `shape of input ${name}`).map((extent) =>
      typeof extent === 'number' ? extent : required(extents, extent, `dimensions of input ${name}`),
    );
    return { name, type, shape: bound };
  }
  if (given.includes(0)) {
    const possible = given.map((extent) => Math.max(1, extent)).join('x');
    throw modelError(
      `input ${name} has shape ${given.join('x')}: a tensor without elements is not supported`,
      `every dimension has to be 1 or more, for example ${inputOption(name, possible)}`,
    );
  }
  if (shape && shape.length !== given.length) {
    throw modelError(
      `input ${name} has ${shape.length} dimensions in the model, but ${given.length} in --input`,
    );
  }
  const isOther = (extent: number | string, axis: number) =>
    typeof extent === 'number' && extent !== at(given, axis);
  const axis = shape ? shape.findIndex(isOther) : -1;
  if (shape && axis >= 0) {
    throw modelError(
      `dimension ${axis + 1} of input ${name} is ${at(shape, axis)} in the model, but ${at(given, axis)} in --input`,
    );
  }
  return { name, type, shape: [...given] };
}

function isDynamic({ shape }: RawInput, extents: ReadonlyMap<string, number>): boolean {
  return shape === undefined || shape.some((extent) => typeof extent === 'string' && !extents.has(extent));
}

/**
 * 224 for the height and width of what looks like an image (channels first or last), 1 for every other dimension.
 *
 * @param extents symbolic dimensions that have a proposal already; adds to it
 */
function proposedShape({ shape }: RawInput, extents: Map<string, number>): string {
  if (!shape) return '1x3x224x224';
  const isChannelsLast = shape[3] === 1 || shape[3] === 3;
  const isPixelAxis = (axis: number) =>
    shape.length === 4 && (isChannelsLast ? axis === 1 || axis === 2 : axis > 1);
  return shape
    .map((extent, axis) => {
      if (typeof extent === 'number') return extent;
      const proposed = extents.get(extent) ?? (isPixelAxis(axis) ? 224 : 1);
      if (extent !== '') extents.set(extent, proposed);
      return proposed;
    })
    .join('x');
}

function inputOption(name: string, shape: string): string {
  return `--input ${shellQuoted(`${name}=${shape}`)}`;
}

/** Quoted if a POSIX shell would interpret any of its characters. */
function shellQuoted(argument: string): string {
  return /^[\w./:@%+=,-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;
}
