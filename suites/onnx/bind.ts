/** Gives every open dimension of a model's inputs a value: what the user says, or else what the file says. */
import { refuse } from './decode.js';
import type { TensorInfo } from './graph.js';
import type { RawInput, RawModel } from './reader.js';

/** @param shapes by input name, from `--input` */
export function bindInputs(
  model: RawModel,
  shapes: Readonly<Record<string, readonly number[]>>,
): TensorInfo[] {
  const names = model.inputs.map((input) => input.name);
  const stranger = Object.keys(shapes).find((name) => !names.includes(name));
  if (stranger !== undefined) {
    throw refuse(`the model has no input ${stranger}`, `its inputs are ${names.join(', ') || 'none'}`);
  }
  const open = model.inputs.filter((input) => shapes[input.name] === undefined && isOpen(input));
  if (open.length > 0) {
    const proposal = open.map((input) => `--input ${input.name}=${proposedShape(input)}`).join(' ');
    throw refuse(
      `the shape of ${open.map((input) => input.name).join(', ')} is left open by the model`,
      `give it, such as ${proposal}`,
    );
  }
  return model.inputs.map((input) => bind(input, shapes[input.name]));
}

function bind(input: RawInput, given: readonly number[] | undefined): TensorInfo {
  const { name, type, shape } = input;
  if (!given) return { name, type, shape: (shape ?? []).map(Number) };
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

function isOpen({ shape }: RawInput): boolean {
  return shape === undefined || shape.some((extent) => typeof extent === 'string');
}

/** 1 for a batch or anything unknown, 224 for what looks like an image's height and width. */
function proposedShape({ shape }: RawInput): string {
  if (!shape) return '1x3x224x224';
  return shape
    .map((extent, axis) => (typeof extent === 'number' ? extent : shape.length === 4 && axis > 1 ? 224 : 1))
    .join('x');
}
