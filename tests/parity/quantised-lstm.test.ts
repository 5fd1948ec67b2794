/** An LSTM that quantises its input and its hidden state: the reference computes what ONNX Runtime's own kernel does. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { elementCount, type Tensor } from '../../model/graph.js';
import { quantisationDepth, quantisedTolerance } from '../../model/quantisation-depth.js';
import { uniform } from '../../model/random.js';
import { readTensors } from '../../model/safetensors.js';
import { altered, model } from '../model/models.js';
import { artefactOf, verifiedOn } from './verified.js';

const hidden = 16;
const drawn = (name: string, shape: readonly number[], low: number, high: number): Tensor => ({
  type: 'float32',
  shape,
  data: uniform(0, name, elementCount(shape), low, high),
});
/** Of 7 bits: without VNNI, ONNX Runtime's kernels saturate the sum of two products at 16 bits. */
const weights = (name: string, shape: readonly number[]): Tensor => ({
  type: 'int8',
  shape,
  data: Int8Array.from(uniform(0, name, elementCount(shape), -63, 63)),
});
const zeros: Tensor = { type: 'int8', shape: [2], data: new Int8Array(2) };

/** Both directions; a batch of 1, which no threads divide. */
const file = altered(
  model((graph) => {
    const inputs = [
      graph.input('x', [12, 1, 8]),
      graph.constant('w', weights('w', [2, 8, 4 * hidden])),
      graph.constant('r', weights('r', [2, hidden, 4 * hidden])),
      graph.constant('b', drawn('b', [2, 8 * hidden], -0.2, 0.2)),
      ...['', '', '', ''],
      graph.constant('wScale', drawn('ws', [2], 0.004, 0.006)),
      graph.constant('wZero', zeros),
      graph.constant('rScale', drawn('rs', [2], 0.004, 0.006)),
      graph.constant('rZero', zeros),
    ];
    const attributes = { hidden_size: hidden, direction: 'bidirectional' };
    const outputs = ['y', 'h'];
    graph.node('DynamicQuantizeLSTM', inputs, attributes, outputs);
    graph.output('y', [12, 2, 1, hidden]);
    graph.output('h', [2, 1, hidden]);
  }),
  (decoded) => {
    decoded.opsetImport?.push({ domain: 'com.microsoft', version: 1 });
    Object.assign(decoded.graph?.node?.[0] ?? {}, { domain: 'com.microsoft' });
  },
);

it('is the file itself in ONNX Runtime, to the rounding of float32', async () => {
  const outcome = await verifiedOn('onnxruntime/cpu', await artefactOf('quantised-lstm', file));
  expect(outcome).toMatchObject({ state: 'ok' });
  expect(outcome?.state === 'ok' ? outcome.error : Number.NaN).toBeLessThan(1e-5);
});

it('is off by the noise of the hidden state in a framework whose layer does not round it', async () => {
  const artefact = await artefactOf('quantised-lstm', file);
  expect(artefact.graph.quantisedStates).toHaveLength(1);
  // The input, and the state.
  expect(quantisationDepth(artefact.graph)).toBe(2);
  const expected = await readTensors(join(artefact.folder, 'expected.safetensors'));
  const spread = Number(expected['spread/0/y']?.data[0]);
  expect(spread).toBeGreaterThan(1e-3);
  expect(spread).toBeLessThan(quantisedTolerance(2));
  const outcome = await verifiedOn('pytorch/cpu', artefact);
  expect(outcome).toMatchObject({ state: 'ok' });
  expect(outcome?.state === 'ok' ? outcome.error : 0).toBeGreaterThan(1e-4);
});
