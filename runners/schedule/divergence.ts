/** Where a target that answers wrongly begins to: the first node whose value differs. */
import { join } from 'node:path';
import { fileNameOf } from '../../common/run/cell.js';
import type { Divergence } from '../../common/run/results.js';
import type { PlannedCell } from '../../common/run/run-folder.js';
import { checkParity } from '../parity/parity.js';
import type { RunContext } from './context.js';
import type { LiveWorker } from './live-worker.js';
import { toleranceOf } from './tolerance.js';

/**
 * Loads the same model with its values as outputs, in place of the one that is loaded. Undefined where that cannot be had: the
 * cell is wrong with or without it.
 *
 * @param buffer of the inputs on which it is wrong
 */
export async function firstDivergence(
  context: RunContext,
  worker: LiveWorker,
  cell: PlannedCell,
  folder: string,
  buffer: number,
): Promise<Divergence | undefined> {
  const found = await context.files.intermediates(folder, buffer);
  if (!found) return undefined;
  const file = join(context.folder, 'tensors', `${fileNameOf(cell.id)}-intermediates.safetensors`);
  await worker.ask('parity check', { type: 'unload' });
  await worker.ask('parity check', { type: 'load', folder: found.folder, mode: 'inference' });
  await worker.ask('parity check', { type: 'verify', file });
  const actual = await context.files.read(file);
  await context.files.remove(file);
  const whole = await context.files.reference(found.folder);
  const tolerance = toleranceOf(context, whole, cell);
  for (const { node, operator, value } of found.values) {
    const name = `output/0/${value}`;
    const reference = whole.expected[name];
    if (!reference) continue;
    const own = actual[name];
    const checks = checkParity({
      expected: { [name]: reference },
      actual: own ? { [name]: own } : {},
      initial: {},
      tolerance,
    });
    const broken = checks.find((check) => !check.passed);
    if (broken) {
      const { error, reason } = broken;
      return { node, operator, value, error, ...(reason === undefined ? {} : { reason }) };
    }
  }
  return undefined;
}
