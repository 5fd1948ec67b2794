/** What a plan of layers makes of a graph, and that it costs no layer more than the framework's users would write. */
import { describe, expect, test } from 'vitest';
import type { LayerPlan } from '../../adapters/lowering/layers/layer-plan.js';
import { planLayers } from '../../adapters/lowering/layers/plan-layers.js';
import { toNative, toOnnx } from '../../adapters/lowering/layers/weights.js';
import { type BuildGraph, tensor } from '../../suites/conformance/case-graph.js';
import { cases } from '../../suites/conformance/cases.js';
import { recurrences } from '../../suites/conformance/training-cases.js';
import { makeModel } from './model.js';

type Group = keyof typeof cases;

async function plan(group: Group, name: string): Promise<LayerPlan> {
  const draw: BuildGraph | undefined = cases[group][name];
  if (!draw) throw new Error(`there is no case ${group}: ${name}`);
  return planLayers((await makeModel(draw)).graph, 'inference');
}

const kinds = ({ layers }: LayerPlan) => layers.map(({ definition }) => definition.kind);

describe('LSTM', () => {
  test('both directions into a linear layer: what lies behind one another already is not moved', async () => {
    const made = await plan('recurrent', 'bidirectional, into a linear layer');
    expect(kinds(made)).toEqual(['lstm', 'dense']);
    expect(made.layers[0]?.definition).toMatchObject({ direction: 'bidirectional', returns: ['sequence'] });
  });

  test('each direction has its part of every weight, forward first', async () => {
    const made = await plan('recurrent', 'bidirectional, last states');
    expect(made.layers[0]?.weights.map(({ name, part }) => [name, part?.index])).toEqual([
      ...['W', 'R', 'B'].map((name) => [name, 0]),
      ...['W', 'R', 'B'].map((name) => [name, 1]),
    ]);
  });

  test('states that are inputs come as the layer takes them', async () => {
    const made = await plan('recurrent', 'one generation step, both new states');
    expect(kinds(made)).toEqual(['lstm', 'concatenate']);
    expect(made.layers[0]).toMatchObject({
      inputs: made.inputs.map(({ tensor }) => tensor),
      definition: { returns: ['last', 'cell'] },
    });
    expect(made.inputs.map(({ axes }) => axes)).toEqual([
      [1, 0, 2],
      [1, 2],
      [1, 2],
    ]);
  });

  test('states of another layer are handed on without a layer between', async () => {
    expect(kinds(await plan('recurrent', 'initial states from another LSTM'))).toEqual(['lstm', 'lstm']);
  });

  test('the parts of a weight go to the framework and come back together', async () => {
    const model = await makeModel(recurrences, 'training');
    const { layers } = planLayers(model.graph, 'training');
    const weights = layers.flatMap((layer) => layer.weights);
    const back = toOnnx(weights.map((weight) => [weight, toNative(weight, model.weights)]));
    expect(Object.keys(back).sort()).toEqual([...model.graph.parameters].sort());
    for (const name of model.graph.parameters) {
      expect(back[name]?.shape).toEqual(model.weights[name]?.shape);
      expect(back[name]?.data).toEqual(model.weights[name]?.data);
    }
  });
});

describe('one-dimensional', () => {
  test('a row comes with its channels last, and the layer is one for rows', async () => {
    const made = await plan('convolutions', 'one-dimensional');
    expect(kinds(made)).toEqual(['conv1d']);
    expect(made.inputs[0]?.axes).toEqual([0, 2, 1]);
    expect(made.layers[0]?.weights[0]?.shape).toEqual([3, 3, 4]);
  });

  test('pads that count are zeros before; what ceil_mode adds counts neither way', async () => {
    const made = await plan('poolings', 'average, ceil_mode that adds a window, including pads');
    expect(kinds(made)).toEqual(['zeroPadding2d', 'averagePooling2d']);
    expect(made.layers[1]?.definition).toMatchObject({ padding: 'same' });
  });
});

describe('products', () => {
  test('a sum that differs by row, or a factor that learns, is a layer by itself', async () => {
    expect(kinds(await plan('products', 'Gemm, C that varies by row'))).toEqual(['dense', 'constantOperand']);
    expect(kinds(await plan('products', 'Gemm, alpha and beta'))).toEqual(['dense']);
    const learning: BuildGraph = (g) => {
      const weights = [g.parameterOf('w', tensor([5, 4])), g.parameterOf('c', tensor([4]))];
      return [g.node('Gemm', [g.input('x', [3, 5]), ...weights], { alpha: 0.5, beta: 2 }), [3, 4]];
    };
    const { graph } = await makeModel(learning, 'training');
    const made = kinds(planLayers(graph, 'training'));
    expect(made).toEqual(['dense', 'rescaling', 'constant', 'rescaling', 'binary']);
  });
});
