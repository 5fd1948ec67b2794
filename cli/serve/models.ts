/** Files that visitors drop: kept in a folder of the server, and read as `--model` reads them. */
import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { explain, TouchstoneError } from '../../common/errors.js';
import { makeFolder, temporaryFolder } from '../../common/files.js';
import { describeModels } from '../../runners/coordinator/describe-models.js';
import { limited, TooLargeError } from '../../runners/hosts/browser/body.js';

export const maxModelBytes = 512 * 2 ** 20;
/** Of one server: older ones are removed. */
const maxModels = 4;

/** A file that can be measured, with what was found of the shapes and ranges that it leaves open. */
export interface ReadModel {
  readonly id: string;
  readonly text: string;
  readonly shapes: string;
  readonly ranges: string;
}

export interface DroppedModels {
  /** @throws TouchstoneError for what is no model, in one line */
  take(request: IncomingMessage, name: string): Promise<ReadModel>;
  /** @throws TouchstoneError('usage') for a file that is not kept any more */
  pathOf(id: string): string;
  remove(): Promise<void>;
}

export async function droppedModels(): Promise<DroppedModels> {
  const folder = await temporaryFolder('serve');
  const paths = new Map<string, string>();
  const forget = async (id: string) => {
    paths.delete(id);
    await rm(join(folder, id), { recursive: true, force: true });
  };
  return {
    async take(request, name) {
      const id = randomUUID();
      const path = join(folder, id, fileName(name));
      try {
        if (Number(request.headers['content-length']) > maxModelBytes) throw new TooLargeError(maxModelBytes);
        makeFolder(join(folder, id));
        await pipeline(request, limited(maxModelBytes), createWriteStream(path));
        const read = await describe(path);
        paths.set(id, path);
        for (const old of [...paths.keys()].slice(0, -maxModels)) await forget(old);
        return { id, ...read };
      } catch (error) {
        await forget(id);
        // Where it lies is nothing to a visitor.
        throw new TouchstoneError('model', explain(error).replaceAll(join(folder, id, '/'), ''), {
          cause: error,
        });
      }
    },
    pathOf(id) {
      const path = paths.get(id);
      if (path !== undefined) return path;
      throw new TouchstoneError('usage', 'the file is not kept any more', { hint: 'drop it again' });
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Cells are called by it. */
function fileName(given: string): string {
  const name = basename(given.replaceAll('\\', '/'))
    .replaceAll(/[^\w.-]+/g, '_')
    .slice(-100);
  return /\.onnx$/i.test(name) ? name : `${name || 'model'}.onnx`;
}

/** Shapes that it leaves open are guessed, tried and proposed. */
async function describe(path: string): Promise<Omit<ReadModel, 'id'>> {
  const [first] = await describeModels([path], { targets: ['onnxruntime/*@browser'] });
  if (!first) throw new TouchstoneError('internal', `${path} is no file`);
  if (!('error' in first)) return { text: factsText(first), shapes: '', ranges: '' };
  if (!first.guess) throw new TouchstoneError('model', first.error);
  const { input, range } = first.guess;
  const [again] = await describeModels([path], { targets: ['onnxruntime/*@browser'], input, range });
  if (!again || 'error' in again) throw new TouchstoneError('model', first.error);
  return {
    text: `${factsText(again)} It leaves shapes open: these were guessed and tried.`,
    shapes: Object.entries(input)
      .map(([name, shape]) => `${name}=${shape.join('x')}`)
      .join(' '),
    ranges: Object.entries(range)
      .map(([name, [low, high]]) => `${name}=${low}..${high}`)
      .join(' '),
  };
}

type Facts = Pick<
  Exclude<Awaited<ReturnType<typeof describeModels>>[number], { error: string }>,
  'inputs' | 'operators' | 'multiplyAdds' | 'whole'
>;

function factsText({ inputs, operators, multiplyAdds, whole }: Facts): string {
  const shapes = inputs.map(({ name, shape }) => `${name} ${shape.join('×') || 'scalar'}`);
  const nodes = Object.values(operators).reduce((sum, count) => sum + count, 0);
  if (multiplyAdds === null) return `Inputs ${shapes.join(', ')}. ${whole ?? ''}`.trim();
  return `${nodes} nodes, inputs ${shapes.join(', ')}, ${multiplyAdds.toLocaleString('en')} multiply-adds.`;
}
