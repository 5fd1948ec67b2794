import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Compute for long, longest first. */
const computing = [
  /conformance\/small-models-\d/,
  /python-bridge\/unit/,
  /conformance\/threads/,
  /suites\/workloads/,
  /provision\/(environments|locked)/,
  /adapters\//,
];
/** Measure: of several, all but one wait. */
const measuring = [/e2e\/(gate|interruption|machines|sweep)/, /tests\/package\//, /tests\/(e2e|faults)\//];

/** What takes longest is begun first, and tests that compute take turns with those that measure, so that neither worker waits. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const own = await super.sort(files);
    const among = (patterns: readonly RegExp[]) =>
      patterns.flatMap((_, place) =>
        own.filter(({ moduleId }) => patterns.findIndex((each) => each.test(moduleId)) === place),
      );
    const [first, second] = [among(computing), among(measuring)];
    const turns = Array.from({ length: Math.max(first.length, second.length) }, (_, place) => [
      ...first.slice(place, place + 1),
      ...second.slice(place, place + 1),
    ]).flat();
    return [...turns, ...own.filter((file) => !turns.includes(file))];
  }
}

/** Tests that start a real framework or a browser, install a Python environment, or take minutes. */
const integration = [
  'tests/adapters/{null,operation-recurrent,operations*,recurrent-forms,smoke,tfjs*,training}.test.ts',
  'tests/conformance/**/*.test.ts',
  'tests/e2e/**/*.test.ts',
  'tests/faults/**/*.test.ts',
  'tests/model/artefact/**/*.test.ts',
  'tests/model/import/{contrib-operators,fused-*,inline-functions}.test.ts',
  'tests/model/normalise/**/*.test.ts',
  'tests/package/**/*.test.ts',
  'tests/parity/**/*.test.ts',
  'tests/python-bridge/**/*.test.ts',
  'tests/reports/html/browser*.test.ts',
  'tests/reports/history/store.test.ts',
  'tests/runners/accuracy/train-to-accuracy.test.ts',
  'tests/runners/hosts/browser/**/*.test.ts',
  'tests/runners/provision/{environments,locked}.test.ts',
  'tests/start/**/*.test.ts',
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
