/** Inputs and outputs between ONNX tensors and ConvNetJS's volumes, one for each example. */
import type { Vol } from 'convnetjs';
import { at } from '../../common/at.js';
import type { Tensors } from '../adapter.js';
import { hostPort, onnxPort } from '../lowering/host.js';
import type { Plan } from '../lowering/plan.js';
import type { Volume } from './layer-list.js';

type ConvNetJs = typeof import('convnetjs').default;

/** The examples of the plan's only input. */
export function volumes(
  convnetjs: ConvNetJs,
  { inputs }: Plan,
  [y, x, channels]: Volume,
  tensors: Tensors,
): Vol[] {
  const { data } = hostPort(at(inputs, 0), tensors);
  const size = y * x * channels;
  return Array.from({ length: data.length / size }, (_, example) => {
    const volume = new convnetjs.Vol(x, y, channels, 0);
    volume.w.set(data.subarray(example * size, (example + 1) * size));
    return volume;
  });
}

/** The plan's only output, of the values of each example. */
export function outputOf({ outputs }: Plan, rows: readonly Float64Array[]): Tensors {
  const port = at(outputs, 0);
  return {
    [port.name]: onnxPort(
      port,
      rows.flatMap((row) => Array.from(row)),
    ),
  };
}
