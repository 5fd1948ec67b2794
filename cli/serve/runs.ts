/** The run folders of this machine as `serve` shows them: finished ones by their report, others by their standings. */
import {
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  statSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { runsFolder } from '../../common/paths.js';
import { type Run, readRun } from '../../common/run/read-run.js';
import { type RunResults, runResults } from '../../common/run/results.js';
import type { RunEvent, RunManifest } from '../../common/run/run-folder.js';
import { counted, listed } from '../../common/text.js';
import { analyse } from '../../reports/analyse/analyse.js';
import { resultsFile } from '../../reports/analyse/write-results.js';
import { renderReport, reportFile } from '../../reports/html/index.js';
import { type ListedRun, whereText } from '../../reports/html/serve/pages.js';
import { standingsMarkup } from '../../reports/html/serve/standings.js';
import { maxStandingsShare } from '../../reports/terminal/progress.js';
import { standingsNow } from '../../reports/terminal/standings.js';
import { measuredMs } from '../../runners/coordinator/measured-time.js';
import { parseJson } from './json.js';

/** What a list needs, of any version. */
const listedManifest = z.object({
  machine: z.object({
    platform: z.string(),
    cpu: z.string(),
    cores: z.number(),
    browser: z.string().optional(),
  }),
  workloads: z.array(z.object({ name: z.string() })),
  targets: z.array(z.object({ target: z.string() })),
  options: z.object({ deadlineMs: z.number().positive() }),
});

const lastEvent = z.object({ type: z.string(), ending: z.string().optional() });

/** How a run stands: `goes on` where its last event is not older than an answer of a worker may be. */
export type RunState =
  | 'finished'
  | 'goes on'
  | 'interrupted'
  | 'storage'
  | 'error'
  | 'not begun'
  | 'ended early';

/** Newest first. @param maxCount of them */
export function listRuns(maxCount: number): ListedRun[] {
  return newestFolders(maxCount).flatMap((folder) => {
    const manifest = listedManifest.safeParse(readJson(folder, 'manifest.json')).data;
    if (!manifest) return [];
    const { machine, workloads, targets, options } = manifest;
    const state = stateOf(folder, options.deadlineMs);
    return [
      {
        id: basename(folder),
        state,
        isGood: state === 'finished' || state === 'goes on',
        what: `${listed(workloads.map(({ name }) => name))}, ${counted(targets.length, 'target')}`,
        where: whereText(machine),
      },
    ];
  });
}

/** Of runs, by when they were planned. */
function newestFolders(maxCount: number): string[] {
  const entries = existsSync(runsFolder) ? readdirSync(runsFolder, { withFileTypes: true }) : [];
  return entries
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => plannedAt(join(runsFolder, name)))
    .sort((one, other) => other.atMs - one.atMs)
    .slice(0, maxCount)
    .map(({ folder }) => folder);
}

/** Nothing for what is no run. */
function plannedAt(folder: string): { folder: string; atMs: number }[] {
  const found = statSync(join(folder, 'manifest.json'), { throwIfNoEntry: false });
  return found ? [{ folder, atMs: found.mtimeMs }] : [];
}

/** @param deadlineMs how long an answer of its workers may take */
export function stateOf(folder: string, deadlineMs: number, nowMs = Date.now()): RunState {
  const path = join(folder, 'events.ndjson');
  if (!existsSync(path)) return 'not begun';
  const last = lastEvent.safeParse(parseJson(lastLine(path))).data;
  if (last?.type === 'ended') {
    const { ending } = last;
    return ending === 'finished' || ending === 'storage' || ending === 'error' ? ending : 'interrupted';
  }
  return nowMs - statSync(path).mtimeMs <= deadlineMs ? 'goes on' : 'ended early';
}

/** Longer than any event but turns. */
const tailBytes = 64 * 1024;

function lastLine(path: string): string {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const tail = Buffer.alloc(Math.min(size, tailBytes));
    readSync(file, tail, 0, tail.length, size - tail.length);
    return tail.toString('utf8').trimEnd().split('\n').at(-1) ?? '';
  } finally {
    closeSync(file);
  }
}

export interface Live {
  readonly where: string;
  readonly html: string;
  /** It has ended, and its report is there. */
  readonly hasReport: boolean;
}

