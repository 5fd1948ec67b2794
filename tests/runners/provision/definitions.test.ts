/** The committed definitions: valid, pinned to the last package, and what is installed is what is pinned. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { environmentDefinition, environmentNames } from '../../../runners/provision/definition.js';
import { stateOf } from '../../../runners/provision/environments.js';
import { normalName, readLockFile, writeLock } from '../../../runners/provision/lock-file.js';
import { makeSandbox } from './sandbox.js';

/** `torch-2.13.0+cpu-cp311-cp311-manylinux_2_28_x86_64.whl`. */
const cpuBuild = 'sha256:6746dbcbeb526eb61330b76b41ff1b4eb848951103a892eeb080dfa2b264667b';

const nameOf = (entry: string) => normalName(entry.split('==')[0]!);
/** A build's own mark (`2.13.0+cpu`) is no other version. */
const versionOf = (entry: string) => entry.split('==')[1]!.split('+')[0];
const pinsOf = (lockFile: string) =>
  new Map(readLockFile(lockFile).map(({ name, version }) => [normalName(name), version]));

describe.each(environmentNames())('environment %s', (name) => {
  const definition = environmentDefinition(name);

  it('pins every line exactly, with hashes, and names no index', () => {
    const { kind, lockFile, buildsLockFile } = definition;
    expect(kind).toBe('locked');
    for (const file of buildsLockFile === undefined ? [lockFile] : [lockFile, buildsLockFile]) {
      expect(readLockFile(file).length).toBeGreaterThan(0);
      for (const { name, hashes } of readLockFile(file)) expect(hashes, name).not.toEqual([]);
      expect(readFileSync(file, 'utf8'), 'as `npm run lock` writes it').toBe(writeLock(readLockFile(file)));
      expect(readFileSync(file, 'utf8')).not.toMatch(/:\/\/|--(extra-)?index|--find-links/);
    }
  });

  it('pins all that is asked for, so that another version keeps the rest', () => {
    const pins = pinsOf(definition.lockFile);
    expect(definition.requires.filter((name) => !pins.has(normalName(name)))).toEqual([]);
    expect(definition.requires).not.toEqual([]);
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
  it('accept the files of an index and the small build of PyTorch alike', () => {
    for (const name of ['pytorch', 'reference-training']) {
      const { lockFile, buildsLockFile } = environmentDefinition(name);
      const torch = readLockFile(lockFile).find((pin) => pin.name === 'torch');
      // Files of an index for Linux on two processors and macOS, and one that is no index's.
      expect(torch?.hashes.length).toBeGreaterThan(4);
      expect(torch?.hashes).toContain(cpuBuild);
      expect(buildsLockFile && pinsOf(buildsLockFile).has('nvidia-nccl-cu13')).toBe(true);
      expect([...pinsOf(lockFile).keys()].filter((each) => /^(nvidia|cuda|triton)/.test(each))).toEqual([]);
    }
  });

  it('take PyTorch at exactly the version that has a small build', () => {
    for (const name of ['pytorch', 'reference-training']) {
      expect(pinsOf(environmentDefinition(name).lockFile).get('torch')).toBe('2.13.0');
    }
  });

  it('are refused when they are not valid, or not there', () => {
    const sandbox = makeSandbox();
    expect(() => sandbox.define('odd', '', { minimum: '3', below: '4' })).toThrow(/odd\.json is not valid/);
    expect(() => sandbox.define('loose', 'numpy>=2\n')).toThrow(
      /loose\.txt has a line that pins no package: numpy>=2/,
    );
    expect(() => environmentDefinition('nothing', sandbox.places)).toThrow('there is no environment nothing');
    expect(existsSync(sandbox.places.environments)).toBe(false);
  });
});
