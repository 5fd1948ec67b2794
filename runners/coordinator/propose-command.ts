/** A command for a model that leaves shapes open: with guessed ones, tried before they are proposed. */
import { TouchstoneError } from '../../common/errors.js';
import { describedModel } from '../../model/artefact/artefact.js';
import type { ModelRequest } from '../../model/artefact/source.js';
import { readRunnableFile } from '../../model/import/whole-model.js';
import { bindShapes, openInputs } from '../../model/inputs/bind-shapes.js';
import { guessRanges, guessShapes, otherSizes, usualSizes } from '../../model/inputs/guess-shapes.js';
import { listCommand, type ModelOptions } from './options.js';

type Guess = Pick<ModelRequest, 'shapes' | 'ranges'>;

/** What a model leaves open, as options say it, and the command with them. */
export interface Proposal extends Required<Pick<ModelOptions, 'input' | 'range'>> {
  readonly command: string;
}

/** Undefined where the model lacks no shapes, or runs with no guess. */
export async function proposedCommand(
  request: ModelRequest,
  options: ModelOptions,
): Promise<Proposal | undefined> {
  for (const guess of guesses(request)) {
    if (await runs({ ...request, ...guess })) return proposalOf(request.path, guess, options);
  }
  return undefined;
}

function guesses({ path, memoryBytes, shapes: given, ranges }: ModelRequest): Guess[] {
  const model = readRunnableFile(path, memoryBytes);
  const { dynamic, extents } = openInputs(model, given);
  if (dynamic.length === 0) return [];
  return [usualSizes, ...otherSizes].map((sizes) => {
    const shapes = { ...given, ...guessShapes(dynamic, new Map(extents), sizes) };
    const all = Object.fromEntries(bindShapes(model, shapes).map(({ name, shape }) => [name, shape]));
    return { shapes, ranges: { ...guessRanges(model, all), ...ranges } };
  });
}

async function runs(request: ModelRequest): Promise<boolean> {
  try {
    await describedModel(request);
    return true;
  } catch (error) {
    if (error instanceof TouchstoneError) return false;
    throw error;
  }
}

function proposalOf(path: string, { shapes, ranges }: Guess, options: ModelOptions): Proposal {
  const input = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, [...shape]]));
  const range = Object.fromEntries(
    Object.entries(ranges).map(([name, [low, high]]): [string, [number, number]] => [name, [low, high]]),
  );
  return { input, range, command: listCommand({ ...options, model: [path], input, range }) };
}
