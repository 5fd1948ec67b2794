/** A comparison of runs as one self-contained page without scripts. */
import { at } from '../../common/at.js';
import { listed, plainTexts } from '../../common/text.js';
import type { Entry, Fact, RunsComparison } from '../analyse/compare-runs.js';
import { dateText } from '../history/words.js';
import { loadPlainAssets } from '../html/assets.js';
import { number, type Table, type TableCell } from '../html/chart.js';
import type { Paragraph, Section } from '../html/section.js';
import { duration, groupTitle, inline, ratio as ratioQuantity } from '../text.js';
import { ratioMatrix } from './matrix.js';
import {
  absentTexts,
  changeOf,
  changeText,
  comparedSides,
  listedCells,
  machinesText,
  summaryTexts,
  unlikeText,
  unlistedTexts,
} from './words.js';

/** Names and messages are made plain first, as in the report. */
export async function renderComparisonPage(given: RunsComparison): Promise<string> {
  const comparison = plainTexts(given);
  const { template, style } = await loadPlainAssets('compare');
  const names = comparison.runs.map(({ letter, id }) => `${letter} ${id}`);
  return template({ style, title: listed(names), sections: sectionsOf(comparison) });
}

function sectionsOf(comparison: RunsComparison): Section[] {
  return [
    {
      id: 'verdict',
      title: 'In short',
      paragraphs: [...paragraphs(summaryTexts(comparison)), ...cautions(comparison)],
      tables: [runsTable(comparison)],
    },
    ...differencesOf(comparison),
    ...matrixSection(comparison),
    cellsSection(comparison),
    {
      id: 'method',
      title: 'Method',
      paragraphs: paragraphs([
        'The rounds of two runs are not paired: a ratio is the Hodges–Lehmann shift of the logarithms of the rounds’ medians with the exact rank-sum interval, and holds whatever differed between the two sessions. Slower and faster are said of intervals that do not contain 1. To compare two versions in one session, measure them side by side or use the gate.',
        'A run is compared with the first run of its machine. Runs of different machines have no ratio.',
      ]),
    },
  ];
}

function cautions(comparison: RunsComparison): Paragraph[] {
  const texts = [machinesText(comparison), unlikeText(comparison), ...comparison.unknown];
  return texts.filter((text) => text !== '').map((text) => ({ text, isCaution: true }));
}

function runsTable({ runs }: RunsComparison): Table {
  return {
    caption: 'The runs',
    head: ['Run', 'Id', 'Started (UTC)', 'Commit', 'Machine', 'Compared with'],
    rows: runs.map(({ letter, id, startedAt, commit, machine, against }) => ({
      heading: letter,
      cells: [
        { text: id },
        { text: dateText(startedAt) },
        { text: commit ?? 'unknown' },
        { text: machine },
        { text: against === null ? '' : at(runs, against).letter },
      ],
    })),
  };
}

function differencesOf(comparison: RunsComparison): Section[] {
  const { conditions, versions, different, renamed } = comparison;
  const tables = [
    ...factsTable('Conditions that differ', conditions, comparison),
    ...factsTable('Versions that changed', versions, comparison),
  ];
  const texts = [
    ...different.map((text) => ({ text: `Another computation, so not compared: ${text}`, isCaution: true })),
    ...paragraphs(renamed),
  ];
  const nothing = tables.length === 0 && texts.length === 0;
  return [
    {
      id: 'differences',
      title: 'What else differs',
      paragraphs: nothing ? paragraphs(['Neither machine, settings nor versions.']) : texts,
      tables,
    },
  ];
}

function factsTable(caption: string, facts: readonly Fact[], { runs }: RunsComparison): Table[] {
  if (facts.length === 0) return [];
  const rows = facts.map(({ what, values }) => ({
    heading: what,
    cells: values.map((value) => ({ text: value ?? '–' })),
  }));
  return [{ caption, head: ['What', ...runs.map(({ letter }) => letter)], rows }];
}

function matrixSection(comparison: RunsComparison): Section[] {
  const matrices = comparedSides(comparison).flatMap(({ run, place, base }) => {
    const caption = `Time in ${run.letter} ÷ time in ${base}, with intervals: above 1 ${run.letter} is slower`;
    return ratioMatrix(comparison, place, caption) ?? [];
  });
  return matrices.length === 0 ? [] : [{ id: 'matrix', title: 'Every target and workload', matrices }];
}

function cellsSection(comparison: RunsComparison): Section {
  const cells = listedCells(comparison);
  const unlisted = unlistedTexts(comparison);
  return {
    id: 'cells',
    title: 'Cells that differ',
    paragraphs: paragraphs([
      ...(cells.length === 0 ? ['None.'] : []),
      ...(unlisted.length > 0 ? [`Equal or not told apart: ${unlisted.join('; ')}.`] : []),
      ...absentTexts(comparison),
    ]),
    tables: cells.length === 0 ? [] : [cellsTable(comparison)],
  };
}

function cellsTable(comparison: RunsComparison): Table {
  const bases = new Map(comparedSides(comparison).map(({ place, base }) => [place, base]));
  const heads = comparison.runs.flatMap(({ letter }, place) => {
    const base = bases.get(place);
    return base === undefined ? [letter] : [letter, `${letter} ÷ ${base}`];
  });
  return {
    caption: 'Time per iteration in each run, and ratios with intervals; the largest change first',
    head: ['Cell', 'Target', ...heads],
    rows: listedCells(comparison).map(({ cell, entries }) => ({
      heading: groupTitle(cell),
      cells: [
        { text: cell.target },
        ...entries.flatMap((entry, place) => entryCells(entry, bases.has(place))),
      ],
    })),
  };
}

function entryCells(entry: Entry, hasRatio: boolean): TableCell[] {
  if (entry.kind !== 'time') {
    const text = entry.kind === 'other' ? 'another computation' : entry.state;
    return [{ text, note: 'none' }, ...(hasRatio ? [{ text: '' }] : [])];
  }
  const time = number(inline(duration(entry.timeNs)));
  if (!hasRatio) return [time];
  const { ratio } = entry;
  if (!ratio) return [time, { text: '' }];
  const text = `${inline(ratioQuantity(ratio))} ${changeText(ratio)}`;
  return [time, { text, numeric: true, ...(changeOf(ratio) === 'slower' ? { note: 'warn' } : {}) }];
}

function paragraphs(texts: readonly string[]): Paragraph[] {
  return texts.map((text) => ({ text }));
}
