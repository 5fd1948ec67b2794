/** Wheels of `npm run real-models`: only the listed one is opened, and nothing but models is taken from it. */
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ListedPackage } from '../../../scripts/real-models/list.js';
import { type Download, modelsOf, tagOptions } from '../../../scripts/real-models/wheels.js';

const wheel = zipSync({
  'pkg/model.onnx': strToU8('a model'),
  'pkg/model.onnx.data': strToU8('its weights'),
  'pkg/__init__.py': strToU8('import os'),
});
const listed: ListedPackage = {
  name: 'pkg',
  version: '1.0',
  task: 'text',
  wheel: 'pkg-1.0-py3-none-any.whl',
  sha256: createHash('sha256').update(wheel).digest('hex'),
  files: [{ path: 'pkg/model.onnx', input: [], range: [], data: ['pkg/model.onnx.data'] }],
};

let folder: string;
let downloads: number;
const download: Download = async (entry, to) => {
  downloads += 1;
  writeFileSync(join(to, entry.wheel), wheel);
};
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'touchstone-wheels-'));
  downloads = 0;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('gives the models and their external data, and nothing else', async () => {
  const models = await modelsOf(listed, folder, download);
  expect(readFileSync(join(models, 'pkg/model.onnx'), 'utf8')).toBe('a model');
  expect(readFileSync(join(models, 'pkg/model.onnx.data'), 'utf8')).toBe('its weights');
  expect(existsSync(join(models, 'pkg/__init__.py'))).toBe(false);
});

it('downloads a wheel once', async () => {
  await modelsOf(listed, folder, download);
  await modelsOf(listed, folder, download);
  expect(downloads).toBe(1);
});

describe('refuses', () => {
  const refused = async (change: Partial<ListedPackage>, by: Download = download) => {
    const error = await modelsOf({ ...listed, ...change }, folder, by).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'install' });
    return String(error);
  };

  it('a wheel with another hash, and takes nothing from it', async () => {
    expect(await refused({ sha256: 'b'.repeat(64) })).toContain('and the list says bbbb');
    expect(existsSync(join(folder, 'pkg-1.0'))).toBe(false);
  });

  it('a wheel that has changed since it was downloaded', async () => {
    await modelsOf(listed, folder, download);
    writeFileSync(join(folder, listed.wheel), 'another');
    expect(await refused({})).toContain('has the SHA-256');
  });

  it('a file that the wheel does not have', async () => {
    const files = [{ path: 'pkg/other.onnx', input: [], range: [], data: [] }];
    expect(await refused({ files })).toContain('has no file pkg/other.onnx');
  });

  it('a path that leads out of the folder', async () => {
    const files = [{ path: '../../out.onnx', input: [], range: [], data: [] }];
    expect(await refused({ files })).toContain('leads out of');
  });

  it('a version whose wheel has another name', async () => {
    expect(await refused({}, async () => undefined)).toContain(`has no file ${listed.wheel}`);
  });
});

it('asks pip for the wheel of the list, whatever this machine is', () => {
  expect(tagOptions('pkg-1.0-py3-none-any.whl')).toEqual([]);
  expect(tagOptions('pkg-1.0-py3-none-manylinux_2_28_x86_64.whl')).toEqual([
    '--platform',
    'manylinux_2_28_x86_64',
  ]);
  expect(tagOptions('pkg-1.0-cp39-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64.whl')).toEqual([
    ...['--platform', 'manylinux_2_17_x86_64', '--platform', 'manylinux2014_x86_64'],
    ...['--implementation', 'cp', '--python-version', '39', '--abi', 'abi3'],
  ]);
});
