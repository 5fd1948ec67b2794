/** Times ONNX Runtime on a file and on its normalised form, in turn, in one process. Needs a machine that does nothing else. */
import { at } from '../../common/at.js';
import { explain } from '../../common/errors.js';
import { modelArtefact } from '../../model/artefact/artefact.js';
import type { PreparedTarget } from '../../runners/coordinator/locate.js';
import { referencePython } from '../conformance/targets.js';
import { type Ledger, today } from '../measure/ledger.js';
import { say } from '../measure/new-run.js';
import { measureCell } from '../measure/paired/measure-cell.js';
import { rowsOf, unmeasured } from '../measure/paired/rows.js';
import { ratioText } from '../measure/table.js';
import { keyOf, type ListedFile, type ListedPackage } from './list.js';
import { type Row, steps } from './rows.js';
import { requestOf } from './run-files.js';

/** An interval of a tenth of the bar, where the two differ from block to block as they do on a quiet machine. */
const effort = { kind: 'forms', clock: 'wall', pairs: 200, blockMs: 10, budgetMs: 30_000 } as const;

/** Adds the ratio of one file to the ledger, or why there is none. @param folder of the package's models */
export async function timeFile(
  runtime: PreparedTarget,
  entry: ListedPackage,
  file: ListedFile,
  folder: string,
  kept: Ledger<Row>,
): Promise<void> {
  const key = keyOf(entry, file);
  const cell = { target: runtime.target.name, workload: key, mode: 'inference', batch: 1 } as const;
  const artefact = await modelArtefact(await requestOf(file, folder), referencePython);
  const row = await measureCell(runtime, { ...effort, folder: artefact.folder })
    .then((outcome) => at(rowsOf(cell, outcome, effort.clock), 0, 'rows'))
    .catch((error: unknown) => unmeasured(cell, `failed: ${explain(error)}`));
  const { ratio, low, high, pairs, note } = row;
  say(`${key}: ${ratio === null ? note : ratioText(ratio, low, high)}`);
  kept.add(steps.times(key), [{ kind: 'times', day: today(), ratio, low, high, pairs, note }]);
}
