/** The first page: machines, frameworks and dates, and everything else that there is. */
import { at } from '../../../common/at.js';
import { counted, listed } from '../../../common/text.js';
import { dateText } from '../../history/words.js';
import { number, type Table } from '../../html/chart.js';
import type { Link, Section } from '../../html/section.js';
import { counting, type ShownRun, type SiteContents, sorted } from '../contents.js';
import {
  dumpFiles,
  feedFile,
  linkTo,
  machinePath,
  overTimePath,
  pairPath,
  reliabilityPath,
  type SitePage,
  workloadPath,
} from '../page.js';
import { runsTable } from './runs-table.js';

const path = '';

/** @param documents files of the project beside the pages */
export function homePage(contents: SiteContents, documents: readonly Link[]): SitePage {
  return {
    path,
    title: 'Deep-learning frameworks, measured by Touchstone',
    heading: 'Which deep-learning framework is faster, on which machine, for which model?',
    description: spanText(contents),
    sections: [
      machinesSection(contents),
      frameworksSection(contents),
      {
        id: 'workloads',
        title: 'Workloads',
        links: contents.workloads.map((workload) => ({
          href: linkTo(path, workloadPath(workload)),
          text: workload.name,
        })),
      },
      {
        id: 'runs',
        title: 'Runs',
        tables: [runsTable(path, contents.runs, 'All runs, newest first', titlesOf(contents))],
      },
      more(documents),
    ],
  };
}

function spanText({ runs, machines, frameworks }: SiteContents): string {
  const dates = runs.map(({ results }) => dateText(results.startedAt).slice(0, 10));
  const [first, last] = [at(dates, 0, 'the runs of the site'), at(dates, -1, 'the runs of the site')];
  const when = first === last ? `of ${first}` : `from ${first} to ${last}`;
  const retracted = runs.length - counting(runs).length;
  const without = retracted > 0 ? `, ${retracted} of them retracted` : '';
  return `${counted(runs.length, 'run')} of ${counted(frameworks.length, 'framework')} on ${counted(machines.length, 'machine')}, ${when}${without}.`;
}

function titlesOf({ machines }: SiteContents): ReadonlyMap<ShownRun, string> | undefined {
  if (machines.length < 2) return undefined;
  return new Map(machines.flatMap(({ title, runs }) => runs.map((run) => [run, title] as const)));
}

function machinesSection({ machines }: SiteContents): Section {
  return {
    id: 'machines',
    title: 'Machines',
    paragraphs: [{ text: 'Machines stand side by side; no ratio has two machines in it.' }],
    tables: [
      {
        caption: 'Machines and their runs',
        head: ['Processor', 'Page', 'Cores', 'Memory', 'Runs', 'Newest run (UTC)', 'Frameworks'],
        rows: machines.map((found) => {
          const { machine, runs } = found;
          return {
            heading: machine.cpu,
            cells: [
              { text: found.key, href: linkTo(path, machinePath(found)) },
              number(String(machine.cores)),
              number(`${machine.memoryGiB} GiB`),
              number(String(runs.length)),
              { text: dateText(at(runs, -1, 'the runs of a machine').results.startedAt) },
              { text: listed(frameworksOf(counting(runs))) },
            ],
          };
        }),
      },
    ],
  };
}

function frameworksOf(runs: readonly ShownRun[]): string[] {
  return sorted(runs.flatMap(({ results }) => results.targets.map(({ framework }) => framework)));
}

function frameworksSection({ runs, frameworks, pairs }: SiteContents): Section {
  return {
    id: 'frameworks',
    title: 'Frameworks',
    tables: [frameworksTable(counting(runs), frameworks)],
    links: pairs.map((pair) => ({
      href: linkTo(path, pairPath(pair)),
      text: `${pair.first} vs ${pair.second}`,
    })),
  };
}

function frameworksTable(runs: readonly ShownRun[], frameworks: readonly string[]): Table {
  return {
    caption: 'Frameworks, their targets and the versions that were measured',
    head: ['Framework', 'Targets', 'Versions', 'Runs', 'Newest run (UTC)'],
    rows: frameworks.map((framework) => {
      const own = runs.flatMap(({ results }) => {
        const targets = results.targets.filter((target) => target.framework === framework);
        return targets.length === 0 ? [] : [{ results, targets }];
      });
      const targets = own.flatMap((one) => one.targets);
      const versions = targets.flatMap((target) =>
        Object.entries(target.versions).map(([name, version]) => `${name} ${version}`),
      );
      return {
        heading: framework,
        cells: [
          { text: sorted(targets.map(({ target }) => target)).join(', ') },
          { text: sorted(versions).join(', ') },
          number(String(own.length)),
          { text: dateText(at(own, -1, 'the runs of a framework').results.startedAt) },
        ],
      };
    }),
  };
}

function more(documents: readonly Link[]): Section {
  return {
    id: 'more',
    title: 'More',
    links: [
      { href: linkTo(path, overTimePath), text: 'Over time', note: 'what has become faster or slower' },
      { href: linkTo(path, reliabilityPath), text: 'Reliability', note: 'which cells have a result' },
      ...documents,
      { href: dumpFiles.results, text: 'All results', note: 'a run a line, with every sample (NDJSON)' },
      { href: dumpFiles.cells, text: 'All cells', note: 'a row for each cell of each run (CSV)' },
      { href: feedFile, text: 'Feed', note: 'new runs (RSS)' },
    ],
  };
}
