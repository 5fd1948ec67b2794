/** Mutated models through the reader, in a process that reads many: each is described, or refused in time. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dieWithParent, wrappedBy } from '../../../common/child-process.js';
import { sizeText } from '../../../common/memory.js';
import { buildFolder } from '../../../common/paths.js';
import { type Attempt, type Campaign, shared } from './campaign.js';
import { externalFile } from './mutations/base-models.js';
import { mutatedModel } from './mutations/mutated-model.js';
import { type ReadAnswer, type ReadRequest, readAnswer } from './programs/messages.js';

const maxCpuMs = 3_000;
const maxPeakBytes = 2 ** 30;
/** What `--model-memory` would say: a quarter of the bar, since tensors are decoded, drawn and written. */
export const modelMemoryBytes = 2 ** 28;
/** After which a model is taken for one that is never read. */
const hangMs = 60_000;

const program = join(buildFolder, 'scripts/measure/faults/programs/reader.js');

/** A process that reads models, and the folder that they are in. */
interface Reader {
  readonly folder: string;
  process: ChildProcess | undefined;
  /** Highest resident set of the process so far. */
  peakBytes: number;
}

const reader = shared(openReader, closeReader);

export const models: Campaign = {
  name: 'models',
  bar: 'is described or refused in one line, in 3 s of processor time and 1 GiB of memory',
  tries: { usual: 1_000, full: 10_000 },
  perStep: 250,
  async attempt(seed) {
    const { kind, bytes } = mutatedModel(seed);
    const own = await reader.get();
    const path = join(own.folder, 'model.onnx');
    await writeFile(path, bytes);
    const isFresh = own.process === undefined;
    const first = await ask(own, path);
    // Memory of the models before it, and code that is not compiled yet, count only where it is too much alone as well.
    const isAlone = isFresh || problemOf(first) === undefined;
    if (!isAlone) endReader(own);
    return attemptOf(kind, isAlone ? first : await ask(own, path));
  },
  close: () => reader.close(),
};

function attemptOf(kind: string, answer: ReadAnswer): Attempt {
  const { cpuMs, peakBytes } = answer;
  return { kind, broken: problemOf(answer), spent: { cpuMs, peakBytes } };
}

function problemOf({ broken, cpuMs, peakBytes }: ReadAnswer): string | undefined {
  if (broken !== undefined) return broken;
  if (cpuMs > maxCpuMs) return `it took ${(cpuMs / 1000).toFixed(1)} s of processor time`;
  return peakBytes > maxPeakBytes ? `it took ${sizeText(peakBytes)} of memory` : undefined;
}

async function openReader(): Promise<Reader> {
  const folder = await mkdtemp(join(tmpdir(), 'touchstone-models-'));
  await writeFile(join(folder, externalFile.name), externalFile.bytes);
  return { folder, process: undefined, peakBytes: 0 };
}

async function closeReader(own: Reader): Promise<void> {
  endReader(own);
  await rm(own.folder, { recursive: true, force: true });
}

function endReader(own: Reader): void {
  own.process?.kill('SIGKILL');
  own.process = undefined;
  own.peakBytes = 0;
}

async function ask(own: Reader, path: string): Promise<ReadAnswer> {
  // A process that has once held a large model would hide how much the next one takes.
  if (own.peakBytes > maxPeakBytes / 2) endReader(own);
  own.process ??= startReader();
  const request: ReadRequest = { path, memoryBytes: modelMemoryBytes };
  own.process.send(request);
  const answer = await answerOf(own.process);
  if (answer.broken !== undefined) endReader(own);
  else own.peakBytes = answer.peakBytes;
  return answer;
}

function startReader(): ChildProcess {
  const [file = '', ...parameters] = wrappedBy([dieWithParent], [process.execPath, '--expose-gc', program]);
  return spawn(file, parameters, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
}

async function answerOf(child: ChildProcess): Promise<ReadAnswer> {
  const patience = AbortSignal.timeout(hangMs);
  const stop = new AbortController();
  const signal = AbortSignal.any([patience, stop.signal]);
  const lost = (broken: string): ReadAnswer => ({ broken, cpuMs: hangMs, peakBytes: 0 });
  try {
    return await Promise.race([
      once(child, 'message', { signal }).then(([message]) => readAnswer.parse(message)),
      once(child, 'exit', { signal }).then(([status, killedBy]) =>
        lost(`the process that read it ended with ${killedBy ?? `status ${status}`}`),
      ),
    ]);
  } catch (error) {
    if (patience.aborted) return lost(`it was not read within ${hangMs / 1000} s`);
    throw error;
  } finally {
    stop.abort();
  }
}
