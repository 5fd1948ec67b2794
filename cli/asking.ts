/** What a command that starts frameworks is waiting for, in one line of a terminal. */
import { fitted } from '../reports/terminal/lines.js';

export interface Asking {
  /** Shown instead of what was shown before. */
  show(names: readonly string[]): void;
  /** Leaves nothing. */
  clear(): void;
}

/** Silent where nobody watches. */
export function showAsking(stream: NodeJS.WriteStream = process.stderr): Asking {
  if (!stream.isTTY) return { show: () => undefined, clear: () => undefined };
  const clear = () => void stream.write('\r\u001b[2K');
  return {
    show(names) {
      clear();
      if (names.length > 0) stream.write(fitted(`asking ${names.join(', ')}`, (stream.columns || 80) - 1));
    },
    clear,
  };
}
