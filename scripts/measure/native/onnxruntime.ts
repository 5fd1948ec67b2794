/**
 * ONNX Runtime lowers nothing on our side: it is given `model.onnx`. What is compared is our adapter's call with the
 * call of its documentation, default options but for the thread count.
 */
import * as ort from 'onnxruntime-node';
import type { Model } from '../../../adapters/adapter.js';
import type { Call } from '../pairs.js';

export async function build(model: Model): Promise<Call> {
  const session = await ort.InferenceSession.create(model.modelPath, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
  });
  const name = session.inputNames[0] ?? '';
  const feeds = model.inputs.map((tensors) => {
    const tensor = tensors[name];
    return { [name]: new ort.Tensor('float32', tensor?.data as Float32Array, [...(tensor?.shape ?? [])]) };
  });
  return (buffer) => session.run(feeds[buffer] ?? {});
}
