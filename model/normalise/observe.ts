/**
 * Finds the shape of every value by running the model once in ONNX Runtime on real input, with every intermediate value as an
 * output. No shape inference of our own can disagree with the operators' definitions.
 */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { z } from 'zod';
import { dieWithParent, limitMemory, wrappedBy } from '../../common/child-process.js';
import { messageOf } from '../../common/errors.js';
import { temporaryFolder } from '../../common/files.js';
import { raiseModelMemory, sizeText } from '../../common/memory.js';
import { buildFolder } from '../../common/paths.js';
import { dataType, type TensorInfo, type Tensors, tensorInfo } from '../graph.js';
import { modelError } from '../model-error.js';
import { onnxRuntimeEnvironment } from '../onnx-runtime.js';
import { readTensors, writeTensors } from '../safetensors.js';
import type { ObserveRequest } from './observe-request.js';

const child = join(buildFolder, 'model/normalise/observe-worker.js');
/** Much longer than one run of any model that is worth timing. */
const defaultDeadlineMs = 300_000;
/** What Node and ONNX Runtime take for a small model. */
const runtimeBytes = 2 ** 29;
/** ONNX Runtime's results are copied once, for JavaScript. */
const copies = 2;
/** How either says that memory has run out. */
const memoryWords = /bad_alloc|bad allocation|Failed to allocate memory|allocation failed|out of memory/i;

export interface ObserveLimits {
  /** After which the child process is killed. */
  readonly deadlineMs?: number;
  /** Memory that the model's values may take, where the system can limit it. */
  readonly memoryBytes?: number;
}
/** The runtime has more element types than a graph. */
const reportedValues = z.record(z.string(), z.looseObject({ type: z.string() }));
const observedValues = z.record(z.string(), tensorInfo);

export interface Observation {
  /** Type and shape of every output of the model. */
  readonly values: Readonly<Record<string, TensorInfo>>;
  /** Data of the outputs in `keep`. */
  readonly data: Tensors;
}

/**
 * @param model serialised, with everything that is to be observed among its outputs
 * @param inputs by name
 * @param keep outputs whose data is wanted
 * @throws TouchstoneError('model') with ONNX Runtime's message, or that it crashed, timed out or took too much memory
 */
export async function observe(
  model: Uint8Array,
  inputs: Tensors,
  keep: readonly string[],
  limits: ObserveLimits = {},
): Promise<Observation> {
  const folder = await temporaryFolder('observe');
  const request: ObserveRequest = {
    model: join(folder, 'model.onnx'),
    inputs: join(folder, 'inputs.safetensors'),
    keep: [...keep],
    values: join(folder, 'values.json'),
    data: join(folder, 'data.safetensors'),
  };
  try {
    await writeFile(request.model, model);
    await writeTensors(request.inputs, inputs);
    await writeFile(join(folder, 'request.json'), JSON.stringify(request));
    await runChild(folder, limits);
    const found = reportedValues.parse(JSON.parse(await readFile(request.values, 'utf8')));
    const other = Object.entries(found).find(([, { type }]) => !dataType.safeParse(type).success);
    if (other) throw modelError(`value ${other[0]} is of type ${other[1].type}, which is not supported`);
    return { values: observedValues.parse(found), data: await readTensors(request.data) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function runChild(
  folder: string,
  { deadlineMs = defaultDeadlineMs, memoryBytes }: ObserveLimits,
): Promise<void> {
  const limited = memoryBytes === undefined ? [] : [limitMemory(runtimeBytes + copies * memoryBytes)];
  const program = [process.execPath, child, join(folder, 'request.json')];
  const [file = '', ...parameters] = wrappedBy([...limited, dieWithParent], program);
  const result = await execa(file, parameters, {
    reject: false,
    env: onnxRuntimeEnvironment,
    timeout: deadlineMs,
    killSignal: 'SIGKILL',
  });
  if (!result.failed) return;
  const because = result.timedOut
    ? `it did not finish within ${deadlineMs / 1000} s`
    : reasonIn(result.stderr.replaceAll(`${folder}/`, ''), result);
  if (memoryBytes !== undefined && memoryWords.test(result.stderr)) {
    throw modelError(
      `running the model once needs more memory than its limit of ${sizeText(memoryBytes)}: ${because}`,
      raiseModelMemory(),
    );
  }
  throw modelError(
    `ONNX Runtime cannot run the model: ${because}`,
    'if the random inputs are the cause, specify realistic ones: --range <input>=<low>..<high>, or --inputs',
  );
}

/** The runtime's own error message, or how the process ended if there is none. */
function reasonIn(stderr: string, result: { signal?: string; exitCode?: number }): string {
  const line = stderr.split('\n').find((text) => /^(\w*Error\b|\[?Error:)/.test(text.trim()));
  if (line) return messageOf(line.trim()).slice(0, 400);
  return result.signal
    ? `it was terminated by ${result.signal}`
    : `it exited with status ${result.exitCode ?? 'unknown'}`;
}
