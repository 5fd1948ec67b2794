import { describe, expect, it } from 'vitest';
import { gateSarif } from '../../../reports/regression/outputs/sarif.js';
import { estimate, everyVerdict, finding, report } from './fixture.js';

const run = (...args: Parameters<typeof report>) => gateSarif(report(...args)).runs[0]!;
const results = (...args: Parameters<typeof report>) => run(...args).results!;

describe('gateSarif', () => {
  it('has a result for what needs attention, and none for what passed', () => {
    expect(results().map(({ ruleId, level }) => [ruleId, level])).toEqual([
      ['touchstone/state', 'error'],
      ['touchstone/speed', 'error'],
      ['touchstone/speed', 'warning'],
      ['touchstone/speed', 'note'],
    ]);
    expect(results([finding('ok', 'speed'), finding('improved', 'speed')])).toEqual([]);
  });

  it('every result has a rule, a location with the cell, and one line of text', () => {
    const { tool, results: found = [] } = run();
    for (const result of found) {
      expect(tool.driver.rules![result.ruleIndex!]!.id).toBe(result.ruleId);
      const [location] = result.locations!;
      expect(location!.physicalLocation).toEqual({
        artifactLocation: { uri: 'touchstone.gate.json' },
        region: { startLine: 1 },
      });
      expect(result.message.text).toContain(location!.logicalLocations![0]!.fullyQualifiedName);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
      expect(result.message.text).not.toMatch(/[\u0000-\u001f]|\]\(/);
    }
  });

  it('what is accepted is suppressed, with its reason and its end', () => {
    const [suppressed, ...others] = [...results()].reverse();
    expect(suppressed!.suppressions).toMatchObject([{ kind: 'external', status: 'accepted' }]);
    expect(suppressed!.suppressions![0]!.justification).toMatch(/^exact .*\(until 2027-02-22\)$/);
    expect(others.every(({ suppressions }) => suppressions === undefined)).toBe(true);
  });

  it('fingerprints tell cells and metrics apart, and stay the same when the numbers change', () => {
    const prints = (found: ReturnType<typeof results>) =>
      found.map(({ partialFingerprints: p }) => p!.primaryLocationLineHash);
    const first = prints(results());
    expect(new Set(first).size).toBe(first.length);
    const later = everyVerdict.map((one) => ({ ...one, ratio: estimate(1.5), reason: 'other words' }));
    expect(prints(results(later))).toEqual(first);
  });

  it('says whether anything was measured', () => {
    expect(run().invocations![0]!.executionSuccessful).toBe(true);
    expect(run([finding('unmeasured', 'speed')]).invocations![0]!.executionSuccessful).toBe(false);
  });
});
