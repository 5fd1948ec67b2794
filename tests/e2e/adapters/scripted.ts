/** Frameworks without a framework, some of which break in one of the ways in which real ones do. */
import { writeSync } from 'node:fs';
import type { Framework, Tensors } from '../../../adapters/adapter.js';
import { referenceTarget, type Trick } from '../../../scripts/measure/faults/adapters/reference.js';
import { spoilers, spoilTensors } from '../../../scripts/measure/faults/adapters/spoilt-files.js';

/** Iterations that the parity check may take before a trick begins: the cell is then already timed. */
const beginsAt = 80;

const tricks: Readonly<Record<string, { ms: number; trick?: Trick }>> = {
  good: { ms: 1 },
  slower: { ms: 1.5 },
  exits: {
    ms: 1,
    trick: (iteration) => {
      if (iteration < beginsAt) return undefined;
      writeSync(2, '<b>no such kernel</b>\n');
      return process.exit(7);
    },
  },
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

export const scriptedNames = [...Object.keys(tricks), ...Object.keys(spoilers)];

const framework: Framework = {
  name: 'scripted',
  title: 'Scripted',
  homepage: '',
  targets: scriptedNames.map((name) => {
    const spoil = spoilers[name];
    return referenceTarget({
      ...(tricks[name] ?? { ms: 1 }),
      name: `scripted/${name}`,
      ...(spoil ? { onOpen: () => spoilTensors(spoil) } : {}),
    });
  }),
};
export default framework;

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
