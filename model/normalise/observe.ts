/**
 * Shapes are observed, not inferred by rules of our own: ONNX Runtime runs the model once on the real input with every
 * intermediate value as an output.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { z } from 'zod';
import { messageOf } from '../../common/errors.js';
import { buildFolder } from '../../common/paths.js';
import { type TensorInfo, type Tensors, tensorInfo } from '../graph.js';
import { refuse } from '../import/decode.js';
import { readTensors, writeTensors } from '../safetensors.js';
import type { ObserveRequest } from './observe-request.js';

const child = join(buildFolder, 'model/normalise/observe-worker.js');
/** Far longer than any model that is worth timing takes once. */
const usualPatienceMs = 300_000;
const observedValues = z.record(z.string(), tensorInfo);

export interface Observation {
  /** Type and shape of every output of the model. */
  readonly values: Readonly<Record<string, TensorInfo>>;
  /** Data of those that were asked for. */
  readonly data: Tensors;
}

/**
 * @param model serialised, with everything that is to be observed among its outputs
 * @param inputs by name, of the real shapes
 * @param keep outputs whose data is wanted
 * @param patienceMs after which the child is killed
 * @throws TouchstoneError('model') with what ONNX Runtime says, or that it crashed or hung
 */
export async function observe(
  model: Uint8Array,
  inputs: Tensors,
  keep: readonly string[],
  patienceMs = usualPatienceMs,
): Promise<Observation> {
  const folder = await mkdtemp(join(tmpdir(), 'touchstone-observe-'));
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
    await run(folder, patienceMs);
    const values = observedValues.safeParse(JSON.parse(await readFile(request.values, 'utf8')));
    if (!values.success) throw refuse('the model makes values that are no tensors of numbers');
    return { values: values.data, data: await readTensors(request.data) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function run(folder: string, patienceMs: number): Promise<void> {
  const result = await execa(process.execPath, [child, join(folder, 'request.json')], {
    reject: false,
    // Operator sets newer than its release are refused without it, also where it has every kernel.
    env: { ALLOW_RELEASED_ONNX_OPSET_ONLY: '0' },
    timeout: patienceMs,
    killSignal: 'SIGKILL',
  });
  if (!result.failed) return;
  const because = result.timedOut
    ? `it ran for more than ${patienceMs / 1000} s`
    : reasonIn(result.stderr.replaceAll(`${folder}/`, ''), result);
  throw refuse(
    `ONNX Runtime cannot run the model: ${because}`,
    'where drawn inputs are to blame, give what they really are: --range <input>=<low>..<high>, or --inputs',
  );
}

/** The runtime's own words; where it died without any, how it died. */
function reasonIn(stderr: string, result: { signal?: string; exitCode?: number }): string {
  const line = stderr.split('\n').find((text) => /^(\w*Error\b|\[?Error:)/.test(text.trim()));
  if (line) return messageOf(line.trim()).slice(0, 400);
  return result.signal
    ? `it was ended by ${result.signal}`
    : `it exited with status ${result.exitCode ?? 'unknown'}`;
}
