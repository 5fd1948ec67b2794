/**
 * Provides an artefact's expected values: from the files committed under `suites/references/`, or computed in float64 on first
 * use by a Python reference environment (`touchstone_bridge.reference`).
 */
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { copyFile, rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import { z } from 'zod';
import { dieWithParent, limitMemory, wrappedBy } from '../../common/child-process.js';
import { messageOf, TouchstoneError } from '../../common/errors.js';
import { makeFolder } from '../../common/files.js';
import { invocation } from '../../common/invocation.js';
import { projectRoot, referencesFolder } from '../../common/paths.js';
import { artefactFiles } from '../artefact/manifest.js';
import { modelError } from '../model-error.js';
import { readMetadata } from '../safetensors.js';
import type { Mode } from '../workload.js';

/** Environments under `python-bridge/environments/`: outputs need `onnx`, gradients PyTorch as well. */
export type ReferenceEnvironment = 'reference' | 'reference-training';
/** Path of the environment's interpreter. Creates the environment if that is allowed. */
export type FindPython = (environment: ReferenceEnvironment) => Promise<string>;

const committedFolder = join(projectRoot, 'suites/references');
const evaluatorFolder = join(projectRoot, 'python-bridge/touchstone_bridge/reference');
const metadata = z.object({ artefact: z.string(), reference: z.string() });
/** Seed of the weights of all workloads; `--seed` of a run does not change them. */
export const committedSeed = 0;
/** The evaluator is plain NumPy, which takes minutes for the largest models. */
const deadlineMs = 30 * 60_000;

/** @param length if it is not the workload's default */
export function committedPath(workload: string, mode: Mode, batch: number, length?: number): string {
  const lengthPart = length === undefined ? '' : `-l${length}`;
  return join(committedFolder, `${workload}-${mode}-b${batch}${lengthPart}.safetensors`);
}

/**
 * Copies the committed reference into the artefact's folder.
 *
 * @returns what computed it; undefined if there is none for this batch size, length or seed
 * @throws TouchstoneError('internal') if it was made for other weights, inputs or settings
 */
export async function committedReference(
  workload: string,
  mode: Mode,
  batch: number,
  seed: number,
  id: string,
  folder: string,
  length?: number,
): Promise<string | undefined> {
  const path = committedPath(workload, mode, batch, length);
  if (seed !== committedSeed || !existsSync(path)) return undefined;
  const { artefact, reference } = metadata.parse(await readMetadata(path));
  if (artefact !== id) {
    throw new TouchstoneError(
      'internal',
      `the reference ${basename(path)} was made for another version of ${workload}`,
      { hint: 'make it again with `npm run references`' },
    );
  }
  await copyFile(path, join(folder, artefactFiles.expected));
  return reference;
}

export interface ComputeOptions {
  /** Aborts the computation. */
  readonly signal?: AbortSignal;
  /** Memory that it may take, where the system can limit it: what needs more fails inside, with a line that says so. */
  readonly memoryBytes?: number;
}

/**
 * Writes the expected values into the artefact's folder: a cached copy if an artefact with the same id was evaluated before,
 * since evaluating a large network takes minutes.
 *
 * @param what names the artefact in error messages
 * @param beforeComputing called if there is no cached copy; may throw to prevent the computation
 * @returns what computed the values, for the artefact's manifest
 */
export async function cachedReference(
  folder: string,
  id: string,
  mode: Mode,
  python: FindPython | undefined,
  what: string,
  { beforeComputing, ...options }: ComputeOptions & { beforeComputing?(): void } = {},
): Promise<string> {
  const cached = join(referencesFolder, `${id.slice(0, 32)}-${evaluatorFingerprint()}.safetensors`);
  const expected = join(folder, artefactFiles.expected);
  if (existsSync(cached)) {
    await copyFile(cached, expected);
    return metadata.parse(await readMetadata(expected)).reference;
  }
  beforeComputing?.();
  const by = await computeReference(folder, mode, python, what, options);
  makeFolder(referencesFolder);
  // Under a temporary name first: concurrent runs do not interfere, and a full disk leaves no partial file.
  const temporary = `${cached}.${randomUUID()}`;
  await copyFile(expected, temporary);
  await rename(temporary, cached);
  return by;
}

/** Source files of the evaluator, which determine the expected values. */
export function evaluatorSources(): string[] {
  const names = readdirSync(evaluatorFolder).filter((name) => name.endsWith('.py'));
  return names.sort().map((name) => join(evaluatorFolder, name));
}

/** Changes with the evaluator's sources and pinned packages. */
function evaluatorFingerprint(): string {
  const environments = ['reference', 'reference-training'].map((name) =>
    join(projectRoot, 'python-bridge/environments', `${name}.txt`),
  );
  const hash = createHash('sha256');
  for (const path of [...evaluatorSources(), ...environments]) hash.update(readFileSync(path));
  return hash.digest('hex').slice(0, 16);
}

/**
 * Evaluates the artefact in the reference environment.
 *
 * @returns what computed the values, for the artefact's manifest
 * @throws TouchstoneError('model') if the evaluation fails; TouchstoneError('usage') without `python`
 */
export async function computeReference(
  folder: string,
  mode: Mode,
  python: FindPython | undefined,
  what: string,
  { signal, memoryBytes }: ComputeOptions = {},
): Promise<string> {
  if (!python) {
    throw new TouchstoneError('usage', `there is no committed reference for ${what}`, {
      hint: `choose a batch size that \`${invocation('list')}\` shows`,
    });
  }
  const [environment, command] =
    mode === 'training' ? (['reference-training', 'training'] as const) : (['reference', 'forward'] as const);
  const limited = memoryBytes === undefined ? [] : [limitMemory(memoryBytes)];
  const program = [await python(environment), '-m', 'touchstone_bridge.reference', command, folder];
  const [file = '', ...parameters] = wrappedBy([...limited, dieWithParent], program);
  const result = await execa(file, parameters, {
    cwd: projectRoot,
    env: { PYTHONPATH: join(projectRoot, 'python-bridge'), OMP_NUM_THREADS: '1' },
    reject: false,
    timeout: deadlineMs,
    ...(signal ? { cancelSignal: signal } : {}),
  });
  if (result.failed) {
    const last = messageOf(result.stderr.trim().split('\n').at(-1) || result.shortMessage);
    throw modelError(
      `cannot compute the reference of ${what}: ${last}`,
      last.startsWith('node ')
        ? 'nothing can be checked without it: export the model with other operators in this place, or with another operator set'
        : undefined,
    );
  }
  return metadata.parse(await readMetadata(join(folder, artefactFiles.expected))).reference;
}
