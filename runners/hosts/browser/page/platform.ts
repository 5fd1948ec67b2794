/** The platform that a page, or a dedicated worker of it, is for the portable worker. */
import { type FileSource, readModel } from '../../../../model/artefact/model.js';
import { tensorBytes } from '../../../../model/safetensors-bytes.js';
import type { Clock, Platform } from '../../../worker/platform.js';
import { wasmFeatures } from '../../../worker/wasm-features.js';
import { type Boot, memoryReading, reading } from '../boot.js';
import { engineOf } from './engine.js';
import type { Shell } from './shell.js';

const scope: object & { readonly crossOriginIsolated?: boolean } = globalThis;

/** Without `findTarget`, which is the bundle's. */
export function pagePlatform(shell: Shell, { runtime, cpuName }: Boot): Omit<Platform, 'findTarget'> {
  const read = async () => reading.parse(await shell.json('reading'));
  const clock: Clock<number> = {
    now: () => performance.now(),
    // Whole nanoseconds: what is left of them is the rounding of a number of milliseconds.
    nsBetween: (begin, end) => Math.round((end - begin) * 1e6),
    tickNs: tickNs(),
    cpuNs: async () => (await read()).cpuNs,
  };
  const files: FileSource = {
    read: (path) => shell.bytes(filePath(path)),
    exists: (path) => shell.exists(filePath(path)),
    locate: (path) => shell.url(filePath(path)),
  };
  return {
    runtime,
    pid: null,
    clock,
    storage: {
      loadModel: (folder, plan) => readModel(files, folder, plan),
      writeTensors: (file, tensors) =>
        shell.put(filePath(file), new Blob(tensorBytes(tensors) as BlobPart[])),
    },
    cpuName,
    cpus: async () => (await read()).cpus,
    settings: () => ({
      allocator: null,
      crossOriginIsolated: Boolean(scope.crossOriginIsolated),
      thread: 'document' in scope ? 'page' : 'dedicated worker',
      clockTickUs: clock.tickNs / 1e3,
      javascriptEngine: engineOf(runtime),
      wasm: wasmFeatures(),
    }),
    memory: async () => memoryReading.parse(await shell.json('memory')),
    mark: () => ({ workNs: fixedWorkNs(clock), waitNs: null, switches: null }),
  };
}

type BlobPart = ConstructorParameters<typeof Blob>[0] extends Iterable<infer Part> | undefined ? Part : never;

/** Slashes stay, so that what a model's file names beside it is found there. */
function filePath(path: string): string {
  return `files${path.startsWith('/') ? '' : '/'}${path.split('/').map(encodeURIComponent).join('/')}`;
}

/** The shortest step that the clock is seen to make: isolated pages of Chromium have one of 5 µs. */
function tickNs(): number {
  let shortestMs = Number.POSITIVE_INFINITY;
  for (let step = 0; step < 50; step++) {
    const begin = performance.now();
    let end = begin;
    while (end === begin) end = performance.now();
    shortestMs = Math.min(shortestMs, end - begin);
  }
  return Math.max(1, Math.round(shortestMs * 1e6));
}

const rounds = 200_000;

/** A chain of integer operations that no compiler takes out: its result is used. */
function fixedWorkNs(clock: Clock<number>): number {
  const begin = clock.now();
  let state = 1;
  for (let round = 0; round < rounds; round++) state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
  const end = clock.now();
  if (state === 0) throw new Error('the fixed work has another result than it can have');
  return clock.nsBetween(begin, end);
}
