/** A worker that has answered `hello` and `describe`: its framework is imported, and no model is loaded. */
import { protocolVersion, type Results } from '../protocol/messages.js';
import type { Worker } from '../protocol/worker.js';
import { hostOf } from './discover.js';
import type { LaunchOptions } from './host.js';
import { launch } from './launch.js';

export interface DescribedWorker {
  readonly worker: Worker;
  readonly hello: Results['hello'];
  readonly description: Results['describe'];
}

/**
 * For callers that time nothing; a run greets its workers itself, and times the phases (`schedule/live-worker.ts`). A
 * worker that does not come up is ended. @throws WorkerFailure
 */
export async function startDescribed(options: LaunchOptions): Promise<DescribedWorker> {
  const { target, budget } = options;
  const worker = launch(await hostOf(target), options);
  try {
    const hello = await worker.request({
      type: 'hello',
      protocol: protocolVersion,
      target: target.name,
      budget: { ...budget, cpus: [...budget.cpus] },
    });
    return { worker, hello, description: await worker.request({ type: 'describe' }) };
  } catch (error) {
    await worker.kill();
    throw error;
  }
}
