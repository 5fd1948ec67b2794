/** How a user starts a command: messages name the line that works where they are. */
import { isClone } from './paths.js';

export { quoted } from './text.js';

/** The command line without its arguments. */
export const program = isClone ? 'npm run bench --' : 'npx touchstone';

/** `npm run bench -- list` in a clone, `npx touchstone list` from the package. */
export function invocation(commandLine: string): string {
  return isClone && commandLine.startsWith('setup ')
    ? `npm run setup -- ${commandLine.slice('setup '.length)}`
    : `${program} ${commandLine}`;
}
