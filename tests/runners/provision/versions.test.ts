/** Two versions of one framework: how they are named, and where each is installed. */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { isNodeTarget, isPythonTarget } from '../../../adapters/adapter.js';
import { discoverFrameworks, findTarget } from '../../../adapters/discover.js';
import { splitVersion } from '../../../adapters/versions.js';
import { projectRoot } from '../../../common/paths.js';
import { selectTargets } from '../../../runners/coordinator/select.js';
import { targetAvailability } from '../../../runners/hosts/availability.js';
import nodeHost from '../../../runners/hosts/node/index.js';
import { packagesRoot } from '../../../runners/hosts/packages.js';
import { environmentOf } from '../../../runners/hosts/python/index.js';
import { environmentDefinition, variantOf } from '../../../runners/provision/definition.js';
import type { RunSettings } from '../../../runners/provision/installation.js';
import { whileLocked } from '../../../runners/provision/installation-lock.js';
import { publishedBefore } from '../../../runners/provision/published-before.js';

const all = (await discoverFrameworks())
  .flatMap((framework) => framework.targets)
  .map((target) => ({ name: target.name, target }));

describe('a version in a name', () => {
  it('stands behind the framework', () => {
    expect(splitVersion('jax@0.9.0/cpu')).toEqual({ name: 'jax/cpu', version: '0.9.0' });
    expect(splitVersion('keras@3.10.0/*')).toEqual({ name: 'keras/*', version: '3.10.0' });
    expect(splitVersion('jax/cpu')).toEqual({ name: 'jax/cpu' });
  });

  it('chooses the same target once more, and globs choose all backends', () => {
    const chosen = selectTargets(all, ['jax/cpu', 'jax@0.9.0/cpu', 'tfjs@4.20.0/{js,wasm}']);
    expect(chosen.map(({ name }) => name)).toEqual([
      ...['jax/cpu', 'jax@0.9.0/cpu'],
      ...['tfjs@4.20.0/js', 'tfjs@4.20.0/wasm'],
    ]);
    expect(() => selectTargets(all, ['jaxx@0.9.0/cpu'])).toThrow(/no target matches jaxx\/cpu/);
  });

  it('is found again by the worker', async () => {
    const { target } = await findTarget('onnxruntime@1.23.0/cpu');
    expect(target).toMatchObject({ name: 'onnxruntime@1.23.0/cpu', version: '1.23.0' });
  });
});

describe('another version', () => {
  it('of a Python framework has its own environment: its own pin, those of what is asked for beside it', async () => {
    const { target } = await findTarget('jax@0.9.0/cpu');
    if (!isPythonTarget(target)) throw new Error('JAX runs in Python');
    expect(environmentOf(target)).toBe('jax@jax-0.9.0');
    const [pinned, other] = [environmentDefinition('jax'), environmentDefinition('jax@jax-0.9.0')];
    expect(other.requirements).toEqual([
      'jax==0.9.0',
      expect.stringMatching(/^keras==/),
      expect.stringMatching(/^safetensors==/),
    ]);
    expect(other.folder).not.toBe(pinned.folder);
    expect(other.lockHash).not.toBe(pinned.lockHash);
    expect(variantOf('tensorflow', 'tensorflow-cpu', '2.20.0')).toBe('tensorflow@tensorflow-cpu-2.20.0');
    expect(environmentDefinition('tensorflow@tensorflow-cpu-2.20.0').requirements[0]).toBe(
      'tensorflow-cpu==2.20.0',
    );
  });

  it('of a JavaScript framework has its own folder, and is unavailable until that is made', async () => {
    const { target: pinned } = await findTarget('convnetjs/js');
    const { target } = await findTarget('convnetjs@0.0.0/js');
    if (!isNodeTarget(pinned) || !isNodeTarget(target)) throw new Error('ConvNetJS runs in Node');
    expect(packagesRoot(pinned)).toBe(projectRoot);
    expect(await targetAvailability(target)).toEqual({
      available: false,
      reason: 'convnetjs@0.0.0 is not installed',
      fix: 'npm run setup -- convnetjs@0.0.0/js',
    });
  });

  it('of a JavaScript framework is resolved by the day of the lock files, or by one that the user names', async () => {
    const { target } = await findTarget('convnetjs@0.0.1/js');
    if (!isNodeTarget(target)) throw new Error('ConvNetJS runs in Node');
    const settings: (RunSettings | undefined)[] = [];
    const [installation] = nodeHost.provision(target).installations;
    const make = () =>
      installation?.make({
        report: undefined,
        signal: new AbortController().signal,
        run: async (_file, _parameters, given) => void settings.push(given),
      });
    vi.stubEnv('npm_config_before', undefined);
    await make();
    expect(settings[0]).toMatchObject({
      environment: { npm_config_before: publishedBefore },
      hint: expect.stringContaining('npm_config_before'),
    });
    vi.stubEnv('npm_config_before', '2020-01-01');
    await make();
    expect(settings[1]).toMatchObject({ environment: { npm_config_before: '2020-01-01' } });
    vi.unstubAllEnvs();
    rmSync(packagesRoot(target), { recursive: true });
  });

  it('that was left half-made is broken', async () => {
    const { target } = await findTarget('convnetjs@0.0.1/js');
    if (!isNodeTarget(target)) throw new Error('ConvNetJS runs in Node');
    const folder = packagesRoot(target);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{}');
    expect(await nodeHost.provision(target).installations[0]?.state()).toMatchObject({
      state: 'broken',
      reason: expect.stringContaining('half-made'),
    });
    expect(existsSync(folder)).toBe(true);
  });

  it('that another run is making says so', async () => {
    const { target } = await findTarget('convnetjs@0.0.1/js');
    if (!isNodeTarget(target)) throw new Error('ConvNetJS runs in Node');
    const folder = packagesRoot(target);
    const [installation] = nodeHost.provision(target).installations;
    await whileLocked({ folder, title: 'ConvNetJS' }, undefined, async () => {
      mkdirSync(folder, { recursive: true });
      expect(await installation?.state()).toMatchObject({
        state: 'broken',
        reason: expect.stringContaining('is being made by another run'),
      });
    });
  });
});

afterAll(async () => {
  const { target } = await findTarget('convnetjs@0.0.1/js');
  if (isNodeTarget(target)) rmSync(packagesRoot(target), { recursive: true, force: true });
});
