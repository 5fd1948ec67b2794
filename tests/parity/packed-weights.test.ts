/** 4-bit weights: ONNX Runtime has the file itself, other frameworks the dequantised weights. */
import { expect, it } from 'vitest';
import { elementCount } from '../../model/graph.js';
import { uniform } from '../../model/random.js';
import { altered, floats, model } from '../model/models.js';
import { artefactOf, verifiedOn } from './verified.js';

/** @param level of accuracy that MatMulNBits asks for; 4 lets its kernel round the first factor to 8 bits */
const fileOf = (level: number) =>
  altered(
    model((graph) => {
      const shape = [24, 4, 8];
      const packed = Uint8Array.from(uniform(0, 'packed', elementCount(shape), 0, 255));
      const inputs = [
        graph.input('x', [5, 64]),
        graph.constant('w', { type: 'uint8', shape, data: packed }),
        graph.constant('scales', floats([...uniform(0, 'scales', 96, 0.01, 0.02)], [96])),
      ];
      const attributes = { N: 24, K: 64, bits: 4, block_size: 16, accuracy_level: level };
      graph.node('MatMulNBits', inputs, attributes, ['product']);
      graph.output(graph.node('Tanh', ['product'], {}, ['y']), [5, 24]);
    }),
    (decoded) => {
      decoded.opsetImport?.push({ domain: 'com.microsoft', version: 1 });
      Object.assign(decoded.graph?.node?.[0] ?? {}, { domain: 'com.microsoft' });
    },
  );

it.each([
  [0, 'onnxruntime/cpu'],
  [0, 'pytorch/cpu'],
  [4, 'onnxruntime/cpu'],
  [4, 'pytorch/cpu'],
])('with accuracy level %i on %s', async (level, target) => {
  const artefact = await artefactOf(`packed-${level}`, fileOf(level));
  expect(artefact.graph.nodes.map(({ operator }) => operator)).toEqual(['MatMul', 'Tanh']);
  expect(artefact.graph.roundedFactors ?? []).toHaveLength(level === 4 ? 1 : 0);
  expect(await verifiedOn(target, artefact)).toMatchObject({ state: 'ok' });
});
