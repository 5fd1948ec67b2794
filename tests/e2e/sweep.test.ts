/** `--batch`, `--threads` and `--length` as a user sweeps with them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bench, leftBehind, newMarker, readResults, temporaryFolder } from './command.js';

const lenet5 = ['--workload', 'lenet5', '--mode', 'inference'];

describe.skipIf(availableParallelism() < 2)('batches with one thread and with two', () => {
  it('are cells of their own in every output, and no comparison mixes them', async () => {
    const marker = newMarker();
    const folder = join(await temporaryFolder(), 'run');
    const sweep = ['--batch', '1,64', '--threads', '1,2', '--targets', 'onnxruntime/cpu,convnetjs/js'];
    const limits = ['--rounds', '2', '--time', '20s', '--out', folder];
    const run = await bench([...lenet5, ...sweep, ...limits], { marker });
    expect(run.exitCode, String(run.stderr)).toBe(0);
    expect(leftBehind(marker)).toEqual([]);
    const results = readResults(folder);
    expect(results.options.threads).toEqual([1, 2]);
    expect(results.cells.map(({ id, state }) => [id, state])).toEqual(
      ['b1:t1', 'b1:t2', 'b64:t1', 'b64:t2'].flatMap((place) =>
        ['convnetjs/js', 'onnxruntime/cpu'].map((target) => [
          `lenet5:inference:${place}:float32:cpu:${target}`,
          'ok',
        ]),
      ),
    );
    expect(results.groups.map(({ batch, threads }) => [batch, threads])).toEqual([
      [1, 1],
      [1, 2],
      [64, 1],
      [64, 2],
    ]);
    const [convnetjs, ort] = results.targets;
    expect(ort?.threadConfiguration).toMatchObject({ 1: { threads: 1 }, 2: { threads: 2 } });
    expect(convnetjs?.configuration.threads).toBe(1);
    const logged = readFileSync(join(folder, 'events.ndjson'), 'utf8');
    expect(logged).toMatch(/"target":"convnetjs\/js","threads":2/);
    expect(run.stdout).toMatch(/lenet5 · inference · batch 64 · by threads: examples\/s/);
    expect(String(run.stdout).replaceAll(/\s+/g, ' ')).toContain(
      'with 2 threads: threads: 1 (convnetjs/js); 2',
    );
    const page = readFileSync(join(folder, 'report.html'), 'utf8');
    for (const kind of ['throughput', 'speed-up', 'efficiency'])
      expect(page).toContain(`data-sweep="${kind}-`);
    expect(page).toContain('; uses 1 thread');

    const resumed = await bench(['--resume', folder, '--time', '3s'], { marker });
    expect(resumed.exitCode, String(resumed.stderr)).toBe(0);
    const compared = await bench(['compare', folder, folder]);
    expect(compared.stdout).toMatch(/2 threads/);
    const gated = await bench(['gate', '--baseline', folder, '--candidate', folder]);
    // Two rounds decide nothing.
    expect(gated.exitCode).toBe(3);
    expect(gated.stdout).toContain('lenet5:inference:b64:t2');
  });

  it('are gated with both sides at the same count', async () => {
    const folder = join(await temporaryFolder(), 'gate');
    // Over once speeds are decided.
    const config = join(await temporaryFolder(), 'touchstone.gate.json');
    writeFileSync(config, JSON.stringify({ version: 1, margins: { 'start-up': 10, memory: 10 } }));
    const options = ['--targets', 'scripted/slower', '--batch', '1', '--threads', '1,2', '--time', '60s'];
    const gate = [
      'gate',
      '--against',
      'scripted/good',
      ...lenet5,
      ...options,
      '--config',
      config,
      '--out',
      folder,
    ];
    const { exitCode, stdout, stderr } = await bench(gate);
    expect([1, 3], String(stderr)).toContain(exitCode);
    const cells = readResults(folder).cells.map(({ id, state }) => `${id} ${state}`);
    expect(cells).toHaveLength(6);
    for (const count of [1, 2]) {
      expect(stdout).toContain(`lenet5:inference:b1:t${count}`);
      expect(cells).toContain(`lenet5:inference:b1:t${count}:float32:cpu:scripted/good~control ok`);
    }
  });
});

describe('--length', () => {
  const plan = (...options: string[]) =>
    bench(['--dry-run', '--mode', 'inference', '--batch', '1', '--targets', 'null/node', ...options]);

  it('plans every length, notes what has none, and says of one that is too long that it is', async () => {
    const names = ['--workload', 'row-lstm,lenet5', '--length', '14,28,5000'];
    const { exitCode, stdout, stderr } = await plan(...names);
    expect(exitCode, String(stderr)).toBe(0);
    expect(stdout).toContain('4 cells planned, 3 will run');
    // A reason goes on below itself, between the lines of the table.
    expect(String(stdout).replace(/[│\s]+/g, ' ')).toContain('row-lstm goes up to a length of 1000');
    expect(String(stderr).trim()).toBe('note: lenet5 has no other length, so --length changes nothing there');
  });

  it.each([
    [['--workload', 'lenet5'], 'lenet5 has no other length'],
    [['--model', 'x.onnx'], '--length is for workloads'],
  ])('%s is refused in one line', async (names, message) => {
    const { exitCode, stderr } = await plan(...names, '--length', '64');
    expect(exitCode).toBe(2);
    expect(String(stderr).trim().split('\n')).toHaveLength(1);
    expect(stderr).toContain(message);
  });
});