/** Standings of runs, read and worked out anew no more often than costs little beside what may be measured meanwhile. */
export function liveRuns(): (folder: string) => Promise<Live> {
  const known = new Map<
    string,
    { readonly live: Live; readonly deadlineMs: number; readonly notBeforeMs: number }
  >();
  return async (folder) => {
    const own = known.get(folder);
    if (own && performance.now() < own.notBeforeMs) {
      return { ...own.live, hasReport: hasReport(folder, own.deadlineMs) };
    }
    const startMs = performance.now();
    const run = await readRun(folder);
    const live = liveOf(folder, run);
    const endMs = performance.now();
    const notBeforeMs = endMs + (endMs - startMs) / maxStandingsShare;
    known.set(folder, { live, deadlineMs: run.manifest.options.deadlineMs, notBeforeMs });
    return live;
  };
}

function liveOf(folder: string, { manifest, events }: Run): Live {
  const { budgetMs, deadlineMs } = manifest.options;
  const rounds = new Set(events.flatMap((event) => (event.type === 'round' ? [event.round] : []))).size;
  const standings = standingsNow({ manifest, events, rounds, leftMs: budgetMs - measuredMs(events) });
  const state = stateOf(folder, deadlineMs);
  const note =
    state === 'goes on' ? stageText(manifest, events, standings.left) : `the run ${stateTexts[state]}`;
  return {
    where: whereText(manifest.machine),
    html: standingsMarkup(standings, note),
    hasReport: hasReport(folder, deadlineMs),
  };
}

const stateTexts: Readonly<Record<RunState, string>> = {
  finished: 'has finished',
  'goes on': 'goes on',
  interrupted: 'was interrupted',
  storage: 'could not be written',
  error: 'was stopped by an error',
  'not begun': 'waits until it may begin',
  'ended early': 'has not been heard of for longer than its workers may take: it was killed, or sleeps',
};

function stageText({ cells }: RunManifest, events: readonly RunEvent[], left: string): string {
  if (events.some(({ type }) => type === 'schedule')) return left;
  const wanted = cells.filter(({ decided }) => decided === null);
  const done = new Set(events.flatMap((event) => ('cell' in event ? [event.cell] : [])));
  return `parity check, ${wanted.filter(({ id }) => done.has(id)).length} of ${counted(wanted.length, 'cell')}`;
}

export function hasReport(folder: string, deadlineMs: number): boolean {
  return stateOf(folder, deadlineMs) !== 'goes on' && existsSync(join(folder, reportFile));
}

/** The run's own report; of a run without one, that of what there is, which is not kept. */
export async function reportOf(folder: string): Promise<string> {
  const { manifest, events } = await readRun(folder);
  if (hasReport(folder, manifest.options.deadlineMs)) return readFileSync(join(folder, reportFile), 'utf8');
  return renderReport(analyse(manifest, events));
}

export async function resultsOf(folder: string): Promise<RunResults> {
  const { manifest, events } = await readRun(folder);
  return analyse(manifest, events);
}

/** What tells whether a run of the host may have measured something: those of gates have several copies of a target. */
const measuredManifest = z.object({
  machine: z.object({ browser: z.undefined() }),
  gate: z.undefined(),
  cells: z.array(z.object({ content: z.object({ digest: z.string() }).optional() })),
});

/** Runs of the host that are looked through, and those of which results are read. */
const [maxLookedAt, maxRead] = [200, 8];

/** Results of the newest runs of the host that have measured any of these contents. @param digests of contents */
export function resultsWith(digests: ReadonlySet<string>): RunResults[] {
  return newestFolders(maxLookedAt)
    .filter((folder) => existsSync(join(folder, resultsFile)) && hasContent(folder, digests))
    .slice(0, maxRead)
    .flatMap((folder) => runResults.safeParse(readJson(folder, resultsFile)).data ?? []);
}

function hasContent(folder: string, digests: ReadonlySet<string>): boolean {
  const manifest = measuredManifest.safeParse(readJson(folder, 'manifest.json')).data;
  return manifest?.cells.some(({ content }) => content && digests.has(content.digest)) ?? false;
}

function readJson(folder: string, name: string): unknown {
  return parseJson(readFileSync(join(folder, name), 'utf8'));
}
