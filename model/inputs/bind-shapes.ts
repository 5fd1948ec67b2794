/** Gives every open dimension of a model's inputs a value: what the user says, or else what the file says. */

import type { TensorInfo } from '../graph.js';
import { refuse } from '../import/decode.js';
import type { RawInput, RawModel } from '../import/read-model.js';

type Shapes = Readonly<Record<string, readonly number[]>>;

/**
 * @param shapes by input name, from `--input`. A dimension that the file has a name for is known wherever another input with
 *   that name is given
 */
export function bindInputs(model: RawModel, shapes: Shapes): TensorInfo[] {
  const names = model.inputs.map((input) => input.name);
  const stranger = Object.keys(shapes).find((name) => !names.includes(name));
  if (stranger !== undefined) {
    throw refuse(`the model has no input ${stranger}`, `its inputs are ${names.join(', ') || 'none'}`);
  }
  const given = ({ name }: RawInput) => (Object.hasOwn(shapes, name) ? shapes[name] : undefined);
  const extents = extentsOf(model.inputs, given);
  const open = model.inputs.filter((input) => !given(input) && isOpen(input, extents));
  if (open.length > 0) {
    const proposed = new Map(extents);
    const proposal = open.map((input) => quoted(`${input.name}=${proposedShape(input, proposed)}`));
    throw refuse(
      `the shape of ${open.map((input) => input.name).join(', ')} is left open by the model`,
      `give it, such as ${proposal.map((argument) => `--input ${argument}`).join(' ')}`,
    );
  }
  return model.inputs.map((input) => bind(input, given(input), extents));
}

/** What the given shapes say of dimensions that have a name. */
function extentsOf(
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
    const known = (shape ?? []).map((extent) =>
      typeof extent === 'number' ? extent : (extents.get(extent) ?? 0),
    );
    return { name, type, shape: known };
  }
  if (shape && shape.length !== given.length) {
    throw refuse(`input ${name} has ${shape.length} dimensions, but --input gives ${given.length}`);
  }
  const clash =
    shape?.findIndex((extent, axis) => typeof extent === 'number' && extent !== given[axis]) ?? -1;
  if (clash >= 0) {
    throw refuse(
      `input ${name} has ${String(shape?.[clash])} in dimension ${clash + 1}, but --input gives ${given[clash]}`,
    );
  }
  return { name, type, shape: [...given] };
}

function isOpen({ shape }: RawInput, extents: ReadonlyMap<string, number>): boolean {
  return shape === undefined || shape.some((extent) => typeof extent === 'string' && !extents.has(extent));
}

/**
 * 1 for a batch or anything unknown, 224 for what looks like an image's height and width, channels first or last.
 *
 * @param extents what dimensions with a name have been proposed to be; adds to it
 */
function proposedShape({ shape }: RawInput, extents: Map<string, number>): string {
  if (!shape) return '1x3x224x224';
  const isLast = shape[3] === 1 || shape[3] === 3;
  const isPixel = (axis: number) => shape.length === 4 && (isLast ? axis === 1 || axis === 2 : axis > 1);
  return shape
    .map((extent, axis) => {
      if (typeof extent === 'number') return extent;
      const proposed = extents.get(extent) ?? (isPixel(axis) ? 224 : 1);
      if (extent !== '') extents.set(extent, proposed);
      return proposed;
    })
    .join('x');
}

/** For a shell, where it would read anything into it. */
function quoted(argument: string): string {
  return /^[\w./:@%+=,-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;
}
