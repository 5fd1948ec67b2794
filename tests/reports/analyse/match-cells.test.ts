import { describe, expect, it } from 'vitest';
import type { CellContent } from '../../../common/run/content.js';
import type { CellResult } from '../../../common/run/results.js';
import { analyse } from '../../../reports/analyse/analyse.js';
import {
  differenceTexts,
  matchCells,
  renamedTexts,
  unknownTexts,
} from '../../../reports/analyse/match-cells.js';
import { fixtureRun } from '../fixtures.js';
import { contentOfModel } from '../history/runs.js';

const { manifest, events } = fixtureRun({ rounds: 3 });
const [plain] = analyse(manifest, events).cells.filter(
  ({ id }) => id === 'lenet5:inference:b1:float32:cpu:pytorch/cpu',
);

function cell(name: string, content?: CellContent, changes: Partial<CellResult> = {}): CellResult {
  return {
    ...plain!,
    id: plain!.id.replace('lenet5', name),
    workload: name,
    ...(content ? { content } : {}),
    ...changes,
  };
}
const small = contentOfModel('aaaa', '1x3x32x32');
const large = contentOfModel('aaaa', '1x3x256x256');
const other = contentOfModel('bbbb', '1x3x32x32');

function namesOf(before: CellResult[], after: CellResult[]): string[] {
  return matchCells(before, after).pairs.map(
    (pair) => `${pair.before.workload} ${pair.kinship.kind} ${pair.after.workload}`,
  );
}

describe('cells of two runs', () => {
  it('of one name and content are the same, whatever artefact they ran', () => {
    const [before, after] = ['one', 'two'].map((name) => cell('m', small, { artefact: { name } }));
    expect(namesOf([before!], [after!])).toEqual(['m same m']);
  });

  it.each([
    ['shapes', large, 'its shapes differ (x: float32 1x3x32x32 → float32 1x3x256x256)'],
    ['model', other, 'the model differs (aaaa → bbbb)'],
    ['settings', { ...small, digest: 'adam', settings: 'adam' }, 'its settings differ (none → adam)'],
    [
      'data',
      { ...small, digest: 'data', data: 'cccc' },
      'the values given for its inputs differ (none → cccc)',
    ],
  ])('of one name and other %s are different, and it is said how', (_, content, text) => {
    const { pairs } = matchCells([cell('m', small)], [cell('m', content)]);
    expect(differenceTexts(pairs)).toEqual([`m:inference:b1:float32:cpu: ${text}`]);
  });

  it('of equal content under two names are the same, and the former name is known', () => {
    const { pairs, beforeOnly, afterOnly } = matchCells([cell('old', small)], [cell('new', small)]);
    expect(pairs.map(({ kinship }) => kinship.kind)).toEqual(['same']);
    expect(renamedTexts(pairs)).toEqual(['new:inference:b1:float32:cpu was called old']);
    expect([beforeOnly, afterOnly]).toEqual([[], []]);
  });

  it('are matched by content before names: two models may have swapped theirs', () => {
    const before = [cell('a', small), cell('b', other)];
    expect(namesOf(before, [cell('a', other), cell('b', small)])).toEqual(['b same a', 'a same b']);
    // A copy beside the original is no rename.
    expect(namesOf(before, [cell('a', small), cell('copy', small)])).toEqual(['a same a']);
  });

  it('of another target, mode or thread count are never the same', () => {
    const renamed = cell('new', small, { id: 'new:inference:b1:float32:cpu:tfjs/js', target: 'tfjs/js' });
    expect(namesOf([cell('old', small)], [renamed])).toEqual([]);
  });

  it('of one model that changed its batch size are told as such, where there is one of each', () => {
    const batch = (size: number, name = 'm') =>
      cell(name, contentOfModel('aaaa', `${size}x64`), {
        id: `${name}:inference:b${size}:float32:cpu:pytorch/cpu`,
        batch: size,
      });
    const { pairs, beforeOnly } = matchCells([batch(1)], [batch(32)]);
    expect(differenceTexts(pairs)).toEqual([
      'm:inference:b32:float32:cpu: its shapes differ (x: float32 1x64 → float32 32x64)',
    ]);
    expect(beforeOnly).toEqual([]);
    // Of several, one that is gone is gone.
    expect(matchCells([batch(1), batch(2)], [batch(2)]).beforeOnly).toHaveLength(1);
    expect(namesOf([batch(1), batch(2)], [batch(4)])).toEqual([]);
  });

  it('that do not know their content are matched by name, and it is said that this is all', () => {
    const { pairs } = matchCells([cell('m')], [cell('m', small)]);
    expect(pairs.map(({ kinship }) => kinship.kind)).toEqual(['unknown']);
    expect(unknownTexts(pairs)).toEqual([expect.stringMatching(/^1 cell matched by name alone/)]);
    expect(namesOf([cell('old')], [cell('new', small)])).toEqual([]);
  });

  it('that know their artefacts alone are told by these', () => {
    const older = (name: string, multiplyAdds?: number) =>
      cell('m', undefined, { artefact: { name, ...(multiplyAdds ? { multiplyAdds } : {}) } });
    expect(namesOf([older('one', 10)], [older('one', 10)])).toEqual(['m same m']);
    // Artefacts are made anew by another version of Touchstone.
    expect(namesOf([older('one', 10)], [older('two', 10)])).toEqual(['m unknown m']);
    expect(namesOf([older('one')], [older('two', 10)])).toEqual(['m unknown m']);
    const { pairs } = matchCells([older('one', 10)], [{ ...older('two', 500), content: small }]);
    expect(differenceTexts(pairs).join()).toContain(
      'the model or its shapes differ (10 → 500 multiply-adds)',
    );
  });
});
