/** Which files `--model` means, and what their cells are called. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { paths, valueRange } from '../../../common/values.js';
import { modelSource } from '../../../model/artefact/source.js';
import { GraphBuilder } from '../../../model/builder.js';
import type { Tensors } from '../../../model/graph.js';
import { inputNames, modelRequest } from '../../../runners/coordinator/model-request.js';
import { modelFiles } from '../../../runners/coordinator/models.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'touchstone-models-'));
  for (const [place, input] of [
    ['a/x/m', 'image'],
    ['b/x/m', 'words'],
    ['c/other', 'image'],
  ] as const) {
    const graph = new GraphBuilder('mine', 0);
    graph.output(graph.relu(graph.input(input, [2, 3])), [2, 3]);
    await mkdir(join(folder, place, '..'), { recursive: true });
    await writeFile(join(folder, `${place}.onnx`), graph.finish().bytes);
  }
  await writeFile(
    join(folder, 'table.csv'),
    'c/other.onnx, image=1x3\nc/other.onnx, image=8x3\na/x/m.onnx\n',
  );
});
afterAll(() => rm(folder, { recursive: true }));

const at = (...places: string[]) => modelFiles(places.map((place) => join(folder, place)));

it('tells files of one name apart by as many of their folders as it takes', () => {
  const names = at('a/x/m.onnx', 'b/x/m.onnx', 'c/other.onnx').map(({ name }) => name);
  expect(names).toEqual(['a-x-m', 'b-x-m', 'other']);
});

it('takes a file once, and again with other shapes', () => {
  expect(at('c/other.onnx', 'c').map(({ name }) => name)).toEqual(['other']);
  const listed = at('table.csv');
  expect(listed.map(({ name }) => name)).toEqual(['other-image=1x3', 'other-image=8x3', 'm']);
  expect(listed.map(({ shapes }) => shapes)).toEqual([{ image: [1, 3] }, { image: [8, 3] }, {}]);
});

it('gives each of several files those of the shapes and ranges that it has inputs for', async () => {
  const files = at('a/x/m.onnx', 'b/x/m.onnx');
  const given = { input: { image: [2, 3], words: [2, 3] }, range: { words: [0, 9] as [number, number] } };
  const names = inputNames(files, given);
  const requests = await Promise.all(files.map((file) => modelRequest(file, given, names.get(file.path))));
  expect(requests.map(({ shapes }) => shapes)).toEqual([{ image: [2, 3] }, { words: [2, 3] }]);
  expect(requests.map(({ ranges }) => ranges)).toEqual([{}, { words: [0, 9] }]);
});

it('refuses data of the user for what is no input', async () => {
  const [file] = at('c/other.onnx');
  if (!file) throw new Error('there is no file');
  const request = await modelRequest(file, {});
  const array = { type: 'float32' as const, shape: [2, 3], data: new Float32Array(6) };
  const given = (tensors: Tensors) => modelSource({ ...request, data: [{ path: 'mine.npz', tensors }] });
  expect(given({ image: array }).inputs).toEqual([{ image: array }]);
  expect(() => given({ image: array, weight: array })).toThrow(
    /mine\.npz has an array weight, but the model has no such input/,
  );
});

it('takes a whole number with one value for a constant, and no data that says otherwise', async () => {
  const graph = new GraphBuilder('mine', 0);
  const [x, count, table] = [
    graph.input('x', [2, 3]),
    graph.input('count', [2], 'int64'),
    graph.input('table', [2, 3], 'int64'),
  ];
  graph.output(graph.node('Concat', [x, graph.node('Cast', [table], { to: 1 })], { axis: 0 }), [4, 3]);
  graph.output(graph.node('Neg', [count]), [2], 'int64');
  const path = join(folder, 'counted.onnx');
  await writeFile(path, graph.finish().bytes);
  const range = { ...valueRange('count=7'), ...valueRange('table=4..4'), ...valueRange('x=-1.5') };
  expect(range).toEqual({ count: [7, 7], table: [4, 4], x: [-1.5, -1.5] });
  const request = await modelRequest({ name: 'counted', path, shapes: {} }, { range });
  const { inputInfo, inputs, model } = modelSource(request);
  expect(inputInfo.map(({ name }) => name)).toEqual(['x', 'table']);
  expect(inputs[0]?.table?.data).toEqual(BigInt64Array.from([4n, 4n, 4n, 4n, 4n, 4n]));
  expect(model.initialisers.get('count')?.data).toEqual(BigInt64Array.from([7n, 7n]));
  const own = (count?: bigint) => {
    const tensors = {
      ...inputs[0],
      ...(count === undefined
        ? {}
        : { count: { type: 'int64' as const, shape: [2], data: BigInt64Array.of(count, count) } }),
    };
    return modelSource({ ...request, data: [{ path: 'mine.npz', tensors }] });
  };
  expect(own().inputs).toEqual([inputs[0]]);
  expect(own(7n).inputs).toEqual([inputs[0]]);
  expect(() => own(8n)).toThrow('mine.npz: array count is not 7, the value that --range specifies');
});

it('takes lengths of sequences that all data has alike for a constant, and no other integers', async () => {
  const graph = new GraphBuilder('mine', 0);
  const [x, lens, ids] = [
    graph.input('x', [7, 2, 3]),
    graph.input('lens', [2], 'int32'),
    graph.input('ids', [2], 'int32'),
  ];
  const weight = (name: string, rows: number, columns: number) =>
    graph.constant(name, {
      type: 'float32',
      shape: [1, rows, columns],
      data: new Float32Array(rows * columns),
    });
  const y = graph.node('LSTM', [x, weight('w', 16, 3), weight('r', 16, 4), '', lens], { hidden_size: 4 });
  graph.output(y, [7, 1, 2, 4]);
  graph.output(graph.node('Neg', [ids]), [2], 'int32');
  const path = join(folder, 'lengths.onnx');
  await writeFile(path, graph.finish().bytes);
  const request = await modelRequest({ name: 'lengths', path, shapes: {} }, {});
  const set = (...lengths: number[]): Tensors => ({
    x: { type: 'float32', shape: [7, 2, 3], data: new Float32Array(42) },
    lens: { type: 'int32', shape: [2], data: Int32Array.from(lengths) },
    ids: { type: 'int32', shape: [2], data: Int32Array.of(5, 6) },
  });
  const source = (...sets: Tensors[]) =>
    modelSource({ ...request, data: sets.map((tensors) => ({ path: 'mine.npz', tensors })) });
  const alike = source(set(7, 4), set(7, 4));
  expect(alike.inputInfo.map(({ name }) => name)).toEqual(['x', 'ids']);
  expect(alike.model.initialisers.get('lens')?.data).toEqual(Int32Array.of(7, 4));
  expect(alike.inputs.map((tensors) => Object.keys(tensors))).toEqual([
    ['x', 'ids'],
    ['x', 'ids'],
  ]);
  expect(source(set(7, 4), set(7, 5)).inputInfo.map(({ name }) => name)).toEqual(['x', 'lens', 'ids']);
});

it('refuses an input that none of them has', () => {
  expect(() => inputNames(at('a', 'a/x/m.onnx'), {})).toThrow(/has no \.onnx file/);
  const files = at('a/x/m.onnx', 'b/x/m.onnx');
  expect(() => inputNames(files, { input: { imagee: [1] } })).toThrow(
    expect.objectContaining({ message: 'none of the 2 models has an input imagee' }),
  );
});

it('takes a file with a comma in its name as it is, and other commas as between files', async () => {
  const odd = join(folder, 'a,b.onnx');
  await writeFile(odd, '');
  expect(paths(odd)).toEqual([odd]);
  expect(paths('x.onnx,y.onnx', [odd])).toEqual([odd, 'x.onnx', 'y.onnx']);
});

it('keeps an input that is called like what every object has', async () => {
  const graph = new GraphBuilder('mine', 0);
  graph.output(graph.relu(graph.input('constructor', [2, 3])), [2, 3]);
  const path = join(folder, 'odd.onnx');
  await writeFile(path, graph.finish().bytes);
  const request = await modelRequest({ name: 'odd', path, shapes: {} }, {});
  const source = modelSource(request);
  expect(source.inputInfo.map(({ name }) => name)).toEqual(['constructor']);
  expect(source.model.inputs.map(({ name }) => name)).toEqual(['constructor']);
  const given = modelSource({ ...request, data: [{ path: 'mine.npz', tensors: source.inputs[0] ?? {} }] });
  expect(given.inputs).toEqual([source.inputs[0]]);
});
