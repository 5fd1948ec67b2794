/** What turns computed is checked after the clock. */
import { join } from 'node:path';
import { fileNameOf } from '../../common/run/cell.js';
import type { ParityCheck } from '../../common/run/results.js';
import type { PlannedCell } from '../../common/run/run-folder.js';
import { evidenceOf } from '../parity/evidence.js';
import { checkAudit } from '../parity/parity.js';
import type { RunContext } from './context.js';
import type { Group, LoadedCell } from './group.js';
import type { Lane } from './lanes.js';
import { toleranceOf } from './tolerance.js';

/** After the clock: checks what the turns kept, and makes room for the next model. */
export async function unloadCell(group: Group, member: LoadedCell, lane: Lane): Promise<void> {
  const { context, round, reference } = group;
  const { cell, worker, kept } = member;
  await worker.moveTo(lane);
  if (reference.mode === 'inference' && kept.length > 0) {
    const file = join(context.folder, 'tensors', `${fileNameOf(cell.id)}-r${round}.safetensors`);
    await worker.ask('audit', { type: 'audit', file });
    await context.stopwatch.time('comparison', () => compareKept(group, member, file));
  }
  await worker.ask('audit', { type: 'unload' });
}

async function compareKept(
  { context, round, reference }: Group,
  { cell, kept }: LoadedCell,
  file: string,
): Promise<void> {
  const actual = await context.files.read(file);
  const names = Object.keys(reference.expected)
    .filter((name) => name.startsWith('output/0/'))
    .map((name) => name.slice('output/0/'.length));
  const pairs = kept.flatMap((buffer, turn) =>
    names.map((name) => ({
      name: `${name} of turn ${turn}`,
      expected: reference.expected[`output/${buffer}/${name}`],
      actual: actual[`${turn}/${name}`],
      evidence: evidenceOf(reference.expected, `${buffer}/${name}`),
    })),
  );
  const check = checkAudit(pairs, toleranceOf(context, reference, cell));
  recordAudit(context, cell, round, check);
  if (check.passed) await context.files.remove(file);
}

/** What was timed was not what was verified: the cell is `wrong` from here on, whatever the parity check said. */
export function recordAudit(context: RunContext, cell: PlannedCell, round: number, check: ParityCheck): void {
  context.state.record({ type: 'audit', cell: cell.id, round, check });
  if (!check.passed && !context.state.hasFailed(cell.id)) {
    const finding = check.reason ?? `error ${check.error?.toExponential(1)}, tolerance ${check.tolerance}`;
    context.state.fail(
      cell.id,
      'wrong',
      `a timed iteration of round ${round + 1} gave another result: ${check.worst}: ${finding}`,
    );
  }
}
