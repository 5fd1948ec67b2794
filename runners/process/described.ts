/** A worker that has answered `hello` and `describe`: its framework is imported, and no model is loaded. */
import { protocolVersion, type Results } from '../protocol/messages.js';
import { type StartOptions, startWorker, type WorkerSession } from './session.js';

/**
 * For whoever times nothing; a run greets its workers itself, and times the phases (`schedule/live-worker.ts`). A worker
 * that does not come up is ended. @throws WorkerFailure
 */
export async function startDescribed(
  options: StartOptions,
): Promise<{ readonly session: WorkerSession; readonly description: Results['describe'] }> {
  const { target, budget } = options;
  const session = startWorker(options);
  try {
    await session.request({
      type: 'hello',
      protocol: protocolVersion,
      target: target.name,
      budget: { threads: budget.threads, cpus: [...budget.cpus] },
    });
    return { session, description: await session.request({ type: 'describe' }) };
  } catch (error) {
    await session.kill();
    throw error;
  }
}
