/** What a stranger types: help, mistakes, and a plan. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../model/builder.js';
import { expectedNames } from '../targets.js';
import { bench, temporaryFolder } from './command.js';

const lastLine = (text: unknown) => String(text).trim().split('\n').at(-1);

describe('the command line', () => {
  it('explains itself', async () => {
    const { exitCode, stdout } = await bench(['--help']);
    expect(exitCode).toBe(0);
    for (const word of ['run', 'list', 'doctor', 'setup', 'report', 'compare'])
      expect(stdout).toContain(word);
    const flags = [
      'suite',
      'workload',
      'targets',
      'mode',
      'batch',
      'threads',
      'length',
      'rounds',
      'precision',
      'time',
      'seed',
      'out',
      'resume',
      'model',
      'input',
      'installed-only',
      'dry-run',
    ];
    for (const flag of flags) expect(stdout).toContain(`--${flag}`);
  });

  it.each([
    [['--targets', 'pytorch/cpuu'], 'did you mean pytorch/cpu?'],
    [['--workload', 'lenet'], 'did you mean lenet5?'],
    [['--suite', 'smok'], 'did you mean smoke?'],
  ])('%s gets the nearest name', async (args, hint) => {
    const { exitCode, stderr } = await bench([...args, '--dry-run']);
    expect(exitCode).toBe(2);
    expect(lastLine(stderr)).toContain(hint);
  });

  it.each([
    [['--time', 'soon'], 'duration'],
    [['--batch', '0'], 'an integer of 1 or more'],
    [['--mode', 'learning'], 'inference, training'],
    [['--input', 'x'], 'name=1x3x224x224'],
    [['--input', 'x=1x2'], '--model'],
    [['--model', 'nowhere.onnx'], 'nowhere.onnx'],
    [['--model-memory', 'much'], '512m or 4g'],
    [['--model-memory', '4g'], '--model-memory is for a --model'],
    [['--threads', '4096'], 'processors here'],
    [['--threads', '1,4096'], 'processors here'],
    [['--length', 'long'], 'an integer of 1 or more'],
    [['--precision', '150%'], 'a share'],
    [['--precision', '1%', '--rounds', '8'], 'both say when to stop'],
    [['--nonsense'], '--nonsense'],
    [['report', 'nowhere'], 'nowhere'],
    [['compare', 'nowhere', 'nowhere'], 'nowhere'],
  ])('%s is refused in one line', async (args, hint) => {
    const { exitCode, stderr } = await bench(args);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(hint);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it.each([
    ['list', '--model'],
    ['--dry-run', '--targets', 'onnxruntime/cpu', '--model'],
  ])('a model beyond --model-memory is refused in one line: %s', async (...args) => {
    const graph = new GraphBuilder('large', 0);
    const shape = graph.constant('shape', {
      type: 'int64',
      shape: [1],
      data: BigInt64Array.of(3_000_000_000n),
    });
    const x = graph.node('Add', [graph.input('x', [1]), graph.node('ConstantOfShape', [shape])], {}, ['y']);
    graph.output(x, [3_000_000_000]);
    const path = join(await temporaryFolder(), 'large.onnx');
    writeFileSync(path, graph.finish().bytes);
    const { exitCode, stdout, stderr } = await bench([...args, path, '--model-memory', '1g']);
    expect(exitCode).toBe(2);
    expect(args[0] === 'list' ? stdout : lastLine(stderr)).toMatch(
      /^error: [^\n]*large\.onnx: its tensors need 11\.2 GiB.*limit is 1\.0 GiB.*ConstantOfShape[^\n]*--model-memory 11445m\)$/,
    );
  });

  it('a TMPDIR that is not there is refused in one line', async () => {
    const { exitCode, stderr } = await bench(['doctor', '--installed-only'], { env: { TMPDIR: '/nowhere' } });
    expect(exitCode).toBe(4);
    expect(stderr).toMatch(/^error: cannot make a folder in \/nowhere: ENOENT.*\(set TMPDIR [^\n]*\)$/);
  });

  it('prints the plan with a reason for every cell that will not run', async () => {
    const { exitCode, stdout } = await bench([
      '--dry-run',
      '--targets',
      'onnxruntime/cpu,convnetjs/js,tfjs/js,tfjs/wasm,tfjs/node',
    ]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('20 cells planned');
    expect(stdout).toMatch(/unsupported/);
    expect(stdout).toMatch(/Conv2DBackpropFilter/);
    expect(stdout).toMatch(/LSTM/);
  });

  it('plans the small forms of a suite, and of those that are small already themselves', async () => {
    const targets = ['--targets', 'onnxruntime/cpu,convnetjs/js', '--mode', 'inference', '--batch', '1'];
    const scale = ['--suite', 'cnn', '--scale', 'small'];
    const { exitCode, stdout } = await bench(['--dry-run', ...scale, ...targets]);
    expect(exitCode).toBe(0);
    for (const name of ['lenet5 ', 'resnet50-small', 'vgg16-small', 'convnetjs-mnist '])
      expect(stdout).toContain(name);
    expect(stdout).not.toContain('resnet50 ');
    expect(stdout).toMatch(/no layer for\s+│|BatchNormalization/);
    expect(stdout).toContain('24 cells planned');
  });

  it('plans of a suite what it selects, and more where it is asked to', async () => {
    const plan = async (...options: string[]) => {
      const targets = ['--targets', 'convnetjs/js'];
      const { stdout } = await bench(['--dry-run', '--suite', 'headline', ...targets, ...options]);
      return String(stdout);
    };
    expect(await plan()).toContain('3 cells planned');
    // Three workloads at two batches.
    expect(await plan('--mode', 'training', '--batch', '1,2')).toContain('6 cells planned');
  });

  it('a workload for inference alone says so of its training', async () => {
    const options = [
      '--workload',
      'char-lstm-step',
      '--targets',
      'pytorch/cpu',
      '--mode',
      'inference,training',
    ];
    const { stdout } = await bench(['--dry-run', ...options]);
    expect(stdout).toMatch(/will run/);
    expect(stdout).toMatch(/unsupported: char-lstm-step has no training/);
  });

  it('reports every target to machines', async () => {
    const { stdout } = await bench(['doctor', '--json', '--installed-only']);
    const { machine, targets } = JSON.parse(String(stdout)) as {
      machine: { cpu: string; cores: number };
      targets: { target: string; available: boolean; versions: object; reason: unknown; fix: unknown }[];
    };
    expect(machine.cores).toBeGreaterThan(0);
    expect(targets.map(({ target }) => target)).toEqual(expect.arrayContaining(expectedNames()));
    for (const { available, versions, reason, fix } of targets) {
      if (available) expect(versions).toBeDefined();
      else expect([reason, fix]).toEqual([expect.any(String), expect.any(String)]);
    }
  });

  it('lists suites, workloads with their sources, and targets', async () => {
    const { stdout } = await bench(['list', '--json']);
    const listing = JSON.parse(String(stdout)) as {
      workloads: { name: string; source: string }[];
      targets: { name: string }[];
    };
    expect(listing.workloads.map((workload) => workload.name)).toEqual(
      expect.arrayContaining(['lenet5', 'row-lstm']),
    );
    for (const workload of listing.workloads) expect(workload.source.length).toBeGreaterThan(10);
    const names = [...expectedNames(), 'null/node', 'null/python'];
    expect(listing.targets.map((target) => target.name)).toEqual(expect.arrayContaining(names));
  });
});
