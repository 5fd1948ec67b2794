import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { quoted } from '../../common/invocation.js';

it.each(['run', '/home/a b/run', "it's", '$HOME/`id`', '*', '"', '-x=1', 'a;b', 'новый', ''])(
  'a shell reads %j as one word',
  (word) => {
    expect(String(execFileSync('sh', ['-c', `printf '[%s]' ${quoted(word)}`]))).toBe(`[${word}]`);
  },
);

it('leaves plain words as they are', () => {
  expect(quoted('.touchstone/runs/2026-01-01')).toBe('.touchstone/runs/2026-01-01');
});
