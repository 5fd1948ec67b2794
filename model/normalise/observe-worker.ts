/**
 * Child process of `observe.ts`: runs a model once in ONNX Runtime and records type and shape of every output. It is a
 * separate process because a user's model may crash the runtime, and because the coordinator must not import a framework.
 *
 * Argument: path of a request file (`observe-request.ts`).
 */
import { readFile, writeFile } from 'node:fs/promises';
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { defined } from '../../common/at.js';
import type { DataType, Tensor, TensorData, TensorInfo } from '../graph.js';
import { readTensors, writeTensors } from '../safetensors.js';
import { type ObserveRequest, observeRequest } from './observe-request.js';

const requestPath = defined(process.argv[2], 'the path of the request file');
await observe(observeRequest.parse(JSON.parse(await readFile(requestPath, 'utf8'))));

async function observe({ model, inputs, keep, values, data }: ObserveRequest): Promise<void> {
  // Without optimisation: it would remove intermediate values that are to be observed.
  const session = await InferenceSession.create(model, {
    graphOptimizationLevel: 'disabled',
    intraOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  const outputs = await session.run(feedsOf(await readTensors(inputs)));
  const found: Record<string, TensorInfo> = {};
  const kept: Record<string, Tensor> = {};
  const wanted = new Set(keep);
  for (const [name, output] of Object.entries(outputs)) {
    const type = output.type as DataType;
    found[name] = { name, type, shape: [...output.dims] };
    if (wanted.has(name)) kept[name] = { type, shape: output.dims, data: output.data as TensorData };
  }
  await writeTensors(data, kept);
  await writeFile(values, JSON.stringify(found));
}

function feedsOf(tensors: Record<string, Tensor>): Record<string, OrtTensor> {
  const feeds = Object.entries(tensors).map(([name, { type, data, shape }]) => [
    name,
    new OrtTensor(type as 'float32', data as Float32Array, [...shape]),
  ]);
  return Object.fromEntries(feeds);
}
