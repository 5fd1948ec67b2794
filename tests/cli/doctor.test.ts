import { describe, expect, it } from 'vitest';
import {
  type Framework,
  type NodeTarget,
  type PythonTarget,
  supported,
  type Target,
} from '../../adapters/adapter.js';
import { render, renderDoctor } from '../../cli/doctor.js';
import { doctor } from '../../runners/machine/doctor.js';

const common = {
  device: 'cpu',
  summary: '',
  modes: { inference: supported, training: supported },
  precisions: ['float32'],
  lower: () => ({ plan: { form: 'nothing' } }),
  environment: () => ({}),
} as const;
const open = () => Promise.reject(new Error('a doctor imports no framework'));

const there: NodeTarget = { ...common, name: 'real/js', host: 'node', packages: ['convnetjs', 'zod'], open };
const missing: NodeTarget = {
  ...common,
  name: 'missing/js',
  host: 'node',
  packages: ['no-such-package'],
  open,
};
const python: PythonTarget = {
  ...common,
  name: 'snake/cpu',
  host: 'python',
  environmentName: 'null',
  module: 'null',
  distribution: 'numpy',
};
const framework = (name: string, targets: Target[]): Framework => ({
  name,
  title: name.toUpperCase(),
  homepage: '',
  targets,
});

const processors = { kind: 'cpu', index: 0, name: 'Example CPU', driver: null, software: false };

const nothingKnown = {
  ...{ threads: null, interOpThreads: null, instructionSet: null, kernelLibrary: null },
  ...{ execution: null, layout: null, arithmetic: null, flushToZero: null },
};

describe('doctor', () => {
  it('tells versions and size of what is there, without importing it', async () => {
    const [health] = await doctor([framework('real', [there])]);
    expect(health).toMatchObject({
      target: 'real/js',
      framework: 'REAL',
      available: true,
      reason: null,
      fix: null,
    });
    expect(health?.versions).toEqual({ convnetjs: '0.3.0', zod: expect.stringMatching(/^4\./) });
    expect(health?.sizeBytes).toBeGreaterThan(100_000);
  });

  it('asks what is there what it really runs with, and does not believe what does not start', async () => {
    const configuration = { ...nothingKnown, kernelLibrary: 'MLAS', threads: 1 };
    const asked = await doctor([framework('real', [there])], async () => ({
      versions: { real: '9.9.9', MLAS: '1.2' },
      configuration,
      device: processors,
    }));
    expect(asked[0]).toMatchObject({
      available: true,
      versions: { real: '9.9.9', MLAS: '1.2' },
      configuration,
    });
    expect(asked[0]).toMatchObject({ deviceKind: 'cpu', device: processors });
    expect(renderDoctor(asked)).toMatch(/real\/js +│ cpu +│ available/);
    expect(renderDoctor(asked)).toMatch(/MLAS 1\.2 .*threads 1|MLAS/);
    const [broken] = await doctor([framework('real', [there])], () =>
      Promise.reject(new Error('no such symbol')),
    );
    expect(broken).toMatchObject({
      available: false,
      reason: 'it does not start: no such symbol',
      fix: 'npm run setup -- real/js',
    });
  });

  it('tells what is missing and the command that mends it', async () => {
    const [health] = await doctor([framework('missing', [missing])]);
    expect(health).toMatchObject({
      available: false,
      sizeBytes: null,
      reason: 'npm package no-such-package is not installed',
      fix: expect.stringContaining('npm'),
    });
  });

  it('gives for Python either an interpreter and versions, or a reason and a command', async () => {
    const [health] = await doctor([framework('snake', [python])]);
    if (health?.available) {
      expect(health.executable).toMatch(/\.touchstone\/environments\/null\/bin\/python$/);
      expect(health.versions).toMatchObject({ numpy: expect.any(String), safetensors: expect.any(String) });
    } else {
      expect(health?.reason).toMatch(/environment null|Python/);
      expect(health?.fix).toMatch(/npm run setup -- snake\/cpu|pyenv|apt-get/);
    }
  });
});

describe('renderDoctor', () => {
  it('is one table with state, version and advice of every target', async () => {
    const text = renderDoctor(await doctor([framework('both', [there, missing])]));
    expect(text).toMatch(/real\/js +│ cpu +│ available +│ convnetjs 0\.3\.0/);
    expect(text).toMatch(/missing\/js +│ cpu +│ unavailable/);
    expect(text.replace(/[^a-z-]+/g, ' ')).toContain('no-such-package');
  });
});

describe('the device of a target', () => {
  const accelerated = { ...there, name: 'real/webgpu', device: 'webgpu' };
  const machine = {
    ...{ platform: '', cpu: 'Example CPU', cores: 2, memoryBytes: 1, kernel: '', node: '' },
    instructionSets: ['avx2'],
  };
  const swift = { kind: 'webgpu', index: 0, name: 'SwiftShader', driver: 'Dawn 1.2', software: true };

  it('is its kind until it has described itself, then the effective one', async () => {
    const [unasked] = await doctor([framework('real', [accelerated])]);
    expect([unasked?.deviceKind, unasked?.device]).toEqual(['webgpu', null]);
    const [asked] = await doctor([framework('real', [accelerated])], async () => ({
      versions: {},
      configuration: nothingKnown,
      device: swift,
    }));
    expect(asked?.device).toEqual(swift);
    const text = render({ machine, cpuLimit: 1.5, targets: [asked!] });
    expect(text).toMatch(/real\/webgpu +│ webgpu0 +│/);
    expect(text).toMatch(/│ software +│/);
    expect(text.split('\n').slice(-2)).toEqual([
      'cpu: 2 processors of Example CPU (avx2); a control group leaves the time of 1.5 processors',
      'webgpu0 (software): SwiftShader, Dawn 1.2',
    ]);
  });
});
