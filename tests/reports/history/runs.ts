/** Runs of a made-up project: the fixture's results with another name, day, commit and speed. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CellContent } from '../../../common/run/content.js';
import type { Estimate, RunResults } from '../../../common/run/results.js';
import { analyse } from '../../../reports/analyse/analyse.js';
import { fixtureRun } from '../fixtures.js';
import { seededRandom } from '../random.js';

export const cell = 'lenet5:inference:b64:float32:cpu:pytorch/cpu';

const { manifest, events } = fixtureRun({ rounds: 8 });
const base = analyse(manifest, events);

export function temporaryStore(): string {
  return join(mkdtempSync(join(tmpdir(), 'touchstone-history-')), 'history.sqlite');
}

export interface RunOptions {
  /** All times are multiplied by it. */
  readonly factor?: number;
  readonly commit?: string | null;
  readonly cores?: number;
  readonly threads?: number;
  readonly changes?: Partial<RunResults>;
}

/** Of a model with one input `x`. */
export function contentOfModel(model: string, shape: string): CellContent {
  return { digest: `${model}-${shape}`, model, inputs: { x: `float32 ${shape}` } };
}

/** The run with the same content in all cells, and a workload under another name. */
export function withContent(run: RunResults, content: CellContent, name = 'lenet5'): RunResults {
  return {
    ...run,
    cells: run.cells.map((one) =>
      one.workload === 'lenet5'
        ? { ...one, content, workload: name, id: one.id.replace(/^lenet5/, name) }
        : one,
    ),
  };
}

/** The n-th run of the project, one a day. */
export function nthRun(n: number, options: RunOptions = {}): RunResults {
  const { factor = 1, commit = `c${String(n).padStart(6, '0')}`, cores = 2, threads = 1 } = options;
  const scaled = (estimate: Estimate): Estimate => ({
    ...estimate,
    value: estimate.value * factor,
    low: estimate.low === null ? null : estimate.low * factor,
    high: estimate.high === null ? null : estimate.high * factor,
  });
  return {
    ...base,
    id: `run-${n}`,
    startedAt: new Date(Date.UTC(2026, 0, 1 + n, 12)).toISOString(),
    touchstone: { version: '0.1.0', commit },
    machine: { ...base.machine, cores },
    options: { ...base.options, threads },
    cells: base.cells.map((one) => ({
      ...one,
      metrics: one.metrics && { ...one.metrics, iterationNs: scaled(one.metrics.iterationNs) },
      samples: one.samples.map((turn) => ({ ...turn, samplesNs: turn.samplesNs.map((ns) => ns * factor) })),
    })),
    ...options.changes,
  };
}

/** Runs with session noise of 2 %, 15 % slower from `step` on. */
export function steppedRuns(count: number, step: number, options: RunOptions = {}): RunResults[] {
  const random = seededRandom(5);
  return Array.from({ length: count }, (_, n) =>
    nthRun(n, { ...options, factor: Math.exp(0.02 * random.normal()) * (n >= step ? 1.15 : 1) }),
  );
}
