/**
 * Sentence pairs of English and Pig Latin. The translation follows a rule, so that both sides can be made from a text in the
 * public domain. Pig Latin is an established exercise in machine translation: CSC321 of the University of Toronto (Grosse, 2018,
 * programming assignment 3) trains a character-level encoder and decoder on the words of a novel and their Pig Latin.
 */
import { at, required } from '../../common/at.js';
import { phrases, vocabulary } from './text.js';

/** Moves the leading consonants of each word to its end and appends "ay"; appends "way" to words that begin with a vowel. */
export function pigLatin(text: string): string {
  return text.replace(/\p{L}[\p{L}']*/gu, (word) => {
    const [, moved = '', rest = ''] = /^(y?(?:qu|[^aeiouy'])*)(.*)$/iu.exec(word) ?? [];
    return moved === '' ? `${word}way` : `${rest}${moved}ay`;
  });
}

/** Token numbers: the index of a character in the vocabulary of the text. */
export interface Translations {
  /** [batch, sourceSteps] */
  readonly source: Int32Array;
  /** [batch, targetSteps]: the decoder's input (teacher forcing), the start token and then the translation. */
  readonly previous: Int32Array;
  /** [batch, targetSteps]: the token after each of `previous`; the last is a line feed. */
  readonly next: Int32Array;
}

/** Tokens of the target: the characters of the text and a start token. */
export const targetTokens = 71;
const start = targetTokens - 1;

export interface Lengths {
  readonly sourceSteps: number;
  /** Including the start and the end token. */
  readonly targetSteps: number;
}

/**
 * Phrases at equal distances throughout the book, and their translations, both padded with spaces.
 *
 * @param buffer number of the batch
 */
export function translations(
  batch: number,
  buffer: number,
  { sourceSteps, targetSteps }: Lengths,
): Translations {
  const all = phrases(sourceSteps);
  const chosen = Array.from({ length: batch }, (_, example) =>
    at(all, (Math.floor((example * all.length) / batch) + buffer) % all.length),
  );
  const targets = chosen.map((phrase) => [start, ...numbersOf(`${pigLatin(phrase)}\n`)]);
  return {
    source: rows(chosen.map(numbersOf), sourceSteps),
    previous: rows(targets, targetSteps),
    next: rows(
      targets.map((target) => target.slice(1)),
      targetSteps,
    ),
  };
}

function numbersOf(text: string): number[] {
  return [...text].map((character) => required(vocabulary(), character, 'vocabulary'));
}

/** [sequences, steps], truncated or padded with spaces. */
function rows(sequences: readonly (readonly number[])[], steps: number): Int32Array {
  const space = required(vocabulary(), ' ', 'vocabulary');
  return Int32Array.from({ length: sequences.length * steps }, (_, index) => {
    return at(sequences, Math.floor(index / steps))[index % steps] ?? space;
  });
}
