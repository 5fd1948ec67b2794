/** LSTM, GRU and RNN as operations, against ONNX Runtime where it is unrolled step by step. */
import { describe, expect, test } from 'vitest';
import { makePlan } from '../../adapters/lowering/lower.js';
import { required } from '../../common/at.js';
import type { ValueName } from '../../model/builder.js';
import type { Attribute, Tensor } from '../../model/graph.js';
import { type BuildGraph, integers, tensor } from '../../suites/conformance/case-graph.js';
import { recurrent } from '../../suites/conformance/recurrent-cases.js';
import { makeModel, reference, relativeError } from './model.js';
import { everything, kindsOf, planOf, settingsOf } from './operation-graph.js';
import { capabilitiesOf, evaluate } from './operations-evaluator.js';
import { forms, withForm } from './recurrent-forms.js';

const bidirectional = { direction: 'bidirectional' };
const states = ['initial_h', 'initial_c', 'P'] as const;

interface Asked {
  readonly operator: 'LSTM' | 'GRU' | 'RNN';
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly given?: readonly (typeof states)[number][];
  readonly lengths?: readonly number[];
  readonly bias?: false | 'zero recurrent half';
}

const gates = { LSTM: 4, GRU: 3, RNN: 1 } as const;
const [steps, batch, values, hidden] = [5, 2, 3, 4];

/** All outputs behind one another. */
function draw({ operator, attributes = {}, given = [], lengths, bias }: Asked): BuildGraph {
  return (g) => {
    const count = attributes.direction === 'bidirectional' ? 2 : 1;
    const rows = gates[operator] * hidden;
    const of = (is: boolean, make: () => ValueName) => (is ? make() : '');
    const state = (name: (typeof states)[number]) =>
      of(given.includes(name), () => g.input(name, [count, batch, hidden]));
    const constant = (name: string, shape: readonly number[]) => g.constant(name, tensor(shape));
    const inputs = [
      g.input('x', [steps, batch, values]),
      constant('W', [count, rows, values]),
      constant('R', [count, rows, hidden]),
      of(bias !== false, () => g.constant('B', biases([count, 2 * rows], bias !== undefined))),
      of(lengths !== undefined, () =>
        g.constant('lengths', { type: 'int32', shape: [batch], data: Int32Array.from(lengths ?? []) }),
      ),
      state('initial_h'),
      state('initial_c'),
      of(given.includes('P'), () => constant('P', [count, 3 * hidden])),
    ];
    const outputs = operator === 'LSTM' ? ['Y', 'Y_h', 'Y_c'] : ['Y', 'Y_h'];
    g.node(
      operator,
      operator === 'LSTM' ? inputs : inputs.slice(0, 6),
      { hidden_size: hidden, ...attributes },
      outputs,
    );
    const flat = outputs.map((name) =>
      g.node('Reshape', [name, g.constant(`${name}.shape`, integers([-1]))]),
    );
    const size = count * batch * hidden;
    return [g.node('Concat', flat, { axis: 0 }), [size * (steps + outputs.length - 1)]];
  };
}

function biases(shape: readonly [number, number], isHalfZero: boolean): Tensor {
  const drawn = Array.from(tensor(shape).data, Number);
  const isZero = (index: number) => isHalfZero && index % shape[1] >= shape[1] / 2;
  const data = Float32Array.from(drawn, (value, index) => (isZero(index) ? 0 : value));
  return { type: 'float32', shape, data };
}

async function errorOf(drawn: BuildGraph, capabilities = capabilitiesOf('last', 'all')): Promise<number> {
  const model = await makeModel(drawn);
  const plan = makePlan(model.graph, 'inference', capabilities);
  const made = evaluate(plan, capabilities, model.inputs[0] ?? {}, model.weights);
  const expected = await reference(model, 0);
  const [[name, tensor] = ['', undefined]] = Object.entries(expected);
  const found = made[name];
  if (!found) throw new Error(`${name} is not made`);
  const actual: Tensor = { type: 'float64', ...found };
  return relativeError(actual, tensor);
}

