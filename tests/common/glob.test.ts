import { describe, expect, it } from 'vitest';
import { glob } from '../../common/glob.js';

describe('glob', () => {
  it.each([
    ['pytorch/cpu', 'pytorch/cpu', true],
    ['pytorch/*', 'pytorch/cpu', true],
    ['pytorch/*', 'pytorch/cpu/x', false],
    ['*', 'pytorch/cpu', false],
    ['*', 'lenet5', true],
    ['**', 'pytorch/cpu', true],
    ['*/*', 'pytorch/cpu', true],
    ['**/cpu', 'a/b/cpu', true],
    ['resnet?0', 'resnet50', true],
    ['resnet?0', 'resnet0', false],
    ['a?b', 'a/b', false],
    ['a?b', 'a😀b', true],
    ['v[1-3]', 'v2', true],
    ['v[1-3]', 'v4', false],
    ['v[!1-3]', 'v4', true],
    ['v[]]', 'v]', true],
    ['{tfjs,jax}/*', 'jax/cpu', true],
    ['{tfjs,jax}/*', 'keras/cpu', false],
    ['{a,b{c,d}}e', 'bde', true],
    ['{a,b{c,d}}e', 'be', false],
    ['{a,}b', 'b', true],
    ['*a*', 'bab', true],
    ['*ab', 'aab', true],
    ['a*/c', 'a/b/c', false],
    // Without a partner or a choice they are characters.
    ['{a}', '{a}', true],
    ['{x,{y}}', '{y}', true],
    ['{a,b', '{a,b', true],
    ['a,b}', 'a,b}', true],
    ['[a', '[a', true],
    [String.raw`\*`, '*', true],
    [String.raw`\*`, 'a', false],
    ['', '', true],
    ['', 'a', false],
  ])('%s matches %s: %s', (pattern, text, matches) => {
    expect(glob(pattern)(text)).toBe(matches);
  });

  it('may go across slashes', () => {
    const across = glob('a*?[/]d', { acrossSlashes: true });
    expect(across('a/b/c/d')).toBe(true);
    expect(across('a/b/c/e')).toBe(false);
  });

  it.each([
    ['stars', '*a'.repeat(200)],
    ['stars in choices', '{*a,*aa}'.repeat(100)],
    ['nested choices', `${'{a,'.repeat(5000)}${'}'.repeat(5000)}`],
    ['braces that nothing closes', '{a,'.repeat(20_000)],
    ['brackets that nothing closes', '['.repeat(20_000)],
    ['stars alone', '*'.repeat(100_000)],
  ])('takes no longer for a pattern of many %s', (_, pattern) => {
    const startedMs = performance.now();
    glob(`${pattern}b`, { acrossSlashes: true })('a'.repeat(300));
    expect(performance.now() - startedMs).toBeLessThan(2000);
  });
});
