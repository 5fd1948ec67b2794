/** A recurrent layer with `layout` 1, which ONNX Runtime has not: the frameworks that have it are asked all the same. */
import { expect, it } from 'vitest';
import { elementCount, type Tensor } from '../../model/graph.js';
import { uniform } from '../../model/random.js';
import { model } from '../model/models.js';
import { artefactOf, verifiedOn } from './verified.js';

const drawn = (name: string, shape: readonly number[]): Tensor => ({
  type: 'float32',
  shape,
  data: uniform(0, name, elementCount(shape), -0.5, 0.5),
});
const bytes = model((graph) => {
  const inputs = [
    graph.input('x', [3, 7, 5]),
    graph.constant('w', drawn('w', [2, 16, 5])),
    graph.constant('r', drawn('r', [2, 16, 4])),
    graph.constant('b', drawn('b', [2, 32])),
    '',
    graph.constant('h0', drawn('h0', [3, 2, 4])),
    graph.constant('c0', drawn('c0', [3, 2, 4])),
  ];
  graph.node('LSTM', inputs, { hidden_size: 4, layout: 1, direction: 'bidirectional' }, ['y', 'h', 'c']);
  graph.output('y', [3, 7, 2, 4]);
  graph.output('h', [3, 2, 4]);
  graph.output('c', [3, 2, 4]);
});

it.each(['pytorch/cpu', 'jax/cpu', 'tensorflow/cpu', 'tfjs/wasm'])('is right on %s', async (name) => {
  expect(await verifiedOn(name, await artefactOf('batch-first', bytes))).toMatchObject({ state: 'ok' });
});

it('is unsupported by ONNX Runtime, which is named', async () => {
  const outcome = await verifiedOn('onnxruntime/cpu', await artefactOf('batch-first', bytes));
  expect(outcome).toEqual({
    state: 'unsupported',
    reason: expect.stringMatching(/^LSTM \(.+\): layout 1 is not implemented by ONNX Runtime$/),
  });
});
