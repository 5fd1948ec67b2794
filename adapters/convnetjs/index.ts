/**
 * ConvNetJS, in plain JavaScript: the first neural networks in the browser, no longer developed. It works on one
 * example at a time, as its documentation shows: a batch is a loop over its examples. This file is the descriptor.
 */
import { type Framework, type Graph, type Mode, supported } from '../adapter.js';
import { makePlan } from '../lowering/lower.js';
import type { Plan } from '../lowering/plan.js';
import { lowering } from '../lowering/refusal.js';
import { inBrowsers, type PageTarget } from '../page/targets.js';
import { convnetjs as capabilities } from './capabilities.js';
import { layersOf } from './layers.js';

const common: Omit<PageTarget, 'module'> = {
  name: 'convnetjs/js',
  summary: 'plain JavaScript in float64, one example at a time',
  device: 'cpu',
  packages: ['convnetjs'],
  precisions: ['float32'],
  optimisers: ['sgd', 'rmsprop'],
  modes: { inference: supported, training: supported },
  lower: (graph, mode) => lowering(() => planOf(graph, mode)),
  environment: () => ({}),
};

const framework: Framework = {
  name: 'convnetjs',
  title: 'ConvNetJS',
  homepage: 'https://cs.stanford.edu/people/karpathy/convnetjs',
  isDiscontinued: true,
  targets: [
    {
      ...common,
      summary: `${common.summary}, in Node`,
      host: 'node',
      isDefault: true,
      open: async () => (await import('./node.js')).open(),
    },
    ...inBrowsers({ ...common, module: new URL('./page.js', import.meta.url) }, { workers: true }),
  ],
};
export default framework;

/** A plan that is a chain of its layers. */
function planOf(graph: Graph, mode: Mode): Plan {
  const plan = makePlan(graph, mode, capabilities);
  layersOf(plan, mode);
  return plan;
}
