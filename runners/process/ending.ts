/** How a worker process ended, and what that means to the user. */
import { WorkerFailure } from '../protocol/failure.js';

export type Exit =
  | { readonly kind: 'status'; readonly status: number }
  | { readonly kind: 'signal'; readonly signal: string }
  /** The system could not start it. */
  | { readonly kind: 'unstarted'; readonly reason: string };

export interface EndingFacts {
  readonly subject: string;
  readonly logFile: string;
  readonly lastWords: string | undefined;
  /** Whether it was us who ended it. */
  readonly ended: boolean;
}

export function failureOf(exit: Exit, facts: EndingFacts): WorkerFailure {
  const { subject, logFile } = facts;
  const hint = `its output is in ${logFile}`;
  const words = facts.lastWords === undefined ? '' : `: ${facts.lastWords}`;
  switch (exit.kind) {
    case 'unstarted':
      return new WorkerFailure(
        { kind: 'exited', status: null },
        `${subject} could not be started: ${exit.reason}`,
      );
    case 'status':
      return new WorkerFailure(
        { kind: 'exited', status: exit.status },
        `${subject} exited with status ${exit.status}${words}`,
        { hint },
      );
    case 'signal':
      return new WorkerFailure(
        { kind: 'killed', signal: exit.signal },
        `${subject} ${signalMeaning(exit.signal, facts)}`,
        facts.ended ? {} : { hint },
      );
  }
}

/** The failure of a worker that lives but cannot answer any more. */
export function hungUp(subject: string): WorkerFailure {
  return new WorkerFailure(
    { kind: 'timeout' },
    `${subject} closed its reply pipe without leaving, and was ended`,
  );
}

function signalMeaning(signal: string, { ended, lastWords }: EndingFacts): string {
  if (ended) return 'was ended by Touchstone';
  const words = lastWords === undefined ? '' : `: ${lastWords}`;
  if (/out of memory|bad_alloc|allocation failed/i.test(words))
    return `ran out of memory and aborted${words}`;
  switch (signal) {
    case 'SIGKILL':
      return "was killed by SIGKILL, most likely by the kernel's out-of-memory killer: use a smaller batch or free memory";
    case 'SIGSEGV':
    case 'SIGBUS':
    case 'SIGILL':
    case 'SIGABRT':
    case 'SIGFPE':
      return `crashed (${signal})${words}`;
    default:
      return `was killed by ${signal}`;
  }
}
