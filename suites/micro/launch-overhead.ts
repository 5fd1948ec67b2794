/**
 * What a call and each of its operators cost when they compute next to nothing: chains of 1, 10, 100 and 1000 tanh of eight values.
 *
 * Definition of this project, after the question that users ask of eager frameworks: the slope over the chain's length is an
 * operator's overhead, what is left at length 0 is the call's. Tanh, because no rule of algebra folds two of them into one; a
 * compiler may still make one kernel of all, and its slope then says so. There is no weight, so nothing trains.
 */
import { kernel } from '../kernel.js';
import type { Workload } from '../workload.js';

const values = 8;

const launchOverhead: readonly Workload[] = [1, 10, 100, 1000].map((nodes) =>
  kernel({
    name: `launch-${nodes}`,
    title: `${nodes} tanh of ${values} values, one after the other`,
    source: 'definition of this project: launch overhead',
    family: 'micro',
    batches: [1],
    parameterCount: 0,
    multiplyAdds: 0,
    shape: (batch) => [batch, values],
    outputShape: (batch) => [batch, values],
    compute: (graph, x) => Array.from({ length: nodes }).reduce<string>((y) => graph.node('Tanh', [y]), x),
  }),
);
export default launchOverhead;
