/** Starts a worker as a process of this machine, as the Node and Python hosts do. */
import { projectRoot } from '../../common/paths.js';
import { workerEnvironment } from '../process/environment.js';
import { startProcess, type WorkerProcess } from '../process/worker-process.js';
import type { LaunchOptions, WorkerHost } from './host.js';

export interface Program {
  readonly command: readonly string[];
  /** Variables of the host's own; those of the checkout and of the launch come after them. */
  readonly variables: Readonly<Record<string, string>>;
}

/** @param programIn from the root of the checkout whose worker is started */
export function startWorkerProcess(
  host: Pick<WorkerHost, 'canPause'>,
  options: LaunchOptions,
  programIn: (root: string) => Program,
): WorkerProcess {
  const { target, budget, checkout, environment, logFile, deadlineMs } = options;
  const folder = checkout?.root ?? projectRoot;
  const { command, variables } = programIn(folder);
  return startProcess({
    subject: target.name,
    command,
    environment: workerEnvironment(target, budget, variables, { ...checkout?.environment, ...environment }),
    folder,
    cpus: budget.cpus,
    logFile,
    deadlineMs,
    canPause: host.canPause(target.device),
  });
}
