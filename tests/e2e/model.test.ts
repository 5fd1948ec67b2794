/** A user's own file through the same door, from a clean one to what no reader should be given. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../model/builder.js';
import { proto } from '../../model/import/proto.js';
import { ensureEnvironment } from '../../runners/provision/environments.js';
import lenet5 from '../../suites/cnn/lenet5.js';
import { expectedNames } from '../targets.js';
import { bench, readResults, temporaryFolder } from './command.js';

let folder: string;
let bytes: Uint8Array;

beforeAll(async () => {
  folder = await temporaryFolder();
  const graph = new GraphBuilder('mine', 7);
  lenet5.build(graph, 2, 'inference');
  bytes = graph.finish().bytes;
  // As exporters write it: the batch size is left open.
  const model = proto.ModelProto.decode(bytes);
  for (const value of [...(model.graph?.input ?? []), ...(model.graph?.output ?? [])]) {
    const batch = value.type?.tensorType?.shape?.dim?.[0];
    if (batch) Object.assign(batch, { dimValue: undefined, dimParam: 'N' });
  }
  await writeFile(join(folder, 'open.onnx'), proto.ModelProto.encode(model).finish());
  await writeFile(join(folder, 'cut.onnx'), bytes.subarray(0, bytes.length / 2));
  await writeFile(join(folder, 'text.onnx'), 'This is not a model.');
});

const measured = expectedNames('onnxruntime', 'tfjs', 'convnetjs');
const targets = ['--targets', measured.join(',')];

describe('--model', () => {
  it('measures a file on every target that can run it, against a reference made on first use', async () => {
    const out = join(folder, 'run');
    const args = ['--model', join(folder, 'open.onnx'), '--input', 'image=2x1x28x28', ...targets];
    const { exitCode, stderr } = await bench([...args, '--rounds', '1', '--time', '20s', '--out', out]);
    expect(exitCode, String(stderr)).toBe(0);
    const { cells } = readResults(out);
    expect(cells.map((cell) => cell.target).sort()).toEqual(measured);
    for (const cell of cells) {
      expect(cell.state, cell.reason).toBe('ok');
      expect(cell).toMatchObject({ workload: 'open', mode: 'inference', batch: 2 });
      expect(cell.parity.map((check) => check.what)).toContain('output');
    }
  });

  it('gives a runtime that reads ONNX the file itself: its integers stay integers, and what computes them in float32 is compared apart', async () => {
    const graph = new GraphBuilder('quantised', 7);
    const x = graph.input('x', [2, 64]);
    graph.node('DynamicQuantizeLinear', [x], {}, ['q', 'scale', 'zero']);
    // Of 7 bits: without VNNI, ONNX Runtime's kernels saturate the sum of two products at 16 bits.
    const weights = Int8Array.from({ length: 64 * 16 }, (_, index) => ((index * 37) % 127) - 63);
    const w = graph.constant('w', { type: 'int8', shape: [64, 16], data: weights });
    const sums = graph.node('Cast', [graph.node('MatMulInteger', ['q', w, 'zero'])], { to: 1 });
    graph.output(graph.node('Mul', [sums, 'scale'], {}, ['y']), [2, 16]);
    await writeFile(join(folder, 'quantised.onnx'), graph.finish().bytes);
    const out = join(folder, 'quantised');
    const args = ['--model', join(folder, 'quantised.onnx'), '--targets', 'onnxruntime/cpu,tfjs/wasm'];
    const { exitCode, stdout, stderr } = await bench([
      ...[...args, '--rounds', '1', '--time', '5s', '--out', out],
    ]);
    expect(exitCode, String(stderr)).toBe(0);
    expect(readResults(out).cells.map(({ target, state, precision }) => [target, state, precision])).toEqual([
      ['onnxruntime/cpu', 'ok', 'int8'],
      ['tfjs/wasm', 'ok', 'float32'],
    ]);
    expect(String(stdout).replaceAll(/\s+/g, ' ')).toContain(
      'not like for like: precision and device of quantised, compared apart: int8 (onnxruntime/cpu); float32 (tfjs/wasm)',
    );
  });

  it('asks for an open dimension by name, with a command line that would do', async () => {
    const { exitCode, stderr } = await bench(['--model', join(folder, 'open.onnx'), ...targets]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('--input image=1x1x28x28');
  });

  it.each([
    ['cut.onnx', /cut\.onnx/],
    ['text.onnx', /text\.onnx/],
  ])('refuses %s in one line', async (name, message) => {
    const { exitCode, stderr } = await bench(['--model', join(folder, name), ...targets]);
    expect(exitCode).toBe(2);
    const lines = String(stderr).trim().split('\n');
    expect(lines.at(-1)).toMatch(/^error: /);
    expect(lines.at(-1)).toMatch(message);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it('takes a folder, where a file that cannot be read costs its own cells and says why', async () => {
    const many = join(folder, 'many');
    await mkdir(many);
    await writeFile(join(many, 'good.onnx'), bytes);
    await writeFile(join(many, 'text.onnx'), 'This is not a model.');
    const { exitCode, stdout } = await bench(['--model', many, '--targets', 'onnxruntime/cpu', '--dry-run']);
    expect(exitCode).toBe(0);
    const text = String(stdout).replaceAll(/[│\s]+/g, ' ');
    expect(text).toMatch(
      /good inference 2 onnxruntime\/cpu .*text inference 1 onnxruntime\/cpu failed: .*it is text/,
    );
  });

  it('takes a table of files with their shapes', async () => {
    const table = join(folder, 'models.csv');
    await writeFile(table, '# mine\nopen.onnx, image=3x1x28x28\n');
    const { exitCode, stdout } = await bench(['--model', table, '--targets', 'onnxruntime/cpu', '--dry-run']);
    expect(exitCode).toBe(0);
    expect(String(stdout).replaceAll(/[│\s]+/g, ' ')).toContain('open inference 3 onnxruntime/cpu');
    await writeFile(table, 'open.onnx\nmissing.onnx\n');
    const broken = await bench(['--model', table, '--dry-run']);
    expect(broken.exitCode).toBe(2);
    expect(broken.stderr).toMatch(/models\.csv, line 2: there is no model/);
  });

  it('takes the data of the user, which also binds the shapes', async () => {
    const python = (await ensureEnvironment('reference')).python;
    const script =
      "import numpy, sys; numpy.savez(sys.argv[1], image=numpy.full((2, 1, 28, 28), 0.25, 'float32'))";
    const data = join(folder, 'data.npz');
    await execa(python, ['-c', script, data]);
    const out = join(folder, 'own-data');
    const args = ['--model', join(folder, 'open.onnx'), '--inputs', data, '--targets', 'onnxruntime/cpu'];
    const { exitCode, stderr } = await bench([...args, '--rounds', '1', '--time', '5s', '--out', out]);
    expect(exitCode, String(stderr)).toBe(0);
    expect(readResults(out).cells[0]).toMatchObject({ state: 'ok', batch: 2 });
  });

  it('list --model says what is in a file and who can run it', async () => {
    const path = join(folder, 'open.onnx');
    const args = [
      'list',
      '--model',
      path,
      '--input',
      'image=2x1x28x28',
      '--targets',
      'onnxruntime/cpu,tfjs/js',
    ];
    const { exitCode, stdout } = await bench([...args, '--json']);
    expect(exitCode).toBe(0);
    const [one] = JSON.parse(String(stdout));
    expect(one).toMatchObject({
      model: 'open',
      constants: 61_706,
      inputs: [{ name: 'image', type: 'float32', shape: [2, 1, 28, 28] }],
      operators: { Conv: 2, Gemm: 3, MaxPool: 2 },
      targets: { 'onnxruntime/cpu': 'yes', 'tfjs/js': 'yes' },
    });
    expect(one.multiplyAdds).toBe(2 * lenet5.multiplyAdds);
  });

  it('has no training, and says why', async () => {
    const args = ['--model', join(folder, 'open.onnx'), '--input', 'image=2x1x28x28', '--mode', 'training'];
    const { exitCode, stdout } = await bench([...args, ...targets, '--dry-run']);
    expect(exitCode).toBe(0);
    expect(String(stdout).replaceAll(/[│\s]+/g, ' ')).toContain('a model file does not say its loss');
  });
});
