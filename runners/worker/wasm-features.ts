/** What WebAssembly has here beside its first version: found by having a module with each feature checked. */

/** As `wasm-feature-detect` of Google Chrome Labs has them: a module with an instruction of the feature. */
const modules = {
  simd: [
    ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0],
    ...[65, 0, 253, 15, 253, 98, 11],
  ],
  threads: [
    ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 5, 4, 1, 3, 1, 1, 10, 11, 1, 9, 0],
    ...[65, 0, 254, 16, 2, 0, 26, 11],
  ],
  'relaxed simd': [
    ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 15, 1, 13, 0],
    ...[65, 1, 253, 15, 65, 2, 253, 15, 253, 128, 2, 11],
  ],
} as const;

interface Scope {
  readonly WebAssembly?: { validate(module: Uint8Array): boolean };
  readonly SharedArrayBuffer?: unknown;
}

/** `simd, threads`; null where there is no WebAssembly. */
export function wasmFeatures(scope: Scope = globalThis as unknown as Scope): string | null {
  const { WebAssembly: wasm, SharedArrayBuffer: shared } = scope;
  if (!wasm) return null;
  const found = Object.entries(modules).flatMap(([feature, bytes]) => {
    // A page that is not isolated knows the instructions, and has no memory for them.
    const isUsable = feature !== 'threads' || shared !== undefined;
    return isUsable && wasm.validate(Uint8Array.from(bytes)) ? [feature] : [];
  });
  return found.join(', ') || 'none';
}
