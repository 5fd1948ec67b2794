/** Zeros of either sign are equal: among them the lower index comes first, on every framework that ranks. */
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import { findTarget } from '../../adapters/discover.js';
import { modelArtefact } from '../../model/artefact/artefact.js';
import { verifyEach } from '../../runners/conformance/verify.js';
import { targetAvailability } from '../../runners/hosts/availability.js';
import { ensureEnvironment } from '../../runners/provision/environments.js';
import { temporaryFolder } from '../e2e/command.js';
import { floats, integers, model } from '../model/models.js';

/** Scores times a mask of zeros and ones. */
const bytes = model((graph) => {
  const mask = graph.constant('mask', floats([0, 1, 0, 0, 1, 0, 0, 0, 0]));
  const masked = graph.node('Mul', [graph.input('x', [4, 9]), mask]);
  const k = graph.constant('k', integers([6]));
  for (const largest of [1, 0]) {
    const [values, indices] = [`values${largest}`, `indices${largest}`];
    graph.node('TopK', [masked, k], { axis: 1, largest }, [values, indices]);
    graph.output(values, [4, 6]);
    graph.output(indices, [4, 6], 'int64');
  }
  const zeros = graph.node('Mul', [masked, graph.constant('zero', floats([0]))]);
  for (const kind of ['ArgMax', 'ArgMin']) {
    graph.output(graph.node(kind, [zeros], { axis: 1, keepdims: 0 }), [4], 'int64');
  }
});

it.each([
  'onnxruntime/cpu',
  'jax/cpu',
  'keras/jax',
  'keras/tensorflow',
  'keras/torch',
  'pytorch/cpu',
  'tensorflow/cpu',
  'tfjs/wasm',
])(
  'on %s',
  async (name) => {
    const path = join(await temporaryFolder(), 'zeros.onnx');
    await writeFile(path, bytes);
    const request = { name: basename(path, '.onnx'), path, shapes: {}, ranges: {}, data: [], seed: 0 };
    const python = async () => (await ensureEnvironment('reference', {})).python;
    const artefact = await modelArtefact({ ...request, memoryBytes: 2 ** 30 }, python);
    const { target } = await findTarget(name);
    const health = await targetAvailability(target);
    if (!health.available) throw new Error(`${name} is not available: ${health.reason}`);
    const [outcome] = await verifyEach(target, health.executable, [artefact], (item, verify) => verify(item));
    expect(outcome?.state, outcome?.state === 'wrong' ? outcome.reason : '').toBe('ok');
  },
  240_000,
);
