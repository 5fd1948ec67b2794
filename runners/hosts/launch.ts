/** Starts a worker on its host. */
import type { Target } from '../../adapters/adapter.js';
import { loadGraph } from '../../model/artefact/load-model.js';
import type { RequestBody } from '../protocol/messages.js';
import type { Worker } from '../protocol/worker.js';
import type { Checkout } from './checkout.js';
import type { LaunchOptions, WorkerHost } from './host.js';

/** The host's worker, whose requests to load carry the plan of a target whose descriptor makes one. */
export function launch(host: WorkerHost, options: LaunchOptions): Worker {
  const { target, checkout } = options;
  const worker = host.launch(options);
  return {
    request: async (body, deadlineMs) => worker.request(await withPlan(target, body, checkout), deadlineMs),
    pause: () => worker.pause(),
    resume: () => worker.resume(),
    kill: () => worker.kill(),
  };
}

async function withPlan<Body extends RequestBody>(
  target: Target,
  body: Body,
  checkout: Checkout | undefined,
): Promise<Body> {
  if (body.type !== 'load' || !target.plan) return body;
  const read = checkout?.loadGraph ?? loadGraph;
  return { ...body, plan: target.plan(await read(body.folder), body.mode) };
}
