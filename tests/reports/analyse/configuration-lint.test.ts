import { expect, it } from 'vitest';
import {
  notLikeForLike,
  type Settings,
  settingsInShort,
} from '../../../reports/analyse/configuration-lint.js';

const lint = (ours: Settings, theirs: Settings, batch = 64) =>
  notLikeForLike({ target: 'a', settings: ours }, { target: 'b', settings: theirs }, batch);

it.each([
  [{ threads: 1 }, { threads: 2 }, 'a computes with 1 thread, b computes with 2 threads'],
  [
    { instructionSet: 'avx2' },
    { instructionSet: 'scalar' },
    'a uses avx2 instructions, b uses scalar instructions',
  ],
  [{ execution: 'eager' }, { execution: 'graph' }, 'a executes as “eager”, b executes as “graph”'],
  [{ arithmetic: 'float64' }, { arithmetic: 'float32' }, 'a multiplies in float64, b multiplies in float32'],
  [
    { flushToZero: true },
    { flushToZero: false },
    'a flushes subnormal numbers to zero, b does not flush subnormal numbers to zero',
  ],
  [
    { interOpThreads: 1 },
    { interOpThreads: 4 },
    'a spreads operators over 1 thread, b spreads operators over 4 threads',
  ],
  [{ javascriptEngine: 'V8 11.3' }, { javascriptEngine: 'V8 15.6' }, 'a runs on V8 11.3, b runs on V8 15.6'],
  [
    { wasm: 'simd, threads' },
    { wasm: 'simd' },
    'a has WebAssembly with simd, threads, b has WebAssembly with simd',
  ],
  [
    { wasmThreads: false },
    { wasmThreads: true },
    'a runs the binary without threads, b runs the binary for threads',
  ],
  [{ busyProcessors: 1 }, { busyProcessors: 2 }, 'a keeps 1 processor busy, b keeps 2 processors busy'],
])('%j against %j', (ours, theirs, sentence) => {
  expect(lint(ours, theirs)).toEqual([sentence]);
  expect(lint(ours, ours)).toEqual([]);
});

it('what a framework does not tell is not known to differ', () => {
  expect(lint({ threads: 1, arithmetic: null }, { threads: null, arithmetic: 'float64' })).toEqual([]);
  expect(lint({}, { threads: 2 })).toEqual([]);
});

it('letter case, layout, kernel library and unknown keys are no difference', () => {
  expect(
    lint({ instructionSet: 'AVX2', layout: 'NHWC', colour: 1 }, { instructionSet: 'avx2', layout: 'NCHW' }),
  ).toEqual([]);
});

it('computing a batch one by one is said where there is a batch', () => {
  const single = { batching: 'one example at a time' };
  expect(lint({}, single)).toEqual(['b computes a batch of 64 one example at a time, without batching']);
  expect(lint(single, {}, 1)).toEqual([]);
  expect(lint(single, single)).toEqual([]);
});

it('reads the same whichever side is the baseline', () => {
  const a = { target: 'a', settings: { threads: 1 } };
  const b = { target: 'b', settings: { threads: 2 } };
  expect(notLikeForLike(a, b, 1)).toEqual(notLikeForLike(b, a, 1));
});

it('many sides in short: a line for each setting that is not the same for all', () => {
  const sides = [
    { target: 'a', settings: { threads: 1, execution: 'Eager', flushToZero: true } },
    { target: 'b', settings: { threads: 1, execution: 'eager', batching: 'one example at a time' } },
    { target: 'c', settings: { threads: 2, execution: 'eager', flushToZero: false } },
  ];
  expect(settingsInShort(sides, 8)).toEqual([
    'threads: 1 (a, b); 2 (c)',
    'subnormal numbers flushed to zero: yes (a); no (c)',
    'b computes a batch of 8 one example at a time, without batching',
  ]);
  expect(settingsInShort([], 8)).toEqual([]);
});
