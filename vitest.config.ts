import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Takes longest: begun first, so that no worker is left with it at the end. Others in vitest's own order. */
const longest = [/small-models-\d/, /e2e\/adding/, /tests\/e2e\//, /tests\/package\//];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const placeOf = ({ moduleId }: TestSpecification) => {
      const place = longest.findIndex((pattern) => pattern.test(moduleId));
      return place === -1 ? longest.length : place;
    };
    return (await super.sort(files)).sort((one, other) => placeOf(one) - placeOf(other));
  }
}

/** Tests that start a real framework or a browser, install a Python environment, or take minutes. */
const integration = [
  'tests/adapters/{null,operation-recurrent,operations*,recurrent-forms,smoke,tfjs*,training}.test.ts',
  'tests/conformance/**/*.test.ts',
  'tests/e2e/**/*.test.ts',
  'tests/faults/**/*.test.ts',
  'tests/model/artefact/**/*.test.ts',
  'tests/package/**/*.test.ts',
  'tests/parity/**/*.test.ts',
  'tests/python-bridge/**/*.test.ts',
  'tests/reports/html/browser*.test.ts',
  'tests/reports/history/store.test.ts',
  'tests/runners/accuracy/train-to-accuracy.test.ts',
  'tests/runners/hosts/browser/**/*.test.ts',
  'tests/runners/provision/{environments,locked}.test.ts',
  'tests/suites/workloads.test.ts',
];

const limits = { testTimeout: 60_000, hookTimeout: 120_000 };
/**
 * Bounds a hang, not a duration: on two cores an end-to-end test shares them with the conformance of a whole framework, and one that
 * measures waits until another one has measured.
 */
const integrationLimits = { testTimeout: 600_000, hookTimeout: 600_000 };

export default defineConfig({
  test: {
    globalSetup: ['tests/global-setup.ts'],
    // Two cores: more files at once would only make the process tests slower and their deadlines flaky.
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          ...limits,
          name: 'unit',
          include: ['tests/**/*.test.ts'],
          exclude: integration,
          setupFiles: ['tests/unit-setup.ts'],
        },
      },
      { test: { ...integrationLimits, name: 'integration', include: integration } },
    ],
  },
});
