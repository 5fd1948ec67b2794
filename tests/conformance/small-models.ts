/**
 * Every target on every small model, compared with docs/conformance.md, which `npm run conformance` writes. Where a model agreed
 * in an earlier run and nothing has changed since that its outcome depends on, it is not computed again.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Target } from '../../adapters/adapter.js';
import { discoverFrameworks } from '../../adapters/discover.js';
import { defined } from '../../common/at.js';
import { projectRoot } from '../../common/paths.js';
import { keptOutcomes } from '../../runners/conformance/kept-outcomes.js';
import { runConformance } from '../../runners/conformance/small-models.js';
import { targetSection } from '../../runners/conformance/small-models-report.js';
import { targetAvailability } from '../../runners/hosts/availability.js';
import { hostOf } from '../../runners/hosts/discover.js';
import { conformanceCases } from '../../suites/conformance/conformance-cases.js';

type Case = ReturnType<typeof conformanceCases>[number];

/** Targets whose compilation takes seconds per model, with those that are enough. */
const few: Readonly<Record<string, { readonly what: string; choose(cases: readonly Case[]): Case[] }>> = {
  // It has the same lowering as pytorch/cpu.
  'pytorch/compile': {
    what: 'networks in training',
    choose: (cases) => cases.filter(({ name }) => name.startsWith('networks: ')),
  },
  'iree/cpu': {
    what: 'every twelfth model in inference',
    choose: (cases) =>
      cases.filter(({ mode }) => mode === 'inference').filter((_, place) => place % 12 === 0),
  },
};

export const page = readFileSync(join(projectRoot, 'docs/conformance.md'), 'utf8');
const frameworks = await discoverFrameworks();
export const targets = frameworks
  .flatMap((framework) => framework.targets)
  // Those in a page are asked for by name: they share drivers, and a GPU that software stands in for takes minutes.
  .filter(({ isNull, host }) => !isNull && host !== 'browser');

/** One of so many parts of all targets, each of about as many: files of tests run side by side, tests of a file do not. */
export function testPart(part: number, parts: number): void {
  const own = targets.filter((_, index) => index % parts === part - 1);
  describe(`targets ${part} of ${parts}`, () => {
    test.each(own.filter(({ name }) => !(name in few)))('$name', { timeout: 1_800_000 }, async (target) => {
      const results = await conformance(target, conformanceCases());
      const passed = results.filter(({ outcome }) => outcome.state === 'ok').length;
      expect(passed).toBeGreaterThan(40);
      expect(page).toContain(`${targetSection({ target: target.name, results })}\n`);
    });
    const ofFew = own.flatMap((target) => {
      const chosen = few[target.name];
      return chosen === undefined ? [] : [{ ...chosen, target, name: target.name }];
    });
    test.each(ofFew)('$name, $what', { timeout: 900_000 }, async ({ target, choose }) => {
      const cases = choose(conformanceCases());
      expect(cases.length).toBeGreaterThan(10);
      const results = await conformance(target, cases);
      const section = defined(
        page.split('### ').find((part) => part.startsWith(`${target.name}\n`)),
        target.name,
      );
      const refused = section.split('\n').filter((line) => !line.endsWith('In training only.'));
      const isRefused = ({ name }: Case) =>
        refused.some((line) => line.includes(`: ${name}`) || line.includes(`; ${name}`));
      expect(results.map(({ testCase, outcome }) => [testCase.name, outcome.state])).toEqual(
        cases.map((each) => [each.name, isRefused(each) ? 'unsupported' : 'ok']),
      );
    });
  });
}

async function conformance(target: Target, cases: ReturnType<typeof conformanceCases>) {
  const health = await targetAvailability(target);
  if (!health.available) throw new Error(`${target.name} is not available: ${health.reason}`);
  const host = await hostOf(target);
  const framework = defined(
    frameworks.find(({ targets }) => targets.includes(target)),
    target.name,
  );
  const { executable } = health;
  const kept = keptOutcomes({ framework, target, host, ...(executable === undefined ? {} : { executable }) });
  return runConformance(target, cases, { executable, kept });
}
