/** What is done with the files of one package: the artefact of each, then one process a target for all of them. Nothing is timed. */
import { copyFile, link, mkdir, readdir, rm } from 'node:fs/promises';
import { basename, join, sep } from 'node:path';
import type { Target } from '../../adapters/adapter.js';
import { at } from '../../common/at.js';
import { explain, TouchstoneError } from '../../common/errors.js';
import { temporaryFolder } from '../../common/files.js';
import { type Artefact, modelArtefact } from '../../model/artefact/artefact.js';
import { artefactFiles } from '../../model/artefact/manifest.js';
import type { ModelRequest } from '../../model/artefact/source.js';
import type { Tensors } from '../../model/graph.js';
import { readModelBytes } from '../../model/import/read-model.js';
import { multiplyAdds } from '../../model/multiply-adds.js';
import { toleranceFor } from '../../model/tolerance.js';
import type { Precision } from '../../model/workload.js';
import { type Verify, verifyEach } from '../../runners/conformance/verify.js';
import { modelRequest } from '../../runners/coordinator/model-request.js';
import { checkParity } from '../../runners/parity/parity.js';
import { planCells } from '../../runners/schedule/plan.js';
import { referencePython } from '../conformance/targets.js';
import type { Ledger } from '../measure/ledger.js';
import { today } from '../measure/ledger.js';
import { say } from '../measure/new-run.js';
import { exporterOf } from './exporter.js';
import { givenOf, keyOf, type ListedFile, type ListedPackage } from './list.js';
import { type Difference, type FileRow, type Row, steps } from './rows.js';

/** The target that is given the user's own file. */
export const runtime = 'onnxruntime/cpu';

/** Of one request: a large model in plain WebAssembly, or one that a compiler takes minutes for. */
const deadlineMs = 10 * 60_000;

/** A target, and the program that its workers run in, if it is not the host's own. */
export interface AvailableTarget {
  readonly target: Target;
  readonly executable: string | undefined;
}

export interface PreparedFile {
  readonly key: string;
  readonly artefact: Artefact;
}

/** What `run --model` would be asked. @param folder of the package's models */
export async function requestOf(file: ListedFile, folder: string): Promise<ModelRequest> {
  const { shapes, ranges } = givenOf(file);
  const path = join(folder, file.path);
  return modelRequest(
    { name: basename(file.path, '.onnx'), path, shapes: {} },
    { input: shapes, range: ranges },
  );
}

/** The artefacts of a package's files; what is in each, or why there is none, is added to the ledger. */
export async function prepareFiles(
  entry: ListedPackage,
  files: readonly ListedFile[],
  folder: string,
  kept: Ledger<Row>,
): Promise<PreparedFile[]> {
  const prepared: PreparedFile[] = [];
  for (const file of files) {
    const key = keyOf(entry, file);
    const exporter = exporterOf(readModelBytes(join(folder, file.path)));
    const common = { kind: 'file', day: today(), exporter } as const;
    let row: FileRow;
    try {
      const artefact = await modelArtefact(await requestOf(file, folder), referencePython);
      const { opset, nodes } = artefact.graph;
      row = {
        ...common,
        readable: true,
        opset,
        nodes: nodes.length,
        // Only a runtime knows what is in a file that no graph describes.
        multiplyAdds: artefact.graph.whole ? null : multiplyAdds(artefact.graph),
      };
      prepared.push({ key, artefact });
    } catch (error) {
      if (!(error instanceof TouchstoneError)) throw error;
      row = { ...common, readable: false, reason: explain(error).replaceAll(`${folder}${sep}`, '') };
      say(`${key}: ${row.reason}`);
    }
    kept.add(steps.file(key), [row]);
  }
  return prepared;
}

/** What a target makes of every file, compared with the reference and with what ONNX Runtime makes of the same file. */
export async function runTarget(
  { target, executable }: AvailableTarget,
  files: readonly PreparedFile[],
  ofRuntime: Map<string, Tensors>,
  kept: Ledger<Row>,
): Promise<void> {
  await verifyEach(
    target,
    executable,
    files,
    async ({ key, artefact }, verify) => {
      const precision = plannedPrecision(artefact, target);
      let actual: Tensors | undefined;
      const outcome = await verify(artefact, {
        precision,
        mayReject: target.refusesAtLoad === true,
        onActual: (tensors) => {
          actual = tensors;
        },
      });
      if (target.name === runtime && actual) ofRuntime.set(key, actual);
      const fromRuntime =
        target.name === runtime
          ? undefined
          : difference(artefact, ofRuntime.get(key), actual, precision, target);
      if (outcome.state !== 'ok') say(`${key}: ${target.name}: ${outcome.state}: ${outcome.reason}`);
      const { output: tolerance } = toleranceFor(artefact.manifest.tolerance, precision, target.device);
      const row = {
        kind: 'outcome',
        target: target.name,
        day: today(),
        precision,
        tolerance,
        outcome,
      } as const;
      kept.add(steps.outcome(key, target.name), [{ ...row, ...(fromRuntime ? { fromRuntime } : {}) }]);
      if (target.name === runtime && !artefact.graph.whole)
        await compareForms(key, artefact, precision, target, actual, verify, kept);
    },
    deadlineMs,
  );
}

/** ONNX Runtime on the normalised form of the same model: an artefact without the user's file. */
async function compareForms(
  key: string,
  artefact: Artefact,
  precision: Precision,
  target: Target,
  ofFile: Tensors | undefined,
  verify: Verify,
  kept: Ledger<Row>,
): Promise<void> {
  const scratch = await temporaryFolder('forms');
  try {
    const folder = await withoutFile(artefact.folder, join(scratch, basename(artefact.folder)));
    let actual: Tensors | undefined;
    const normalised = await verify(
      { ...artefact, folder },
      {
        precision,
        mayReject: true,
        onActual: (tensors) => {
          actual = tensors;
        },
      },
    );
    const file = at(kept.entriesOf(steps.outcome(key, target.name)), 0, 'rows of the step');
    if (file.kind !== 'outcome') return;
    const apart = difference(artefact, ofFile, actual, precision, target);
    const row = {
      kind: 'forms',
      day: today(),
      file: file.outcome,
      normalised,
      ...(apart ? { apart } : {}),
    } as const;
    kept.add(steps.forms(key), [row]);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** @returns the new folder, which shares all other files with the artefact */
async function withoutFile(folder: string, copy: string): Promise<string> {
  await mkdir(copy);
  for (const { name } of (await readdir(folder, { withFileTypes: true })).filter((each) => each.isFile())) {
    if (name === artefactFiles.file) continue;
    // Another disk has no links to this one.
    await link(join(folder, name), join(copy, name)).catch(() =>
      copyFile(join(folder, name), join(copy, name)),
    );
  }
  return copy;
}

/** The arithmetic that a run would say of the cell. */
function plannedPrecision({ graph, manifest }: Artefact, target: Target): Precision {
  const { workload, mode, batch, precision } = manifest;
  const available = { available: true } as const;
  const [cell] = planCells([{ workload, mode, batch, precision, graph }], [target], () => available);
  return at(cell ? [cell] : [], 0, 'planned cells').precision;
}

function difference(
  { manifest }: Artefact,
  expected: Tensors | undefined,
  actual: Tensors | undefined,
  precision: Precision,
  { device }: Target,
): Difference | undefined {
  if (!expected || !actual) return undefined;
  const tolerance = toleranceFor(manifest.tolerance, precision, device);
  const [check] = checkParity({ expected, actual, initial: {}, tolerance });
  return check && { error: check.error, passed: check.passed };
}
