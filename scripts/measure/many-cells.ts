/**
 * What planning and resuming cost where a run has thousands of cells, of targets that compute nothing: `measure:answer` runs it
 * in a process of its own. Prints JSON.
 *
 * Parameter: the number of cells.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { supported, type Target, unsupported } from '../../adapters/adapter.js';
import { readRun } from '../../common/run/read-run.js';
import type { NewRunEvent, PlannedCell } from '../../common/run/run-folder.js';
import type { Graph } from '../../model/graph.js';
import { precisionRuleFor } from '../../reports/analyse/precision.js';
import { manifestOf } from '../../runners/coordinator/manifest.js';
import { defaultDeadlineMs } from '../../runners/coordinator/options.js';
import type { Prepared } from '../../runners/coordinator/prepare.js';
import { planCells, type WorkItem } from '../../runners/schedule/plan.js';
import { openRunLog } from '../../runners/schedule/run-log.js';
import { foldRun } from '../../runners/schedule/run-state.js';

const count = Number(process.argv[2] ?? 10_000);
/** As in the default run. */
const targetsOfGroup = 15;
const rounds = 3;

const graph: Graph = {
  ...{ name: 'g', opset: 21, inputs: [], outputs: [], weights: [], parameters: [], nodes: [] },
  ...{ constants: {}, values: {} },
};

const began = performance.now();
const cells = plan();
const planMs = performance.now() - began;
const folder = mkdtempSync(join(tmpdir(), 'touchstone-many-'));
await writeRun(cells);
const resumed = performance.now();
await resume();
const resumeMs = performance.now() - resumed;
rmSync(folder, { recursive: true });
const rssBytes = 1024 * process.resourceUsage().maxRSS;
process.stdout.write(`${JSON.stringify({ cells: cells.length, planMs, resumeMs, rssBytes })}\n`);

function plan(): PlannedCell[] {
  const targets = Array.from({ length: targetsOfGroup }, (_, index) => fakeTarget(`fake/${index}`));
  const items = Array.from(
    { length: Math.ceil(count / targetsOfGroup) },
    (_, index): WorkItem => ({
      workload: `w${index}`,
      mode: 'inference',
      batch: 1,
      precision: 'float32',
      graph,
    }),
  );
  return planCells(items, targets, () => ({ available: true })).slice(0, count);
}

function fakeTarget(name: string): Target {
  return {
    name,
    ...{ host: 'node', device: 'cpu', summary: 'computes nothing', precisions: ['float32'] },
    modes: { inference: supported, training: unsupported('no training') },
    lower: () => ({ plan: { form: 'nothing' } }),
    environment: () => ({}),
  };
}

/** The folder of a run that was interrupted after its first look. */
async function writeRun(planned: readonly PlannedCell[]): Promise<void> {
  const options = { threads: [1], time: 60_000, seed: 1, deadline: defaultDeadlineMs, precision: 0.05 };
  const prepared = {
    ...{ workloads: [], targets: [], nulls: [], artefacts: {}, costs: {} },
    cells: planned,
  } as unknown as Prepared;
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(await manifestOf('many', options, prepared)));
  const lines = [...eventsOf(planned)].map((event, atMs) => JSON.stringify({ atMs, ...event }));
  writeFileSync(join(folder, 'events.ndjson'), `${lines.join('\n')}\n`);
}

function* eventsOf(planned: readonly PlannedCell[]): Iterable<NewRunEvent> {
  const verdict = { checks: [], passed: true, configuration: {}, loadNs: 1, firstNs: 1, iterationNs: 1e6 };
  for (const { id } of planned) yield { type: 'parity', cell: id, ...verdict, peakRssBytes: 1 };
  const shares = Object.fromEntries(
    planned.map(({ id }) => [id, { turns: 1, turnNs: 1, warmNs: 1, note: null }]),
  );
  yield { type: 'schedule', rounds: 60, stoppingRule: true, shares };
  for (let round = 0; round < rounds; round++) {
    for (const [index, { id }] of planned.entries()) {
      const ns = 1e6 * (1 + (index % targetsOfGroup)) * (1 + 0.01 * ((index + round) % 5));
      const place = { round, block: 0, process: round, startMs: index };
      yield { type: 'turn', cell: id, ...place, samplesNs: [ns, ns, ns], batch: 1, cpuNs: null };
    }
    yield { type: 'round', round };
  }
}

/** What `--resume` does before anything is measured: reads, folds, and looks at what is open. */
async function resume(): Promise<void> {
  const { manifest, events } = await readRun(folder);
  const { log } = openRunLog(folder);
  const state = foldRun(manifest, log, events);
  const wanted = precisionRuleFor(manifest)?.wanted(state.events(), rounds);
  log.close();
  if (!wanted) throw new Error('nothing was looked at');
}
