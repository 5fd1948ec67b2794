/** Starts a worker on its host. */
import type { Target } from '../../adapters/adapter.js';
import { messageOf } from '../../common/errors.js';
import { refusalOf } from '../protocol/failure.js';
import type { RequestBody } from '../protocol/messages.js';
import type { Worker } from '../protocol/worker.js';
import type { Checkout } from './checkout.js';
import type { LaunchOptions, WorkerHost } from './host.js';
import { planFile } from './plan-file.js';

/** The host's worker, whose requests to load carry the path of the target's plan. */
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

/** A request to load, with the path of the target's plan. */
async function withPlan<Body extends RequestBody>(
  target: Target,
  body: Body,
  checkout: Checkout | undefined,
): Promise<Body> {
  if (body.type !== 'load') return body;
  try {
    return { ...body, plan: await planFile(target, body.folder, checkout) };
  } catch (error) {
    // The cell fails as if the worker had refused; the process is as good as before.
    throw refusalOf(target.name, { kind: 'Error', message: messageOf(error) });
  }
}
