/** The results of a run as the one table from which the page computes all that it shows. */
import { groupBy } from '../../../common/group-by.js';
import { cellId, groupKey, withoutTarget } from '../../../common/run/cell.js';
import { deviceId, deviceLabel, firstDevice } from '../../../common/run/device.js';
import type { CellResult, Estimate, Group, RunResults, TargetResult } from '../../../common/run/results.js';
import { median } from '../../../common/statistics/quantiles.js';
import { isToldApart } from '../../../common/statistics/ranking.js';
import { type Sampling, samplingOf } from '../../../common/statistics/sampling.js';
import { roundMediansNs } from '../../analyse/estimates.js';
import { isOk, type OkCell, standingsOf } from '../../analyse/groups.js';
import { verdict } from '../../summary.js';
import { groupTitle, threadsText } from '../../text.js';
import { distinct, partOf } from '../link-part.js';
import type { LogTails } from '../log-tails.js';
import type { CellColumns, Numbers, ResultTable, TableGroup, TableTarget } from '../page/table.js';
import { thinned } from '../thin.js';
import { runCommand } from './command.js';

/**
 * @param marks maximum of samples, and of turns, that the page has of a cell
 * @param logs what cells' processes printed last, in plain lines
 */
export function tableOf(results: RunResults, marks: number, logs: LogTails = new Map()): ResultTable {
  const sampling = samplingOf(results.options);
  const byGroup = groupBy(results.cells, groupKey);
  const groups = results.groups.map((group) => ({ group, cells: byGroup.get(groupKey(group)) ?? [] }));
  const texts = new Texts();
  const records = groups.flatMap(({ group, cells }, index) =>
    cells.map((cell) => recordOf(cell, group, index, results.targets, texts, marks, logs)),
  );
  const most = Math.max(0, ...records.map(({ rounds }) => rounds.length));
  const slugs = distinct(results.groups.map(slugOf));
  return {
    run: results.id,
    targets: targetsOf(results),
    groups: groups.map(({ group, cells }, index) => groupOf(group, cells, slugs[index] ?? '', sampling)),
    critical: Array.from({ length: most + 1 }, (_, count) => sampling.critical(count)),
    texts: texts.all,
    command: runCommand(results),
    cells: columnsOf(records),
  };
}

/** Each text once. */
class Texts {
  readonly all: string[] = [];
  readonly #places = new Map<string, number>();

  placeOf(text: string): number {
    const place = this.#places.get(text) ?? this.all.push(text) - 1;
    this.#places.set(text, place);
    return place;
  }
}

function targetsOf({ targets, cells }: RunResults): TableTarget[] {
  const slugs = distinct(targets.map(({ target }) => partOf(target)));
  const planned = new Map(cells.map(({ target, device }) => [target, deviceId(device)]));
  return targets.map((target, index) => ({
    name: target.target,
    slug: slugs[index] ?? '',
    device: target.device ? deviceLabel(target.device) : (planned.get(target.target) ?? ''),
    planned: planned.get(target.target) ?? '',
    family: familyOf(target),
    spawnNs: target.spawnMs && rounded(target.spawnMs.value * 1e6),
    importNs: target.importMs && rounded(target.importMs.value * 1e6),
  }));
}

const hostFamilies: Readonly<Record<string, string>> = {
  node: 'JavaScript',
  python: 'Python',
  browser: 'Browser',
};

function familyOf({ host, device, isDiscontinued }: TargetResult): string {
  if (isDiscontinued) return 'No longer developed';
  if (device && device.kind !== 'cpu') return 'GPU';
  return hostFamilies[host] ?? host;
}

function groupOf(group: Group, cells: readonly CellResult[], slug: string, sampling: Sampling): TableGroup {
  const { pairs } = standingsOf(cells.filter(isOk), sampling);
  return {
    workload: group.workload,
    variant: variantOf(group),
    title: groupTitle(group),
    slug,
    id: idOf(group),
    mode: group.mode,
    batch: group.batch,
    ...(group.length === undefined ? {} : { length: group.length }),
    ...(group.threads === undefined ? {} : { threads: group.threads }),
    ranked: group.ranking.length,
    told: pairs.map((pair) => (isToldApart(pair) ? '1' : '0')).join(''),
    verdict: verdict(group),
    isSoftware: group.software === true,
  };
}

/** An id without the device and the target. */
function idOf(group: Group): string {
  const device = firstDevice('cpu');
  return withoutTarget({ id: cellId({ ...group, device, target: '-' }), target: '-' }).replace(/:cpu$/, '');
}

function variantOf({ mode, batch, length, threads, precision, software }: Group): string {
  const parts = [mode, `batch ${batch}`];
  if (length !== undefined) parts.push(`length ${length}`);
  if (threads !== undefined) parts.push(threadsText([threads]));
  if (precision !== 'float32') parts.push(precision);
  if (software) parts.push('devices in software');
  return parts.join(', ');
}

