/** Anything that a framework throws, as a record that crosses the process boundary with its causes. */
import type { ErrorRecord } from '../protocol/messages.js';

const maxCauses = 8;
const maxMessageLength = 4096;

/** Codes of Node for a module or native addon that is not there or does not load. */
const importCodes = new Set(['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND', 'ERR_DLOPEN_FAILED']);

/** Node, WebAssembly and ONNX Runtime have no class for exhausted memory: the text is the only sign. */
const outOfMemory =
  /out of memory|array buffer allocation failed|invalid array buffer length|could not allocate memory|failed to allocate memory|bad_alloc/i;

export function recordOf(thrown: unknown, causesLeft = maxCauses): ErrorRecord {
  if (!(thrown instanceof Error)) return { kind: typeof thrown, message: short(String(thrown)) };
  return {
    kind: kindOf(thrown),
    message: short(thrown.message || thrown.name),
    stack: thrown.stack,
    cause:
      thrown.cause === undefined || causesLeft === 0 ? undefined : recordOf(thrown.cause, causesLeft - 1),
  };
}

/** An adapter refuses a model by throwing an error named `UnsupportedError`, and a framework that is missing by `UnavailableError`. */
function kindOf(error: Error): string {
  const code = 'code' in error ? String(error.code) : '';
  if (error.name === 'UnavailableError' || importCodes.has(code)) return 'unavailable';
  if (error.name === 'UnsupportedError') return 'unsupported';
  if (outOfMemory.test(error.message)) return 'out-of-memory';
  return error.name === 'Error' ? error.constructor.name : error.name;
}

function short(message: string): string {
  return message.slice(0, maxMessageLength);
}
