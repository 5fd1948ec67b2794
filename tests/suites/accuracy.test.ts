import { describe, expect, it } from 'vitest';
import type { Tensors } from '../../model/graph.js';
import { accuracySource, accuracyTasks, epochOrder } from '../../suites/accuracy.js';
import lenet5 from '../../suites/cnn/lenet5.js';
import { digitsOf, heldOutOfEach, moveImage, pixels, splitDigits } from '../../suites/data/mnist.js';
import rowLstm from '../../suites/lstm/row-lstm.js';

const imagesOf = (buffers: readonly number[], inputs: readonly Tensors[], input: string) =>
  buffers.flatMap((buffer) => {
    const data = inputs[buffer]?.[input]?.data as Float32Array;
    return Array.from({ length: data.length / pixels }, (_, example) =>
      Buffer.from(data.slice(example * pixels, (example + 1) * pixels).buffer).toString('base64'),
    );
  });

describe('the split', () => {
  it('holds out so many of each digit, and learns from none of them', () => {
    const { training, heldOut } = splitDigits();
    expect([training.length, heldOut.length]).toEqual([8000, 2000]);
    for (let label = 0; label < 10; label++) {
      expect(heldOut.filter((example) => example.label === label)).toHaveLength(heldOutOfEach);
    }
    const named = [...training, ...heldOut].map(({ label, index }) => `${label}/${index}`);
    expect(new Set(named).size).toBe(10_000);
  });
});

describe.each([
  ['lenet5', lenet5, 'image'],
  ['row-lstm', rowLstm, 'rows'],
] as const)('what %s learns from', (name, workload, input) => {
  const task = accuracyTasks.find((one) => one.workload === name);
  if (!task) throw new Error(`no task ${name}`);
  const first = accuracySource(task, workload, 1);

  it('is every training image in batches, as it is and moved, the held-out ones strictly apart', () => {
    const { source, passes, heldOut } = first;
    const training = passes.flat();
    expect(passes).toHaveLength(task.passes);
    expect(passes.every((pass) => pass.length * task.batch === 8000)).toBe(true);
    expect(heldOut.length * task.batch).toBe(2000);
    expect([...training, ...heldOut]).toEqual(source.inputs.map((_, buffer) => buffer));
    const images = (buffers: readonly number[]) => imagesOf(buffers, source.inputs, input);
    const learnt = new Set(images(training));
    expect(images(heldOut).filter((image) => learnt.has(image))).toEqual([]);
    expect(images(passes[1] ?? [])).not.toEqual(images(passes[0] ?? []));
    expect(source.training?.optimiser).toEqual(task.optimiser);
  });

  it('is shuffled by the seed, labels with their images', () => {
    const again = accuracySource(task, workload, 1);
    const other = accuracySource(task, workload, 2);
    const labels = ({ source }: typeof first) => Array.from(source.inputs[0]?.labels?.data ?? [], Number);
    expect(labels(again)).toEqual(labels(first));
    expect(labels(other)).not.toEqual(labels(first));
    expect(new Set(labels(first)).size).toBeGreaterThan(5);
    const order = epochOrder(first, 1, 0);
    expect(epochOrder(first, 1, 0)).toEqual(order);
    expect([...order].sort((a, b) => a - b)).toEqual(first.passes[0]);
    const sameBatches = epochOrder(first, 1, task.passes);
    expect(sameBatches).not.toEqual(order);
    expect([...sameBatches].sort((a, b) => a - b)).toEqual(first.passes[0]);
    expect([...epochOrder(first, 1, 1)].sort((a, b) => a - b)).toEqual(first.passes[1]);
  });
});

it('moves an image, background coming in', () => {
  const image = new Float32Array(pixels);
  image[0] = 1;
  image[28 * 27 + 27] = 2;
  expect(moveImage(image, 1, 0).indexOf(1)).toBe(28);
  expect(moveImage(image, 1, 1).indexOf(1)).toBe(29);
  expect(moveImage(image, 1, 1).indexOf(2)).toBe(-1);
  expect(moveImage(image, -1, -1).indexOf(2)).toBe(28 * 26 + 26);
  expect(moveImage(image, 0, -1).indexOf(1)).toBe(-1);
});

it('gives a digit its own label', () => {
  const { labels } = digitsOf([
    { label: 7, index: 0 },
    { label: 3, index: 5 },
  ]);
  expect([...labels]).toEqual([7, 3]);
});
