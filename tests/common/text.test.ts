import { expect, it } from 'vitest';
import { messageOf } from '../../common/errors.js';
import { plain, plainTexts } from '../../common/text.js';
import { clean } from '../../reports/terminal/lines.js';

it.each([
  ['a terminal escape', 'a\u001b[2Jb', 'a [2Jb'],
  ['a title for the window', 'a\u001b]0;x\u0007b', 'a ]0;x b'],
  ['an escape of one C1 character', 'a\u009b2Jb', 'a 2Jb'],
  ['line breaks', 'a\r\nb\u2028c', 'a b c'],
  ['a mark that turns the direction', 'a\u202eb\u2066c\u200fd', 'a b c d'],
])('%s is no part of a line', (_, text, line) => {
  expect(plain(text)).toBe(line);
  expect(clean(text)).toBe(line);
  expect(messageOf(new Error(text))).toBe(line);
});

it('names in any script are left as they are', () => {
  const name = 'модель-模型-مثال-é👍🏽';
  expect(plain(name)).toBe(name);
});

it('in whole values every text and name is plain, and one object stays one', () => {
  const shared = { 'na\u202eme': ['a\u001bb', 1, null] };
  const { first, second } = plainTexts({ first: shared, second: shared });
  expect(first).toEqual({ 'na me': ['a b', 1, null] });
  expect(second).toBe(first);
});

it('what has nothing to change is itself again, beside what has', () => {
  const untouched = { samples: [1, 2, 3], name: 'a' };
  const whole = { untouched, other: 'b\u001bc' };
  expect(plainTexts(untouched)).toBe(untouched);
  expect(plainTexts(whole)).toEqual({ untouched, other: 'b c' });
  expect(plainTexts(whole).untouched).toBe(untouched);
});
