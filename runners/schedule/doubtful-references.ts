/** Where independent frameworks agree with each other and not with the reference, the reference is what is in doubt. */
import { defined } from '../../common/at.js';
import { groupBy } from '../../common/group-by.js';
import { artefactKey } from '../../common/run/cell.js';
import type { PlannedCell } from '../../common/run/run-folder.js';
import type { Tensors } from '../../model/graph.js';
import { checkParity } from '../parity/parity.js';
import type { Reference } from '../parity/reference.js';
import { tensorFile } from './check-cell.js';
import type { RunContext } from './context.js';
import { toleranceOf } from './tolerance.js';

/** A cell with other outputs than the reference. */
interface WrongCell {
  readonly cell: PlannedCell;
  readonly outputs: Tensors;
}

/** Packages that tell nothing of what computes. */
const shared = new Set(['numpy', 'python', 'node', 'safetensors']);

/** Records which wrong cells agree with each other. @param cells that were checked just now */
export async function recordAgreements(context: RunContext, cells: readonly PlannedCell[]): Promise<void> {
  const wrong = cells.filter(
    ({ id, mode }) => mode === 'inference' && context.state.parityOf(id)?.passed === false,
  );
  for (const [key, rivals] of groupBy(wrong, artefactKey)) {
    if (rivals.length < 2) continue;
    const reference = await context.files.reference(context.state.manifest.artefacts[key] ?? '');
    const found = await Promise.all(rivals.map((cell) => outputsOf(context, cell)));
    const computed = found.filter((each) => each !== undefined);
    for (const [one, other] of pairsOf(computed)) {
      const error = areIndependent(context, one.cell, other.cell)
        ? errorBetween(context, one, other, reference)
        : undefined;
      if (error !== undefined)
        context.state.record({ type: 'agreement', cells: [one.cell.id, other.cell.id], error });
    }
  }
}

function pairsOf<Item>(items: readonly Item[]): [Item, Item][] {
  return items.flatMap((one, index) => items.slice(index + 1).map((other): [Item, Item] => [one, other]));
}

/** The largest of an output; undefined where it is not within the tolerance. */
function errorBetween(
  context: RunContext,
  one: WrongCell,
  other: WrongCell,
  reference: Reference,
): number | undefined {
  const tolerance = toleranceOf(context, reference, one.cell);
  const sides = { expected: one.outputs, actual: other.outputs };
  const checks = checkParity({ ...sides, initial: {}, tolerance });
  if (!checks.every(({ passed }) => passed)) return undefined;
  return Math.max(...checks.map((check) => defined(check.error, 'the error of a check that passed')));
}

/** Undefined where they cannot be read: its parity check has said so already. */
async function outputsOf(context: RunContext, cell: PlannedCell): Promise<WrongCell | undefined> {
  const tensors = await context.files.read(tensorFile(context, cell)).catch(() => undefined);
  return tensors && { cell, outputs: tensors };
}

/** Keras on JAX computes what JAX computes: two targets are independent where they report no package in common. */
function areIndependent({ state }: RunContext, one: PlannedCell, other: PlannedCell): boolean {
  const packages = ({ target }: PlannedCell) =>
    Object.keys(state.versionsOf(target) ?? {}).filter((name) => !shared.has(name.toLowerCase()));
  const others = new Set(packages(other));
  return !packages(one).some((name) => others.has(name));
}
