/** Mutations of JSON text that stays JSON: a name or a value becomes another one. */
import { at } from '../../../../common/at.js';
import type { Draw } from './draw.js';

/** A number or a string, names of properties included. */
const token = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|"(?:[^"\\]|\\.)*"/g;

const strangeNumbers = [
  ...['0', '-0', '-1', '0.5', '1e-320', '1e308', '1e999', '9007199254740993', '99999999999999999999'],
  ...['4294967296', 'null', 'true', '"7"', '[]', '{}'],
];
const strangeTexts = [
  ...['""', '" "', '"__proto__"', '"constructor"', '"../../etc/passwd"', '"\\u0000"', '"\\u001b[2J"'],
  ...['"\\ud800"', '"\\u202e"', '"<script>alert(1)</script>"', `"${'x'.repeat(5_000)}"`],
];
const strangeValues = [...strangeTexts, 'null', '0', '-1', 'false', '[]', '{}', '[[[[]]]]'];

/** @param count of tokens that are changed */
export function mutateJson(text: string, draw: Draw, count = 1): string {
  let changed = text;
  for (let left = count; left > 0; left--) changed = mutateToken(changed, draw);
  return changed;
}

function mutateToken(text: string, draw: Draw): string {
  const tokens = [...text.matchAll(token)];
  if (tokens.length === 0) return text;
  const chosen = draw.pick(tokens);
  const [old] = chosen;
  const end = chosen.index + old.length;
  // A name has to stay text, or the line is no JSON any more.
  const isName = /^\s*:/.test(text.slice(end, end + 20));
  const strange = isName ? strangeTexts : old.startsWith('"') ? strangeValues : strangeNumbers;
  const others = tokens.map(([each]) => each).filter((each) => each.startsWith('"') === old.startsWith('"'));
  // Half of them are values of another place, which have the right type.
  const fresh = draw.below(2) === 0 ? draw.pick(strange) : draw.pick(others);
  return `${text.slice(0, chosen.index)}${fresh}${text.slice(end)}`;
}

type LineMutation = (lines: readonly string[], draw: Draw) => string[];

/** Mutations of a log with one event a line. */
export const lineMutations: Readonly<Record<string, LineMutation>> = {
  'lines left out': (lines, draw) => {
    const first = draw.below(lines.length);
    return lines.toSpliced(first, 1 + draw.below(5));
  },
  'lines doubled': (lines, draw) => {
    const first = draw.below(lines.length);
    const part = lines.slice(first, first + 1 + draw.below(5));
    return lines.toSpliced(draw.below(lines.length + 1), 0, ...part);
  },
  'lines in another order': (lines, draw) => {
    const [one, other] = [draw.below(lines.length), draw.below(lines.length)];
    return lines.with(one, at(lines, other)).with(other, at(lines, one));
  },
  'lines torn': (lines, draw) => {
    const place = draw.below(lines.length);
    const line = at(lines, place);
    const cut = draw.below(line.length + 1);
    // The rest is lost, or stands in a line of its own.
    return lines.toSpliced(place, 1, line.slice(0, cut), ...(draw.below(2) === 0 ? [] : [line.slice(cut)]));
  },
};
