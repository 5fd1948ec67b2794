/**
 * Frameworks without a framework: they answer with the reference itself, take a known time for it, and some of them
 * break in one of the ways in which real ones do. With them the whole program is tested on real processes, quickly.
 */
import { execFileSync } from 'node:child_process';
import { writeSync } from 'node:fs';
import files from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { dirname, join } from 'node:path';
import {
  type Framework,
  type InferenceModel,
  type Model,
  type NodeTarget,
  supported,
  type Tensors,
  unsupported,
} from '../../../adapters/adapter.js';
import { readTensors } from '../../../model/safetensors.js';

/** Called before each iteration, with how many there were before; may return another output. */
type Trick = (iteration: number, output: Tensors) => Tensors | Promise<Tensors> | undefined;

/** Iterations that the parity check may take before a trick begins: the cell is then already timed. */
const beginsAt = 80;

const tricks: Readonly<Record<string, { ms: number; trick?: Trick }>> = {
  good: { ms: 1 },
  slower: { ms: 1.5 },
  exits: { ms: 1, trick: (iteration) => (iteration < beginsAt ? undefined : process.exit(7)) },
  killed: {
    ms: 1,
    trick: (iteration) => void (iteration === beginsAt && process.kill(process.pid, 'SIGKILL')),
  },
  hangs: {
    ms: 1,
    trick: (iteration) => (iteration < beginsAt ? undefined : new Promise(() => setInterval(() => 0, 1e6))),
  },
  babbles: {
    ms: 1,
    trick: (iteration) => void (iteration === beginsAt && writeSync(4, 'Segmentation fault? No: {"id"\n')),
  },
  'answers-twice': {
    ms: 1,
    trick: (iteration) => void (iteration === beginsAt && writeSync(4, '{"id":0,"ok":true,"result":{}}\n')),
  },
  floods: {
    ms: 1,
    trick: (iteration) => void (iteration % 10 === 0 && process.stdout.write('x'.repeat(1_000_000))),
  },
  'out-of-memory': { ms: 1, trick: (iteration) => (iteration < beginsAt ? undefined : fillTheHeap()) },
  nan: { ms: 1, trick: (_, output) => mapData(output, () => Number.NaN) },
  infinite: { ms: 1, trick: (_, output) => mapData(output, () => Number.POSITIVE_INFINITY) },
  'wrong-shape': {
    ms: 1,
    trick: (_, output) =>
      Object.fromEntries(
        Object.entries(output).map(([name, { type, data }]) => [name, { type, data, shape: [data.length] }]),
      ),
  },
  'wrong-when-timed': {
    ms: 1,
    trick: (iteration, output) => (iteration < beginsAt ? undefined : mapData(output, (x) => 2 * x)),
  },
};

/** What becomes of a file of tensors once the worker has written it. */
const spoilers: Readonly<Record<string, (path: string) => Promise<void>>> = {
  'file-truncated': truncate,
  'file-truncated-when-timed': async (path) => {
    if (/-r\d+\.safetensors$/.test(path)) await truncate(path);
  },
  'file-garbage': (path) => files.writeFile(path, Buffer.alloc(4096, 0xa5)),
  'file-missing': (path) => files.rm(path),
  'file-folder': async (path) => {
    await files.rm(path);
    await files.mkdir(path);
  },
  'file-link': async (path) => {
    await files.copyFile(path, `${path}.there`);
    await files.rm(path);
    await files.symlink(`${path}.there`, path);
  },
  'file-pipe': async (path) => {
    await files.rm(path);
    execFileSync('mkfifo', [path]);
  },
  'file-long-header': async (path) => {
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(600_000_000n);
    await files.writeFile(path, length);
    await files.truncate(path, 700_000_000);
  },
};

export const scriptedNames = [...Object.keys(tricks), ...Object.keys(spoilers)];

const framework: Framework = {
  name: 'scripted',
  title: 'Scripted',
  homepage: '',
  targets: scriptedNames.map(target),
};
export default framework;

function target(name: string): NodeTarget {
  return {
    name: `scripted/${name}`,
    host: 'node',
    device: 'cpu',
    summary: 'answers with the reference',
    packages: [],
    precisions: ['float32'],
    modes: { inference: supported, training: unsupported('it only pretends') },
    lower: () => ({ plan: { form: 'nothing' } }),
    environment: () => ({}),
    async open() {
      const spoil = spoilers[name];
      if (spoil) spoilTensors(spoil);
      return {
        describe: () => ({
          versions: { scripted: '1' },
          device: 'cpu',
          configuration: {
            threads: 1,
            interOpThreads: 1,
            instructionSet: null,
            kernelLibrary: null,
            execution: null,
            layout: null,
            arithmetic: 'float32',
            flushToZero: false,
          },
        }),
        loadInference: (model) => loadScripted(model, tricks[name] ?? { ms: 1 }),
      };
    },
  };
}

async function truncate(path: string): Promise<void> {
  await files.truncate(path, (await files.stat(path)).size - 4);
}

/** Files of tensors get their name last: from here on, every one of this process is spoilt then. */
function spoilTensors(spoil: (path: string) => Promise<void>): void {
  const { rename } = files;
  files.rename = async (from, to) => {
    await rename(from, to);
    await spoil(String(to));
  };
  syncBuiltinESMExports();
}

let iterations = 0;

async function loadScripted(
  model: Model,
  script: { ms: number; trick?: Trick },
): Promise<InferenceModel<Tensors>> {
  const expected = await readTensors(join(dirname(model.modelPath), 'expected.safetensors'));
  const outputs = model.inputs.map((_, buffer) => outputsOf(expected, buffer));
  return {
    run(buffer) {
      const until = performance.now() + script.ms;
      while (performance.now() < until);
      const output = outputs[buffer]!;
      return script.trick?.(iterations++, output) ?? output;
    },
    read: (output) => output,
    dispose: () => undefined,
  };
}

function outputsOf(expected: Tensors, buffer: number): Tensors {
  const prefix = `output/${buffer}/`;
  const names = Object.keys(expected).filter((name) => name.startsWith(prefix));
  return Object.fromEntries(names.map((name) => [name.slice(prefix.length), expected[name]!]));
}

function mapData(tensors: Tensors, change: (value: number) => number): Tensors {
  const changed = Object.entries(tensors).map(([name, tensor]) => {
    const data = Float32Array.from(tensor.data as Float32Array, change);
    return [name, { type: 'float32' as const, shape: tensor.shape, data }];
  });
  return Object.fromEntries(changed);
}

function fillTheHeap(): never {
  const kept: unknown[] = [];
  for (;;) kept.push(new Array(100_000).fill(kept.length).map((value) => ({ value })));
}
