/** What the declared options of each command hand to it. */
import { Command } from 'commander';
import { beforeEach, expect, it, vi } from 'vitest';

const called = vi.hoisted(() => ({ with: [] as unknown[] }));
const record = (...given: unknown[]) => {
  called.with = given;
  return Promise.resolve(0);
};
vi.mock('../../../cli/run.js', () => ({ runCommand: record }));
vi.mock('../../../cli/gate/index.js', () => ({ gateCommand: record }));
vi.mock('../../../cli/gate/accept.js', () => ({ acceptCommand: record }));
vi.mock('../../../cli/gate/bisect.js', () => ({ bisectCommand: record }));
vi.mock('../../../cli/doctor.js', () => ({ doctorCommand: record }));
vi.mock('../../../cli/history.js', () => ({ historyCommand: record }));
vi.mock('../../../cli/list.js', () => ({ listCommand: record }));
vi.mock('../../../cli/list-model.js', () => ({ listModels: record }));

const declare = {
  run: (await import('../../../cli/commands/run.js')).declareRun,
  gate: (await import('../../../cli/commands/gate.js')).declareGate,
  bisect: (await import('../../../cli/commands/bisect.js')).declareBisect,
  doctor: (await import('../../../cli/commands/doctor.js')).declareDoctor,
  history: (await import('../../../cli/commands/history.js')).declareHistory,
  list: (await import('../../../cli/commands/list.js')).declareList,
};

async function parse(...args: string[]): Promise<unknown[]> {
  const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  for (const declareCommand of Object.values(declare))
    declareCommand(program, async (end) => void (await end));
  await program.parseAsync(args, { from: 'user' });
  return called.with;
}

beforeEach(() => {
  called.with = [];
});

it('run is the default, with a thread, a seed and a deadline', async () => {
  expect(await parse()).toEqual([{ threads: [1], seed: 1, deadline: 120_000 }]);
});

it('run takes every selection', async () => {
  const [options] = await parse(
    ...['--workload', 'lenet5,row-*', '--targets', 'pytorch/*', '--mode', 'training', '--batch', '1,64'],
    ...['--threads', '1,2', '--length', '7', '--time', '2m', '--seed', '3', '--precision', '1%', '--dry-run'],
    ...[
      '--model-memory',
      '4g',
      '--scale',
      'small',
      '--optimiser',
      'adam',
      '--installed-only',
      '--input',
      'x=1x2',
      '--range',
      'n=7',
    ],
  );
  expect(options).toMatchObject({
    workload: ['lenet5', 'row-*'],
    targets: ['pytorch/*'],
    mode: ['training'],
    batch: [1, 64],
    threads: [1, 2],
    length: [7],
    time: 120_000,
    seed: 3,
    precision: 0.01,
    dryRun: true,
    scale: 'small',
    optimiser: 'adam',
    installedOnly: true,
    input: { x: [1, 2] },
    range: { n: [7, 7] },
    modelMemory: 2 ** 32,
  });
});

it('gate takes two sides and the files to write', async () => {
  const [options] = await parse(
    'gate',
    '--baseline',
    'a',
    '--candidate',
    'b',
    '--junit',
    'out.xml',
    '--force',
  );
  expect(options).toMatchObject({ baseline: 'a', candidate: 'b', junit: 'out.xml', force: true });
});

it('gate accept takes the cell and the options of both commands', async () => {
  const [options] = await parse(
    ...['gate', 'accept', 'lenet5:*', '--metric', 'speed', '--reason', 'known', '--days', '30'],
    ...['--config', 'mine.json', '--up-to', '1.2'],
  );
  expect(options).toMatchObject({
    cell: 'lenet5:*',
    metric: 'speed',
    reason: 'known',
    days: 30,
    config: 'mine.json',
    upTo: 1.2,
  });
});

it('bisect takes a cell and two commits', async () => {
  const [options] = await parse(
    'bisect',
    'lenet5:inference',
    '--good',
    'v1',
    '--bad',
    'v2',
    '--threads',
    '2',
  );
  expect(options).toEqual({
    cell: 'lenet5:inference',
    good: 'v1',
    bad: 'v2',
    threads: 2,
    seed: 1,
    deadline: 120_000,
  });
});

it('history takes a cell, or none', async () => {
  expect(await parse('history')).toEqual([{}]);
  expect(await parse('history', 'lenet5:*', '--limit', '5', '--import', 'a', 'b')).toEqual([
    { cell: 'lenet5:*', limit: 5, import: ['a', 'b'] },
  ]);
});

it('what several commands take has one name', async () => {
  expect(await parse('history', '--targets', 'tfjs/*,pytorch/cpu')).toEqual([
    { targets: ['tfjs/*', 'pytorch/cpu'] },
  ]);
  expect(await parse('doctor', 'tfjs/*', '--installed-only')).toEqual([['tfjs/*'], { installedOnly: true }]);
});

it('list describes models, or everything', async () => {
  expect(await parse('list', '--json')).toEqual([{ json: true }]);
  expect(await parse('list', '--model', 'a.onnx,b.onnx', '--targets', 'pytorch/*')).toEqual([
    ['a.onnx', 'b.onnx'],
    { targets: ['pytorch/*'] },
  ]);
});

it.each([
  [['--time', 'soon'], /--time.*'soon'.*Give a duration/],
  [['--batch', '0'], /--batch.*Give an integer of 1 or more/],
  [['--mode', 'learning'], /--mode.*Give one or more of inference, training/],
  [['--scale', 'tiny'], /--scale.*Allowed choices are small/],
  [['--optimiser', 'sgdd'], /Allowed choices are sgd, momentum, adam, rmsprop/],
  [['--input', 'x'], /--input.*name=1x3x224x224/],
  [['bisect', 'cell', '--good', 'a'], /required option '--bad <ref>'/],
  [['--nonsense'], /unknown option '--nonsense'/],
])('%s is rejected before the command is called', async (args, message) => {
  await expect(parse(...args)).rejects.toThrow(message);
  expect(called.with).toEqual([]);
});
