/**
 * Pairs of English and Pig Latin: what translates a text by a rule, so that both sides can be made from a text that may be shipped.
 * It is a language for learning to translate in its own right: CSC321 of the University of Toronto (Grosse, 2018, programming
 * assignment 3) trains its encoder and decoder of characters on a novel's words and their Pig Latin.
 */
import { phrases, places } from './text.js';

/** The consonants that begin a word go to its end, before "ay"; a word that begins with a vowel gets "way". */
export function pigLatin(text: string): string {
  return text.replace(/\p{L}[\p{L}']*/gu, (word) => {
    const [, moved = '', rest = ''] = /^(y?(?:qu|[^aeiouy'])*)(.*)$/iu.exec(word) ?? [];
    return moved === '' ? `${word}way` : `${rest}${moved}ay`;
  });
}

/** Numbers of the tokens: a source character's is its place among those of the text, and so is a target's. */
export interface Translations {
  /** [batch, sourceSteps] */
  readonly source: Int32Array;
  /** [batch, targetSteps]: what is known of the translation at each step, the start and then its characters. */
  readonly known: Int32Array;
  /** [batch, targetSteps], the token behind each: in the end a line feed. */
  readonly next: Int32Array;
}

/** Tokens of the target: the characters of the text, and one for the start. */
export const targetTokens = 71;
const start = targetTokens - 1;

export interface Lengths {
  readonly sourceSteps: number;
  /** The start and the end among them. */
  readonly targetSteps: number;
}

/** Batch number `buffer`: phrases at equal distances all through the book; behind a phrase and its translation are spaces. */
export function translations(
  batch: number,
  buffer: number,
  { sourceSteps, targetSteps }: Lengths,
): Translations {
  const all = phrases(sourceSteps);
  const chosen = Array.from(
    { length: batch },
    (_, example) => all[(Math.floor((example * all.length) / batch) + buffer) % all.length] ?? '',
  );
  const targets = chosen.map((phrase) => [start, ...numbersOf(`${pigLatin(phrase)}\n`)]);
  return {
    source: rows(chosen.map(numbersOf), sourceSteps),
    known: rows(targets, targetSteps),
    next: rows(
      targets.map((target) => target.slice(1)),
      targetSteps,
    ),
  };
}

function numbersOf(text: string): number[] {
  return [...text].map((character) => places().get(character) ?? 0);
}

function rows(sequences: readonly (readonly number[])[], steps: number): Int32Array {
  const space = places().get(' ') ?? 0;
  return Int32Array.from({ length: sequences.length * steps }, (_, place) => {
    return sequences[Math.floor(place / steps)]?.[place % steps] ?? space;
  });
}