function slugOf({ workload, mode, batch, length, threads, precision, software }: Group): string {
  const variant = [
    ...(length === undefined ? [] : [`l${length}`]),
    ...(threads === undefined ? [] : [`t${threads}`]),
    ...(precision === 'float32' ? [] : [precision]),
    ...(software ? ['software'] : []),
  ];
  return [partOf(workload), mode, batch, ...variant].join('/');
}

/** One cell: an element of every column. */
type CellRecord = { readonly [Column in keyof CellColumns]: CellColumns[Column][number] };

function recordOf(
  cell: CellResult,
  { ranking }: Group,
  group: number,
  targets: readonly TargetResult[],
  texts: Texts,
  marks: number,
  logs: LogTails,
): CellRecord {
  const place = ranking.findIndex(({ target }) => target === cell.target);
  const errors = cell.parity.flatMap(({ error, tolerance }) => (error === null ? [] : [error / tolerance]));
  return {
    group,
    target: targets.findIndex(({ target }) => target === cell.target),
    state: cell.state,
    reason: cell.reason === '' ? null : texts.placeOf(cell.reason),
    // That audits passed is normal, and said once for all under validity.
    notes: cell.notes.filter((note) => !note.endsWith('all passed')).map((note) => texts.placeOf(note)),
    place: place < 0 ? null : place,
    ranks: ranking[place]?.ranks ?? null,
    log: placeOfLog(logs.get(cell.id), texts),
    parity: errors.length === 0 ? null : rounded(Math.max(...errors)),
    ...(isOk(cell) ? timesOf(cell, marks) : noTimes),
  };
}

function placeOfLog(log: string | undefined, texts: Texts): number | null {
  return log === undefined ? null : texts.placeOf(log);
}

type Timed = Omit<
  CellRecord,
  'group' | 'target' | 'state' | 'reason' | 'notes' | 'place' | 'ranks' | 'log' | 'parity'
>;

/** No number is shown for a cell that is not ok. */
const noTimes: Timed = {
  time: null,
  throughput: null,
  percentiles: [],
  cpuNs: null,
  loadNs: null,
  firstNs: null,
  peakBytes: null,
  rounds: [],
  medians: [],
  samples: 0,
  marks: [],
  turns: [],
};

function timesOf({ metrics, samples }: OkCell, marks: number): Timed {
  const medians = roundMediansNs(samples);
  const inOrder = [...samples].sort((a, b) => a.startMs - b.startMs);
  const timed = inOrder.filter((turn) => turn.samplesNs.length > 0);
  return {
    time: numbersOf(metrics.iterationNs),
    throughput: metrics.throughput
      ? [metrics.throughput.submissions, ...numbersOf(metrics.throughput.itemsPerSecond)]
      : null,
    percentiles: metrics.percentilesNs.map(
      ({ share, value, low, high }) => [share, rounded(value), rounded(low), rounded(high)] as const,
    ),
    cpuNs: valueOnly(metrics.cpuNsPerIteration),
    loadNs: valueOnly(metrics.loadNs),
    firstNs: valueOnly(metrics.firstNs),
    peakBytes: valueOnly(metrics.peakRssBytes),
    rounds: [...medians.keys()],
    medians: [...medians.values()].map(rounded),
    samples: metrics.samples,
    marks: thinned(
      samples.flatMap((turn) => turn.samplesNs),
      marks,
    ).map(Math.round),
    turns: thinned(timed, marks).map(
      (turn) =>
        [turn.round, Math.round(turn.startMs), Number(median(turn.samplesNs).toPrecision(4))] as const,
    ),
  };
}

function columnsOf(records: readonly CellRecord[]): CellColumns {
  const column = <Name extends keyof CellRecord>(name: Name) => records.map((record) => record[name]);
  return {
    group: column('group'),
    target: column('target'),
    state: column('state'),
    reason: column('reason'),
    notes: column('notes'),
    place: column('place'),
    ranks: column('ranks'),
    time: column('time'),
    throughput: column('throughput'),
    percentiles: column('percentiles'),
    cpuNs: column('cpuNs'),
    loadNs: column('loadNs'),
    firstNs: column('firstNs'),
    peakBytes: column('peakBytes'),
    rounds: column('rounds'),
    medians: column('medians'),
    samples: column('samples'),
    marks: column('marks'),
    turns: column('turns'),
    log: column('log'),
    parity: column('parity'),
  };
}

function numbersOf({ value, low, high }: Estimate): Numbers {
  return low === null || high === null ? [rounded(value)] : [rounded(value), rounded(low), rounded(high)];
}

function valueOnly(estimate: Estimate | null): number | null {
  return estimate && rounded(estimate.value);
}

/** Six digits: two more than any text shows. */
function rounded(value: number): number {
  return Number(value.toPrecision(6));
}
