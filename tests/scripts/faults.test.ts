/** The campaigns of `measure:faults`: the same seed makes the same attack, and what breaks is told with its seed. */
import { describe, expect, it } from 'vitest';
import { readModel } from '../../model/import/read-model.js';
import { lieFrom, lies } from '../../scripts/measure/faults/adapters/lies.js';
import type { Campaign } from '../../scripts/measure/faults/campaign.js';
import { problemOf, stackTraceIn } from '../../scripts/measure/faults/command.js';
import { campaigns } from '../../scripts/measure/faults/index.js';
import { baseModels } from '../../scripts/measure/faults/mutations/base-models.js';
import { drawFor } from '../../scripts/measure/faults/mutations/draw.js';
import { mutateJson } from '../../scripts/measure/faults/mutations/json.js';
import { folderMutationKinds, mutatedFolder } from '../../scripts/measure/faults/mutations/mutated-folder.js';
import { mutatedModel, mutationKinds } from '../../scripts/measure/faults/mutations/mutated-model.js';
import { stepsOf, tallyStep } from '../../scripts/measure/faults/steps.js';
import { tablesOf } from '../../scripts/measure/faults/tables.js';

const seeds = Array.from({ length: 400 }, (_, index) => index + 1);

describe('a mutated model', () => {
  it('is the same for the same seed', () => {
    const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
    const all = () => seeds.slice(0, 200).map((seed) => textOf(mutatedModel(seed).bytes));
    const before = baseModels.map(({ bytes }) => textOf(bytes));
    expect(all()).toEqual(all());
    // It is a copy that is mutated.
    expect(baseModels.map(({ bytes }) => textOf(bytes))).toEqual(before);
  });

  it('is of every kind, and hardly ever the model that it was made from', () => {
    const all = seeds.map(mutatedModel);
    expect(new Set(all.map(({ kind }) => kind))).toEqual(new Set(mutationKinds));
    const originals = baseModels.map(({ bytes }) => Buffer.from(bytes));
    const unchanged = all.filter(({ bytes }) => originals.some((original) => original.equals(bytes)));
    expect(unchanged.length).toBeLessThan(seeds.length / 20);
  });

  it('is made from one that can be read', () => {
    for (const { name, bytes } of baseModels.filter((base) => base.name !== 'external data'))
      expect(readModel(bytes, name).nodes.length, name).toBeGreaterThan(0);
  });
});

describe('a mutated run folder', () => {
  const events = Array.from({ length: 30 }, (_, atMs) => JSON.stringify({ atMs, type: 'round', round: 1 }));
  const content = {
    'manifest.json': Buffer.from(JSON.stringify({ version: 3, id: 'one', cells: [1, 2] })),
    'events.ndjson': Buffer.from(`${events.join('\n')}\n`),
  };

  it('is the same for the same seed, of every kind, and another one than before', () => {
    const all = seeds.map((seed) => mutatedFolder(seed, content));
    expect(all).toEqual(seeds.map((seed) => mutatedFolder(seed, content)));
    expect(new Set(all.map(({ kind }) => kind))).toEqual(new Set(folderMutationKinds));
    const text = (of: (typeof all)[number]['content']) => JSON.stringify(of);
    const unchanged = all.filter((one) => text(one.content) === text(content));
    expect(unchanged.length).toBeLessThan(seeds.length / 10);
  });

  it('stays JSON where only its values are changed', () => {
    const text = '{"id":"one \\"quoted\\"","count":-1.5e3,"list":[1,"two",{"three":3}]}';
    for (const seed of seeds) {
      const changed = mutateJson(text, drawFor(seed, 'test'));
      expect(() => JSON.parse(changed), changed).not.toThrow();
    }
  });
});

it('every lie is told by some seed, always the same one', () => {
  const many = Array.from({ length: 2_000 }, (_, seed) => lieFrom(seed));
  expect(new Set(many)).toEqual(new Set(lies));
  expect(many).toEqual(Array.from({ length: 2_000 }, (_, seed) => lieFrom(seed)));
  expect(new Set(lies.map(({ name }) => name)).size).toBe(lies.length);
});

const fake: Campaign = {
  name: 'fake',
  bar: 'is even',
  tries: { usual: 4, full: 8 },
  perStep: 10,
  async attempt(seed) {
    if (seed === 13) throw new Error('out of luck');
    return { kind: 'number', broken: seed % 2 === 0 ? undefined : `${seed} is odd` };
  },
  close: async () => undefined,
};

describe('a campaign', () => {
  it('tells what breaks at once, with the command that repeats it', async () => {
    const said: string[] = [];
    const [step] = stepsOf(fake, 10, 4, false);
    const tallies = await tallyStep(step!, (line) => said.push(line));
    expect(said).toHaveLength(2);
    expect(said[0]).toContain('broken: fake, seed 11: 11 is odd');
    expect(said[0]).toContain('npm run measure:faults -- --campaigns fake --seed 11 --tries 1');
    expect(said[1]).toContain('seed 13: it threw: out of luck');
    expect(tallies).toMatchObject([
      { kind: 'number', tried: 3, failures: [{ seed: 11, reason: '11 is odd' }] },
      { kind: 'the attempt itself', tried: 1, failures: [{ seed: 13 }] },
    ]);
    const page = tablesOf([fake], tallies);
    expect(page).toMatch(/\| fake +\| 4 +\| 2 +\|/);
    expect(page).toContain('--seed 11 --tries 1`: 11 is odd');
  });

  it('has all its seeds in its steps; those that are kept begin at the same seeds whatever is asked for', () => {
    const seedsOf = (first: number, tries: number, isKept: boolean) =>
      stepsOf(fake, first, tries, isKept).flatMap((step) => step.seeds);
    expect(seedsOf(5, 12, false)).toEqual([5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);
    expect(stepsOf(fake, 5, 12, true).map(({ key }) => key)).toEqual(['fake 1..10', 'fake 11..20']);
    expect(stepsOf(fake, 11, 10, true).map(({ key }) => key)).toEqual(['fake 11..20']);
  });

  it('keeps whole steps by default', () => {
    for (const { name, tries, perStep } of campaigns) {
      expect(tries.usual % perStep, name).toBe(0);
      expect(tries.full % perStep, name).toBe(0);
    }
  });
});

describe('a command that was given bad input', () => {
  const ended = {
    exitCode: 2,
    timedOut: false,
    stdout: '',
    stderr: 'error: it is damaged (make it anew)',
  } as const;

  it('is right with a result, or with one line', () => {
    expect(problemOf(ended, [0, 2])).toBeUndefined();
    expect(problemOf({ ...ended, exitCode: 0, stderr: '' }, [0])).toBeUndefined();
  });

  it.each([
    ['another status', { exitCode: 70 }, /exit status 70/],
    ['no word', { stderr: '' }, /0 lines that say why/],
    ['two lines', { stderr: 'error: one\nerror: two' }, /2 lines that say why/],
    [
      'a stack trace',
      { stderr: 'error: one\nError: one\n    at read (read-run.ts:1:1)' },
      /a stack trace: error: one/,
    ],
    ['no end', { timedOut: true }, /did not come to its end/],
    ['a signal', { exitCode: undefined, signal: 'SIGSEGV' }, /SIGSEGV/],
  ] as const)('is not right with %s', (_, change, expected) => {
    expect(problemOf({ ...ended, ...change }, [0, 2])).toMatch(expected);
  });

  it('says no more of a stack trace than what it is of', () => {
    expect(stackTraceIn(ended)).toBeUndefined();
  });
});
