/**
 * A language model of characters: one-hot characters, two LSTM layers of 512 units, a linear layer over the vocabulary at every
 * step; and one step of its generation.
 *
 * Source: Karpathy, char-rnn (2015, github.com/karpathy/char-rnn): sequences of 50 characters in batches of 50, one-hot inputs,
 * cross-entropy averaged over all steps, RMSProp at a rate of 0.002 with a decay of 0.95; of the sizes that its README and "Visualizing and understanding recurrent networks"
 * (Karpathy, Johnson and Li, 2015) use, the one of 2 × 512. Without dropout, whose masks no two frameworks draw alike. The text is
 * real: the first five chapters of Moby-Dick, 70 distinct characters.
 *
 * Parameters: 4·512·(70 + 512 + 1) + 4·512·(512 + 512 + 1) + 512·70 + 70 = 3,329,094. char-rnn has a second bias in every gate, 4,096
 * values, which is not trained here: see row-lstm.ts.
 *
 * Generation takes one character at a time, batch 1: both layers' states go in with it and the new ones come out with the
 * distribution over the next character, as in deployments of exported models. `char-lstm-step` is that step by itself;
 * `char-lstm-generate` the loop of 64 of them, in which the states are fed back and the likeliest character is the next one: that
 * the choice is the model's makes every target write the same text, so that it can be verified.
 */

import type { GraphBuilder, ValueName } from '../../model/builder.js';
import type { Tensor } from '../../model/graph.js';
import { uniform } from '../../model/random.js';
import type { Tolerance, Training, Workload } from '../../model/workload.js';
import { oneHot } from '../data/one-hot.js';
import { excerpts, vocabulary } from '../data/text.js';

interface Size {
  readonly hidden: number;
  readonly steps: number;
}

/** The 50 streams of a batch then hold three quarters of the text. */
const maxLength = 1000;

const layers = [1, 2];
const source = 'Karpathy, char-rnn (2015), two layers of 512; text: Melville, Moby-Dick, chapters 1 to 5';
const training: Training = {
  loss: 'softmax-cross-entropy',
  optimiser: { name: 'rmsprop', learningRate: 0.002, decay: 0.95, epsilon: 1e-15 },
  steps: 3,
};
// As for row-lstm, of which these are two layers and twice the steps.
const tolerance: Tolerance = { output: 1e-5, loss: 1e-5, gradient: 1e-4, weight: 2e-3 };

function parametersOf(hidden: number): number {
  const perUnit = vocabulary + hidden + 1 + (hidden + hidden + 1);
  return 4 * hidden * perUnit + (hidden + 1) * vocabulary;
}

function multiplyAddsOf({ hidden, steps }: Size): number {
  return steps * (4 * hidden * (vocabulary + 3 * hidden) + hidden * vocabulary);
}

/** Hidden states are of order 1/4: a gain of 16 gives logits of order 1. */
function logitsOf(graph: GraphBuilder, states: ValueName, hidden: number): ValueName {
  return graph.linear(states, 'fc', hidden, vocabulary, 16);
}

/** @param defaultLength steps by definition */
function languageModel(name: string, size: Size, small?: Workload, defaultLength = size.steps): Workload {
  const { hidden, steps } = size;
  return {
    name,
    title: `a language model of characters, two LSTM layers of ${hidden} units over ${steps} characters`,
    source,
    family: 'lstm',
    modes: ['inference', 'training'],
    batches: [1, 50],
    trainingBatches: [50],
    parameterCount: parametersOf(hidden),
    multiplyAdds: multiplyAddsOf(size),
    training,
    tolerance,
    sequence: {
      length: steps,
      defaultLength,
      maxLength,
      withLength: (length) => languageModel(name, { hidden, steps: length }, small, defaultLength),
    },
    build(graph, batch, mode) {
      const x = graph.transpose(graph.input('characters', [batch, steps, vocabulary]), [1, 0, 2]);
      const last = layers.reduce<ValueName>((sequence, layer) => {
        const inputs = layer === 1 ? vocabulary : hidden;
        const [all = ''] = graph.lstmLayer(sequence, `lstm${layer}`, { inputs, hidden }, ['all']);
        return graph.squeeze(all, [1]);
      }, x);
      const logits = logitsOf(graph, graph.transpose(last, [1, 0, 2]), hidden);
      graph.output(mode === 'inference' ? graph.softmax(logits) : logits, [batch, steps, vocabulary]);
    },
    inputs(batch, buffer, mode) {
      const { characters, next } = excerpts(batch, steps, buffer);
      const input = { characters: oneHot(characters, [batch, steps], vocabulary) };
      const labels: Tensor = { type: 'int32', shape: [batch, steps], data: next };
      return mode === 'inference' ? input : { ...input, labels };
    },
    ...(small ? { small } : {}),
  };
}

