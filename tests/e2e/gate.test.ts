/** The gate as CI runs it: real processes, real exit statuses, real files. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { projectRoot } from '../../common/paths.js';
import { gateReport } from '../../reports/regression/report.js';
import { bench, leftBehind, newMarker, temporaryFolder } from './command.js';

const small = ['--workload', 'lenet5', '--mode', 'inference', '--batch', '1'];

it('detects a target that is far slower than its baseline, and writes every output', {
  timeout: 600_000,
}, async () => {
  const folder = await temporaryFolder();
  const marker = newMarker();
  const out = (name: string) => join(folder, name);
  // Wide margins for what this test is not about: it would be measured until the time is up.
  const config = out('touchstone.gate.json');
  writeFileSync(config, JSON.stringify({ version: 1, margins: { 'start-up': 10, memory: 10 } }));
  const { exitCode, stdout, stderr } = await bench(
    [
      ...['gate', '--against', 'onnxruntime/cpu', '--targets', 'convnetjs/js', ...small],
      // Over as soon as all is decided; other tests wait for their turn to measure.
      ...['--time', '200s', '--config', config],
      ...['--out', out('run'), '--json', out('gate.json'), '--markdown', out('gate.md')],
      ...['--junit', out('gate.xml'), '--sarif', out('gate.sarif')],
    ],
    { marker },
  );
  expect(exitCode, String(stderr)).toBe(1);
  expect(stdout).toContain('regressed');
  const report = gateReport.parse(JSON.parse(readFileSync(out('gate.json'), 'utf8')));
  const speed = report.findings.find(({ metric }) => metric === 'speed');
  expect(speed).toMatchObject({ verdict: 'regressed', stage: 'confirmation' });
  expect(speed!.ratio!.low).toBeGreaterThan(2);
  expect(speed!.control).not.toBeNull();
  for (const name of ['gate.md', 'gate.xml', 'gate.sarif', 'run/gate.json', 'run/report.html']) {
    expect(existsSync(out(name)), name).toBe(true);
  }
  expect(leftBehind(marker)).toEqual([]);

  // What it found can be accepted, from the report that it wrote.
  const accept = await bench([
    ...['gate', 'accept', speed!.cell, '--metric', 'speed', '--reason', 'plain JavaScript'],
    ...['--from', out('gate.json'), '--config', config],
  ]);
  expect(accept.exitCode, String(accept.stderr)).toBe(0);
  expect(readFileSync(config, 'utf8')).toContain('plain JavaScript');
});

// An archive of the sources has no commits to check out.
it.skipIf(!existsSync(join(projectRoot, '.git')))(
  'measures this commit against itself as another checkout, in Node and in Python',
  {
    timeout: 600_000,
  },
  async () => {
    const folder = await temporaryFolder();
    const { exitCode, stderr } = await bench([
      ...['gate', '--against', 'HEAD', '--targets', 'convnetjs/js,tensorflow/cpu', ...small],
      ...['--time', '45s'],
      ...['--out', join(folder, 'run')],
    ]);
    // On a busy machine nothing may be told; a regression there is none.
    expect([0, 3], String(stderr)).toContain(exitCode);
    const report = gateReport.parse(JSON.parse(readFileSync(join(folder, 'run', 'gate.json'), 'utf8')));
    expect(report.findings.filter(({ metric }) => metric === 'state')).toEqual([]);
    expect(report.findings.filter(({ metric }) => metric === 'speed')).toHaveLength(2);
    const log = readFileSync(join(folder, 'run', 'events.ndjson'), 'utf8');
    expect(log).toContain('tensorflow/cpu~baseline');
  },
);

it('says in one line what is wrong with its sides, and exits with 2', async () => {
  const folder = await temporaryFolder();
  const broken = join(folder, 'broken.json');
  writeFileSync(broken, '{"margins": {"sped": 1}}');
  const cases = [
    [['gate'], /two sides/],
    [['gate', '--baseline', 'x'], /two sides/],
    [['gate', '--against', 'no-such-branch'], /no target, no version and no git ref/],
    [['gate', '--baseline', 'nowhere', '--candidate', 'nowhere'], /there is no run in nowhere/],
    [['gate', '--against', 'HEAD', '--config', broken], /broken\.json/],
  ] as const;
  for (const [args, message] of cases) {
    const { exitCode, stderr } = await bench(args);
    expect(exitCode, args.join(' ')).toBe(2);
    expect(String(stderr).trim().split('\n').at(-1)).toMatch(message);
  }
});
