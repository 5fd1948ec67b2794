/**
 * Character-level sequence-to-sequence translation: an LSTM encoder of 256 units; an LSTM decoder that starts with the encoder's
 * hidden and cell state and reads the translation up to each step (teacher forcing); a linear layer over the next character.
 *
 * Source: Chollet, "A ten-minute introduction to sequence-to-sequence learning in Keras" (2017), now keras.io's example
 * `lstm_seq2seq`, after Sutskever, Vinyals and Le (2014). Sizes: 256 units, batches of 64, 16 source characters of 71 tokens and
 * 59 target characters of 93 tokens, one-hot, padded with spaces that count in the loss. Optimiser: RMSProp with Keras's default
 * learning rate 0.001 and decay 0.9.
 *
 * The example's 10,000 sentence pairs in English and French are under copyright. Here the source is the text of Moby-Dick in
 * phrases of up to 16 characters, and the target their Pig Latin (`suites/data/pig-latin.ts`). They use 70 and 71 of the 71 and
 * 93 tokens, which does not change the cost of a step.
 *
 * Inference is the same pass over a given translation, which it scores. Generation step by step with fed-back states is
 * measured by `char-lstm-generate`.
 *
 * Parameters: 4·256·(71 + 256 + 1) = 335,872, 4·256·(93 + 256 + 1) = 358,400 and 256·93 + 93 = 23,901, as in Keras. The recurrent
 * halves of the biases, which Keras does not have, are zero and are not trained: see row-lstm.ts. Multiply-adds: 27,847,424.
 */

import type { Workload } from '../../model/workload.js';
import { oneHot } from '../data/one-hot.js';
import { type Lengths, translations } from '../data/pig-latin.js';

const tokens = { source: 71, target: 93 };

interface Size extends Lengths {
  readonly hidden: number;
}

function parametersOf(hidden: number): number {
  const perUnit = tokens.source + hidden + 1 + (tokens.target + hidden + 1);
  return 4 * hidden * perUnit + (hidden + 1) * tokens.target;
}

function multiplyAddsOf({ hidden, sourceSteps, targetSteps }: Size): number {
  const encoderStep = 4 * hidden * (tokens.source + hidden);
  const decoderStep = 4 * hidden * (tokens.target + hidden) + hidden * tokens.target;
  return sourceSteps * encoderStep + targetSteps * decoderStep;
}

function translation(name: string, title: string, size: Size, small?: Workload): Workload {
  const { hidden, sourceSteps, targetSteps } = size;
  const logitsShape = (batch: number) => [batch, targetSteps, tokens.target];
  return {
    name,
    title,
    source:
      'Chollet, A ten-minute introduction to sequence-to-sequence learning (2017); keras.io lstm_seq2seq',
    family: 'lstm',
    modes: ['inference', 'training'],
    batches: [1, 64],
    trainingBatches: [64],
    parameterCount: parametersOf(hidden),
    multiplyAdds: multiplyAddsOf(size),
    training: {
      loss: 'softmax-cross-entropy',
      optimiser: { name: 'rmsprop', learningRate: 0.001, decay: 0.9, epsilon: 1e-15 },
      steps: 3,
    },
    // As for row-lstm: the recurrence is contracting, so that errors do not grow with the number of steps.
    tolerance: { output: 1e-5, loss: 1e-5, gradient: 1e-4, weight: 2e-3 },
    build(graph, batch, mode) {
      const source = graph.transpose(graph.input('source', [batch, sourceSteps, tokens.source]), [1, 0, 2]);
      const target = graph.transpose(graph.input('target', logitsShape(batch)), [1, 0, 2]);
      const encoder = { inputs: tokens.source, hidden };
      const [last, cell] = graph.lstmLayer(source, 'encoder', encoder, ['last', 'cell']);
      const decoder = { inputs: tokens.target, hidden, states: [last, cell] as const };
      const [all] = graph.lstmLayer(target, 'decoder', decoder, ['all']);
      // Hidden states are of order 1/4; a gain of 16 gives logits of order 1.
      const states = graph.transpose(graph.squeeze(all, [1]), [1, 0, 2]);
      const logits = graph.linear(states, 'fc', hidden, tokens.target, 16);
      graph.output(mode === 'inference' ? graph.softmax(logits) : logits, logitsShape(batch));
    },
    inputs(batch, buffer, mode) {
      const { source, previous, next } = translations(batch, buffer, size);
      const inputs = {
        source: oneHot(source, [batch, sourceSteps], tokens.source),
        target: oneHot(previous, [batch, targetSteps], tokens.target),
      };
      return mode === 'inference'
        ? inputs
        : { ...inputs, labels: { type: 'int32', shape: [batch, targetSteps], data: next } };
    },
    ...(small ? { small } : {}),
  };
}

const small = translation(
  'translation-small',
  'character-level translation: LSTM encoder and decoder of 64 units, 12 and 40 characters',
  { hidden: 64, sourceSteps: 12, targetSteps: 40 },
);

export default translation(
  'translation',
  'character-level translation: LSTM encoder and decoder of 256 units, 16 and 59 characters',
  { hidden: 256, sourceSteps: 16, targetSteps: 59 },
  small,
);
