import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { observe } from '../../../model/normalise/observe.js';
import { floats, integers, model } from '../models.js';

const doubled = model((graph) => {
  const x = graph.input('x', [2]);
  graph.output(graph.node('Add', [x, x], {}, ['y']), [2]);
});

describe('observing', () => {
  it('tells type and shape of every output, and the data of those wanted', async () => {
    const seen = await observe(doubled, { x: floats([1, 2]) }, ['y']);
    expect(seen).toEqual({
      values: { y: { name: 'y', type: 'float32', shape: [2] } },
      data: { y: floats([2, 4]) },
    });
  });

  it('leaves a model behind that hangs, and no files', async () => {
    const before = (await readdir(tmpdir())).filter((name) => name.startsWith('touchstone-observe-'));
    await expect(observe(doubled, { x: floats([1, 2]) }, [], 1)).rejects.toThrow(
      /ran for more than 0\.001 s/,
    );
    const after = (await readdir(tmpdir())).filter((name) => name.startsWith('touchstone-observe-'));
    expect(after.length).toBeLessThanOrEqual(before.length);
  });

  it.each([
    ['that is no model', Buffer.from('not a model')],
    [
      'that wants 10 TB',
      model((graph) => {
        graph.input('x', [2]);
        const shape = graph.constant('shape', integers([2_500_000_000_000]));
        graph.output(graph.node('ConstantOfShape', [shape], {}, ['y']), [2_500_000_000_000]);
      }),
    ],
  ])('gives one line for a model %s', async (_, bytes) => {
    await expect(observe(bytes, { x: floats([1, 2]) }, [])).rejects.toThrow(
      /^ONNX Runtime cannot run the model: [^\n]+$/,
    );
  });
});
