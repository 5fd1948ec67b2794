/**
 * Where an artefact lies, decided without making it: its folder is named by a hash of all that it would be made from,
 * the sources that make it included. A second run finds it in milliseconds, and a stale folder is never found.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { projectRoot } from '../../common/paths.js';
import { externalDataIn } from '../import/external-data.js';
import { readModel, readModelBytes } from '../import/read-model.js';
import { committedPath, evaluatorSources } from '../reference/reference.js';
import { type Mode, otherLength, type Workload } from '../workload.js';
import { digestOf, type ModelRequest } from './source.js';

/** This room and `suites/`, compiled or not: they lie beside each other. */
const makerFolders = ['model', 'suites'].map((room) =>
  join(dirname(fileURLToPath(import.meta.url)), '..', '..', room),
);
/** Packages that decide what is in an artefact: the digits, and what ONNX Runtime computes of constants. */
const packages = ['mnist', 'onnxruntime-node'];

export function workloadKey(workload: Workload, mode: Mode, batch: number, seed: number): string {
  const reference = committedPath(workload.name, mode, batch, otherLength(workload));
  return keyOf([
    // A workload from outside `suites/` is known by its text alone; the length of its sequences is in what it says.
    JSON.stringify({ ...workload, mode, batch, seed }),
    String(workload.build),
    String(workload.inputs),
    existsSync(reference) ? readFileSync(reference) : '',
  ]);
}

export function modelKey({ name, path, shapes, ranges, data, seed }: ModelRequest): string {
  const bytes = readModelBytes(path);
  // Every reference to external data says `location`; only then is the model read to find what lies outside it.
  const isWhole = !Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes('location');
  const content = isWhole ? bytes : digestOf(bytes, readModel(bytes, path, externalDataIn(dirname(path))));
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
  const hash = createHash('sha256').update(makers());
  for (const part of parts) hash.update(`${part.length}:`).update(part);
  return hash.digest('hex');
}

let known: Uint8Array | undefined;

/** One hash of every source that has a hand in artefacts, and of the versions of packages that have. */
function makers(): Uint8Array {
  if (known) return known;
  const hash = createHash('sha256');
  for (const file of [...makerFolders.flatMap(sources), ...dataFiles(), ...evaluatorSources()]) {
    hash.update(file).update(readFileSync(file));
  }
  const require = createRequire(import.meta.url);
  for (const name of packages) hash.update(readFileSync(require.resolve(`${name}/package.json`)));
  known = hash.digest();
  return known;
}

/** Texts that workloads read; the compiler does not copy them. */
function dataFiles(): string[] {
  const folder = join(projectRoot, 'suites', 'data');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.txt'))
    .map((name) => join(folder, name));
}

function sources(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => /\.[jt]s$/.test(name))
    .sort()
    .map((name) => join(folder, name));
}
