/** The wording of runs and changes, the same in the terminal and on the page. */
import { retractionText } from '../../common/run/retraction.js';
import { counted } from '../../common/text.js';
import { duration, inline, ratioText } from '../text.js';
import type { RunPoint } from './rows.js';
import {
  commitText,
  estimateOfPoint,
  isOkPoint,
  type LocatedChange,
  type Series,
  versionChanges,
} from './series.js';

/** 2026-11-23 14:25 */
export function dateText(iso: string): string {
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? iso : date.toISOString().slice(0, 16).replace('T', ' ');
}

export interface RunLine {
  readonly date: string;
  readonly run: string;
  readonly commit: string;
  readonly time: string;
  readonly rounds: string;
  /** State and ending unless the run finished well, versions that changed, a change of level. */
  readonly note: string;
  readonly standing: LocatedChange['standing'] | null;
}

/** One line a run, oldest first. */
export function runLines({ points, changes }: Series): RunLine[] {
  // The last known ones: a cell that could not run has none.
  let versions: Readonly<Record<string, string>> | undefined;
  const name = points.at(-1)?.cell.workload;
  return points.map((point) => {
    const { run, cell } = point;
    const ok = isOkPoint(point);
    const change = changes.find(({ after }) => after === point);
    const known = Object.keys(cell.versions).length > 0;
    const changed = versions && known ? versionChanges(versions, cell.versions) : [];
    if (known) versions = cell.versions;
    return {
      date: dateText(run.startedAt),
      run: run.id,
      commit: commitText(point),
      time: ok ? inline(duration(estimateOfPoint(point))) : '',
      rounds: ok ? String(cell.rounds) : '',
      note: [
        ...problems(point),
        ...(cell.workload === name ? [] : [`called ${cell.workload}`]),
        ...changed,
        ...(change ? [changeMark(change)] : []),
      ].join('; '),
      standing: change?.standing ?? null,
    };
  });
}

/** State and ending unless the run finished well. */
function problems(point: RunPoint): string[] {
  const { run, cell } = point;
  return [
    ...(run.retraction ? [retractionText(run.retraction)] : []),
    ...(cell.state === 'ok' ? [] : [`${cell.state}: ${cell.reason}`]),
    ...(run.ending === 'finished' ? [] : [run.ending]),
  ];
}

/** The direction of a change. */
export function arrow({ ratio: change }: Pick<LocatedChange, 'ratio'>): string {
  return change.value > 1 ? '▲' : '▼';
}

function changeMark(change: LocatedChange): string {
  return `${arrow(change)} ${change.standing}: ${ratioText(change.ratio)}`;
}

/** A change in one or two sentences. */
export function changeText(change: LocatedChange): string {
  const { before, after, standing } = change;
  const direction = change.ratio.value > 1 ? 'Slower' : 'Faster';
  const level = change.ratio.level === null ? '' : ` at ${levelText(change.ratio.level)}`;
  const size = `${standing === 'confirmed' ? direction : `Perhaps ${direction.toLowerCase()}`}: ${ratioText(change.ratio)} the time before${level}`;
  const runs = `${change.runsBefore} runs before, ${change.runsAfter} since`;
  return `${size} (${runs}), ${betweenText(before, after)}.${moreText(change)}`;
}

function levelText(level: number): string {
  return `${Number((level * 100).toPrecision(4))} %`;
}

function betweenText(before: LocatedChange['before'], after: LocatedChange['after']): string {
  const changed = versionChanges(before.cell.versions, after.cell.versions);
  const versions = changed.length > 0 ? `; changed between them: ${changed.join(', ')}` : '';
  const times = `${dateText(before.run.startedAt)} and ${dateText(after.run.startedAt)}`;
  if (before.run.commit === null || after.run.commit === null)
    return `between the runs of ${times}${versions}`;
  if (before.run.commit === after.run.commit) {
    const same = `between the runs of ${times}, both of commit ${commitText(before)}`;
    return versions ? `${same}${versions}` : `${same}: look at the machine, not at the code`;
  }
  return `between commits ${commitText(before)} and ${commitText(after)}${versions}`;
}

function moreText({ standing, moreRuns }: LocatedChange): string {
  if (standing === 'confirmed') return '';
  if (moreRuns === 0) return ' The present runs do not confirm it.';
  return ` Not confirmed yet: ${counted(moreRuns, 'more run')} like those since would confirm it.`;
}

/** Why one cell has several series, and what is not known of their runs. */
export function seriesNote(series: readonly Series[]): string {
  const letters = series.map(({ letter }) => letter).join(', ');
  const several =
    series.length <= 1
      ? []
      : [
          `Runs of other machines, models, shapes, thread counts or ways of measuring are never joined: ${series.length} series, ${letters}.`,
        ];
  return [...several, ...series.flatMap(unknownNote)].join(' ');
}

/** Where runs of older versions stand in one series with those that say what they measured. */
function unknownNote({ letter, ok }: Series): string[] {
  const count = ok.filter(({ cell }) => cell.content === null).length;
  if (count === 0 || count === ok.length) return [];
  return [
    `${letter}: ${count} of ${counted(ok.length, 'run')} do not say which model and shapes they measured, and stand here by name.`,
  ];
}

/** Where there is no change: whether one could have been found. */
export function noChangeText({ ok, changes }: Series): string {
  if (changes.length > 0) return '';
  if (ok.length < 6)
    return `Too few runs to look for a change: ${counted(ok.length, 'run')} with a result; 6 are needed, 13 to confirm one.`;
  return `No change of level in ${ok.length} runs.`;
}
