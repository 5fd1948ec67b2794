/**
 * Text classification: word ids, an embedding of width 125, one recurrent layer of 100 units, a linear layer from its last state
 * to two classes. Defined with a GRU; the variant with an LSTM is added here.
 *
 * Source: the sentiment network of "Comparing Deep Learning Frameworks: A Rosetta Stone Approach" (Karmanov, Salvaris, Fierro
 * and Dean, 2018, github.com/ilkarman/DeepLearningFrameworks): vocabulary 30,000, 150 words, embedding 125, GRU 100, batch 64.
 * The frameworks' GRU is cuDNN's, ONNX's `linear_before_reset` = 1. The source trains with Adam; here it is momentum, since
 * Keras on TensorFlow squares each row of an embedding's sparse gradient before it sums the rows of a repeated word, which is
 * another update rule. The source's film reviews are under copyright: here the words are those of the first chapters of
 * Moby-Dick, numbered by frequency, and the class of a text is the half of the book that it is from.
 *
 * Parameters: 30,000·125 = 3,750,000; LSTM 4·100·(125 + 100 + 1) = 90,400, GRU 3·100·(125 + 100 + 1) = 67,800; 100·2 + 2 = 202.
 * The recurrent halves of the biases are zero and are not trained: see row-lstm.ts.
 *
 * The small forms have a vocabulary of 1000, whose last word stands for all rarer ones, 50 words per text, an embedding of width
 * 32 and 32 units. The cost of the full forms is not in their multiply-adds: where the gradient of the embedding is dense, plain
 * JavaScript takes minutes per step.
 */

import { at } from '../../common/at.js';
import type { GraphBuilder, ValueName } from '../../model/builder.js';
import type { Sequence, Workload } from '../../model/workload.js';
import { wordNumbers } from '../data/text.js';

/** A sixth of the book: longer texts of a batch would mostly overlap. */
const maxLength = 2000;
const classes = 2;

interface Cell {
  readonly name: string;
  /** For the title. */
  readonly kind: string;
  readonly gates: number;
  /** The last hidden state, [1, N, hidden]. @param x [steps, N, inputs] */
  lastState(graph: GraphBuilder, x: ValueName, inputs: number, hidden: number): ValueName;
}

interface Size {
  readonly vocabulary: number;
  /** Width of the embedding. */
  readonly width: number;
  readonly hidden: number;
}

const defaultSteps = 150;
const defaultStepsSmall = 50;

/** @param steps words per text */
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
  const { kind, gates, lastState } = cell;
  return {
    name,
    title: `text classification: embedding of ${vocabulary} words, ${kind} of ${hidden} units over ${steps} words`,
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
    // As for row-lstm: the recurrence is contracting, so that errors do not grow with the number of steps.
    tolerance: { output: 1e-5, loss: 1e-5, gradient: 1e-4, weight: 2e-3 },
    sequence,
    build(graph, batch, mode) {
      const words = graph.input('words', [batch, steps], 'int64');
      const vectors = graph.embedding(words, 'embedding', vocabulary, width);
      const state = lastState(graph, graph.transpose(vectors, [1, 0, 2]), width, hidden);
      // Hidden states are of order 1/4; a gain of 16 gives logits of order 1.
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
 * Texts that start at equal distances throughout the book, at other places for each buffer. Words beyond the vocabulary are
 * replaced by its last word. The class of a text is the half of the book in which it starts.
 */
function excerptsOfWords(batch: number, steps: number, buffer: number, vocabulary: number) {
  const book = wordNumbers();
  const begins = Array.from(
    { length: batch },
    (_, example) => Math.floor(((example + buffer / 4) / batch) * book.length) % book.length,
  );
  const words = BigInt64Array.from({ length: batch * steps }, (_, index) => {
    const begin = at(begins, Math.floor(index / steps));
    return BigInt(Math.min(at(book, (begin + (index % steps)) % book.length), vocabulary - 1));
  });
  return { words, halves: Int32Array.from(begins, (begin) => Number(begin >= book.length / 2)) };
}

export default [
  textClassifier({
    name: 'text-gru',
    kind: 'GRU',
    gates: 3,
    lastState: (graph, x, inputs, hidden) => graph.gru(x, 'gru', inputs, hidden),
  }),
  textClassifier({
    name: 'text-lstm',
    kind: 'LSTM',
    gates: 4,
    lastState: (graph, x, inputs, hidden) => graph.lstm(x, 'lstm', inputs, hidden),
  }),
] as const;
