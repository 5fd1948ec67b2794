/** Two versions of one framework in one run: each from a folder of its own, and each says which it is. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { bench, readResults, temporaryFolder } from './command.js';

it('runs a pinned version beside an older one, in Node and in Python', { timeout: 900_000 }, async () => {
  const folder = join(await temporaryFolder(), 'run');
  const targets = ['onnxruntime/cpu', 'onnxruntime@1.23.0/cpu', 'jax/cpu', 'jax@0.9.0/cpu'];
  const { exitCode, stderr } = await bench([
    ...['--targets', targets.join(','), '--workload', 'lenet5', '--mode', 'inference', '--batch', '1'],
    ...['--rounds', '2', '--time', '30s', '--out', folder],
  ]);
  expect(exitCode, String(stderr)).toBe(0);
  const results = readResults(folder);
  for (const { target, state, reason } of results.cells) expect(state, `${target}: ${reason}`).toBe('ok');
  const versionOf = (target: string, name: string) =>
    results.targets.find((each) => each.target === target)?.versions[name];
  expect(versionOf('onnxruntime@1.23.0/cpu', 'onnxruntime-node')).toBe('1.23.0');
  expect(versionOf('onnxruntime/cpu', 'onnxruntime-node')).not.toBe('1.23.0');
  expect(versionOf('jax@0.9.0/cpu', 'jax')).toBe('0.9.0');
  expect(versionOf('jax/cpu', 'jax')).not.toBe('0.9.0');
});

it('a gate against a version that there is not ends with npm’s reason before anything is measured', async () => {
  const folder = join(await temporaryFolder(), 'run');
  const { exitCode, stderr, stdout } = await bench([
    ...[
      'gate',
      '--against',
      '99.0.0',
      '--targets',
      'convnetjs/js',
      '--workload',
      'lenet5',
      '--mode',
      'inference',
    ],
    ...['--batch', '1', '--time', '5s', '--out', folder],
  ]);
  expect(exitCode, String(stderr)).toBe(2);
  expect(String(stderr).trim().split('\n').at(-1)).toMatch(
    /^error: .*No matching version found for convnetjs@99\.0\.0/,
  );
  expect(stdout).toBe('');
  expect(existsSync(folder)).toBe(false);
});

it('says of a version that there is not why it cannot be installed, and runs the rest', {
  timeout: 600_000,
}, async () => {
  const folder = join(await temporaryFolder(), 'run');
  const { exitCode } = await bench([
    ...['--targets', 'convnetjs/js,convnetjs@99.0.0/js', '--workload', 'lenet5', '--mode', 'inference'],
    ...['--batch', '1', '--rounds', '1', '--time', '10s', '--out', folder],
  ]);
  expect(exitCode).toBe(0);
  const cells = new Map(readResults(folder).cells.map((cell) => [cell.target, cell]));
  expect(cells.get('convnetjs/js')?.state).toBe('ok');
  expect(cells.get('convnetjs@99.0.0/js')).toMatchObject({
    state: 'unavailable',
    reason: expect.stringContaining('npm run setup -- convnetjs@99.0.0/js'),
  });
});
