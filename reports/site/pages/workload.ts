/** One workload: machines side by side, and on each the ratios of its newest run. */
import type { TopLevelSpec } from 'vega-lite';
import { defined } from '../../../common/at.js';
import { groupCells, groupKey } from '../../../common/run/cell.js';
import type { CellResult, Group } from '../../../common/run/results.js';
import { isOk } from '../../analyse/groups.js';
import { dateText } from '../../history/words.js';
import { number, type Table, type TableCell } from '../../html/chart.js';
import { drawSpec } from '../../html/draw.js';
import ratios from '../../html/figures/ratios.js';
import { firstChoice } from '../../html/page/choice.js';
import { sceneOf } from '../../html/page/scene.js';
import { item } from '../../html/page/table.js';
import type { Figure, Paragraph, Section } from '../../html/section.js';
import { verdict } from '../../summary.js';
import { duration, groupTitle, inline } from '../../text.js';
import {
  type Named,
  type PlacedGroup,
  type SiteContents,
  type SiteMachine,
  shownGroups,
  sorted,
} from '../contents.js';
import { linkTo, machinePath, overTimeOf, reportLink, type SitePage, workloadPath } from '../page.js';

interface OnMachine {
  readonly machine: SiteMachine;
  readonly groups: ReadonlyMap<string, PlacedGroup>;
}

/** @param hasHistory whether there is a page of the workload over time */
export async function workloadPage(
  workload: Named,
  { machines }: SiteContents,
  hasHistory: boolean,
): Promise<SitePage> {
  const path = workloadPath(workload);
  const found = machines.flatMap((machine): OnMachine[] => {
    const groups = shownGroups(
      machine,
      ({ group }) => group.workload === workload.name && group.ranking.length > 0,
    );
    return groups.size === 0 ? [] : [{ machine, groups }];
  });
  const sections = await Promise.all(found.map((one) => machineSection(path, one)));
  return {
    path,
    title: `${workload.name}: which deep-learning framework is fastest?`,
    heading: workload.name,
    description: `Time per iteration of ${workload.name} in each framework, with intervals, on ${found.length === 1 ? 'one machine' : `${found.length} machines`}.`,
    sections: [
      ...(found.length > 1 ? [sideBySide(found)] : []),
      ...sections,
      ...(found.length === 0
        ? [{ id: 'none', title: 'Results', paragraphs: [{ text: 'No target has a result.' }] }]
        : []),
      ...(hasHistory ? [historySection(path, workload)] : []),
    ],
  };
}

function historySection(path: string, workload: Named): Section {
  return {
    id: 'over-time',
    title: 'Over time',
    links: [{ href: linkTo(path, overTimeOf(workload)), text: `${workload.name} over time` }],
  };
}

/** Times of all machines in the same table, without a ratio. */
function sideBySide(found: readonly OnMachine[]): Section {
  const keys = [...new Set(found.flatMap(({ groups }) => [...groups.keys()]))];
  const each = keys.map((key) => found.map(({ groups }) => groups.get(key)));
  return {
    id: 'machines',
    title: 'Machines side by side',
    paragraphs: [
      {
        text: 'Each time is from one run of its machine: the newest, or one of the month before it with intervals or more targets. Divide none by another machine’s.',
      },
      ...each.flatMap(contentCaution),
    ],
    tables: each.flatMap((groups) => {
      const first = groups.find((group) => group !== undefined);
      return first ? [timesTable(first.group, groups, found)] : [];
    }),
  };
}

function timesTable(
  group: Group,
  groups: readonly (PlacedGroup | undefined)[],
  found: readonly OnMachine[],
): Table {
  const cells = groups.map((placed) => new Map(cellsOf(placed).map((cell) => [cell.target, cell])));
  const targets = sorted(groups.flatMap((placed) => cellsOf(placed).map(({ target }) => target)));
  return {
    caption: `${groupTitle(group)}: time per iteration`,
    head: ['Target', ...found.map(({ machine }) => machine.title)],
    rows: targets.map((target) => ({
      heading: target,
      cells: cells.map((own) => timeCell(own.get(target))),
    })),
  };
}

function timeCell(cell: CellResult | undefined): TableCell {
  if (!cell) return { text: 'not measured', note: 'none' };
  if (!isOk(cell)) return { text: cell.state, note: cell.state };
  return number(inline(duration(cell.metrics.iterationNs)));
}

function cellsOf(placed: PlacedGroup | undefined): CellResult[] {
  if (!placed) return [];
  const key = groupKey(placed.group);
  return groupCells(placed.run.results.cells).find(([first]) => first && groupKey(first) === key) ?? [];
}

/** One name may stand for several models. */
function contentCaution(groups: readonly (PlacedGroup | undefined)[]): Paragraph[] {
  const digests = new Set(
    groups.flatMap((placed) => cellsOf(placed).flatMap(({ content }) => content?.digest ?? [])),
  );
  const first = groups.find((placed) => placed !== undefined);
  if (digests.size < 2 || !first) return [];
  const text = `${groupTitle(first.group)} is not the same computation on all machines: the models, shapes or settings behind this name differ.`;
  return [{ text, isCaution: true }];
}

async function machineSection(path: string, { machine, groups }: OnMachine): Promise<Section> {
  const placed = [...groups.values()];
  const drawn = await Promise.all(placed.map((one) => figureOf(path, machine, one)));
  return {
    id: `machine-${machine.key}`,
    title: machine.title,
    paragraphs: placed
      .filter((_, place) => !drawn[place])
      .map(({ group }) => ({ text: `${groupTitle(group)}: ${verdict(group)}` })),
    figures: drawn.flatMap((figure) => figure ?? []),
    links: [{ href: linkTo(path, machinePath(machine)), text: 'This machine' }],
  };
}

/** The bars of a report; undefined for a target that is alone. */
async function figureOf(
  path: string,
  { title: machine }: SiteMachine,
  { run, group, place }: PlacedGroup,
): Promise<Figure | undefined> {
  const scene = sceneOf(run.table, { ...firstChoice, group: place });
  const drawing = scene && ratios.draw(scene);
  if (!drawing) return undefined;
  const spec = defined(ratios.specs[drawing.spec], 'the specification of the ratios');
  const { description, table } = drawing;
  const date = dateText(run.results.startedAt);
  return {
    title: groupTitle(group),
    caption: verdict(group),
    svg: await drawSpec({ ...spec, width: drawnWidth } as TopLevelSpec, drawing.rows),
    description: `${description}, on ${machine}`,
    folds: [{ summary: 'Table', tables: [{ ...table, caption: `${table.caption}, on ${machine}` }] }],
    link: {
      href: `${reportLink(path, run)}#${item(run.table.groups, place).slug}`,
      text: `${groupTitle(group)} in the report of ${date} UTC`,
    },
  };
}

/** Half of a page, or most of a phone. */
const drawnWidth = 300;
