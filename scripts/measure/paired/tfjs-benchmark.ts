/**
 * The boundary of TensorFlow.js's own benchmark: `timeModelInference` of `e2e/benchmarks/benchmark_util.js` reads the clock before the
 * model is called and after every output has been read back. Its inputs are tensors beforehand; ours are in the host's memory.
 */
import type { Tensor } from '@tensorflow/tfjs';
import { hostPort } from '../../../adapters/lowering/host.js';
import type { Plan } from '../../../adapters/lowering/plan.js';
import { buildModel } from '../../../adapters/tfjs/model.js';
import { tensorOf } from '../../../adapters/tfjs/operations/program.js';
import { at } from '../../../common/at.js';
import type { Model } from '../../../model/artefact/model.js';
import { type Contender, perIteration, type Timer } from './contenders.js';

/** On the backend that the adapter has chosen: there is one TensorFlow.js in a page. */
export async function tfjsBenchmark<Instant>(given: Model, timer: Timer<Instant>): Promise<Contender> {
  const tf = await import('@tensorflow/tfjs');
  const plan = given.plan as Plan;
  const { infer } = buildModel(tf, plan, 'inference', given.weights);
  const buffers = given.inputs.map((tensors) =>
    plan.inputs.map((port): Tensor => tensorOf(tf, hostPort(port, tensors))),
  );
  return async (iterations) => {
    let totalNs = 0;
    for (let iteration = 0; iteration < iterations; iteration++) {
      const begin = timer.now();
      const outputs = tf.tidy(() => infer(at(buffers, iteration % buffers.length)));
      for (const output of outputs) await output.data();
      totalNs += timer.nsBetween(begin, timer.now());
      tf.dispose(outputs);
    }
    return perIteration(totalNs, iterations, timer);
  };
}
