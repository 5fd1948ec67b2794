/** The list of `npm run real-models`: what is in it, and what is refused. */
import { describe, expect, it } from 'vitest';
import {
  choosePackages,
  givenOf,
  keyOf,
  type ListedPackage,
  parseList,
  readList,
} from '../../../scripts/real-models/list.js';

const entry = {
  name: 'silero-vad',
  version: '6.2.3',
  task: 'speech',
  wheel: 'silero_vad-6.2.3-py3-none-any.whl',
  sha256: 'a'.repeat(64),
  files: [{ path: 'data/vad.onnx', input: ['input=1x576'], range: ['sr=16000'] }],
};
const parse = (...entries: unknown[]) => parseList(JSON.stringify(entries));

it('is read with what each file is given', () => {
  const [found] = parse(entry) as [ListedPackage];
  const [file] = found.files as [ListedPackage['files'][number]];
  expect(file.data).toEqual([]);
  expect(givenOf(file)).toEqual({ shapes: { input: [1, 576] }, ranges: { sr: [16000, 16000] } });
});

describe('refuses', () => {
  it.each([
    ['a wheel without a hash', { ...entry, sha256: 'abc' }, '0.sha256'],
    ['a file that is no model', { ...entry, files: [{ path: 'a.pt' }] }, '0.files.0.path'],
    ['a field that nothing reads', { ...entry, hash: 'x' }, 'hash'],
    ['a shape that is none', { ...entry, files: [{ path: 'a.onnx', input: ['x=ax2'] }] }, 'x=ax2'],
    ['a range that is none', { ...entry, files: [{ path: 'a.onnx', range: ['x=2..1'] }] }, 'x=2..1'],
  ])('%s', (_, wrong, said) => {
    expect(() => parse(wrong)).toThrow(said);
  });

  it('a file that is listed twice with the same shapes', () => {
    expect(() => parse(entry, entry)).toThrow(
      'silero-vad==6.2.3 data/vad.onnx input=1x576 sr=16000 is listed twice',
    );
  });

  it('what is no JSON', () => {
    expect(() => parseList('[')).toThrow('scripts/real-models/files.json: it is no JSON');
  });
});

describe('a choice of packages', () => {
  const all = parse(entry, { ...entry, name: 'magika' });

  it('is by name or glob', () => {
    expect(choosePackages(all, ['silero*']).map(({ name }) => name)).toEqual(['silero-vad']);
  });

  it('names a pattern that no package has', () => {
    expect(() => choosePackages(all, ['magika', 'nobody'])).toThrow('is called nobody');
  });
});

it('names a file otherwise where it is given something else', () => {
  const [found] = parse(entry) as [ListedPackage];
  const [file] = found.files as [ListedPackage['files'][number]];
  expect(keyOf(found, file)).not.toBe(keyOf(found, { ...file, range: ['sr=8000'] }));
  expect(keyOf(found, file)).not.toBe(keyOf({ ...found, version: '6.2.4' }, file));
});

it('of the project names only files that can be told apart, of several exporters and tasks', () => {
  const list = readList();
  expect(new Set(list.map(({ name }) => name)).size).toBe(list.length);
  expect(new Set(list.map(({ task }) => task)).size).toBeGreaterThanOrEqual(6);
});
