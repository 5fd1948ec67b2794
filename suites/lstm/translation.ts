/**
 * Translation by characters: an LSTM of 256 units reads the source, a second one begins with its hidden state and its cell and is given
 * the translation up to each step (teacher forcing), a linear layer scores the next character.
 *
 * Source: Chollet, "A ten-minute introduction to sequence-to-sequence learning in Keras" (2017), now keras.io's example
 * `lstm_seq2seq`, after Sutskever, Vinyals and Le (2014). Its sizes: 256 units, batches of 64, 16 source characters of
 * 71 tokens, 59 target ones of 93, padded with spaces that count in the loss; one-hot. RMSProp learns, with
 * Keras's defaults: a rate of 0.001, a decay of 0.9.
 *
 * Its 10,000 sentences of English and French are not ours to ship. The source is Moby-Dick's own text in phrases of up to 16 characters,
 * and the target their Pig Latin, which is a rule and not a language: see `suites/data/pig-latin.ts`. Their 70 and 71 tokens take the
 * place of the 71 and 93; what a step costs is the same.
 *
 * Inference is the same pass, over a translation that is given: it scores it. Generation, a step at a time with the states
 * fed back, is what `char-lstm-generate` measures.
 *
 * Parameters: 4·256·(71 + 256 + 1) = 335,872, 4·256·(93 + 256 + 1) = 358,400 and 256·93 + 93 = 23,901, as Keras counts them. The
 * recurrent halves of biases, which Keras has not, are zero and not trained: see row-lstm.ts. Multiply-adds: 27,847,424.
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
  const read = 4 * hidden * (tokens.source + hidden);
  const written = 4 * hidden * (tokens.target + hidden) + hidden * tokens.target;
  return sourceSteps * read + targetSteps * written;
}

function translation(name: string, title: string, size: Size, small?: Workload): Workload {
  const { hidden, sourceSteps, targetSteps } = size;
  const scored = (batch: number) => [batch, targetSteps, tokens.target];
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
    // As for the other recurrent networks: a recurrence that contracts adds nothing with its steps.
    tolerance: { output: 1e-5, loss: 1e-5, gradient: 1e-4, weight: 2e-3 },
    build(graph, batch, mode) {
      const read = graph.transpose(graph.input('source', [batch, sourceSteps, tokens.source]), [1, 0, 2]);
      const given = graph.transpose(graph.input('target', scored(batch)), [1, 0, 2]);
      const encoder = { inputs: tokens.source, hidden };
      const [last = '', cell = ''] = graph.lstmLayer(read, 'encoder', encoder, ['last', 'cell']);
      const decoder = { inputs: tokens.target, hidden, states: [last, cell] as const };
      const [all = ''] = graph.lstmLayer(given, 'decoder', decoder, ['all']);
      // Hidden states are of order 1/4: a gain of 16 gives logits of order 1.
      const states = graph.transpose(graph.squeeze(all, [1]), [1, 0, 2]);
      const logits = graph.linear(states, 'fc', hidden, tokens.target, 16);
      graph.output(mode === 'inference' ? graph.softmax(logits) : logits, scored(batch));
    },
    inputs(batch, buffer, mode) {
      const { source, known, next } = translations(batch, buffer, size);
      const inputs = {
        source: oneHot(source, [batch, sourceSteps], tokens.source),
        target: oneHot(known, [batch, targetSteps], tokens.target),
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
  'translation by characters, LSTMs of 64 units over 12 characters and 40',
  { hidden: 64, sourceSteps: 12, targetSteps: 40 },
);

export default translation(
  'translation',
  'translation by characters: an LSTM of 256 units whose last states a second one begins with',
  { hidden: 256, sourceSteps: 16, targetSteps: 59 },
  small,
);
