/**
 * A character-level language model (one-hot characters, two LSTM layers of 512 units, a linear layer over the vocabulary at
 * every step) and its generation.
 *
 * Source: Karpathy, char-rnn (2015, github.com/karpathy/char-rnn): sequences of 50 characters in batches of 50, one-hot inputs,
 * cross-entropy averaged over all steps, RMSProp with learning rate 0.002 and decay 0.95; 2 × 512 is one of the sizes in its
 * README and in "Visualizing and understanding recurrent networks" (Karpathy, Johnson and Li, 2015). Without dropout, whose
 * random masks differ between frameworks. The text is the first five chapters of Moby-Dick, with 70 distinct characters.
 *
 * Parameters: 4·512·(70 + 512 + 1) + 4·512·(512 + 512 + 1) + 512·70 + 70 = 3,329,094. char-rnn has a second bias in every gate,
 * 4,096 values, which is not trained here: see row-lstm.ts.
 *
 * Generation is one character at a time at batch 1: the states of both layers are inputs, the new states and the distribution
 * of the next character are outputs, as in deployments of exported models. `char-lstm-step` is a single step;
 * `char-lstm-generate` a loop of 64 steps in which the states are fed back and the most likely character is the next input.
 * Greedy selection makes every target generate the same text, so that it can be verified.
 */

import { at } from '../../common/at.js';
import type { GraphBuilder, ValueName } from '../../model/builder.js';
import type { Tensor } from '../../model/graph.js';
import { uniform } from '../../model/random.js';
import type { Tolerance, Training, Workload } from '../../model/workload.js';
import { oneHot } from '../data/one-hot.js';
import { excerpts, vocabularySize } from '../data/text.js';

interface Size {
  readonly hidden: number;
  readonly steps: number;
}

/** At this length the 50 streams of a batch cover three quarters of the text. */
const maxLength = 1000;

const layers = [1, 2];
const source = 'Karpathy, char-rnn (2015), two layers of 512; text: Melville, Moby-Dick, chapters 1 to 5';
const training: Training = {
  loss: 'softmax-cross-entropy',
  optimiser: { name: 'rmsprop', learningRate: 0.002, decay: 0.95, epsilon: 1e-15 },
  steps: 3,
};
// As for row-lstm: two layers and twice the steps add little.
const tolerance: Tolerance = { output: 1e-5, loss: 1e-5, gradient: 1e-4, weight: 2e-3 };

function parametersOf(hidden: number): number {
  const perUnit = vocabularySize + hidden + 1 + (hidden + hidden + 1);
  return 4 * hidden * perUnit + (hidden + 1) * vocabularySize;
}

function multiplyAddsOf({ hidden, steps }: Size): number {
  return steps * (4 * hidden * (vocabularySize + 3 * hidden) + hidden * vocabularySize);
}

/** Hidden states are of order 1/4: a gain of 16 gives logits of order 1. */
function logitsOf(graph: GraphBuilder, states: ValueName, hidden: number): ValueName {
  return graph.linear(states, 'fc', hidden, vocabularySize, 16);
}

/** @param defaultLength steps by definition */
function languageModel(name: string, size: Size, small?: Workload, defaultLength = size.steps): Workload {
  const { hidden, steps } = size;
  return {
    name,
    title: `character-level language model: two LSTM layers of ${hidden} units over ${steps} characters`,
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
      const x = graph.transpose(graph.input('characters', [batch, steps, vocabularySize]), [1, 0, 2]);
      const last = layers.reduce<ValueName>((sequence, layer) => {
        const inputs = layer === 1 ? vocabularySize : hidden;
        const [all] = graph.lstmLayer(sequence, `lstm${layer}`, { inputs, hidden }, ['all']);
        return graph.squeeze(all, [1]);
      }, x);
      const logits = logitsOf(graph, graph.transpose(last, [1, 0, 2]), hidden);
      graph.output(mode === 'inference' ? graph.softmax(logits) : logits, [batch, steps, vocabularySize]);
    },
    inputs(batch, buffer, mode) {
      const { characters, next } = excerpts(batch, steps, buffer);
      const input = { characters: oneHot(characters, [batch, steps], vocabularySize) };
      const labels: Tensor = { type: 'int32', shape: [batch, steps], data: next };
      return mode === 'inference' ? input : { ...input, labels };
    },
    ...(small ? { small } : {}),
  };
}

/** @param generated characters per iteration; without it the workload is a single step */
function generationStep(name: string, title: string, hidden: number, generated?: number): Workload {
  const stateNames = layers.flatMap((layer) => [`hidden${layer}`, `cell${layer}`]);
  const outputs = layers.flatMap((layer) => [`lstm${layer}.Y_h`, `lstm${layer}.Y_c`]);
  const states = stateNames.map((state, index) => [state, at(outputs, index)] as const);
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
      const character = graph.input('character', [1, batch, vocabularySize]);
      const states = stateNames.map((state) => graph.input(state, [1, batch, hidden]));
      const newStates: ValueName[] = [];
      const last = layers.reduce<ValueName>((sequence, layer) => {
        const initial = [at(states, 2 * (layer - 1)), at(states, 2 * (layer - 1) + 1)] as const;
        const definition = { inputs: layer === 1 ? vocabularySize : hidden, hidden, states: initial };
        const name = `lstm${layer}`;
        const [all, ...next] = graph.lstmLayer(sequence, name, definition, ['all', 'last', 'cell']);
        newStates.push(...next);
        return graph.squeeze(all, [1]);
      }, character);
      const probabilities = graph.softmax(logitsOf(graph, graph.squeeze(last, [0]), hidden));
      graph.output(probabilities, [batch, vocabularySize]);
      for (const state of newStates) graph.output(state, [1, batch, hidden]);
      if (generated === undefined) return;
      const best = graph.node('ArgMax', [probabilities], { axis: 1 });
      const rows = graph.constant('characters', identity(vocabularySize));
      graph.output(graph.node('Gather', [rows, best], { axis: 0 }, ['next']), [1, batch, vocabularySize]);
    },
    /** Hidden and cell states as large as those of the network. */
    inputs(batch, buffer) {
      const { characters } = excerpts(batch, 1, buffer);
      const state = (part: string): Tensor => {
        const data = uniform(0, `${name}/${part}/${buffer}`, batch * hidden, -0.4, 0.4);
        return { type: 'float32', shape: [1, batch, hidden], data };
      };
      const states = Object.fromEntries(stateNames.map((part) => [part, state(part)]));
      return { character: oneHot(characters, [1, batch], vocabularySize), ...states };
    },
  };
}

function identity(size: number): Tensor {
  const data = Float32Array.from({ length: size ** 2 }, (_, index) => Number(index % (size + 1) === 0));
  return { type: 'float32', shape: [size, size], data };
}

const small = languageModel('char-lstm-small', { hidden: 128, steps: 25 });

export default [
  languageModel('char-lstm', { hidden: 512, steps: 50 }, small),
  generationStep('char-lstm-step', 'one step of generation: a character and the states of both layers', 512),
  generationStep('char-lstm-generate', 'greedy generation of 64 characters, with states fed back', 512, 64),
] as const;
