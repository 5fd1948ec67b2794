import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { contentDifferences } from '../../common/run/content.js';
import { contentOf } from '../../model/artefact/content.js';
import { type ModelRequest, modelSource, workloadSource } from '../../model/artefact/source.js';
import type { ModelProto } from '../../model/import/proto.js';
import lenet5 from '../../suites/cnn/lenet5.js';
import { altered, floats, model, smallModel } from './models.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'touchstone-content-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** A file whose shapes are open. */
const open = model((graph) => {
  const x = graph.input('x', [1, 3, 8, 8]);
  graph.output(graph.conv(x, 'conv', 3, 4, 3, 1), [1, 4, 8, 8]);
});

async function contentOfFile(
  name: string,
  bytes: Uint8Array,
  given: Partial<Pick<ModelRequest, 'shapes' | 'ranges' | 'data' | 'seed'>> = {},
) {
  const path = join(folder, name);
  await writeFile(path, bytes);
  const request = { shapes: {}, ranges: {}, data: [], seed: 0, memoryBytes: 2 ** 30, ...given };
  return contentOf(modelSource({ name: basename(name, '.onnx'), path, ...request }));
}

function reshaped(size: number): (proto: ModelProto) => void {
  return ({ graph }) => {
    for (const value of [...(graph?.input ?? []), ...(graph?.output ?? [])]) {
      for (const dim of value.type?.tensorType?.shape?.dim?.slice(2) ?? []) dim.dimValue = size;
    }
  };
}

it('is that of the file under any name, with any remarks', async () => {
  const content = await contentOfFile('model.onnx', open);
  expect(content.digest).toMatch(/^[0-9a-f]{12}$/);
  expect(content.inputs).toEqual({ x: 'float32 1x3x8x8' });
  expect(await contentOfFile('other.onnx', open)).toEqual(content);
  const remarked = altered(open, (proto) => {
    Object.assign(proto, { producerName: 'exporter', producerVersion: '2.14', docString: 'nightly' });
    Object.assign(proto.graph ?? {}, { name: 'main_graph', valueInfo: [{ name: 'conv' }] });
    for (const node of proto.graph?.node ?? [])
      Object.assign(node, { name: 'renamed', docString: 'line 12' });
  });
  expect(await contentOfFile('model.onnx', remarked)).toEqual(content);
  // Nor does it depend on what Touchstone draws.
  expect(await contentOfFile('model.onnx', open, { seed: 7 })).toEqual(content);
});

it('differs with shapes, and says so', async () => {
  const content = await contentOfFile('model.onnx', open);
  const larger = await contentOfFile('model.onnx', altered(open, reshaped(16)));
  expect(larger.model).toBe(content.model);
  expect(larger.digest).not.toBe(content.digest);
  expect(contentDifferences(content, larger)).toEqual([
    'its shapes differ (x: float32 1x3x8x8 → float32 1x3x16x16)',
  ]);
});

it.each<[string, (proto: ModelProto) => void]>([
  ['an operator', ({ graph }) => Object.assign(graph?.node?.[1] ?? {}, { opType: 'Sigmoid' })],
  [
    'an attribute',
    ({ graph }) => {
      const [alpha] = graph?.node?.find(({ opType }) => opType === 'Gemm')?.attribute ?? [];
      Object.assign(alpha ?? {}, { name: 'alpha', type: 1, f: 0.5 });
    },
  ],
  [
    'a weight',
    ({ graph }) => {
      const data = graph?.initializer?.[0]?.rawData;
      if (data) data[0] = (data[0] ?? 0) ^ 1;
    },
  ],
])('differs with %s', async (_, change) => {
  const [before, after] = [smallModel(), altered(smallModel(), change)];
  const [content, other] = [await contentOfFile('m.onnx', before), await contentOfFile('m.onnx', after)];
  expect(contentDifferences(content, other)).toEqual([
    `the model differs (${content.model} → ${other.model})`,
  ]);
});

it('differs with values that the user gives', async () => {
  const content = await contentOfFile('model.onnx', open);
  const dataOf = (value: number) => [
    { path: 'x.npz', tensors: { x: floats(new Array(192).fill(value), [1, 3, 8, 8]) } },
  ];
  const ones = await contentOfFile('model.onnx', open, { data: dataOf(1) });
  const twos = await contentOfFile('model.onnx', open, { data: dataOf(2) });
  const ranged = await contentOfFile('model.onnx', open, { ranges: { x: [0, 1] } });
  expect(new Set([content, ones, twos, ranged].map(({ digest }) => digest)).size).toBe(4);
  expect(contentDifferences(content, ones)).toEqual([
    `the values given for its inputs differ (none → ${ones.data})`,
  ]);
  expect(await contentOfFile('same.onnx', open, { data: dataOf(1) })).toEqual(ones);
});

it('is that of a workload under any name, and differs with its optimiser', () => {
  const content = contentOf(workloadSource(lenet5, 'training', 2, 0));
  expect(content).toEqual(contentOf(workloadSource({ ...lenet5, name: 'other' }, 'training', 2, 0)));
  const { training } = lenet5;
  const quicker = { ...training!, optimiser: { ...training!.optimiser, learningRate: 0.5 } };
  const changed = contentOf(workloadSource({ ...lenet5, training: quicker }, 'training', 2, 0));
  expect(contentDifferences(content, changed).join()).toMatch(/^its settings differ \(.*learningRate 0\.5/);
  // How many steps the parity check takes is no part of a step.
  const longer = contentOf(
    workloadSource({ ...lenet5, training: { ...training!, steps: 99 } }, 'training', 2, 0),
  );
  expect(longer).toEqual(content);
});
