import { Command } from 'commander';
import { expect, it } from 'vitest';
import { refuseUnknownCommand } from '../../cli/commands/unknown.js';

const program = new Command('bench');
for (const name of ['run', 'list', 'report', 'history']) program.command(name);

it.each([
  [['lst'], 'list'],
  [['--adapter', './a.js', 'reprot', 'x'], 'report'],
  [['histroy', '--targets', 'a'], 'history'],
])('%j is no command, and the nearest is named', (args, nearest) => {
  expect(() => refuseUnknownCommand(program, args)).toThrow(`there is no command`);
  try {
    refuseUnknownCommand(program, args);
  } catch (error) {
    expect((error as { hint: string }).hint).toContain(`did you mean ${nearest}?`);
  }
});

it.each([[[]], [['list']], [['help']], [['--targets', 'lst']], [['--home', 'somewhere', 'report', 'lst']]])(
  '%j is fine',
  (args) => {
    expect(() => refuseUnknownCommand(program, args)).not.toThrow();
  },
);
