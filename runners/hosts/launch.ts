/** Starts a worker on its host. */
import type { Target } from '../../adapters/adapter.js';
import { messageOf } from '../../common/errors.js';
import { refusalOf } from '../protocol/failure.js';
import type { RequestBody } from '../protocol/messages.js';
import type { Worker } from '../protocol/worker.js';
import type { Checkout } from './checkout.js';
import type { LaunchOptions } from './host.js';
import { planFile } from './plan-file.js';

/** The host's worker, whose requests to load carry the path of the target's plan. */
export function launch<Launched extends Worker>(
  host: { launch(options: LaunchOptions): Launched },
  options: LaunchOptions,
): Launched {
  const { target, checkout } = options;
  const worker = host.launch(options);
  const request: Worker['request'] = async (body, deadlineMs) =>
    worker.request(await withPlan(target, body, checkout), deadlineMs);
  return { ...worker, request };
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
