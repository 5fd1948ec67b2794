/** Recurrent layers that have the batch first, which ONNX Runtime cannot run: shapes are observed all the same. */
import { expect, it } from 'vitest';
import { elementCount, type Tensor } from '../../../model/graph.js';
import { readModel } from '../../../model/import/read-model.js';
import { bindShapes } from '../../../model/inputs/bind-shapes.js';
import { normalise } from '../../../model/normalise/normalise.js';
import { uniform } from '../../../model/random.js';
import { model } from '../models.js';

const drawn = (name: string, shape: readonly number[]): Tensor => ({
  type: 'float32',
  shape,
  data: uniform(0, name, elementCount(shape), -1, 1),
});
const [batch, steps, values, hidden] = [3, 7, 5, 4];

it.each([
  ['LSTM', 4, 2],
  ['GRU', 3, 1],
  ['RNN', 1, 1],
] as const)('%s keeps its layout, and has the shapes of it', async (kind, gates, states) => {
  const first = drawn('first', [batch, 2, hidden]);
  const bytes = model((graph) => {
    const inputs = [
      graph.input('x', [batch, steps, values]),
      graph.constant('w', drawn('w', [2, gates * hidden, values])),
      graph.constant('r', drawn('r', [2, gates * hidden, hidden])),
      ...['', ''],
      ...Array.from({ length: states }, (_, state) =>
        state === 0 ? graph.constant('first', first) : 'first',
      ),
    ];
    const attributes = { hidden_size: hidden, layout: 1, direction: 'bidirectional' };
    graph.node(kind, inputs, attributes, ['y', 'h']);
    graph.output('y', [batch, steps, 2, hidden]);
    graph.output('h', [batch, 2, hidden]);
  });
  const raw = readModel(bytes, 'm');
  const { graph } = await normalise(raw, bindShapes(raw, {}), { x: drawn('x', [batch, steps, values]) }, []);
  expect(graph.nodes.map(({ operator, attributes }) => [operator, attributes.layout])).toEqual([[kind, 1]]);
  expect(graph.values.y?.shape).toEqual([batch, steps, 2, hidden]);
  expect(graph.values.h?.shape).toEqual([batch, 2, hidden]);
});
