/**
 * What `npm run measure:fidelity` and `npm run measure:lowering` have in common: several contenders in one process, in turn, for
 * every chosen target, workload and mode. Ratios are Hodges–Lehmann estimates over adjacent blocks with exact signed-rank intervals.
 *
 * Options: `-- --targets 'pytorch/*' --workload lenet5 --batch 1 --mode inference --pairs 400 --block 10ms --time 60s --write`.
 * Without `--batch` each workload has its smallest one. `--time` is for the rounds of one cell: where iterations are long there are
 * fewer pairs than asked for, and a cell that cannot have eight of them is not measured; nor is one that fails. Its row says why. The
 * small form of a workload is measured where the full one is not. `--clock cpu` takes the processor time of the measuring process, for
 * machines on which something else is running; all of them compute on one thread, so it is the wall's where nothing else is. `--write` keeps the rows in `docs/measurements/` beside those of
 * earlier sessions, and writes the page anew.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { defined, required } from '../../../common/at.js';
import { explain } from '../../../common/errors.js';
import { availableMemory } from '../../../common/memory.js';
import { artefactKey } from '../../../common/run/cell.js';
import type { PlannedCell } from '../../../common/run/run-folder.js';
import { duration, integers, modeNames, names, positiveInteger } from '../../../common/values.js';
import { referencedArtefact } from '../../../model/artefact/artefact.js';
import { defaultDeadlineMs, type RunOptions } from '../../../runners/coordinator/options.js';
import { type Prepared, prepare } from '../../../runners/coordinator/prepare.js';

import { asGiven, machine, measurements, today } from '../ledger.js';
import { say } from '../new-run.js';
import { markdownTable } from '../table.js';
import { chosenCells, isSmallOf } from './cells.js';
import { merged, page, readKept, writeKept } from './kept.js';
import { measureCell } from './measure-cell.js';
import { clock, type Kind } from './messages.js';
import { type Bar, cellsOf, headOf, type Row, rowsOf, unmeasured } from './rows.js';

export interface Comparison {
  readonly kind: Exclude<Kind, 'forms'>;
  /** Heading of the column of ratios. */
  readonly head: string;
  readonly bar: Bar;
  /** Measured where none are named. */
  readonly workloads: readonly string[];
  /** Introduction of the page. */
  readonly introduction: string;
}

type Effort = Parameters<typeof measureCell>[1];

export async function compareAll(comparison: Comparison): Promise<void> {
  const { kind, head, bar } = comparison;
  const { options, effort, isKept } = optionsOf(comparison);
  const prepared = await prepare(options, say);
  const rows: Row[] = [];
  for (const cell of chosenCells(prepared.cells, options.batch !== undefined)) {
    if (rows.some((done) => done.ratio !== null && isSmallOf(cell, done))) continue;
    const own = await rowsFor(kind, cell, prepared, effort);
    for (const one of own) say(cellsOf(bar, one).filter(Boolean).join('  '));
    rows.push(...own);
    // A session that is stopped has kept what it measured.
    if (isKept) keep(comparison, own);
  }
  const table = rows.map((one) => cellsOf(bar, one));
  process.stdout.write(`${markdownTable(headOf(head, bar), table)}\n`);
}

function optionsOf({ kind, workloads }: Comparison) {
  const { values } = parseArgs({
    options: {
      targets: { type: 'string', default: 'default' },
      workload: { type: 'string', default: workloads.join(',') },
      mode: { type: 'string', default: 'inference,training' },
      batch: { type: 'string' },
      clock: { type: 'string', default: 'wall' },
      pairs: { type: 'string', default: '400' },
      block: { type: 'string', default: '10ms' },
      time: { type: 'string', default: '60s' },
      write: { type: 'boolean', default: false },
    },
  });
  const options: RunOptions = {
    workload: names(values.workload),
    targets: names(values.targets),
    mode: modeNames(values.mode),
    ...(values.batch === undefined ? {} : { batch: integers(values.batch) }),
    threads: [1],
    time: 1000,
    seed: 1,
    deadline: defaultDeadlineMs,
  };
  const effort: Effort = {
    kind,
    folder: '',
    clock: clock.parse(values.clock),
    pairs: positiveInteger(values.pairs),
    blockMs: duration(values.block),
    budgetMs: duration(values.time),
  };
  return { options, effort, isKept: values.write };
}

/** Whatever becomes of a cell, the others are measured. */
async function rowsFor(kind: Kind, cell: PlannedCell, prepared: Prepared, effort: Effort): Promise<Row[]> {
  const { decided } = cell;
  if (decided) return [unmeasured(cell, `${decided.state}: ${decided.reason}`)];
  try {
    const entry = prepared.targets.find(({ target }) => target.name === cell.target);
    const planned = required(prepared.artefacts, artefactKey(cell), 'artefacts');
    // A clock needs no reference.
    const folder = kind === 'fidelity' ? planned : await referenced(planned, prepared);
    const outcome = await measureCell(defined(entry, cell.target), { ...effort, folder });
    return rowsOf(cell, outcome, effort.clock);
  } catch (error) {
    return [unmeasured(cell, `failed: ${explain(error)}`)];
  }
}

function referenced(folder: string, { referencePython: python }: Prepared): Promise<string> {
  const { signal } = new AbortController();
  const availableBytes = availableMemory();
  return referencedArtefact(folder, { python, availableBytes, signal, note: say });
}

function keep({ kind, head, bar, introduction }: Comparison, rows: readonly Row[]): void {
  const file = (extension: string) => join(measurements, `${kind}.${extension}`);
  const session = { day: today(), machine: machine(), command: asGiven(`npm run measure:${kind}`) };
  const all = merged(
    readKept(file('ndjson')),
    rows.map((one) => ({ ...one, ...session })),
  );
  writeKept(file('ndjson'), all);
  writeFileSync(file('md'), page(kind, introduction, head, bar, all));
}
