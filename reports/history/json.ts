/** The history for machines: times in nanoseconds; `version` is increased when a reader of the old form could misread the new one. */
import { jsonText } from '../../common/text.js';
import type { CellHistory } from './series.js';
import type { ListedCell, ListedRun } from './store.js';

const version = 1;

export function listingJson(runs: readonly ListedRun[], cells: readonly ListedCell[]): string {
  return `${jsonText({ version, runs, cells })}\n`;
}

export function jsonOf(histories: readonly CellHistory[]): string {
  const cells = histories.map(({ cell, series }) => ({
    cell,
    series: series.map(({ letter, conditions, points, changes }) => ({
      series: letter,
      conditions,
      runs: points.map(({ run, cell: measured }) => ({
        run: run.id,
        startedAt: run.startedAt,
        commit: run.commit,
        commitTime: run.commitTime,
        ending: run.ending,
        retraction: run.retraction,
        machine: run.machineKey,
        threads: measured.cellThreads ?? run.threads,
        cell: measured.cell,
        content: measured.content,
        state: measured.state,
        reason: measured.reason,
        iterationNs: measured.iterationNs,
        lowNs: measured.lowNs,
        highNs: measured.highNs,
        level: measured.level,
        rounds: measured.rounds,
        roundMediansNs: measured.roundMediansNs,
        peakRssBytes: measured.peakRssBytes,
        device: measured.device,
        deviceBytes: measured.deviceBytes,
        loadNs: measured.loadNs,
        startUpMs: measured.startUpMs,
        parityError: measured.parityError,
        versions: measured.versions,
      })),
      changes: changes.map(({ standing, ratio, runsBefore, runsAfter, moreRuns, before, after }) => ({
        standing,
        ratio,
        runsBefore,
        runsAfter,
        moreRuns,
        lastBefore: { run: before.run.id, startedAt: before.run.startedAt, commit: before.run.commit },
        firstAfter: { run: after.run.id, startedAt: after.run.startedAt, commit: after.run.commit },
      })),
    })),
  }));
  return `${jsonText({ version, cells })}\n`;
}
