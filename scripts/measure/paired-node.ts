/**
 * Child process of `measure:fidelity` and `measure:lowering` for Node targets; the counterpart in Python is
 * `touchstone_bridge.measure`. Prints one line of JSON: `{"pairs": [[ours, theirs], …]}`, nanoseconds per iteration.
 *
 * Arguments: fidelity|lowering <target> <artefact folder> <threads> <pairs> <block ms>
 */
import { isNodeTarget, type Model, type NodeTarget } from '../../adapters/adapter.js';
import { findTarget } from '../../adapters/discover.js';
import { loadModel } from '../../model/artefact/load-model.js';
import { nodeClock } from '../../runners/hosts/node/platform.js';
import { timeLoop } from '../../runners/worker/timed-loop.js';
import { bareLoop, type Call, type Contender, interleave } from './pairs.js';

/** What a hand-written native model offers: the same call as ours, on the same buffers. */
export interface NativeModule {
  build(model: Model, target: string): Promise<Call>;
}

const [kind, name = '', folder = '', threads, pairs, blockMs] = process.argv.slice(2);
const { target } = await findTarget(name);
if (!isNodeTarget(target)) throw new Error(`${name} does not run in Node`);
const model = await loadModel(folder);
const ours = await lowered(target);
const buffers = model.manifest.buffers;
const [first, second] =
  kind === 'fidelity'
    ? [ourClock(ours), bareLoop(ours, buffers)]
    : [bareLoop(ours, buffers), bareLoop(await native(), buffers)];
const measured = await interleave(first, second, Number(pairs), Number(blockMs) * 1e6);
process.stdout.write(`\n${JSON.stringify({ pairs: measured })}\n`);

async function lowered(from: NodeTarget): Promise<Call> {
  const framework = await from.open({ threads: Number(threads), cpus: [] });
  if (model.manifest.mode === 'inference') {
    const loaded = await framework.loadInference(model);
    return (buffer) => loaded.run(buffer);
  }
  const loaded = await framework.loadTraining?.(model);
  if (!loaded) throw new Error(`${name} does not train`);
  await loaded.reset();
  return (buffer) => loaded.step(buffer);
}

/** The mean of the samples of the very loop that the worker runs in a turn. */
function ourClock(call: Call): Contender {
  return async (iterations) => {
    const limits = {
      minIterations: iterations,
      minNs: 0,
      maxIterations: iterations,
      maxNs: Number.POSITIVE_INFINITY,
    };
    const { samplesNs } = await timeLoop(
      nodeClock,
      (iteration) => call(iteration % buffers),
      limits,
      () => undefined,
    );
    return samplesNs.reduce((total, ns) => total + ns, 0) / samplesNs.length;
  };
}

async function native(): Promise<Call> {
  const module = (await import(`./native/${name.split('/')[0]}.js`)) as NativeModule;
  return module.build(model, name);
}
