/**
 * The folder name of an artefact, computed without making it: a hash of everything that it would be made from, including the
 * sources that make it. A later run finds the folder in milliseconds, and a stale folder is never found.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { filesBelow } from '../../common/files.js';
import { projectRoot } from '../../common/paths.js';
import { externalDataOf, mayHaveExternalData } from '../import/external-data.js';
import { readModelBytes } from '../import/read-model.js';
import { readRunnable } from '../import/whole-model.js';
import { committedPath, evaluatorSources } from '../reference/reference.js';
import { type Mode, nonDefaultLength, type Workload } from '../workload.js';
import { digestOf, type ModelRequest } from './source.js';

/** `model/` and `suites/`, as sources or compiled. */
const sourceFolders = ['model', 'suites'].map((room) =>
  join(dirname(fileURLToPath(import.meta.url)), '..', '..', room),
);
/** Packages that determine the content of artefacts: the MNIST digits, and the runtime that folds constants. */
const packages = ['mnist', 'onnxruntime-node'];

export function workloadKey(workload: Workload, mode: Mode, batch: number, seed: number): string {
  const reference = committedPath(workload.name, mode, batch, nonDefaultLength(workload));
  return keyOf([
    // A workload from outside `suites/` is identified by the text of its functions. `sequence` is part of the JSON.
    JSON.stringify({ ...workload, mode, batch, seed }),
    String(workload.build),
    String(workload.inputs),
    existsSync(reference) ? readFileSync(reference) : '',
  ]);
}

export function modelKey({ name, path, shapes, ranges, data, seed, memoryBytes }: ModelRequest): string {
  const bytes = readModelBytes(path);
  // Only with external data must the model be parsed, to hash that too.
  const content = mayHaveExternalData(bytes)
    ? digestOf(bytes, readRunnable(bytes, path, externalDataOf(path), memoryBytes))
    : bytes;
  const given = data.flatMap(({ tensors }) =>
    Object.entries(tensors).flatMap(([input, tensor]) => [
      JSON.stringify([input, tensor.type, tensor.shape]),
      new Uint8Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength),
    ]),
  );
  const sets = data.map(({ tensors }) => Object.keys(tensors));
  return keyOf([JSON.stringify({ name, shapes, ranges, seed, sets }), content, ...given]);
}

function keyOf(parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256').update(sourcesDigest());
  for (const part of parts) hash.update(`${part.length}:`).update(part);
  return hash.digest('hex');
}

let digest: Uint8Array | undefined;

/** Hash of every source file that contributes to artefacts, and of the packages' versions. */
function sourcesDigest(): Uint8Array {
  if (digest) return digest;
  const hash = createHash('sha256');
  for (const file of [
    ...sourceFolders.flatMap((folder) => filesBelow(folder, /\.[jt]s$/)),
    ...dataFiles(),
    ...evaluatorSources(),
  ]) {
    hash.update(file).update(readFileSync(file));
  }
  const require = createRequire(import.meta.url);
  for (const name of packages) hash.update(readFileSync(require.resolve(`${name}/package.json`)));
  digest = hash.digest();
  return digest;
}

/** Texts that workloads read. The compiler does not copy them into the build. */
function dataFiles(): string[] {
  const folder = join(projectRoot, 'suites', 'data');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.txt'))
    .map((name) => join(folder, name));
}
