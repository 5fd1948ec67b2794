/**
 * Measuring process of `measure:fidelity` and `measure:lowering` for Node targets; the counterpart in Python is
 * `touchstone_bridge.measure`. Its argument is the path of a request, its last line of output an outcome (`messages.ts`).
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isNodeTarget, type NodeTarget } from '../../../adapters/adapter.js';
import { findTarget } from '../../../adapters/discover.js';
import { firstDevice } from '../../../common/run/device.js';
import { loadModel } from '../../../model/artefact/load-model.js';
import { artefactFiles } from '../../../model/artefact/manifest.js';
import type { Model } from '../../../model/artefact/model.js';
import { nodeClock } from '../../../runners/hosts/node/platform.js';
import { nativeNet } from '../native/native.js';
import { bareLoop, type Effort, interleave, maxIterationNs, ourClock, type Timer } from './contenders.js';
import { loadedNet } from './loaded-net.js';
import { type Clock, type Outcome, type Request, request as requestSchema } from './messages.js';
import { tinybench } from './tinybench.js';
import { type Net, problemOf } from './verify.js';

const [, , path = ''] = process.argv;
const request = requestSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
const result = await measure(request);
process.stdout.write(`\n${JSON.stringify(result)}\n`);
// A framework may keep timers or threads that would hold the process.
process.exit(0);

async function measure({ kind, target: name, folder, plan, threads, ...given }: Request): Promise<Outcome> {
  const { target } = await findTarget(name);
  if (!isNodeTarget(target)) throw new Error(`${name} does not run in Node`);
  const effort = { pairs: given.pairs, blockNs: given.blockMs * 1e6, budgetNs: given.budgetMs * 1e6 };
  const model = await loadModel(folder, plan);
  const { net: lowered, form } = await load(target, model, threads);
  if (kind === 'fidelity') return fidelity(lowered, model.manifest.buffers, effort);
  if (kind === 'forms') return forms(target, model, lowered, folder, threads, effort);
  const native = await nativeNet(name, model);
  if ('missing' in native) return { state: 'refused', reason: native.missing };
  const limits = { folder, model, maxIterationNs: maxIterationNs(effort, 2) };
  const problem =
    (await problemOf(native, 'hand-written', limits)) ?? (await problemOf(lowered, 'lowered', limits));
  if (problem) return problem;
  const { buffers } = model.manifest;
  const measured = await interleave(
    [lowered, native].map(({ timed }) => bareLoop(timed, buffers, timerOf(given.clock))),
    effort,
  );
  return measured.state === 'slow'
    ? measured
    : { ...measured, contenders: ['lowered', 'hand-written'], form, note: '' };
}

async function fidelity({ timed: call }: Net, buffers: number, effort: Effort): Promise<Outcome> {
  const timers = [
    ourClock(call, buffers, nodeClock),
    bareLoop(call, buffers, nodeClock),
    tinybench(call, buffers),
  ];
  const measured = await interleave(timers, effort);
  return measured.state === 'slow'
    ? measured
    : { ...measured, contenders: ['our clock', 'bare loop', 'tinybench'], form: null, note: '' };
}

/** The normalised form of a user's model against the user's own file, which is what the adapter is given. */
async function forms(
  target: NodeTarget,
  model: Model,
  { timed: ofFile }: Net,
  folder: string,
  threads: number,
  effort: Effort,
): Promise<Outcome> {
  const normalised = await load(target, { ...model, modelPath: join(folder, artefactFiles.model) }, threads);
  const { buffers } = model.manifest;
  const measured = await interleave(
    [normalised.net.timed, ofFile].map((call) => bareLoop(call, buffers, nodeClock)),
    effort,
  );
  return measured.state === 'slow'
    ? measured
    : { ...measured, contenders: ['normalised form', 'file'], form: null, note: '' };
}

/** The timed path of the adapter, and the form that its lowering took. */
async function load(target: NodeTarget, model: Model, threads: number): Promise<{ net: Net; form: string }> {
  const framework = await target.open({ threads, cpus: [], device: firstDevice(target.device) });
  return { net: await loadedNet(framework, model, target.name), form: model.plan.form };
}

/** Processor time of this process. */
const cpuTimer: Timer<number> = {
  now() {
    const { user, system } = process.cpuUsage();
    return 1000 * (user + system);
  },
  nsBetween: (begin, end) => end - begin,
  tickNs: 1000,
};

function timerOf(clock: Clock): Timer {
  return clock === 'cpu' ? cpuTimer : nodeClock;
}
