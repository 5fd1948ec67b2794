import { describe, expect, it } from 'vitest';
import type { Tensors } from '../../model/graph.js';
import { accuracySource, accuracyTasks, epochOrder } from '../../suites/accuracy.js';
import lenet5 from '../../suites/cnn/lenet5.js';
import { digitsOf, heldOutPerDigit, pixels, shiftImage, splitDigits } from '../../suites/data/mnist.js';
import rowLstm from '../../suites/lstm/row-lstm.js';

const imagesOf = (buffers: readonly number[], inputs: readonly Tensors[], input: string) =>
  buffers.flatMap((buffer) => {
    const data = inputs[buffer]?.[input]?.data as Float32Array;
    return Array.from({ length: data.length / pixels }, (_, example) =>
      Buffer.from(data.slice(example * pixels, (example + 1) * pixels).buffer).toString('base64'),
    );
  });

describe('the split', () => {
  it('holds out the same number of each digit, disjoint from the training set', () => {
    const { training, heldOut } = splitDigits();
    expect([training.length, heldOut.length]).toEqual([8000, 2000]);
    for (let label = 0; label < 10; label++) {
      expect(heldOut.filter((example) => example.label === label)).toHaveLength(heldOutPerDigit);
    }
    const named = [...training, ...heldOut].map(({ label, index }) => `${label}/${index}`);
    expect(new Set(named).size).toBe(10_000);
  });
});

describe.each([
  ['lenet5', lenet5, 'image'],
  ['row-lstm', rowLstm, 'rows'],
] as const)('the data of %s', (name, workload, input) => {
  const task = accuracyTasks.find((one) => one.workload === name);
  if (!task) throw new Error(`no task ${name}`);
  const first = accuracySource(task, workload, 1);

  it('has every training image, unchanged and shifted, and no held-out image among them', () => {
    const { source, passes, heldOut } = first;
    const training = passes.flat();
    expect(passes).toHaveLength(task.passes);
    expect(passes.every((pass) => pass.length * task.batch === 8000)).toBe(true);
    expect(heldOut.length * task.batch).toBe(2000);
    expect([...training, ...heldOut]).toEqual(source.inputs.map((_, buffer) => buffer));
    const images = (buffers: readonly number[]) => imagesOf(buffers, source.inputs, input);
    const trained = new Set(images(training));
    expect(images(heldOut).filter((image) => trained.has(image))).toEqual([]);
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

it('shifts an image and fills with background', () => {
  const image = new Float32Array(pixels);
  image[0] = 1;
  image[28 * 27 + 27] = 2;
  expect(shiftImage(image, 1, 0).indexOf(1)).toBe(28);
  expect(shiftImage(image, 1, 1).indexOf(1)).toBe(29);
  expect(shiftImage(image, 1, 1).indexOf(2)).toBe(-1);
  expect(shiftImage(image, -1, -1).indexOf(2)).toBe(28 * 26 + 26);
  expect(shiftImage(image, 0, -1).indexOf(1)).toBe(-1);
});

it('labels digits', () => {
  const { labels } = digitsOf([
    { label: 7, index: 0 },
    { label: 3, index: 5 },
  ]);
  expect([...labels]).toEqual([7, 3]);
});
