/** The committed definitions: valid, pinned to the last package, and what is installed is what is pinned. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { environmentDefinition, environmentNames } from '../../../runners/provision/definition.js';
import { stateOf } from '../../../runners/provision/environments.js';
import { makeSandbox } from './sandbox.js';

/** Package names compare without case, and with `-`, `_` and `.` alike (PEP 503). */
const normal = (name: string) => name.toLowerCase().replace(/[-_.]+/g, '-');

const nameOf = (entry: string) => normal(entry.split('==')[0]!);
/** A build's own mark (`2.13.0+cpu`) is no other version. */
const versionOf = (entry: string) => entry.split('==')[1]!.split('+')[0];

function pinsOf(lockFile: string): Map<string, string> {
  const lines = readFileSync(lockFile, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const match = /^([A-Za-z0-9._-]+)==([A-Za-z0-9.+!]+)$/.exec(line);
      if (!match) throw new Error(`${lockFile} does not pin: ${line}`);
      return [normal(match[1]!), match[2]!];
    }),
  );
}

describe.each(environmentNames())('environment %s', (name) => {
  const definition = environmentDefinition(name);

  it('pins every line exactly, and names no index', () => {
    expect(pinsOf(definition.lockFile).size).toBeGreaterThan(0);
  });

  it('holds nothing that is not pinned', async (context) => {
    const state = await stateOf(definition);
    if (state.state !== 'ready') return context.skip(`${name} is ${state.state}`);
    const pins = pinsOf(definition.lockFile);
    const library = readdirSync(join(definition.folder, 'lib')).find((entry) => entry.startsWith('python'))!;
    const packages = join(definition.folder, 'lib', library, 'site-packages');
    const installed = readdirSync(packages).flatMap(
      (entry) => /^(.+)-([^-]+)\.dist-info$/.exec(entry)?.slice(1, 3).join('==') ?? [],
    );
    // Every environment begins with the first two; the CUDA build of PyTorch, where an index has no other, brings its own.
    const isBrought = (entry: string) => /^(pip|setuptools|nvidia|cuda|triton)/.test(entry);
    const ours = installed.filter((entry) => pins.has(nameOf(entry)) || !isBrought(entry));
    for (const entry of ours) {
      expect(pins.get(nameOf(entry)), entry).toBe(versionOf(entry));
    }
    expect(ours).toHaveLength(pins.size);
  });
});

describe('definitions', () => {
  it('take PyTorch at exactly the version that has a small build', () => {
    for (const name of ['pytorch', 'reference-training']) {
      expect(pinsOf(environmentDefinition(name).lockFile).get('torch')).toBe('2.13.0');
    }
  });

  it('are refused when they are not valid, or not there', () => {
    const sandbox = makeSandbox();
    expect(() => sandbox.define('odd', '', { minimum: '3', below: '4' })).toThrow(/odd\.json is not valid/);
    expect(() => environmentDefinition('nothing', sandbox.places)).toThrow('there is no environment nothing');
    expect(existsSync(sandbox.places.environments)).toBe(false);
  });
});
