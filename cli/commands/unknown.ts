/** What stands where a command does and is none. */
import type { Command } from 'commander';
import { closest } from 'fastest-levenshtein';
import { TouchstoneError } from '../../common/errors.js';
import { invocation } from '../../common/invocation.js';

/** Global options that take a word, which is no command. */
const withValue = ['--adapter', '--home'];

/** `run` is the default command and takes no words: without this, a mistyped name of a command would be its excess argument. */
export function refuseUnknownCommand(program: Command, args: readonly string[]): void {
  const names = program.commands.map((command) => command.name());
  let first = 0;
  while (withValue.includes(args[first] ?? '')) first += 2;
  const word = args[first];
  if (word === undefined || word === '' || word.startsWith('-') || [...names, 'help'].includes(word)) return;
  throw new TouchstoneError('usage', `there is no command ${word}`, {
    hint: `did you mean ${closest(word, names)}? \`${invocation('--help')}\` shows them all`,
  });
}
