/** Tables of what was run, on which machine, and with which outcome. */

import { at } from '../../../common/at.js';
import { groupBy } from '../../../common/group-by.js';
import { deviceText } from '../../../common/run/device.js';
import type { CellResult, RunResults, TargetResult } from '../../../common/run/results.js';
import { worstCheck } from '../../analyse/cell-state.js';
import { bytes, groupTitle, once, percent, threadsText } from '../../text.js';
import { number, type Table, type TableCell } from '../chart.js';
import { cellSlug, item, type ResultTable, targetOf } from '../page/table.js';

/** Cells of a target that have no result for the same reason share a row. */
export function statesTable(table: ResultTable): Table {
  const { cells, groups, texts } = table;
  const places = cells.state.flatMap((state, cell) => (state === 'ok' ? [] : [cell]));
  const alike = groupBy(places, (cell) =>
    [cells.target[cell], cells.state[cell], cells.reason[cell]].join(' '),
  );
  return {
    caption: 'Cells without a result, and why',
    head: ['Target', 'Comparisons', 'State', 'Reason'],
    rows: [...alike.values()].map((same) => {
      const first = at(same, 0, 'the cells of a reason');
      const state = item(cells.state, first);
      const reason = item(cells.reason, first);
      return {
        heading: targetOf(table, first).name,
        ids: same.map((cell) => cellSlug(table, cell)),
        of: same,
        cells: [
          { text: same.map((cell) => item(groups, item(cells.group, cell)).title).join('; ') },
          { text: state, note: state },
          { text: reason === null ? '' : item(texts, reason) },
        ],
      };
    }),
  };
}

/**
 * @param places of the cells in the page's table, by id
 * @param which all that were checked, or those alone that did not pass
 */
export function parityTable(
  { cells }: RunResults,
  places: ReadonlyMap<string, number>,
  which: 'all' | 'failed',
): Table {
  const wanted = ({ parity }: CellResult) =>
    which === 'all' ? parity.length > 0 : parity.some(({ passed }) => !passed);
  return {
    caption: 'Largest relative error ‖actual − reference‖ ÷ ‖reference‖ of each compared quantity',
    head: ['Target', 'Cell', 'Output', 'Loss', 'Gradient', 'Weight'],
    rows: cells.filter(wanted).map((cell) => ({
      heading: cell.target,
      of: placesOf(places, cell.id),
      cells: [
        { text: groupTitle(cell) },
        ...(['output', 'loss', 'gradient', 'weight'] as const).map((what) => errorOf(cell, what)),
      ],
    })),
  };
}

function placesOf(places: ReadonlyMap<string, number>, id: string): number[] {
  const place = places.get(id);
  return place === undefined ? [] : [place];
}

function errorOf(cell: CellResult, what: CellResult['parity'][number]['what']): TableCell {
  const worst = worstCheck(cell.parity.filter((check) => check.what === what));
  if (!worst) return number('–');
  const error = worst.reason ?? (worst.error === null ? 'not finite' : worst.error.toExponential(1));
  if (worst.passed) return number(error);
  return {
    text: `✗ ${error} (tolerance ${worst.tolerance.toExponential(0)}): ${worst.worst}`,
    note: 'wrong',
  };
}

export function configurationTable({ targets }: RunResults): Table {
  const known = targets.filter(({ configuration }) => Object.keys(configuration).length > 0);
  const settings = known.flatMap(({ configuration, threadConfiguration = {} }) => [
    ...Object.values(threadConfiguration),
    configuration,
  ]);
  const keys = [...new Set(settings.flatMap(Object.keys))];
  return {
    caption: 'Effective settings, read from inside each framework',
    head: ['Setting', ...known.map(({ target }) => target)],
    rows: keys.map((key) => ({
      heading: key,
      cells: known.map((target) => ({ text: settingsText(target, key) })),
    })),
  };
}

/** Settings that hold for some cells of a target only. @param places of the cells in the page's table, by id */
export function cellConfigurationTable(
  { targets, cells }: RunResults,
  places: ReadonlyMap<string, number>,
): Table {
  const byId = new Map(cells.map((cell) => [cell.id, cell]));
  return {
    caption: 'Settings that hold for one cell only',
    head: ['Target', 'Cell', 'Settings'],
    rows: targets.flatMap(({ target, cellConfiguration }) =>
      Object.entries(cellConfiguration).map(([id, settings]) => {
        const cell = byId.get(id);
        const texts = Object.entries(settings).map(([key, value]) => `${key}: ${settingText(value)}`);
        return {
          heading: target,
          of: placesOf(places, id),
          cells: [{ text: cell ? groupTitle(cell) : id }, { text: texts.join('; ') }],
        };
      }),
    ),
  };
}

/** `2`; where it depends on the thread count, `1 with 1 thread, 2 with 2 threads`. */
function settingsText({ configuration, threadConfiguration = {} }: TargetResult, key: string): string {
  const byThreads = Object.entries(threadConfiguration).filter(([, settings]) => key in settings);
  if (byThreads.length === 0) return settingText(configuration[key]);
  return byThreads
    .map(([threads, settings]) => `${settingText(settings[key])} with ${threadsText([Number(threads)])}`)
    .join(', ');
}

function settingText(value: string | number | boolean | null | undefined): string {
  if (value === undefined) return '–';
  if (value === null) return 'not reported';
  return typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value);
}

export function versionsTable({ targets }: RunResults): Table {
  return {
    caption: 'Frameworks and their versions',
    head: ['Target', 'Framework', 'Device', 'Runtime', 'Versions'],
    rows: targets.map(({ target, framework, device, runtime, versions }) => ({
      heading: target,
      cells: [
        { text: framework },
        { text: device ? deviceText(device) : 'never started' },
        { text: runtime ?? 'never started' },
        {
          text: Object.entries(versions)
            .map(([name, version]) => `${name} ${version}`)
            .join(', '),
        },
      ],
    })),
  };
}

export function machineTable({ machine, touchstone }: RunResults): Table {
  const facts: [string, string][] = [
    ['Processor', machine.cpu],
    ['Cores', String(machine.cores)],
    ['Instruction sets', machine.instructionSets.join(', ') || 'not reported'],
    ['Memory', machine.memoryBytes === null ? 'not reported' : bytes(machine.memoryBytes)],
    ['Platform', `${machine.platform}, kernel ${machine.kernel}`],
    ['Node.js', machine.node],
    ...(machine.browser === undefined ? [] : [['Browser', machine.browser] as [string, string]]),
    ['Touchstone', `${touchstone.version}${touchstone.commit ? `, commit ${touchstone.commit}` : ''}`],
  ];
  return {
    caption: 'Machine',
    head: ['What', 'Value'],
    rows: facts.map(([heading, text]) => ({ heading, cells: [{ text }] })),
  };
}

export function overheadTable({ overhead }: RunResults): Table {
  return {
    caption: 'The null target: an iteration that computes nothing',
    head: ['Worker', 'Time per iteration', 'Samples'],
    rows: overhead.map(({ host, iterationNs, samples }) => ({
      heading: host,
      cells: [number(once(iterationNs)), number(String(samples))],
    })),
  };
}

export function wallTable({ wallMs }: RunResults): Table {
  const total = Object.values(wallMs).reduce((sum, ms) => sum + ms, 0);
  return {
    caption: 'Where the wall time went',
    head: ['What', 'Seconds', 'Share'],
    rows: Object.entries(wallMs)
      .sort(([, a], [, b]) => b - a)
      .map(([what, ms]) => ({
        heading: what,
        cells: [number((ms / 1000).toFixed(1)), number(percent(ms / total))],
      })),
  };
}
