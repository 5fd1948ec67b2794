import { expect, it } from 'vitest';
import type { DataType } from '../../../model/graph.js';
import type { RawInput, RawModel } from '../../../model/import/raw-model.js';
import { guessRanges, guessShapes } from '../../../model/inputs/guess-shapes.js';
import { integers } from '../models.js';

const input = (name: string, shape: RawInput['shape'], type: DataType = 'float32'): RawInput => ({
  name,
  type,
  shape,
});
const guess = (...inputs: RawInput[]) => Object.values(guessShapes(inputs, new Map()));

it.each([
  ['a batch of images', input('x', ['batch', 3, 'height', 'width']), [1, 3, 224, 224]],
  ['without names', input('x', ['', 3, '', '']), [1, 3, 224, 224]],
  ['with channels last', input('x', ['N', '', '', 1]), [1, 224, 224, 1]],
  ['with open channels', input('x', ['N', 'C', 'H', 'W']), [1, 3, 224, 224]],
  ['token ids', input('ids', ['batch_size', 'sequence_length'], 'int64'), [1, 128]],
  ['token ids without names', input('ids', ['', ''], 'int64'), [1, 128]],
  ['numbered names of exporters', input('tokens', ['tokens_dynamic_axes_1', 's1'], 'int64'), [1, 128]],
  ['a cache of keys', input('past.0.key', ['batch_size', 8, 'past_sequence_length', 64]), [1, 8, 128, 64]],
  ['features', input('x', ['N', 'T', 80]), [1, 128, 80]],
  ['a waveform', input('audio', ['batch', 'samples']), [1, 16_000]],
  ['a waveform without names', input('waveforms', ['', '']), [1, 16_000]],
  ['a state', input('state', [2, '', 128]), [2, 1, 128]],
  ['a window without names', input('input', ['', '']), [1, 128]],
  ['a table row', input('x', ['N', 30]), [1, 30]],
  ['an image of unknown rank', input('x', undefined), [1, 3, 224, 224]],
])('guesses %s', (_, open, shape) => {
  expect(guess(open)).toEqual([shape]);
});

it('gives a dimension one value in all inputs, and sums their sum', () => {
  const mask = input('mask', ['batch_size', 'past_sequence_length + 1'], 'int64');
  const cache = input('past', ['batch_size', 2, 'past_sequence_length', 8]);
  expect(guess(cache, mask)).toEqual([
    [1, 2, 128, 8],
    [1, 129],
  ]);
  expect(guessShapes([mask], new Map([['past_sequence_length', 7]]))).toEqual({ mask: [1, 8] });
});

it('guesses ranges: rows of a table, a whole length, a sampling rate', () => {
  const inputs = [
    input('ids', ['N', 'T'], 'int64'),
    input('lens', ['N'], 'int64'),
    input('sr', [], 'int64'),
    input('mask', ['N', 'T'], 'int64'),
  ];
  const table = { type: 'float32' as const, shape: [30, 2], data: new Float32Array(60) };
  const model: RawModel = {
    name: 'm',
    opset: 17,
    inputs,
    outputs: [],
    initialisers: new Map([['table', table]]),
    nodes: [
      { name: 'g', operator: 'Gather', inputs: ['table', 'ids'], outputs: ['y'], attributes: {}, proto: {} },
    ],
    structure: () => expect.fail('not needed'),
  };
  expect(guessRanges(model, guessShapes(inputs, new Map()))).toEqual({
    ids: [0, 29],
    lens: [128, 128],
    sr: [16_000, 16_000],
  });
  const constant = new Map([...model.initialisers, ['table', integers([1, 2], [1, 2])]] as const);
  expect(
    guessRanges({ ...model, inputs: inputs.slice(0, 1), initialisers: constant }, { ids: [1, 1] }),
  ).toEqual({});
});
