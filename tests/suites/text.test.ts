import { expect, it } from 'vitest';
import { characters, excerpts, phrases, vocabularySize, wordNumbers } from '../../suites/data/text.js';

it('numbers the distinct characters of the text', () => {
  expect(new Set(characters()).size).toBe(vocabularySize);
  expect(Math.max(...characters())).toBe(vocabularySize - 1);
});

it('labels each character with the next, also at the end of a sequence', () => {
  const { characters: read, next } = excerpts(3, 5, 0);
  expect(read.length).toBe(15);
  for (let example = 0; example < 3; example++) {
    const row = (all: Int32Array) => [...all.subarray(example * 5, (example + 1) * 5)];
    expect(row(next).slice(0, -1)).toEqual(row(read).slice(1));
    expect(row(next).at(-1)).toBe(excerpts(3, 5, 1).characters[example * 5]);
  }
});

it('continues at the beginning after the end of the text', () => {
  const { characters: read } = excerpts(1, 10, Math.ceil(characters().length / 10));
  expect(read.length).toBe(10);
  expect(read.every((character) => character < vocabularySize)).toBe(true);
});

it('numbers words by frequency', () => {
  const words = wordNumbers();
  const counts = new Map<number, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  const byRank = [...counts].sort(([a], [b]) => a - b).map(([, count]) => count);
  expect(byRank.length).toBe(Math.max(...words) + 1);
  expect(byRank).toEqual(byRank.toSorted((a, b) => b - a));
  expect(byRank[0]).toBeGreaterThan(500);
});

it('splits the text into phrases of whole words', () => {
  const made = phrases(16);
  expect(made).toContain('Call me Ishmael.');
  expect(made.length).toBeGreaterThan(4000);
  expect(Math.max(...made.map(({ length }) => length))).toBe(16);
  expect(made.slice(0, 5)).toEqual([
    'CHAPTER 1.',
    'Loomings.',
    'Call me Ishmael.',
    'Some years',
    'ago—never mind',
  ]);
});