const asked: Readonly<Record<string, Asked>> = {
  'LSTM with everything': {
    operator: 'LSTM',
    attributes: { ...bidirectional, clip: 0.2, input_forget: 1 },
    given: states,
    lengths: [5, 3],
  },
  'LSTM with peepholes': { operator: 'LSTM', given: ['P'] },
  'LSTM with peepholes, reverse': { operator: 'LSTM', attributes: { direction: 'reverse' }, given: states },
  'LSTM, coupled gates': { operator: 'LSTM', attributes: { input_forget: 1 } },
  'LSTM, clip': { operator: 'LSTM', attributes: { clip: 0.2 }, given: ['initial_h', 'initial_c'] },
  'LSTM, each direction its own functions': {
    operator: 'LSTM',
    attributes: {
      ...bidirectional,
      activations: ['HardSigmoid', 'Relu', 'Tanh', 'Sigmoid', 'LeakyRelu', 'Affine'],
      activation_alpha: [0.3, 0.1, 2],
      activation_beta: [0.4, 0.25],
    },
  },
  'LSTM, reverse, sequences of different lengths': {
    operator: 'LSTM',
    attributes: { direction: 'reverse' },
    given: ['initial_h'],
    lengths: [2, 4],
  },
  'GRU, reset first': { operator: 'GRU', given: ['initial_h'] },
  'GRU, product first': { operator: 'GRU', attributes: { linear_before_reset: 1 }, given: ['initial_h'] },
  'GRU, product first, no biases': {
    operator: 'GRU',
    attributes: { linear_before_reset: 1 },
    bias: false,
  },
  'GRU, product first, recurrent bias of zeros': {
    operator: 'GRU',
    attributes: { linear_before_reset: 1 },
    bias: 'zero recurrent half',
  },
  'LSTM, both directions, from states': {
    operator: 'LSTM',
    attributes: bidirectional,
    given: ['initial_h', 'initial_c'],
  },
  'LSTM, other functions': { operator: 'LSTM', attributes: { activations: ['HardSigmoid', 'Relu', 'Relu'] } },
  'GRU, other functions': {
    operator: 'GRU',
    attributes: { activations: ['HardSigmoid', 'Relu'], linear_before_reset: 1 },
  },
  'GRU, both directions, product first': {
    operator: 'GRU',
    attributes: { ...bidirectional, linear_before_reset: 1 },
    given: ['initial_h'],
  },
  'GRU, both directions': { operator: 'GRU', attributes: bidirectional, given: ['initial_h'] },
  'GRU, both directions, product first, lengths, clip': {
    operator: 'GRU',
    attributes: { ...bidirectional, linear_before_reset: 1, clip: 0.3 },
    lengths: [1, 4],
  },
  'RNN, both directions': { operator: 'RNN', attributes: bidirectional, given: ['initial_h'] },
  'RNN of ReLU': { operator: 'RNN', attributes: { activations: ['Relu'] } },
  'RNN, both directions, other functions': {
    operator: 'RNN',
    attributes: {
      ...bidirectional,
      activations: ['Relu', 'ScaledTanh'],
      activation_alpha: [0.7],
      activation_beta: [1.5],
    },
    given: ['initial_h'],
  },
  'RNN, softsign, lengths': { operator: 'RNN', attributes: { activations: ['Softsign'] }, lengths: [5, 1] },
  'RNN, thresholds': {
    operator: 'RNN',
    attributes: { activations: ['ThresholdedRelu'], activation_alpha: [0.1] },
    bias: false,
  },
};

describe('unrolled, they agree with ONNX Runtime', () => {
  test.each(Object.entries(asked))('%s', async (_, each) => {
    expect(await errorOf(draw(each))).toBeLessThan(1e-5);
  });

  test.each(Object.keys(recurrent))('the case: %s', async (name) => {
    expect(await errorOf(recurrent[name] as BuildGraph)).toBeLessThan(1e-5);
  });
});

