/**
 * The one error class of the project. Every failure that a user can meet is one of these codes; the code decides
 * the exit status, the message says what is wrong and where, the hint says what to do about it.
 */
import { plain } from './text.js';

export type ErrorCode =
  | 'usage' // the command line, or a file that the user gave, is wrong
  | 'model' // an .onnx file cannot be read, is unsafe or does not run
  | 'install' // an environment could not be made
  | 'worker' // a child process died, timed out or broke the protocol
  | 'storage' // the run folder cannot be written
  | 'interrupted' // the user asked to stop
  | 'internal'; // a defect of Touchstone itself

/** Exit status by code: 2 is usage, 4 is "could not measure", 130 is what shells report for Ctrl-C. */
export const exitStatus: Readonly<Record<ErrorCode, number>> = {
  usage: 2,
  model: 2,
  install: 4,
  worker: 4,
  storage: 4,
  interrupted: 130,
  internal: 70,
};

export class TouchstoneError extends Error {
  override readonly name = 'TouchstoneError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}

/** The message of anything that was thrown, on one line, without control characters. */
export function messageOf(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return plain(text);
}

/** The message with the hint behind it, on one line: what is wrong and what to do. */
export function explain(thrown: unknown): string {
  const hint = thrown instanceof TouchstoneError && thrown.hint ? ` (${plain(thrown.hint)})` : '';
  return `${shortened(messageOf(thrown))}${hint}`;
}

/** Some frameworks print a whole network into their message; the log has all of it. */
const maxMessageLength = 500;
function shortened(text: string): string {
  return text.length <= maxMessageLength ? text : `${text.slice(0, maxMessageLength)}…`;
}

/** `error: <message> (<hint>)`: the one line that a user sees. */
export function oneLine(thrown: unknown): string {
  return `error: ${explain(thrown)}`;
}

/** For the `default` of a switch over a union: the compiler rejects a forgotten case, and at run time the value is named. */
export function unreachable(value: never): never {
  throw new TouchstoneError('internal', `unexpected value ${JSON.stringify(value)}`);
}
