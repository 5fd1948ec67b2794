/**
 * Child process of `observe.ts`: runs a model once in ONNX Runtime and says what every output is. It is a process of its
 * own, because a user's model may crash the runtime, and because the coordinator imports no framework.
 *
 * Argument: path of a request file. Writes `values` (JSON: type and shape by name) and `data` (safetensors).
 */
import { readFile, writeFile } from 'node:fs/promises';
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import type { DataType, Tensor, TensorData, TensorInfo } from '../graph.js';
import { readTensors, writeTensors } from '../safetensors.js';
import { type ObserveRequest, observeRequest } from './observe-request.js';

const request = observeRequest.parse(JSON.parse(await readFile(process.argv[2] ?? '', 'utf8')));
await observe(request);

async function observe({ model, inputs, keep, values, data }: ObserveRequest): Promise<void> {
  // As the file has it: optimised away, an intermediate value could not be looked at.
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
