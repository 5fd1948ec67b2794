/**
 * Runs of earlier versions in today's form. Version 1 knew no devices: everything computed on processors. It had two
 * properties with one value each (`track`, `boundary`), and called a parity check `gate`, a failure `lost`. Up to version 2
 * the parity check had a process for each cell, which told how long it loads and what memory it takes.
 *
 * What has another shape than that version wrote is left as it is: the schema of today then names the place.
 */
import { withDevice } from './cell.js';
import { type Device, firstDevice } from './device.js';
import { resultsVersion, runVersion } from './version.js';

type Json = Readonly<Record<string, unknown>>;
type Change = (record: Json) => unknown;

const processors = firstDevice('cpu');

/** @param version of the run */
export function migrateManifest(version: number, manifest: unknown): unknown {
  if (version === runVersion) return manifest;
  if (version !== 1) return changed(manifest, (old) => ({ ...old, version: runVersion }));
  return changed(manifest, (old) => ({
    ...old,
    version: runVersion,
    targets: eachOf(old.targets, (target) => ({ ...target, device: processors })),
    cells: eachOf(old.cells, migrateCell),
    ...('gate' in old ? { gate: changed(old.gate, migrateGate) } : {}),
  }));
}

/**
 * @param version of the run
 * @param processorName as the run's manifest says it
 * @returns what makes of an event of the run the events of today's form
 */
export function eventMigration(version: number, processorName: string): (event: unknown) => unknown[] {
  if (version === runVersion) return (event) => [event];
  if (version !== 1) return (event) => withFresh(event);
  return (event) => withFresh(changed(event, (old) => migrateEvent(old, processorName)));
}

/** A parity check, and what its process told of the cell. */
function withFresh(event: unknown): unknown[] {
  if (!isRecord(event) || event.type !== 'parity') return [event];
  const { atMs, cell, loadNs, firstNs, peakRssBytes, deviceBytes } = event;
  return [event, { atMs, type: 'fresh', cell, round: null, loadNs, firstNs, peakRssBytes, deviceBytes }];
}

/** `results.json` of any version. */
export function migrateResults(results: unknown): unknown {
  return changed(results, (old) => {
    if (old.version === 1) return withEstimates(withRankRanges(migrateOldResults(old)));
    return old.version === 2 ? withEstimates(withRankRanges(old)) : old;
  });
}

/** Version 2 had one rank for each target, shared by those that were not told apart. */
function withRankRanges(old: Json): Json {
  return {
    ...old,
    version: resultsVersion,
    groups: eachOf(old.groups, (group) => ({
      ...group,
      ranking: rangesOf(group.ranking),
      comparisons: eachOf(group.comparisons, (comparison) => ({
        ...comparison,
        furtherRounds: null,
      })),
    })),
  };
}

const measuredOnce = ['loadNs', 'firstNs', 'peakRssBytes', 'deviceBytes'];

/** Up to version 2 these were single values. */
function withEstimates(old: Json): Json {
  const estimated = ([name, value]: [string, unknown]) =>
    measuredOnce.includes(name) && typeof value === 'number'
      ? [name, { value, low: null, high: null, level: null, rounds: 1 }]
      : [name, value];
  return {
    ...old,
    cells: eachOf(old.cells, (cell) => ({
      ...cell,
      metrics: changed(cell.metrics, (metrics) => Object.fromEntries(Object.entries(metrics).map(estimated))),
    })),
  };
}

function rangesOf(ranking: unknown): unknown {
  const all: readonly unknown[] = Array.isArray(ranking) ? ranking : [];
  const alike = (rank: unknown) => all.filter((other) => isRecord(other) && other.rank === rank).length;
  return eachOf(ranking, ({ rank, ...ranked }) => ({
    ...ranked,
    ranks: [rank, Number(rank) + alike(rank) - 1],
  }));
}

function migrateOldResults(old: Json): Json {
  const machine = isRecord(old.machine) ? old.machine : {};
  const device = deviceOf(String(machine.cpu));
  return {
    ...old,
    targets: eachOf(old.targets, (target) => ({
      ...target,
      device: target.runtime === null ? null : device,
      cellConfiguration: changed(target.cellConfiguration, withDeviceInKeys),
    })),
    cells: eachOf(old.cells, (cell) => ({
      ...migrateCell(cell),
      metrics: changed(cell.metrics, (metrics) => ({ ...metrics, deviceBytes: null })),
    })),
    groups: eachOf(old.groups, ({ track, ...group }) => group),
  };
}

function migrateCell({ track, boundary, ...cell }: Json): Json {
  return { ...cell, id: idOf(cell.id), device: processors };
}

function migrateGate({ seats, ...gate }: Json): Json {
  return { ...gate, subjects: seats };
}

function migrateEvent(event: Json, processorName: string): Json {
  const { type } = event;
  const own = 'cell' in event ? { ...event, cell: idOf(event.cell) } : event;
  if (type === 'gate') return { ...own, type: 'parity', deviceBytes: null };
  if (type === 'lost') return { ...own, type: 'failed' };
  if (type === 'memory') return { ...own, deviceBytes: null };
  if (type === 'process') return { ...own, device: deviceOf(processorName) };
  return type === 'schedule' ? migrateSchedule(own) : own;
}

function migrateSchedule({ steered, ...event }: Json): Json {
  const { apart } = event;
  return {
    ...event,
    ...(steered === undefined ? {} : { stoppingRule: steered }),
    shares: changed(event.shares, withDeviceInKeys),
    ...(Array.isArray(apart) ? { apart: apart.map(idOf) } : {}),
  };
}

function deviceOf(name: string): Device {
  return { ...processors, name, driver: null, software: false };
}

function withDeviceInKeys(record: Json): Json {
  return Object.fromEntries(Object.entries(record).map(([id, value]) => [withDevice(id), value]));
}

function idOf(id: unknown): unknown {
  return typeof id === 'string' ? withDevice(id) : id;
}

function changed(value: unknown, change: Change): unknown {
  return isRecord(value) ? change(value) : value;
}

function eachOf(values: unknown, change: Change): unknown {
  return Array.isArray(values) ? values.map((value) => changed(value, change)) : values;
}

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
