import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at } from '../../../common/at.js';
import { artefactsFolder, referencesFolder } from '../../../common/paths.js';
import {
  describedModel,
  estimatedBytes,
  modelArtefact,
  plannedArtefact,
  referencedArtefact,
  unreferencedArtefact,
  workloadArtefact,
} from '../../../model/artefact/artefact.js';
import { loadArtefact } from '../../../model/artefact/load-model.js';
import { artefactFiles } from '../../../model/artefact/manifest.js';
import type { ModelRequest } from '../../../model/artefact/source.js';
import { elementsOf, toFloat16 } from '../../../model/float16.js';
import type { Graph, Tensor } from '../../../model/graph.js';
import { observe } from '../../../model/normalise/observe.js';
import { readTensors } from '../../../model/safetensors.js';
import type { Training, Workload } from '../../../model/workload.js';
import { ensureEnvironment } from '../../../runners/provision/environments.js';
import { discoverWorkloads } from '../../../suites/discover.js';
import smoke from '../../../suites/smoke.suite.js';
import { altered, floats, model } from '../models.js';

/** Workloads with committed references. */
const names = smoke.workloads.map((one) => (typeof one === 'string' ? one : one.workload));
const workloads = (await discoverWorkloads()).filter(({ name }) => names.includes(name));
const variants = workloads.flatMap((workload) =>
  workload.modes.flatMap((mode) =>
    workload.batches.map((batch) => [workload.name, mode, batch, workload] as const),
  ),
);
let folder = '';