/** @param generated characters that one iteration writes; a step by itself where it is left out */
function generationStep(name: string, title: string, hidden: number, generated?: number): Workload {
  const stateNames = layers.flatMap((layer) => [`hidden${layer}`, `cell${layer}`]);
  const outputs = layers.flatMap((layer) => [`lstm${layer}.Y_h`, `lstm${layer}.Y_c`]);
  const states = stateNames.map((state, place) => [state, outputs[place] ?? ''] as const);
  const feedback = Object.fromEntries([...states, ['character', 'next']]);
  return {
    name,
    title,
    source,
    family: 'lstm',
    modes: ['inference'],
    batches: [1],
    parameterCount: parametersOf(hidden),
    multiplyAdds: multiplyAddsOf({ hidden, steps: 1 }),
    tolerance,
    ...(generated === undefined ? {} : { generation: { steps: generated, feedback } }),
    build(graph, batch) {
      const character = graph.input('character', [1, batch, vocabulary]);
      const states = stateNames.map((state) => graph.input(state, [1, batch, hidden]));
      const made: ValueName[] = [];
      const last = layers.reduce<ValueName>((sequence, layer) => {
        const [first = '', second = ''] = states.slice(2 * (layer - 1));
        const given = { inputs: layer === 1 ? vocabulary : hidden, hidden, states: [first, second] as const };
        const [all = '', next = '', cell = ''] = graph.lstmLayer(sequence, `lstm${layer}`, given, [
          'all',
          'last',
          'cell',
        ]);
        made.push(next, cell);
        return graph.squeeze(all, [1]);
      }, character);
      const probabilities = graph.softmax(logitsOf(graph, graph.squeeze(last, [0]), hidden));
      graph.output(probabilities, [batch, vocabulary]);
      for (const state of made) graph.output(state, [1, batch, hidden]);
      if (generated === undefined) return;
      const best = graph.node('ArgMax', [probabilities], { axis: 1 });
      const rows = graph.constant('characters', identity(vocabulary));
      graph.output(graph.node('Gather', [rows, best], { axis: 0 }, ['next']), [1, batch, vocabulary]);
    },
    /** Hidden states and cells of the order that the network's own have. */
    inputs(batch, buffer) {
      const { characters } = excerpts(batch, 1, buffer);
      const state = (part: string): Tensor => {
        const data = uniform(0, `${name}/${part}/${buffer}`, batch * hidden, -0.4, 0.4);
        return { type: 'float32', shape: [1, batch, hidden], data };
      };
      const states = Object.fromEntries(stateNames.map((part) => [part, state(part)]));
      return { character: oneHot(characters, [1, batch], vocabulary), ...states };
    },
  };
}

function identity(size: number): Tensor {
  const data = Float32Array.from({ length: size ** 2 }, (_, place) => Number(place % (size + 1) === 0));
  return { type: 'float32', shape: [size, size], data };
}

const small = languageModel('char-lstm-small', { hidden: 128, steps: 25 });

export default [
  languageModel('char-lstm', { hidden: 512, steps: 50 }, small),
  generationStep(
    'char-lstm-step',
    'one step of generation: a character and both layers’ states in and out',
    512,
  ),
  generationStep(
    'char-lstm-generate',
    'generation of 64 characters, one at a time, the states fed back',
    512,
    64,
  ),
] as const;
