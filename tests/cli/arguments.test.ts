import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { expect, it } from 'vitest';
import { duration, homeFolder, names, outsideAdapter, share } from '../../cli/arguments.js';
import { stateFolder } from '../../common/paths.js';

it('passes values on, with those of earlier options', () => {
  expect(duration('2m')).toBe(120_000);
  expect(names('b', ['a'])).toEqual(['a', 'b']);
});

it.each([
  [() => duration('soon'), 'Give a duration such as 60s, 2m or 500ms.'],
  [() => share('150%'), 'Give a share such as 1% or 0.01.'],
] as const)(
  'turns the hint of a parser into the sentence that commander appends (case %#)',
  (parse, message) => {
    expect(parse).toThrow(InvalidArgumentError);
    expect(parse).toThrow(message);
  },
);

it('rejects an adapter that does not exist, with its full path', () => {
  const path = join(tmpdir(), 'touchstone-no-adapter.js');
  expect(() => outsideAdapter(path)).toThrow(`There is no file ${path}.`);
});

it('makes the path of an adapter absolute', () => {
  const folder = mkdtempSync(join(tmpdir(), 'touchstone-adapter-'));
  const path = join(folder, 'mine.js');
  writeFileSync(path, '');
  expect(outsideAdapter(join(folder, '.', 'mine.js'))).toBe(path);
  rmSync(folder, { recursive: true });
});

it('accepts only the state folder that was set before start', () => {
  expect(homeFolder(stateFolder)).toBe(stateFolder);
  expect(() => homeFolder(join(tmpdir(), 'elsewhere'))).toThrow(/The state folder is .*TOUCHSTONE_HOME/);
});
