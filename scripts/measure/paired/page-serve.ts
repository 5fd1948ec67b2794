/** What measures in a page: our clock against a bare loop, and in TensorFlow.js against the loop of its own benchmark. */
import type { OpenFramework, PageModule } from '../../../adapters/adapter.js';
import { firstDevice } from '../../../common/run/device.js';
import type { Model } from '../../../model/artefact/model.js';
import { boot } from '../../../runners/hosts/browser/boot.js';
import { pagePlatform } from '../../../runners/hosts/browser/page/platform.js';
import { shellAt } from '../../../runners/hosts/browser/page/shell.js';
import type { Clock } from '../../../runners/worker/platform.js';
import { batchFor } from '../../../runners/worker/timed-loop.js';
import { bareLoop, type Call, type Contender, interleave, ourClock, timeCalls } from './contenders.js';
import { loadedNet } from './loaded-net.js';
import { type Outcome, type Request, request as requestSchema } from './messages.js';
import { tfjsBenchmark } from './tfjs-benchmark.js';

/** @param base address of the page's folder */
export async function serve(adapter: PageModule, base: URL): Promise<void> {
  const shell = shellAt(base);
  // Never ends: when it is closed, the page is gone.
  void shell.text('alive').catch(() => undefined);
  const booted = boot.parse(await shell.json('boot'));
  const { clock, storage } = pagePlatform(shell, booted);
  const request = requestSchema.parse(JSON.parse(await shell.text('request')));
  const page = { versions: booted.versions, fileUrl: (path: string) => shell.url(`packages/${path}`) };
  const { device } = request;
  const framework = await adapter.open(
    request.target,
    { threads: request.threads, cpus: [], device: firstDevice(device) },
    page,
  );
  const model = await storage.loadModel(request.folder, request.plan);
  await shell.put('reply', JSON.stringify(await measure(request, framework, model, clock)));
}

async function measure(
  { kind, target, pairs, blockMs, budgetMs }: Request,
  framework: OpenFramework,
  model: Model,
  clock: Clock,
): Promise<Outcome> {
  if (kind !== 'fidelity') return { state: 'refused', reason: `${kind} is not measured in pages` };
  const { timed } = await loadedNet(framework, model, target);
  const { buffers } = model.manifest;
  const timers: Record<string, Contender> = {
    'our clock': ourClock(timed, buffers, clock, await batchOf(timed, buffers, clock)),
    'bare loop': bareLoop(timed, buffers, clock),
  };
  const isOfTfjs = target.startsWith('tfjs/') && model.manifest.mode === 'inference';
  if (isOfTfjs) timers["tfjs's benchmark"] = await tfjsBenchmark(model, clock);
  const effort = { pairs, blockNs: blockMs * 1e6, budgetNs: budgetMs * 1e6 };
  const measured = await interleave(Object.values(timers), effort);
  if (measured.state === 'slow') return measured;
  const note = isOfTfjs ? "the inputs of tfjs's benchmark are tensors beforehand" : '';
  return { ...measured, contenders: Object.keys(timers), form: null, note };
}

/** As a worker finds it. */
async function batchOf(call: Call, buffers: number, clock: Clock): Promise<number> {
  const limits = { minIterations: 3, minNs: 60e6, maxNs: 400e6, maxIterations: Number.POSITIVE_INFINITY };
  const { samplesNs } = await timeCalls(clock, call, buffers, limits);
  return batchFor(clock, samplesNs);
}
