import { expect, it } from 'vitest';
import { listCommand } from '../../cli/list.js';
import { expectedNames, otherNames } from '../targets.js';
import { printed } from './output.js';

interface Listing {
  readonly suites: readonly { readonly name: string }[];
  readonly workloads: readonly { readonly name: string; readonly training: object | null }[];
  readonly targets: readonly { readonly name: string; readonly modes: Readonly<Record<string, string>> }[];
}

it('lists suites, workloads and targets as JSON', async () => {
  const text = await printed(async () => expect(await listCommand({ json: true })).toBe(0));
  const { suites, workloads, targets } = JSON.parse(text) as Listing;
  expect(suites.map(({ name }) => name)).toContain('smoke');
  expect(workloads.find(({ name }) => name === 'lenet5')?.training).toMatchObject({ steps: 3 });
  expect(targets.map(({ name }) => name)).toEqual(
    expect.arrayContaining([...expectedNames(), ...otherNames]),
  );
  expect(targets.find(({ name }) => name === 'kerasjs/js')?.modes).toMatchObject({
    inference: 'yes',
    training: expect.stringMatching(/^no: /),
  });
});

it('describes the training of a workload in its table', async () => {
  const text = await printed(() => listCommand({}));
  const words = text.replace(/[│\s]+/g, ' ');
  expect(words).toContain('lenet5');
  expect(words).toMatch(/Training: momentum 0\.9, learning rate/);
});
