/** The results as tests: a suite for each target, a test for each cell; what is wrong or failed is a failure. */
import type { TestCase } from 'junit-report-builder';
import type { CellResult, RunResults } from '../../common/run/results.js';
import { legal, newJunit } from '../junit.js';
import { duration, groupTitle, inline } from '../text.js';

/** Valid XML, whatever characters names and reasons contain. */
export function runJunit(results: RunResults): string {
  const root = newJunit(`Touchstone run ${legal(results.id)}`);
  for (const { target } of results.targets) {
    const suite = root.testSuite().name(legal(target));
    // The format has ISO 8601 without a zone; the time is UTC.
    suite.timestamp(legal(results.startedAt.slice(0, 19)));
    for (const cell of results.cells.filter((one) => one.target === target)) {
      const test = suite
        .testCase()
        .className(legal(target))
        .name(legal(groupTitle(cell)));
      addOutcome(test, cell);
    }
  }
  return `${root.build()}\n`;
}

function addOutcome(test: TestCase, { state, reason, metrics }: CellResult): void {
  const text = legal(`${state}: ${reason}`);
  if (state === 'wrong' || state === 'failed') test.failure(text, state);
  // This package writes no reason into what is skipped.
  else if (state !== 'ok') test.skipped().standardOutput(text);
  if (!metrics) return;
  test.time(metrics.iterationNs.value / 1e9);
  test.standardOutput(`${inline(duration(metrics.iterationNs))} per iteration`);
}
