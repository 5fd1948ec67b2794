/** Two files of one name, one file at two shapes, and one under two names: what may be compared with what. */
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { GraphBuilder } from '../../model/builder.js';
import { proto } from '../../model/import/proto.js';
import { bench, readResults, temporaryFolder } from './command.js';

let folder: string;
let env: Record<string, string>;

/** A convolution whose height and width are left open. */
function convolution(seed: number): Uint8Array {
  const graph = new GraphBuilder('open', seed);
  graph.output(graph.conv(graph.input('x', [1, 3, 8, 8]), 'conv', 3, 8, 3, 1), [1, 8, 8, 8]);
  const model = proto.ModelProto.decode(graph.finish().bytes);
  for (const value of [...(model.graph?.input ?? []), ...(model.graph?.output ?? [])]) {
    for (const [axis, dim] of (value.type?.tensorType?.shape?.dim ?? []).slice(2).entries())
      Object.assign(dim, { dimValue: undefined, dimParam: `side${axis}` });
  }
  return proto.ModelProto.encode(model).finish();
}

async function measure(run: string, file: string, size: number): Promise<void> {
  const { exitCode, stderr } = await bench(
    [
      ...['--model', join(folder, file), '--input', `x=1x3x${size}x${size}`, '--targets', 'onnxruntime/cpu'],
      ...['--rounds', '3', '--time', '4s', '--out', join(folder, run)],
    ],
    { env },
  );
  expect(exitCode, String(stderr)).toBe(0);
}

const text = (output: unknown) => String(output).replaceAll(/\s+/g, ' ');

beforeAll(async () => {
  folder = await temporaryFolder();
  env = { TOUCHSTONE_HISTORY: join(folder, 'history.sqlite') };
  await mkdir(join(folder, 'b'));
  await writeFile(join(folder, 'model.onnx'), convolution(1));
  await writeFile(join(folder, 'b/model.onnx'), convolution(2));
  await cp(join(folder, 'model.onnx'), join(folder, 'copy.onnx'));
  await measure('small', 'model.onnx', 8);
  await measure('large', 'model.onnx', 128);
  await measure('other', 'b/model.onnx', 8);
  await measure('copy', 'copy.onnx', 8);
});

it('results name what a cell computed, beside its id', () => {
  const [small, large, other, copy] = ['small', 'large', 'other', 'copy'].map(
    (run) => readResults(join(folder, run)).cells[0],
  );
  expect(small?.id).toBe('model:inference:b1:float32:cpu:onnxruntime/cpu');
  expect(small?.content).toMatchObject({ inputs: { x: 'float32 1x3x8x8' } });
  expect(copy?.content).toEqual(small?.content);
  expect(new Set([small, large, other].map((cell) => cell?.content?.digest)).size).toBe(3);
});

it.each([
  ['large', 'its shapes differ (x: float32 1x3x8x8 → float32 1x3x128x128)'],
  ['other', 'the model differs ('],
])('a run of another computation under the same name is refused: %s', async (run, reason) => {
  const sides = [join(folder, 'small'), join(folder, run)] as const;
  const compared = await bench(['compare', ...sides]);
  expect(compared.exitCode, String(compared.stderr)).toBe(0);
  expect(text(compared.stdout)).toContain(reason);
  expect(compared.stdout).not.toContain('×');
  const gate = ['gate', '--baseline', sides[0], '--candidate', sides[1]];
  const gated = await bench(gate);
  expect(gated.exitCode).toBe(2);
  expect(String(gated.stderr).trim().split('\n')).toHaveLength(1);
  expect(gated.stderr).toContain(reason);
  const forced = await bench([...gate, '--force']);
  expect([0, 1, 3]).toContain(forced.exitCode);
  expect(text(forced.stdout)).toContain(`not like for like: model:inference:b1:float32:cpu: ${reason}`);
});

it('the same model under another name is compared, and called as before', async () => {
  const sides = [join(folder, 'small'), join(folder, 'copy')] as const;
  const compared = await bench(['compare', ...sides]);
  expect(text(compared.stdout)).toContain('copy:inference:b1:float32:cpu was called model');
  expect(compared.stdout).toContain('×');
  const gated = await bench(['gate', '--baseline', sides[0], '--candidate', sides[1]]);
  expect(text(gated.stdout)).toContain('the baseline calls it model');
  expect(gated.stdout).not.toMatch(/broken|unmeasured/);
});

it('the history keeps computations apart and names together', async () => {
  const { stdout } = await bench(['history', '--json', '*:inference:*'], { env });
  const { cells } = JSON.parse(String(stdout)) as {
    cells: { cell: string; series: { runs: { run: string }[] }[] }[];
  };
  expect(
    cells.map(({ cell, series }) => [cell, series.map(({ runs }) => runs.map(({ run }) => run))]),
  ).toEqual([
    ['copy:inference:b1:float32:cpu:onnxruntime/cpu', [['small', 'copy']]],
    ['model:inference:b1:float32:cpu:onnxruntime/cpu', [['large'], ['other']]],
  ]);
});
