import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { maxOpset } from '../../../model/import/read-model.js';
import { observe } from '../../../model/normalise/observe.js';
import { altered, floats, integers, model } from '../models.js';

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

  it('has the newest operator set that is read, and none behind it', async () => {
    const withOpset = (version: number) =>
      altered(doubled, (one) =>
        Object.assign(one, { irVersion: 13, opsetImport: [{ domain: '', version }] }),
      );
    const sample = { x: floats([1, 2]) };
    const { values } = await observe(withOpset(maxOpset), sample, []);
    expect(values.y?.shape).toEqual([2]);
    await expect(observe(withOpset(maxOpset + 1), sample, [])).rejects.toThrow(/No Op registered/);
  });

  it('stops at the deadline and leaves no files', async () => {
    // Other tests have folders in the shared one.
    const own = await mkdtemp(join(tmpdir(), 'touchstone-own-'));
    vi.stubEnv('TMPDIR', own);
    await expect(observe(doubled, { x: floats([1, 2]) }, [], { deadlineMs: 1 })).rejects.toThrow(
      /did not finish within 0\.001 s/,
    );
    vi.unstubAllEnvs();
    expect(await readdir(own)).toEqual([]);
  });

  it.skipIf(process.platform !== 'linux')('limits the memory of the run, and names the node', async () => {
    const product = model((graph) => {
      const x = graph.input('x', [20_000, 1]);
      const row = graph.node('Transpose', [x], { perm: [1, 0] });
      graph.output(graph.node('MatMul', [x, row], {}, ['square']), [20_000, 20_000]);
    });
    const sample = { x: floats(new Array(20_000).fill(1), [20_000, 1]) };
    const refused = observe(product, sample, [], { memoryBytes: 2 ** 28 });
    await expect(refused).rejects.toMatchObject({
      code: 'model',
      message: expect.stringMatching(
        /needs more memory than its limit of 256\.0 MiB: .*MatMul node.*1600000000/,
      ),
      hint: expect.stringContaining('--model-memory'),
    });
    const { values } = await observe(product, sample, [], { memoryBytes: 2 * 2 ** 30 });
    expect(values.square?.shape).toEqual([20_000, 20_000]);
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
