/**
 * Text classification: word numbers, an embedding of 125, one recurrent layer of 100 units, the last state into a linear layer of
 * two classes. Once with a GRU, which is the definition, and once with an LSTM, its twin.
 *
 * Source: the sentiment network of "Comparing Deep Learning Frameworks: A Rosetta Stone Approach" (Karmanov, Salvaris, Fierro and
 * Dean, 2018, github.com/ilkarman/DeepLearningFrameworks): vocabulary 30,000, 150 words, embedding 125, GRU 100, batch 64. Its
 * frameworks' GRU is cuDNN's, with the reset behind the product: ONNX's `linear_before_reset` 1. There Adam learns; here it is
 * plain momentum, since Keras on TensorFlow squares each row of an embedding's gradient before it adds those of the same word, and is
 * another Adam. Its reviews of films are not ours to ship: the words are those of Moby-Dick's first
 * chapters by the rank of their frequency, in the place of the 30,000 most frequent, and a text's class is the half that it is from.
 *
 * Parameters: 30,000·125 = 3,750,000; LSTM 4·100·(125 + 100 + 1) = 90,400, GRU 3·100·(125 + 100 + 1) = 67,800; 100·2 + 2 = 202. The
 * recurrent halves of biases are zero and not trained: see row-lstm.ts.
 *
 * The small forms have 1000 words, of which the last stands for all rarer ones, 50 of them in a text, an embedding of 32 and 32 units.
 * What is expensive in the full ones is not what is multiplied: where a gradient of the embedding is one of the whole table, plain
 * JavaScript takes minutes for a step.
 */

import type { GraphBuilder, ValueName } from '../../model/builder.js';
import type { Sequence, Workload } from '../../model/workload.js';
import { wordNumbers } from '../data/text.js';

/** A sixth of the book: longer texts of one batch would have most of it in common. */
const maxLength = 2000;
const classes = 2;

interface Cell {
  readonly name: string;
  readonly kind: string;
  readonly gates: number;
  last(graph: GraphBuilder, x: ValueName, inputs: number, hidden: number): ValueName;
}

interface Size {
  readonly vocabulary: number;
  readonly width: number;
  readonly hidden: number;
}

const defaultSteps = 150;
const defaultStepsSmall = 50;

/** @param steps words of a text */
function textClassifier(cell: Cell, steps = defaultSteps): Workload {
  const withLength = (length: number) => textClassifier(cell, length);
  const size = { vocabulary: 30_000, width: 125, hidden: 100 };
  return {
    ...form(cell.name, cell, size, { length: steps, defaultLength: defaultSteps, maxLength, withLength }),
    small: smallForm(cell),
  };
}

function smallForm(cell: Cell, steps = defaultStepsSmall): Workload {
  const withLength = (length: number) => smallForm(cell, length);
  const size = { vocabulary: 1000, width: 32, hidden: 32 };
  return form(`${cell.name}-small`, cell, size, {
    length: steps,
    defaultLength: defaultStepsSmall,
    maxLength,
    withLength,
  });
}

function form(name: string, cell: Cell, size: Size, sequence: Sequence): Workload {
  const { vocabulary, width, hidden } = size;
  const { length: steps } = sequence;
  const { kind, gates, last } = cell;
  return {
    name,
    title: `text classification: embedding of ${vocabulary} words, ${kind} of ${hidden} units over ${steps} of them`,
    source: 'Karmanov et al., Deep Learning Frameworks, a Rosetta Stone (2018): vocabulary 30,000, 150 words',
    family: 'lstm',
    modes: ['inference', 'training'],
    batches: [1, 64],
    parameterCount: vocabulary * width + gates * hidden * (width + hidden + 1) + (hidden + 1) * classes,
    multiplyAdds: steps * gates * hidden * (width + hidden) + hidden * classes,
    training: {
      loss: 'softmax-cross-entropy',
      optimiser: { name: 'sgd', learningRate: 0.01, momentum: 0.9 },
      steps: 3,
    },
    // As for the other recurrent networks: a recurrence that contracts adds nothing with its steps.
    tolerance: { output: 1e-5, loss: 1e-5, gradient: 1e-4, weight: 2e-3 },
    sequence,
    build(graph, batch, mode) {
      const words = graph.input('words', [batch, steps], 'int64');
      const vectors = graph.embedding(words, 'embedding', vocabulary, width);
      const state = last(graph, graph.transpose(vectors, [1, 0, 2]), width, hidden);
      // Hidden states are of order 1/4: a gain of 16 gives logits of order 1.
      const logits = graph.gemm(graph.squeeze(state, [0]), 'fc', hidden, classes, 16);
      graph.output(mode === 'inference' ? graph.softmax(logits) : logits, [batch, classes]);
    },
    inputs(batch, buffer, mode) {
      const { words, halves } = excerptsOfWords(batch, steps, buffer, vocabulary);
      const input = { words: { type: 'int64' as const, shape: [batch, steps], data: words } };
      return mode === 'inference'
        ? input
        : { ...input, labels: { type: 'int32', shape: [batch], data: halves } };
    },
  };
}

/**
 * Texts that begin at equal distances all through the book, another part of it for each buffer; the last word of the vocabulary
 * stands for those behind it.
 */
function excerptsOfWords(batch: number, steps: number, buffer: number, vocabulary: number) {
  const book = wordNumbers();
  const begins = Array.from(
    { length: batch },
    (_, example) => Math.floor(((example + buffer / 4) / batch) * book.length) % book.length,
  );
  const words = BigInt64Array.from({ length: batch * steps }, (_, place) => {
    const begin = begins[Math.floor(place / steps)] ?? 0;
    return BigInt(Math.min(book[(begin + (place % steps)) % book.length] ?? 0, vocabulary - 1));
  });
  return { words, halves: Int32Array.from(begins, (begin) => Number(begin >= book.length / 2)) };
}

export default [
  textClassifier({
    name: 'text-gru',
    kind: 'GRU',
    gates: 3,
    last: (graph, x, inputs, hidden) => graph.gru(x, 'gru', inputs, hidden),
  }),
  textClassifier({
    name: 'text-lstm',
    kind: 'LSTM',
    gates: 4,
    last: (graph, x, inputs, hidden) => graph.lstm(x, 'lstm', inputs, hidden),
  }),
] as const;
