import { expect, it } from 'vitest';
import { wasmFeatures } from '../../../runners/worker/wasm-features.js';

it('are those that WebAssembly here has', () => {
  // Node 20 has them; later ones have more.
  expect(wasmFeatures()).toMatch(/^simd, threads/);
});

it('have no threads without shared memory, as in a page that is not isolated', () => {
  const wasm = (globalThis as unknown as { WebAssembly: { validate(bytes: Uint8Array): boolean } })
    .WebAssembly;
  expect(wasmFeatures({ WebAssembly: wasm })).toMatch(/^simd(, relaxed simd)?$/);
  expect(wasmFeatures({ WebAssembly: { validate: () => false }, SharedArrayBuffer: {} })).toBe('none');
  expect(wasmFeatures({})).toBeNull();
});
