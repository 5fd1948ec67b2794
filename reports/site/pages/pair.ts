/** Two frameworks against each other: every comparison in which both have a result, machine by machine. */
import { counted } from '../../../common/text.js';
import { dateText } from '../../history/words.js';
import { number, type Table, type TableRow } from '../../html/chart.js';
import { ratioOf, type Standing, standingOf } from '../../html/page/ratio.js';
import { item, type ResultTable, rankedCells, targetOf } from '../../html/page/table.js';
import type { Section } from '../../html/section.js';
import { duration, groupTitle, inline, ratio as ratioQuantity } from '../../text.js';
import {
  type Pair,
  type PlacedGroup,
  type SiteContents,
  type SiteMachine,
  shownGroups,
} from '../contents.js';
import { linkTo, machinePath, pairPath, reportLink, type SitePage } from '../page.js';

export function pairPage(pair: Pair, { machines }: SiteContents): SitePage {
  const { first, second } = pair;
  const path = pairPath(pair);
  return {
    path,
    title: `${first} vs ${second}: which is faster?`,
    heading: `${first} vs ${second}`,
    description: `Which is faster, ${first} or ${second}: every comparison in which both have a result, with intervals.`,
    sections: machines.flatMap((machine) => machineSection(path, pair, machine)),
  };
}

function machineSection(path: string, pair: Pair, machine: SiteMachine): Section[] {
  const placed = [...shownGroups(machine, (one) => duelsOf(one, pair).length > 0).values()];
  if (placed.length === 0) return [];
  const { first, second } = pair;
  return [
    {
      id: `machine-${machine.key}`,
      title: machine.title,
      paragraphs: [{ text: summaryOf(placed, pair) }],
      tables: [
        {
          caption: `Time of ${first} ÷ time of ${second} on ${machine.title}: below 1 ${first} is faster`,
          head: ['Comparison', first, second, 'Times', 'Ratio', 'Faster', 'Run of'],
          rows: placed.flatMap((one) => rowsOf(path, one, pair)),
        } satisfies Table,
      ],
      links: [{ href: linkTo(path, machinePath(machine)), text: 'This machine' }],
    },
  ];
}

/** Two targets of one comparison, as cells of the run's table. */
interface Duel {
  readonly own: number;
  readonly other: number;
}

/** Every target of one framework with every target of the other, the fastest ones first. */
function duelsOf({ run, place }: PlacedGroup, { first, second }: Pair): Duel[] {
  const frameworks = new Map(run.results.targets.map(({ target, framework }) => [target, framework]));
  const ranked = rankedCells(run.table, place);
  const of = (framework: string) =>
    ranked.filter((cell) => frameworks.get(targetOf(run.table, cell).name) === framework);
  return of(first).flatMap((own) => of(second).map((other) => ({ own, other })));
}

function standingOfDuel({ run }: PlacedGroup, { own, other }: Duel): Standing {
  return standingOf(run.table, own, other, ratioOf(run.table, own, other));
}

/** By the fastest target of each. */
function summaryOf(placed: readonly PlacedGroup[], pair: Pair): string {
  const standings = placed.flatMap((one) => {
    const [duel] = duelsOf(one, pair);
    return duel ? [standingOfDuel(one, duel)] : [];
  });
  const count = (...wanted: Standing[]) => standings.filter((standing) => wanted.includes(standing)).length;
  const parts = [
    `${pair.first} is faster in ${count('faster')}`,
    `${pair.second} in ${count('slower')}`,
    `${count('tie', 'undecided')} are equal or not told apart`,
  ];
  return `By the fastest target of each of ${counted(placed.length, 'comparison')}: ${parts.join(', ')}.`;
}

function rowsOf(path: string, placed: PlacedGroup, pair: Pair): TableRow[] {
  const { run, group, place } = placed;
  const { table, results } = run;
  return duelsOf(placed, pair).map((duel) => {
    const { own, other } = duel;
    return {
      heading: groupTitle(group),
      cells: [
        { text: targetOf(table, own).name },
        { text: targetOf(table, other).name },
        number(`${timeText(table, own)} : ${timeText(table, other)}`),
        number(inline(ratioQuantity(ratioOf(table, own, other)))),
        { text: fasterText(standingOfDuel(placed, duel), pair) },
        {
          text: dateText(results.startedAt),
          href: `${reportLink(path, run)}#${item(table.groups, place).slug}`,
        },
      ],
    };
  });
}

/** With the digits that its interval supports. */
function timeText({ cells }: ResultTable, cell: number): string {
  const numbers: readonly number[] = item(cells.time, cell) ?? [];
  const [value, low, high] = numbers;
  if (value === undefined) return '';
  const bounds = { value, low: low ?? null, high: high ?? null };
  return inline({ ...duration(bounds), interval: '' });
}

function fasterText(standing: Standing, { first, second }: Pair): string {
  const texts: Readonly<Record<Standing, string>> = {
    faster: first,
    slower: second,
    tie: 'equal within 2 %',
    undecided: 'not told apart',
    baseline: '',
  };
  return texts[standing];
}
