import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { observe } from '../../../model/normalise/observe.js';
import { floats, integers, model } from '../models.js';

const doubled = model((graph) => {
  const x = graph.input('x', [2]);
  graph.output(graph.node('Add', [x, x], {}, ['y']), [2]);
});

describe('observe', () => {
  it('reports type and shape of every output, and the data of the wanted ones', async () => {
    const observation = await observe(doubled, { x: floats([1, 2]) }, ['y']);
    expect(observation).toEqual({
      values: { y: { name: 'y', type: 'float32', shape: [2] } },
      data: { y: floats([2, 4]) },
    });
  });

  it('stops at the deadline and leaves no files', async () => {
    const before = (await readdir(tmpdir())).filter((name) => name.startsWith('touchstone-observe-'));
    await expect(observe(doubled, { x: floats([1, 2]) }, [], 1)).rejects.toThrow(
      /did not finish within 0\.001 s/,
    );
    const after = (await readdir(tmpdir())).filter((name) => name.startsWith('touchstone-observe-'));
    expect(after.length).toBeLessThanOrEqual(before.length);
  });

  it.each([
    ['that cannot be parsed', Buffer.from('not a model')],
    [
      'that allocates 10 TB',
      model((graph) => {
        graph.input('x', [2]);
        const shape = graph.constant('shape', integers([2_500_000_000_000]));
        graph.output(graph.node('ConstantOfShape', [shape], {}, ['y']), [2_500_000_000_000]);
      }),
    ],
  ])('reports a model %s in one line', async (_, bytes) => {
    await expect(observe(bytes, { x: floats([1, 2]) }, [])).rejects.toThrow(
      /^ONNX Runtime cannot run the model: [^\n]+$/,
    );
  });
});
