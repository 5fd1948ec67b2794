/** bfloat16 and float8 in a user's file: the runtime is given the file, and other targets float32 that was dequantised exactly. */
import { describe, expect, it, test } from 'vitest';
import { elementCount, type Tensor } from '../../model/graph.js';
import type { TensorProto } from '../../model/import/proto.js';
import { uniform } from '../../model/random.js';
import { altered, model } from '../model/models.js';
import { artefactOf, verifiedOn } from './verified.js';

const [rows, columns] = [16, 8];

const drawn = (name: string, shape: readonly number[], low: number, high: number): Tensor => ({
  type: 'float32',
  shape,
  data: uniform(0, name, elementCount(shape), low, high),
});

/** All bits but those of NaN and infinities, which no product survives. */
const bytes = (limit: number) =>
  Uint8Array.from(
    { length: rows * columns },
    (_, index) => ((37 * index) % limit) | (index % 2 ? 128 : 0),
  ).map((bits) => (bits === 128 ? 0 : bits));

function withWeight(file: Uint8Array, weight: Partial<TensorProto>): Uint8Array {
  return altered(file, (decoded) => {
    decoded.graph?.initializer?.push({ name: 'w', dims: [rows, columns], ...weight });
    decoded.irVersion = 10;
    for (const each of decoded.opsetImport ?? []) each.version = 21;
  });
}

const dequantising = (scaleShape: readonly number[], attributes: Record<string, number>) =>
  model((graph) => {
    const wide = graph.node(
      'DequantizeLinear',
      ['w', graph.constant('s', drawn('s', scaleShape, 0.5, 2))],
      attributes,
    );
    graph.output(graph.node('MatMul', [graph.input('x', [4, rows]), wide]), [4, columns]);
  });

describe('weights of float8', () => {
  test.each([
    ['float8e4m3fn', 17, 0x7f],
    ['float8e4m3fnuz', 18, 0x80],
    ['float8e5m2', 19, 0x7c],
    ['float8e5m2fnuz', 20, 0x80],
  ])('%s', async (_, dataType, limit) => {
    const file = withWeight(dequantising([columns], { axis: 1 }), { dataType, rawData: bytes(limit) });
    const artefact = await artefactOf('float8', file);
    expect(artefact.graph.whole).toBeUndefined();
    expect(artefact.graph.nodes.map(({ operator }) => operator)).toEqual(['MatMul']);
    // The runtime dequantises by itself: the same weights to the last bit.
    for (const target of ['onnxruntime/cpu', 'pytorch/cpu']) {
      const outcome = await verifiedOn(target, artefact);
      expect(outcome).toMatchObject({ state: 'ok' });
      expect(outcome?.state === 'ok' ? outcome.error : 1).toBeLessThan(1e-6);
    }
  });

  it('with a scale for each block', async () => {
    const file = withWeight(dequantising([rows / 4, columns], { axis: 0, block_size: 4 }), {
      dataType: 17,
      rawData: bytes(0x7f),
    });
    const artefact = await artefactOf('float8-blocks', file);
    const outcome = await verifiedOn('onnxruntime/cpu', artefact);
    expect(outcome?.state === 'ok' ? outcome.error : 1).toBeLessThan(1e-6);
  });
});

it('weights of bfloat16 that are cast', async () => {
  const file = model((graph) => {
    const wide = graph.node('Cast', ['w'], { to: 1 });
    graph.output(graph.node('MatMul', [graph.input('x', [4, rows]), wide]), [4, columns]);
  });
  const bits = Uint16Array.from({ length: rows * columns }, (_, index) => 0x3f00 + ((index * 29) % 256));
  const artefact = await artefactOf(
    'bfloat16',
    withWeight(file, { dataType: 16, rawData: new Uint8Array(bits.buffer) }),
  );
  for (const target of ['onnxruntime/cpu', 'pytorch/cpu']) {
    const outcome = await verifiedOn(target, artefact);
    expect(outcome?.state === 'ok' ? outcome.error : 1).toBeLessThan(1e-6);
  }
});

describe('values of bfloat16 and float8', () => {
  const multiplied = (narrow: (x: string) => string, graph: Parameters<Parameters<typeof model>[0]>[0]) =>
    graph.output(
      graph.node('MatMul', [
        narrow(graph.input('x', [4, rows])),
        graph.constant('v', drawn('v', [rows, columns], -1, 1)),
      ]),
      [4, columns],
    );

  test.each([
    ['bfloat16', 16],
    ['float8e5m2', 19],
  ])('rounding to %s runs where the file is read, and is refused elsewhere by name', async (name, type) => {
    const file = model((graph) =>
      multiplied((x) => graph.node('Cast', [graph.node('Cast', [x], { to: type })], { to: 1 }), graph),
    );
    const artefact = await artefactOf(`rounds-${name}`, withOpset(file));
    expect(await verifiedOn('onnxruntime/cpu', artefact)).toMatchObject({ state: 'ok' });
    const refused = await verifiedOn('pytorch/cpu', artefact);
    expect(refused).toMatchObject({ state: 'unsupported' });
    expect(refused?.state === 'unsupported' && refused.reason).toMatch(
      new RegExp(`\\(Cast\\) has element type ${name}, which is not supported \\(.*export|quantise`),
    );
  });

  it('that the runtime has no kernel for: both reasons and the way out', async () => {
    const file = model((graph) => {
      const [x, w] = [graph.input('x', [4, rows]), graph.constant('v', drawn('v', [rows, columns], -1, 1))];
      const [a, b] = [x, w].map((each) => graph.node('Cast', [each], { to: 16 }));
      graph.output(graph.node('Cast', [graph.node('MatMul', [a ?? '', b ?? ''])], { to: 1 }), [4, columns]);
    });
    await expect(artefactOf('bfloat16-product', withOpset(file))).rejects.toThrow(
      /Cast\) has element type bfloat16, which is not supported \(export .*ONNX Runtime cannot run the model.*MatMul/,
    );
  });
});

function withOpset(file: Uint8Array): Uint8Array {
  return altered(file, (decoded) => {
    decoded.irVersion = 10;
    for (const each of decoded.opsetImport ?? []) each.version = 21;
  });
}