function requestFor(path: string, shapes: ModelRequest['shapes'], seed: number): ModelRequest {
  return { name: basename(path, '.onnx'), path, shapes, ranges: {}, data: [], seed, memoryBytes: 2 ** 30 };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'touchstone-artefacts-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Relative error in the Euclidean norm. */
function distance(actual: Float32Array, expected: Float32Array): number {
  const norm = (values: Float32Array) => Math.hypot(...values);
  return norm(actual.map((value, index) => value - (expected[index] ?? Number.NaN))) / norm(expected);
}

describe('the artefact of a workload', () => {
  it.each(variants)('%s in %s at batch %i agrees with ONNX Runtime', async (_, mode, batch, workload) => {
    const made = await workloadArtefact(workload, mode, batch, 0);
    const loaded = await loadArtefact(made.folder);
    expect(loaded.graph).toEqual(made.graph);
    const [output] = loaded.graph.outputs;
    const { labels: __, ...inputs } = loaded.inputs[0] ?? {};
    const observed = await observe(await readFile(loaded.modelPath), inputs, [output?.name ?? '']);
    const expected = await readTensors(join(made.folder, artefactFiles.expected));
    const reference = expected[`output/0/${output?.name}`]?.data as Float32Array;
    expect(distance(observed.data[output?.name ?? '']?.data as Float32Array, reference)).toBeLessThan(1e-5);
  });

  it('says which inputs are indices, and which recurrent biases are zero', async () => {
    const gru = at(
      (await discoverWorkloads()).filter(({ name }) => name === 'text-gru-small'),
      0,
    );
    const { graph } = await plannedArtefact(gru, 'inference', 1, 0);
    expect(graph.indexInputs).toEqual(['words']);
    expect(graph.zeroRecurrentBiases).toEqual(['gru.B']);
    const words = { type: 'int64' as const, shape: [1, 50], data: new BigInt64Array(50).fill(-1n) };
    const negative = await plannedArtefact({ ...gru, inputs: () => ({ words }) }, 'inference', 1, 12);
    expect(negative.graph.indexInputs).toBeUndefined();
  });

  it.each(variants.filter(([, mode]) => mode === 'training'))(
    '%s in %s at batch %i has a reference for every parameter',
    async (_, mode, batch, workload) => {
      const { folder: place, graph, manifest } = await workloadArtefact(workload, mode, batch, 0);
      const expected = await readTensors(join(place, artefactFiles.expected));
      const weights = await readTensors(join(place, artefactFiles.weights));
      expect(expected.losses?.shape).toEqual([manifest.training?.steps]);
      for (const name of graph.parameters) {
        expect(expected[`gradient/${name}`]?.shape).toEqual(weights[name]?.shape);
        expect(expected[`weight/${name}`]?.data).not.toEqual(weights[name]?.data);
      }
    },
  );

  it('is made once for concurrent requests, and leaves no temporary folder', async () => {
    const lenet = workloads.find((workload) => workload.name === 'lenet5') as Workload;
    // Another title gives another key, so that the artefact does not exist yet.
    const fresh: Workload = { ...lenet, title: `requested by ${folder}` };
    const made = await Promise.all([1, 2, 3].map(() => workloadArtefact(fresh, 'inference', 1, 0)));
    expect(new Set(made.map((artefact) => artefact.folder)).size).toBe(1);
    const left = await readdir(artefactsFolder);
    const name = made[0]?.folder.split('/').at(-1) ?? '';
    expect(left.filter((entry) => entry.startsWith(name))).toEqual([name]);
    expect((await workloadArtefact(fresh, 'inference', 1, 0)).folder).toBe(made[0]?.folder);
    await rm(made[0]?.folder ?? '', { recursive: true });
  });

  it('is not made with a reference for another version, or without one', async () => {
    const lstm = workloads.find((workload) => workload.name === 'row-lstm') as Workload;
    const changed: Workload = { ...lstm, training: { ...(lstm.training as Training), steps: 5 } };
    await expect(workloadArtefact(changed, 'training', 1, 0)).rejects.toMatchObject({
      message: expect.stringMatching(/row-lstm-training-b1\.safetensors was made for another version/),
      hint: expect.stringMatching(/npm run references/),
    });
    await expect(workloadArtefact(lstm, 'training', 7, 0)).rejects.toThrow(
      /no committed reference for row-lstm .*batch 7/,
    );
  });

  it('is planned without a reference, which is computed once when it is needed', async () => {
    const lenet = workloads.find((workload) => workload.name === 'lenet5') as Workload;
    const fresh: Workload = { ...lenet, title: `planned by ${folder}` };
    // A new seed, for whose weights no reference is cached yet.
    const seed = Date.now() % 2 ** 32;
    const planned = await plannedArtefact(fresh, 'inference', 3, seed);
    expect(planned.manifest.reference).toBe('none');
    const { signal } = new AbortController();
    const options = { python: async () => '', availableBytes: 2 ** 20, signal, note: () => undefined };
    await expect(referencedArtefact(planned.folder, options)).rejects.toMatchObject({
      message: expect.stringMatching(/reference of lenet5 .* needs \d+\.\d MiB .* 1\.0 MiB are available/),
      hint: expect.stringMatching(/--batch/),
    });
    const ample = {
      ...options,
      availableBytes: 2 ** 34,
      python: async () => (await ensureEnvironment('reference')).python,
    };
    const places = await Promise.all([1, 2].map(() => referencedArtefact(planned.folder, ample)));
    const [place = ''] = places;
    expect(places).toEqual([place, place]);
    expect(await referencedArtefact(place, options)).toBe(place);
    expect((await plannedArtefact(fresh, 'inference', 3, seed)).folder).toBe(place);
    const expected = await readTensors(join(place, artefactFiles.expected));
    const outputs = Object.keys(expected).filter((name) => name.startsWith('output/'));
    expect(outputs).toHaveLength(planned.manifest.buffers);
    // A cached reference is copied, whatever memory is available.
    await rm(place, { recursive: true });
    expect(await referencedArtefact(planned.folder, options)).toBe(place);
    const cached = (await readdir(referencesFolder)).filter((name) =>
      name.startsWith(planned.manifest.id.slice(0, 32)),
    );
    expect(cached).toHaveLength(1);
    for (const name of cached) await rm(join(referencesFolder, name));
    for (const made of [planned.folder, place]) await rm(made, { recursive: true });
  }, 60_000);

  it('has an estimated size before it is made', async () => {
    const lenet = workloads.find((workload) => workload.name === 'lenet5') as Workload;
    const bytes = (batch: number) => estimatedBytes(lenet, 'training', batch, 0);
    expect(await bytes(1)).toBe(0);
    const [some, twice] = await Promise.all([bytes(1e6), bytes(2e6)]);
    // For every example the outputs of the layers and of their activations, four bytes each.
    expect(some).toBeGreaterThan(1e6 * 4 * 6000);
    expect(twice - some).toBeCloseTo(some, -7);
  });
});

describe('the artefact of a user’s file', () => {
  const reference = async () => (await ensureEnvironment('reference')).python;

  const bytes = model((graph) => {
    const image = graph.input('image', [2, 3, 8, 8]);
    const shape = graph.node('Shape', [image]);
    const batch = graph.node('Slice', [
      shape,
      graph.constant('start', { type: 'int64', shape: [1], data: BigInt64Array.of(0n) }),
      graph.constant('end', { type: 'int64', shape: [1], data: BigInt64Array.of(1n) }),
    ]);
    const rest = graph.constant('rest', { type: 'int64', shape: [1], data: BigInt64Array.of(-1n) });
    const flat = graph.node('Reshape', [
      graph.relu(graph.conv(image, 'conv', 3, 4, 3, 1)),
      graph.node('Concat', [batch, rest], { axis: 0 }),
    ]);
    graph.output(graph.softmax(graph.gemm(flat, 'fc', 256, 5, 1)), [2, 5]);
  });

  it('has expected outputs for every buffer with which ONNX Runtime agrees', async () => {
    const path = join(folder, 'user.onnx');
    await writeFile(path, altered(bytes, dynamicBatch));
    const made = await modelArtefact(requestFor(path, { image: [2, 3, 8, 8] }, 0), reference);
    expect(made.manifest).toMatchObject({ workload: 'user', mode: 'inference', batch: 2, buffers: 4 });
    expect(operators(made.graph)).toEqual(['Conv', 'Relu', 'Reshape', 'Gemm', 'Softmax']);
    const expected = await readTensors(join(made.folder, artefactFiles.expected));
    const loaded = await loadArtefact(made.folder);
    const output = made.graph.outputs[0]?.name ?? '';
    for (const [buffer, inputs] of loaded.inputs.entries()) {
      const { data } = await observe(await readFile(loaded.modelPath), inputs, [output]);
      const wanted = expected[`output/${buffer}/${output}`]?.data as Float32Array;
      expect(distance(data[output]?.data as Float32Array, wanted)).toBeLessThan(1e-5);
    }
    await rm(made.folder, { recursive: true });
  });

  it('is made again from a cached reference', async () => {
    const path = join(folder, 'again.onnx');
    await writeFile(path, bytes);
    const first = await modelArtefact(requestFor(path, {}, 0), reference);
    const expected = await readFile(join(first.folder, artefactFiles.expected));
    await rm(first.folder, { recursive: true });
    const python = () => Promise.reject(new Error('computed a second time'));
    const second = await modelArtefact(requestFor(path, {}, 0), python);
    expect(second.manifest).toEqual(first.manifest);
    expect(await readFile(join(second.folder, artefactFiles.expected))).toEqual(expected);
    // Other inputs need another reference.
    await expect(modelArtefact(requestFor(path, {}, 1), python)).rejects.toThrow(/computed a second time/);
    await rm(second.folder, { recursive: true });
  });

  it('accepts float16 inputs, with a coarser tolerance', async () => {
    const path = join(folder, 'half.onnx');
    const halves = (numbers: readonly number[]): Tensor => ({
      type: 'float16',
      shape: [numbers.length],
      data: toFloat16(numbers),
    });
    const half = model((graph) => {
      const input = graph.input('x', [2, 3], 'float16');
      const sum = graph.node('Add', [input, graph.constant('c', halves([0.5, -2, 1 / 3]))]);
      graph.output(graph.node('Tanh', [sum]), [2, 3], 'float16');
    });
    await writeFile(path, half);
    const made = await modelArtefact(requestFor(path, {}, 0), reference);
    expect(made.manifest.tolerance.output).toBeGreaterThan(2 ** -11);
    const loaded = await loadArtefact(made.folder);
    expect(loaded.inputs[0]?.x?.type).toBe('float16');
    const output = made.graph.outputs[0]?.name ?? '';
    const { data } = await observe(await readFile(loaded.modelPath), loaded.inputs[0] ?? {}, [output]);
    const expected = await readTensors(join(made.folder, artefactFiles.expected));
    const [found, wanted] = [data[output], expected[`output/0/${output}`]].map((tensor) =>
      Float32Array.from(tensor ? elementsOf(tensor) : [], Number),
    );
    expect(found).toHaveLength(6);
    expect(distance(found ?? new Float32Array(), wanted ?? new Float32Array())).toBeLessThan(2 ** -10);
    await rm(made.folder, { recursive: true });
  });

  it('has a tolerance of more than one step if the model quantises', async () => {
    const zero: Tensor = { type: 'uint8', shape: [], data: Uint8Array.of(128) };
    const withOperators = (operators: readonly string[]) =>
      model((graph) => {
        const [scale, point] = [graph.constant('scale', floats([0.01], [])), graph.constant('zero', zero)];
        const through = (x: string, operator: string) => graph.node(operator, [x, scale, point]);
        graph.output(graph.node('Tanh', [operators.reduce(through, graph.input('x', [2, 3]))]), [2, 3]);
      });
    const toleranceOf = async (name: string, operators: readonly string[]) => {
      const path = join(folder, name);
      await writeFile(path, withOperators(operators));
      const made = await describedModel(requestFor(path, {}, 0));
      await rm(made.folder, { recursive: true });
      return made.manifest.tolerance.output;
    };
    expect(await toleranceOf('plain.onnx', [])).toBeLessThan(1 / 256);
    const quantised = await toleranceOf('steps.onnx', ['QuantizeLinear', 'DequantizeLinear']);
    expect(quantised).toBeGreaterThan(1 / 256);
  });

  it('reports dynamic dimensions', async () => {
    const path = join(folder, 'dynamic.onnx');
    await writeFile(path, altered(bytes, dynamicBatch));
    await expect(modelArtefact(requestFor(path, {}, 0), reference)).rejects.toMatchObject({
      hint: 'specify it, for example --input image=1x3x8x8',
    });
  });

  it('passes the ONNX checker, as do files of the builder', async () => {
    const python = await reference();
    const check =
      'import onnx, sys\nfor path in sys.argv[1:]: onnx.checker.check_model(onnx.load(path), full_check=True)';
    await writeFile(join(folder, 'built.onnx'), bytes);
    const paths = [join(folder, 'built.onnx')];
    for (const workload of workloads) {
      const place = join(folder, workload.name);
      await unreferencedArtefact(workload, 'training', 1, 0, place);
      paths.push(join(place, artefactFiles.model));
    }
    const result = spawnSync(python, ['-c', check, ...paths], { encoding: 'utf8' });
    expect(result.stderr).toBe('');
    expect(result.status).toBe(0);
  });

  const operators = (graph: Graph) => graph.nodes.map((node) => node.operator);
  const dynamicBatch: Parameters<typeof altered>[1] = ({ graph }) => {
    graph?.input?.[0]?.type?.tensorType?.shape?.dim?.splice(0, 1, { dimParam: 'batch' });
    graph?.output?.[0]?.type?.tensorType?.shape?.dim?.splice(0, 1, { dimParam: 'batch' });
  };
});
