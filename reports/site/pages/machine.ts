/** One machine: what it is, its newest results, its runs. */
import { dateText } from '../../history/words.js';
import type { Table } from '../../html/chart.js';
import { firstChoice } from '../../html/page/choice.js';
import { matrixView } from '../../html/page/matrix.js';
import type { Section } from '../../html/section.js';
import { machineTable } from '../../html/view/facts.js';
import { counting, type ShownRun, type SiteContents, type SiteMachine } from '../contents.js';
import { linkTo, machinePath, reportLink, type SitePage, workloadPath } from '../page.js';
import { runsTable } from './runs-table.js';

export function machinePage(machine: SiteMachine, contents: SiteContents): SitePage {
  const path = machinePath(machine);
  const newest = counting(machine.runs).at(-1);
  return {
    path,
    title: `Deep-learning frameworks on ${machine.machine.cpu}`,
    heading: machine.title,
    description: `What ran on this machine, and how fast: ${machine.machine.cpu}.`,
    sections: [
      ...(newest ? [matrixSection(path, newest)] : []),
      workloadsSection(path, machine, contents),
      {
        id: 'runs',
        title: 'Runs',
        tables: [runsTable(path, machine.runs, 'Runs of this machine, newest first')],
      },
      { id: 'facts', title: 'The machine', tables: factsOf(newest ?? machine.runs.at(-1)) },
    ],
  };
}

function matrixSection(path: string, run: ShownRun): Section {
  const view = matrixView(run.table, firstChoice);
  const page = reportLink(path, run);
  const rows = view.rows.map((row) => ({ ...row, cells: row.cells.map((cell) => ({ ...cell, page })) }));
  return {
    id: 'matrix',
    title: 'The newest run',
    paragraphs: [
      {
        text: `Measured on ${dateText(run.results.startedAt)} UTC; each cell leads to its details in the report.`,
      },
    ],
    matrices: rows.length === 0 ? [] : [{ ...view, rows, isFixed: true }],
    links: [{ href: page, text: 'Report of this run' }],
  };
}

/** As of the machine's newest run. */
function factsOf(run: ShownRun | undefined): Table[] {
  return run ? [machineTable(run.results)] : [];
}

function workloadsSection(path: string, { runs }: SiteMachine, { workloads }: SiteContents): Section {
  const own = new Set(
    counting(runs).flatMap(({ results }) => results.groups.map(({ workload }) => workload)),
  );
  return {
    id: 'workloads',
    title: 'Workloads on this machine',
    links: workloads
      .filter(({ name }) => own.has(name))
      .map((workload) => ({ href: linkTo(path, workloadPath(workload)), text: workload.name })),
  };
}
