/**
 * Names and globs. Matching takes time in proportion to pattern times text: settings files come from other people too, and a
 * regular expression that backtracks lets one of forty characters run for years.
 *
 * `*` any characters, `?` one, `[a-c]` and `[!a-c]` one of a set, `{a,b}` either; `\` before a character is that character.
 */
import { at } from './at.js';

export interface GlobOptions {
  /** Whether `*`, `?` and sets match `/` too. By default only `**` does. */
  readonly acrossSlashes?: boolean;
}

/** From the positions in a text that a match may have come to, ascending, those that it may come to next. */
type Step = (text: string, from: readonly number[]) => readonly number[];

type Token =
  | { readonly kind: 'step'; readonly step: Step }
  /** `{`, `,` and `}`, which without their partners are characters like others. */
  | { readonly kind: 'open' | 'comma' | 'close'; readonly char: string };

/** Deeper braces are characters like others. */
const maxNesting = 20;

/** Whether a text matches the pattern. */
export function glob(
  pattern: string,
  { acrossSlashes = false }: GlobOptions = {},
): (text: string) => boolean {
  const isWild = (char: string) => acrossSlashes || char !== '/';
  const tokens = [...tokensOf(pattern, isWild)];
  const { step } = sequence(tokens, structural(tokens), 0);
  return (text) => step(text, [0]).at(-1) === text.length;
}

function* tokensOf(pattern: string, isWild: (char: string) => boolean): Generator<Token> {
  const token = /\\(.)|(\*+)|(\?)|\[([!^]?)(\]?[^\]]{1,100}|\])\]|(.)/gsu;
  for (const [, escaped, stars, mark, not, members, char = ''] of pattern.matchAll(token)) {
    if (escaped !== undefined) yield { kind: 'step', step: literal(escaped) };
    else if (stars !== undefined) yield { kind: 'step', step: run(stars.length > 1 ? () => true : isWild) };
    else if (mark !== undefined) yield { kind: 'step', step: one(isWild) };
    else if (members !== undefined) {
      const holds = setOf(members);
      yield { kind: 'step', step: one((each) => isWild(each) && holds(each) === (not === '')) };
    } else if (char === '{') yield { kind: 'open', char };
    else if (char === ',') yield { kind: 'comma', char };
    else if (char === '}') yield { kind: 'close', char };
    else yield { kind: 'step', step: literal(char) };
  }
}

/** Which tokens are braces with a choice between them, and the commas of these. */
function structural(tokens: readonly Token[]): ReadonlySet<number> {
  const found = new Set<number>();
  const open: number[][] = [];
  for (const [index, { kind }] of tokens.entries()) {
    if (kind === 'open') open.push([index]);
    else if (kind === 'comma') open.at(-1)?.push(index);
    else if (kind === 'close') {
      const own = open.pop() ?? [];
      if (own.length > 1 && open.length < maxNesting) for (const each of [...own, index]) found.add(each);
    }
  }
  return found;
}

/** All up to the next comma or closing brace. @returns also where that is */
function sequence(tokens: readonly Token[], isStructural: ReadonlySet<number>, begin: number) {
  const steps: Step[] = [];
  let index = begin;
  for (; index < tokens.length; index++) {
    const token = at(tokens, index);
    if (token.kind === 'step') steps.push(token.step);
    else if (!isStructural.has(index)) steps.push(literal(token.char));
    else if (token.kind !== 'open') break;
    else {
      const choices: Step[] = [];
      do {
        const choice = sequence(tokens, isStructural, index + 1);
        choices.push(choice.step);
        index = choice.end;
      } while (tokens[index]?.kind === 'comma');
      steps.push(either(choices));
    }
  }
  const step: Step = (text, from) => steps.reduce((now, each) => each(text, now), from);
  return { step, end: index };
}

function either(choices: readonly Step[]): Step {
  return (text, from) =>
    [...new Set(choices.flatMap((choice) => choice(text, from)))].sort((one, other) => one - other);
}

function setOf(members: string): (char: string) => boolean {
  const ranges = [...members.matchAll(/(.)-(.)|(.)/gsu)].map(
    ([, low, high, single = '']) => [low ?? single, high ?? single] as const,
  );
  return (char) => ranges.some(([low, high]) => low <= char && char <= high);
}

function literal(wanted: string): Step {
  return one((char) => char === wanted);
}

function one(accepts: (char: string) => boolean): Step {
  return (text, from) =>
    from.flatMap((position) => {
      const char = characterAt(text, position);
      return char !== '' && accepts(char) ? [position + char.length] : [];
    });
}

/** Any number of characters, none included. */
function run(accepts: (char: string) => boolean): Step {
  return (text, from) => {
    const to: number[] = [];
    let next = 0;
    for (const begin of from) {
      // Further on than this, what began earlier has been already.
      if (begin < next) continue;
      for (next = begin; ; ) {
        to.push(next);
        const char = characterAt(text, next);
        next += Math.max(1, char.length);
        if (char === '' || !accepts(char)) break;
      }
    }
    return to;
  };
}

/** Whole, where it takes two units of UTF-16; empty at the end. */
function characterAt(text: string, position: number): string {
  const code = text.codePointAt(position);
  return code === undefined ? '' : String.fromCodePoint(code);
}
