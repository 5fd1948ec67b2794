/** Every target on every small model, compared with docs/conformance.md, which `npm run conformance` writes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { discoverFrameworks } from '../../adapters/discover.js';
import { projectRoot } from '../../common/paths.js';
import { runConformance } from '../../runners/conformance/small-models.js';
import { targetSection } from '../../runners/conformance/small-models-report.js';
import { targetAvailability } from '../../runners/hosts/availability.js';
import { conformanceCases } from '../../suites/conformance/conformance-cases.js';
import { expectedNames } from '../targets.js';

const targets = (await discoverFrameworks())
  .flatMap((framework) => framework.targets)
  .filter((target) => !target.isNull);
const page = readFileSync(join(projectRoot, 'docs/conformance.md'), 'utf8');

test('all are there, and the page has a section for each', () => {
  const names = targets.map(({ name }) => name).sort();
  expect(names).toEqual(expectedNames());
  for (const name of names) expect(page).toContain(`### ${name}\n`);
  expect(page).not.toMatch(/\*\*(wrong|failed)\*\*|\d wrong/);
});

// Compilation takes seconds per model. pytorch/compile has the same lowering as pytorch/cpu, so that the networks are enough.
const slow = 'pytorch/compile';

test.each(targets.filter(({ name }) => name !== slow))('$name', { timeout: 1_800_000 }, async (target) => {
  const results = await conformance(target, conformanceCases());
  const passed = results.filter(({ outcome }) => outcome.state === 'ok').length;
  expect(passed).toBeGreaterThan(40);
  expect(page).toContain(`${targetSection({ target: target.name, results })}\n`);
});

test(`${slow}, networks in training`, { timeout: 600_000 }, async () => {
  const target = targets.find(({ name }) => name === slow);
  if (!target) throw new Error(`there is no ${slow}`);
  const networks = conformanceCases().filter(({ name }) => name.startsWith('networks: '));
  expect(networks.length).toBeGreaterThan(10);
  const results = await conformance(target, networks);
  expect(results.map(({ testCase, outcome }) => [testCase.name, outcome.state])).toEqual(
    networks.map(({ name }) => [name, 'ok']),
  );
});

async function conformance(target: (typeof targets)[number], cases: ReturnType<typeof conformanceCases>) {
  const health = await targetAvailability(target);
  if (!health.available) throw new Error(`${target.name} is not available: ${health.reason}`);
  return runConformance(target, cases, { executable: health.executable });
}
