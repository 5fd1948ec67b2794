/**
 * Keras.js, in plain JavaScript or on WebGL 2: Keras 2 models in the browser, no longer developed. It has inference only, and
 * works on one example at a time: a batch is a loop over its examples. This file is the descriptor.
 */
import { type Framework, type Graph, supported, unsupported } from '../adapter.js';
import type { Capabilities } from '../lowering/capabilities.js';
import { makePlan } from '../lowering/lower.js';
import type { Plan } from '../lowering/plan.js';
import { lowering, refuse } from '../lowering/refusal.js';
import { inBrowsers, type PageTarget } from '../page/targets.js';
import { kerasjs, title } from './capabilities.js';
import { netOf } from './net.js';
import { kerasjsOnWebGl } from './webgl-capabilities.js';

const common: Omit<PageTarget, 'module'> = {
  name: 'kerasjs/js',
  summary: 'plain JavaScript in float32, one example at a time',
  device: 'cpu',
  packages: ['keras-js'],
  precisions: ['float32'],
  modes: { inference: supported, training: unsupported('Keras.js has no training, by design') },
  lower: (graph) => lowering(() => planOf(graph, kerasjs)),
  environment: () => ({}),
};

const inPage: PageTarget = {
  ...common,
  module: new URL('./page.js', import.meta.url),
  // Its arrays are classes that ndarray writes for each type and rank.
  evaluates: true,
};

const framework: Framework = {
  name: 'kerasjs',
  title: 'Keras.js',
  homepage: 'https://github.com/transcranial/keras-js',
  isDiscontinued: true,
  targets: [
    {
      ...common,
      summary: `${common.summary}, in Node`,
      host: 'node',
      isDefault: true,
      open: async () => (await import('./node.js')).open(),
    },
    ...inBrowsers(inPage),
    ...inBrowsers({
      ...inPage,
      name: 'kerasjs/webgl',
      summary: 'WebGL 2 in float32, one example at a time',
      device: 'webgl',
      lower: (graph) => lowering(() => onWebGl(planOf(graph, kerasjsOnWebGl))),
    }),
  ],
};
export default framework;

/** A plan that is a net of its layers. */
function planOf(graph: Graph, capabilities: Capabilities): Plan {
  const plan = makePlan(graph, 'inference', capabilities);
  netOf(plan);
  return plan;
}

/** Images that no layer has computed are not yet in the form that it joins. @throws UnsupportedError where they are joined */
function onWebGl(plan: Plan): Plan {
  const given = new Set(plan.inputs.map(({ tensor }) => tensor));
  const joined = plan.operations.find(
    ({ kind, inputs }) => kind === 'Concat' && inputs.some((x) => given.has(x)),
  );
  if (joined) refuse(`Concat (${joined.node}) of an input is not supported by ${title} on WebGL`);
  return plan;
}