describe.each(Object.entries(forms))('as layers where the backend has them, %s', (_, form) => {
  test.each(Object.entries(asked))('%s', async (__, each) => {
    expect(await errorOf(draw(each), withForm(form))).toBeLessThan(1e-5);
  });
});

test('a recurrent bias of zeros is no operand where the layer may omit it', async () => {
  const given = async (bias: 'zero recurrent half' | undefined, form: string) => {
    const { graph } = await makeModel(
      draw({ operator: 'GRU', attributes: { linear_before_reset: 1 }, ...(bias && { bias }) }),
    );
    return settingsOf(makePlan(graph, 'inference', withForm(required(forms, form))), 'GRU')?.given;
  };
  expect(await given('zero recurrent half', 'as JAX has them')).toEqual(['w', 'r', 'bias']);
  expect(await given(undefined, 'as JAX has them')).toContain('recurrentBias');
  expect(await given('zero recurrent half', 'as PyTorch has them')).toContain('recurrentBias');
});

describe('plans', () => {
  const sketch = (attributes: Readonly<Record<string, Attribute>> = {}, inputs = ['x', 'W', 'R', 'B']) => ({
    nodes: [['LSTM', inputs, ['', 'y'], { hidden_size: 4, ...attributes }]] as const,
    values: { x: [5, 2, 3], W: [1, 16, 3], R: [1, 16, 4], B: [1, 32], P: [1, 12], y: [1, 2, 4] },
    weights: ['W', 'R', 'B', 'P'],
  });

  test('what a framework has is one operation, told what is read', () => {
    const made = planOf(sketch());
    expect(kindsOf(made)).toEqual(['LSTM']);
    expect(settingsOf(made, 'LSTM')).toEqual({
      hidden: 4,
      direction: 'forward',
      given: ['w', 'r', 'bias'],
      read: ['last'],
    });
  });

  test('usual functions by name are no others', () => {
    expect(kindsOf(planOf(sketch({ activations: ['Sigmoid', 'Tanh', 'Tanh'] })))).toEqual(['LSTM']);
  });

  test('with the batch first, axes have other numbers, and the states of the output lie as they come', () => {
    const { values: _, ...rest } = sketch({ layout: 1 });
    const values = { x: [2, 5, 3], W: [1, 16, 3], R: [1, 16, 4], B: [1, 32], y: [2, 1, 4] };
    const made = planOf({ ...rest, values });
    expect(kindsOf(made)).toEqual(['Transpose', 'LSTM']);
    expect(made.outputs[0]?.axes).toEqual([1, 0, 2]);
  });

  test('unrolled: one product for all steps, one more for each, weights transposed at load', () => {
    const made = planOf(sketch(), everything('last', 'LSTM', 'Gemm'));
    expect(kindsOf(made).filter((kind) => kind === 'MatMul')).toHaveLength(6);
    expect(kindsOf(made)).not.toContain('Transpose');
    expect(made.constants.map(({ shape }) => shape)).toEqual(
      expect.arrayContaining([
        [3, 16],
        [4, 16],
      ]),
    );
  });

  test.each([
    ['activation Gauss is not supported', sketch({ activations: ['Gauss', 'Tanh', 'Tanh'] })],
    ['activations Sigmoid are not supported: 3 are required', sketch({ activations: ['Sigmoid'] })],
    ['direction up is not supported', sketch({ direction: 'up' })],
    [
      'sequence_lens 6 is not supported: it is outside 1 to 5, the number of steps',
      { ...sketch({}, ['x', 'W', 'R', 'B', 'lengths']), numbers: { lengths: [6, 1] } },
    ],
    [
      'sequence_lens lengths must be constant: fix it with --range lengths=5, or give the same lengths in all --inputs',
      {
        ...sketch({}, ['x', 'W', 'R', 'B', 'lengths']),
        inputs: ['x', 'lengths'],
        values: { ...sketch().values, lengths: [2] },
      },
    ],
  ])('refused: %s', (reason, each) => {
    expect(() => planOf(each)).toThrow(`LSTM (node_0): ${reason}`);
  });
});
