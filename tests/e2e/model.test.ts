/** A user's own file through the same door, from a clean one to what no reader should be given. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import lenet5 from '../../suites/cnn/lenet5.js';
import { GraphBuilder } from '../../suites/onnx/builder.js';
import { proto } from '../../suites/onnx/proto.js';
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

const targets = ['--targets', 'onnxruntime/*,tfjs/*,convnetjs/*'];

describe('--model', () => {
  it('measures a file on every target that can run it, against a reference made on first use', async () => {
    const out = join(folder, 'run');
    const args = ['--model', join(folder, 'open.onnx'), '--input', 'image=2x1x28x28', ...targets];
    const { exitCode, stderr } = await bench([...args, '--rounds', '1', '--time', '6s', '--out', out]);
    expect(exitCode, String(stderr)).toBe(0);
    const { cells } = readResults(out);
    expect(cells.map((cell) => cell.target).sort()).toEqual([
      'convnetjs/js',
      'onnxruntime/cpu',
      'tfjs/js',
      'tfjs/node',
      'tfjs/wasm',
    ]);
    for (const cell of cells) {
      expect(cell.state, cell.reason).toBe('ok');
      expect(cell).toMatchObject({ workload: 'open', mode: 'inference', batch: 2 });
      expect(cell.parity.map((check) => check.what)).toContain('output');
    }
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

  it('has no training, and says why', async () => {
    const args = ['--model', join(folder, 'open.onnx'), '--input', 'image=2x1x28x28', '--mode', 'training'];
    const { exitCode, stdout } = await bench([...args, ...targets, '--dry-run']);
    expect(exitCode).toBe(0);
    expect(String(stdout).replaceAll(/[│\s]+/g, ' ')).toContain('a model file does not say its loss');
  });
});
