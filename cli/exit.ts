/**
 * How the program ends: with the status that its command gave, and with nothing that could be taken for one where no command
 * came to its end. 0 and 1 are verdicts, on which pipelines act.
 */
import { writeSync } from 'node:fs';
import { exitStatus, messageOf, oneLine, TouchstoneError } from '../common/errors.js';

export interface Exit {
  /** The command came to its end: this is the status. */
  end(status: number): void;
}

export function guardExit(): Exit {
  let ended: number | undefined;
  let lost: Error | undefined;
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      // A reader that has seen enough, such as `head`: the work goes on, and its status is what it is.
      if (error.code !== 'EPIPE') lost ??= error;
    });
  }
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      say(oneLine(error));
      if (error instanceof Error && !(error instanceof TouchstoneError)) say(String(error.stack));
      ended = exitStatus.internal;
      process.exit(exitStatus.internal);
    });
  }
  process.on('exit', () => {
    if (ended === undefined) {
      say(
        'error: the program ended before its command did (an adapter may have ended it, or be waiting for something that never comes)',
      );
      process.exitCode = exitStatus.internal;
    } else if (lost && ended < exitStatus.usage) {
      say(`error: the output could not be written: ${messageOf(lost)} (free some space)`);
      process.exitCode = exitStatus.storage;
    }
  });
  return {
    end(status) {
      ended = status;
      process.exitCode = status;
    },
  };
}

/** At once: a stream would not come to it any more. */
function say(line: string): void {
  try {
    writeSync(2, `${line}\n`);
  } catch {
    // Nobody listens there either.
  }
}
