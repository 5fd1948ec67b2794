/** The null target computes nothing, so that it agrees only where an outcome was kept. */
import { expect, test, vi } from 'vitest';
import { discoverFrameworks } from '../../../adapters/discover.js';
import { defined } from '../../../common/at.js';
import { keptOutcomes } from '../../../runners/conformance/kept-outcomes.js';
import { runConformance } from '../../../runners/conformance/small-models.js';
import { hostOf } from '../../../runners/hosts/discover.js';
import { conformanceCases } from '../../../suites/conformance/conformance-cases.js';

const framework = defined(
  (await discoverFrameworks()).find(({ name }) => name === 'null'),
  'the null targets',
);
const target = defined(
  framework.targets.find(({ host }) => host === 'node'),
  'the null target in Node',
);
const cases = conformanceCases().slice(0, 1);

test('a model that agreed is not computed again, one that did not is', async () => {
  const find = vi.fn(async () => undefined);
  const keep = vi.fn(async () => undefined);
  const [first] = await runConformance(target, cases, { kept: { find, keep } });
  expect(first?.outcome.state).toBe('wrong');
  expect(keep).toHaveBeenCalledWith(first?.artefact, first?.outcome);

  const agreed = { state: 'ok', error: 1e-9 } as const;
  const [second] = await runConformance(target, cases, { kept: { find: async () => agreed, keep } });
  expect(second?.outcome).toEqual(agreed);
  expect(keep).toHaveBeenCalledTimes(1);
});

test('what agreed is kept, nothing else', async () => {
  const kept = keptOutcomes({
    framework,
    target,
    host: await hostOf(target),
    executable: `kept ${Date.now()}`,
  });
  const [result] = await runConformance(target, cases, {});
  const { artefact, outcome } = defined(result, 'the result');
  await kept.keep(artefact, outcome);
  expect(await kept.find(artefact)).toBeUndefined();
  await kept.keep(artefact, { state: 'ok', error: 1e-9 });
  expect(await kept.find(artefact)).toEqual({ state: 'ok', error: 1e-9 });
});
