import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { missingKernels } from '../../adapters/tfjs/wasm-gradients.js';
import type { BuildGraph } from '../../suites/conformance/case-graph.js';
import { answer, makeModel, openTarget } from './model.js';
import { tfjsJs, tfjsWasm } from './targets.js';

const recurrent: BuildGraph = (g) => {
  const x = g.transpose(g.input('x', [3, 4, 2]), [1, 0, 2]);
  return [g.gemm(g.squeeze(g.lstm(x, 'lstm', 2, 3), [0]), 'fc', 3, 4, 4), [3, 4]];
};

describe.each([tfjsJs, tfjsWasm])('$name', (target) => {
  test('inference leaves no tensor behind', async () => {
    const model = await makeModel(recurrent);
    const framework = await openTarget(target);
    const before = tf.memory().numTensors;
    const loaded = await framework.loadInference(model);
    await answer(loaded, 0);
    const settled = tf.memory().numTensors;
    for (let iteration = 0; iteration < 5; iteration++) await answer(loaded, iteration % 2);
    expect(tf.memory().numTensors).toBe(settled);
    loaded.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test('training leaves no tensor behind', async () => {
    const model = await makeModel(recurrent, 'training');
    const framework = await openTarget(target);
    const before = tf.memory().numTensors;
    const learning = await framework.loadTraining!(model);
    await learning.step(0);
    const settled = tf.memory().numTensors;
    for (let iteration = 0; iteration < 5; iteration++) await learning.step(iteration % 2);
    await learning.gradients?.(0);
    await learning.output(0);
    await learning.weights();
    expect(tf.memory().numTensors).toBe(settled);
    await learning.reset();
    await learning.step(0);
    expect(tf.memory().numTensors).toBe(settled);
    learning.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

test('describes the backend that runs, not the one that was asked for', async () => {
  const js = await (await openTarget(tfjsJs)).describe();
  expect(js.configuration).toMatchObject({ backend: 'cpu', threads: 1, instructionSet: 'scalar' });
  const wasm = await (
    await tfjsWasm.open({ threads: 4, cpus: [], device: { kind: 'cpu', index: 0 } })
  ).describe();
  expect(wasm.configuration).toMatchObject({ backend: 'wasm', threads: 1, wasmThreads: false });
  expect(wasm.configuration.instructionSet).toMatch(/^wasm/);
  expect(wasm.versions).toMatchObject({ tfjs: '4.22.0', 'tfjs-backend-wasm': '4.22.0' });
});

test('the kernels that WebAssembly is said not to have are those that it does not register', async () => {
  await openTarget(tfjsWasm);
  const has = (backend: string) =>
    new Set(tf.getKernelsForBackend(backend).map(({ kernelName }) => kernelName));
  const [js, wasm] = [has('cpu'), has('wasm')];
  const missing = Object.values(missingKernels).map(({ kernel }) => kernel as string);
  expect(missing.filter((kernel) => !js.has(kernel) || wasm.has(kernel))).toEqual([]);
  // Kernels of gradients by their names; a convolution is missing as a whole where one of its two is.
  const gradients = [...js].filter((kernel) => /Backprop|Grad$/.test(kernel) && !wasm.has(kernel));
  const family = (kernel: string) => kernel.replace(/Filter$|Input$/, '');
  expect(gradients.filter((kernel) => !missing.map(family).includes(family(kernel)))).toEqual([]);
});
