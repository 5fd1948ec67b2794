/** Zeros of either sign are equal: among them the lower index comes first, on every framework that ranks. */
import { expect, it } from 'vitest';
import { floats, integers, model } from '../model/models.js';
import { artefactOf, verifiedOn } from './verified.js';

/** Scores times a mask of zeros and ones. */
const bytes = model((graph) => {
  const mask = graph.constant('mask', floats([0, 1, 0, 0, 1, 0, 0, 0, 0]));
  const masked = graph.node('Mul', [graph.input('x', [4, 9]), mask]);
  const k = graph.constant('k', integers([6]));
  for (const largest of [1, 0]) {
    const [values, indices] = [`values${largest}`, `indices${largest}`];
    graph.node('TopK', [masked, k], { axis: 1, largest }, [values, indices]);
    graph.output(values, [4, 6]);
    graph.output(indices, [4, 6], 'int64');
  }
  const zeros = graph.node('Mul', [masked, graph.constant('zero', floats([0]))]);
  for (const kind of ['ArgMax', 'ArgMin']) {
    graph.output(graph.node(kind, [zeros], { axis: 1, keepdims: 0 }), [4], 'int64');
  }
});

it.each([
  'onnxruntime/cpu',
  'jax/cpu',
  'keras/jax',
  'keras/tensorflow',
  'keras/torch',
  'pytorch/cpu',
  'tensorflow/cpu',
  'tfjs/wasm',
])(
  'on %s',
  async (name) => {
    const outcome = await verifiedOn(name, await artefactOf('zeros', bytes));
    expect(outcome?.state, outcome?.state === 'wrong' ? outcome.reason : '').toBe('ok');
  },
  240_000,
);
