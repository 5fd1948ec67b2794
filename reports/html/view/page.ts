/** Everything that the template shows, in its order; all text is plain and the template escapes it. */

import type { RunResults } from '../../../common/run/results.js';
import { isOk } from '../../analyse/groups.js';
import { stateCounts } from '../../summary.js';
import { coresText } from '../../text.js';
import type { Chart } from '../chart.js';
import type { Detail } from '../thin.js';
import * as facts from './facts.js';
import { type PageData, sectionsOf } from './figures.js';
import { groupView } from './groups.js';
import { matrices } from './matrix.js';
import { validity } from './validity.js';

export interface Page {
  readonly view: Readonly<Record<string, unknown>>;
  readonly data: PageData;
}

export async function pageOf(results: RunResults, charts: readonly Chart[], detail: Detail): Promise<Page> {
  const data: PageData = { rows: {}, specs: {} };
  const view = {
    id: results.id,
    startedAt: dateText(results.startedAt),
    machineLine: `${results.machine.cpu}, ${coresText(results.machine.cores)}`,
    groups: results.groups.map((group) => groupView(results, group)),
    sections: await sectionsOf(charts, results, data, detail),
    counts: stateCounts(results),
    cellCount: results.cells.length,
    filters: filtersOf(results),
    validity: validity(results),
    matrices: matrices(results),
    states: facts.statesTable(results),
    parity: facts.parityTable(results),
    configuration: facts.configurationTable(results),
    cellConfiguration: facts.cellConfigurationTable(results),
    machine: facts.machineTable(results),
    versions: facts.versionsTable(results),
    overhead: facts.overheadTable(results),
    wall: facts.wallTable(results),
    command: results.command,
    commit: results.touchstone.commit,
    seed: results.options.seed,
  };
  return { view, data };
}

function filtersOf(results: RunResults) {
  const distinct = <T>(values: readonly T[]) => [...new Set(values)];
  const several = (name: string, read: (group: RunResults['groups'][number]) => number | undefined) => {
    const values = distinct(results.groups.map(read)).filter((value) => value !== undefined);
    return values.length > 1 ? { [name]: values.sort((a, b) => a - b) } : {};
  };
  const compared = new Set(results.cells.filter(isOk).map(({ target }) => target));
  return {
    workloads: distinct(results.groups.map(({ workload }) => workload)),
    modes: distinct(results.groups.map(({ mode }) => mode)),
    batches: distinct(results.groups.map(({ batch }) => batch)).sort((a, b) => a - b),
    ...several('lengths', ({ length }) => length),
    ...several('threadCounts', ({ threads }) => threads),
    baselines: results.targets.flatMap(({ target }) => (compared.has(target) ? [target] : [])),
  };
}

/** 2026-11-23 14:25 UTC */
function dateText(iso: string): string {
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? iso : `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
