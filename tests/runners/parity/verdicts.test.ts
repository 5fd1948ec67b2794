import { mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { passedVerdict, verdictsIn } from '../../../runners/parity/verdicts.js';

const dependsOn = { artefact: 'a1', target: 'tfjs/js', threads: '1', code: 'c0' };
const verdict = {
  passed: true as const,
  checks: [{ what: 'output' as const, worst: 'y', error: 1e-7, tolerance: 1e-4, passed: true }],
  configuration: { form: '1 Gemm' },
  loadNs: 5e6,
  firstNs: 2e6,
  iterationNs: 1e6,
  peakRssBytes: 2 ** 20,
};
const folder = () => mkdtemp(join(tmpdir(), 'touchstone-verdicts-'));

it('finds what was kept, with its date, by what it depends on in whatever order', async () => {
  const verdicts = verdictsIn(await folder(), passedVerdict);
  await verdicts.keep(dependsOn, verdict);
  const { artefact, ...rest } = dependsOn;
  const found = await verdicts.find({ ...rest, artefact });
  expect(found).toMatchObject({ verdict, dependsOn });
  expect(Date.now() - Date.parse(found?.checkedAt ?? '')).toBeLessThan(60_000);
});

it.each(Object.keys(dependsOn))('finds nothing once another %s is asked for', async (name) => {
  const verdicts = verdictsIn(await folder(), passedVerdict);
  await verdicts.keep(dependsOn, verdict);
  expect(await verdicts.find({ ...dependsOn, [name]: 'other' })).toBeUndefined();
});

it('keeps nothing where it cannot be written, and costs nothing else', async () => {
  const file = join(await folder(), 'file');
  await writeFile(file, '');
  const verdicts = verdictsIn(join(file, 'below'), passedVerdict);
  await verdicts.keep(dependsOn, verdict);
  expect(await verdicts.find(dependsOn)).toBeUndefined();
});

it.each(['', '{"version":1', JSON.stringify({ version: 1, verdict: { ...verdict, passed: false } })])(
  'takes a damaged file for none: %s',
  async (text) => {
    const own = await folder();
    const verdicts = verdictsIn(own, passedVerdict);
    await verdicts.keep(dependsOn, verdict);
    const [file = ''] = await readdir(own);
    await writeFile(join(own, file), text);
    expect(await verdicts.find(dependsOn)).toBeUndefined();
  },
);
