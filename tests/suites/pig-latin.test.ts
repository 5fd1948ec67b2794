import { expect, it } from 'vitest';
import { pigLatin, targetTokens, translations } from '../../suites/data/pig-latin.js';
import { phrases, vocabulary, vocabularySize } from '../../suites/data/text.js';

it.each([
  ['i went shopping', 'iway entway oppingshay'],
  ['team impress', 'eamtay impressway'],
  ['Call me Ishmael.', 'allCay emay Ishmaelway.'],
  ['you, my quay—don’t', 'ouyay, ymay ayquay—onday’tay'],
  ["don't try Mr 1", "on'tday ytray Mray 1"],
])('translates %s to %s', (english, expected) => {
  expect(pigLatin(english)).toBe(expected);
});

const lengths = { sourceSteps: 16, targetSteps: 59 };
const characters = [...vocabulary().keys()];

function read(tokens: Int32Array): string {
  return Array.from(tokens, (token) => characters[token] ?? '^').join('');
}

it('pairs a phrase with its translation, between a start and an end token', () => {
  expect(targetTokens).toBe(vocabularySize + 1);
  const { source, previous, next } = translations(1, 2, lengths);
  expect(read(source)).toBe('Call me Ishmael.');
  expect(read(previous)).toBe('^allCay emay Ishmaelway.\n'.padEnd(59));
  expect(read(next)).toBe('allCay emay Ishmaelway.\n'.padEnd(59));
});

it.each([
  [16, 59],
  [12, 40],
])(
  'has enough steps for the translation of every phrase of %i characters, with start and end token',
  (sourceSteps, targetSteps) => {
    const longest = Math.max(...phrases(sourceSteps).map((phrase) => pigLatin(phrase).length));
    expect(longest + 2).toBeLessThanOrEqual(targetSteps);
  },
);

it('uses only characters of the vocabulary', () => {
  const used = [...new Set(phrases(16).map(pigLatin).join(''))];
  expect(used.filter((character) => !vocabulary().has(character))).toEqual([]);
});

it('has different phrases in each example and each buffer', () => {
  const sources = [0, 1, 2, 3].flatMap((buffer) => {
    const { source } = translations(64, buffer, lengths);
    return Array.from({ length: 64 }, (_, example) =>
      read(source.subarray(example * 16, (example + 1) * 16)),
    );
  });
  expect(new Set(sources).size).toBeGreaterThan(250);
});
