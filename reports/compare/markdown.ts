/** A comparison of runs in GitHub's Markdown, for the summary of a CI step. */
import type { Entry, RunsComparison } from '../analyse/compare-runs.js';
import { dateText } from '../history/words.js';
import { code, escaped, tableText } from '../regression/outputs/markdown-text.js';
import { duration, inline, ratio as ratioQuantity } from '../text.js';
import {
  absentTexts,
  changeText,
  comparedSides,
  factText,
  listedCells,
  machinesText,
  summaryTexts,
  unlikeText,
  unlistedTexts,
} from './words.js';

/** A step's summary may have 1 MiB; nobody reads more. */
const maxRows = 300;
const maxLineLength = 1000;

export function comparisonMarkdown(comparison: RunsComparison): string {
  const { runs, conditions, versions, different, renamed, unknown } = comparison;
  const facts = (given: typeof conditions) => given.map((fact) => factText(fact, runs));
  const warning = unlikeText(comparison);
  const parts = [
    '## Comparison of runs',
    ...[...summaryTexts(comparison), machinesText(comparison)].filter(Boolean).map((text) => escaped(text)),
    runsTable(comparison),
    ...(warning === '' ? [] : [`**${warning}**`]),
    ...bullets('Conditions that differ', facts(conditions)),
    ...bullets('Versions that changed', facts(versions)),
    ...bullets('Not compared, because it is another computation', different),
    ...bullets('The same computation under another name', renamed),
    ...bullets('Not certain', unknown),
    ...cellsTable(comparison),
    ...bullets('Equal or not told apart', unlistedTexts(comparison)),
    ...bullets('Without a result', absentTexts(comparison)),
    'Runs on different days compare machines as much as frameworks.',
  ];
  return `${parts.join('\n\n')}\n`;
}

function runsTable({ runs }: RunsComparison): string {
  const rows = runs.map(({ letter, id, startedAt, commit, machine }) => [
    letter,
    code(id),
    dateText(startedAt),
    commit === null ? '' : code(commit),
    escaped(machine),
  ]);
  return tableText([['run', 'id', 'started (UTC)', 'commit', 'machine'], ...rows]);
}

function cellsTable(comparison: RunsComparison): string[] {
  const cells = listedCells(comparison);
  if (cells.length === 0) return [];
  const bases = new Map(comparedSides(comparison).map(({ place, base }) => [place, base]));
  const heads = comparison.runs.flatMap(({ letter }, place) => {
    const base = bases.get(place);
    return base === undefined ? [letter] : [letter, `${letter} ÷ ${base}`];
  });
  const rows = cells
    .slice(0, maxRows)
    .map(({ cell, entries }) => [
      code(cell.id),
      ...entries.flatMap((entry, place) => entryTexts(entry, bases.has(place))),
    ]);
  const left = cells.length - rows.length;
  const more = left > 0 ? [`${left} more are in the JSON output.`] : [];
  return [tableText([['cell', ...heads], ...rows], ['l', ...heads.map(() => 'r' as const)]), ...more];
}

function entryTexts(entry: Entry, hasRatio: boolean): string[] {
  const [time, ratio] = entryPair(entry);
  return hasRatio ? [time, ratio] : [time];
}

function entryPair(entry: Entry): [time: string, ratio: string] {
  switch (entry.kind) {
    case 'none':
      return [entry.state, ''];
    case 'other':
      return ['another computation', ''];
    case 'time': {
      const time = inline({ ...duration(entry.timeNs), interval: '' });
      const { ratio } = entry;
      return [time, ratio ? `${inline(ratioQuantity(ratio))} ${changeText(ratio)}` : ''];
    }
  }
}

function bullets(title: string, texts: readonly string[]): string[] {
  if (texts.length === 0) return [];
  return [`**${title}:**`, texts.map((text) => `- ${escaped(text, maxLineLength)}`).join('\n')];
}
