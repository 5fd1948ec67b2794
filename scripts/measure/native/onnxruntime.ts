/**
 * ONNX Runtime lowers nothing on our side: it is given `model.onnx`. What is compared is our adapter's call with the
 * call of its documentation, default options but for the thread count.
 */
import * as ort from 'onnxruntime-node';
import type { Model } from '../../../adapters/adapter.js';
import { at, required } from '../../../common/at.js';
import type { NativeNet } from './native.js';

export async function build(_workload: string, model: Model): Promise<NativeNet> {
  const session = await ort.InferenceSession.create(model.modelPath, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
  });
  const name = at(session.inputNames, 0);
  const output = at(session.outputNames, 0);
  const feeds = model.inputs.map((tensors) => {
    const { type, data, shape } = required(tensors, name, 'inputs');
    return { [name]: new ort.Tensor(type as 'float32', data as Float32Array, [...shape]) };
  });
  return {
    call: (buffer) => session.run(at(feeds, buffer)),
    values: (outputs) =>
      required(outputs as Record<string, ort.Tensor>, output, 'outputs').data as Float32Array,
  };
}
