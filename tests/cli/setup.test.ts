import { expect, it } from 'vitest';
import { setupCommand } from '../../cli/setup.js';
import { refusal } from './output.js';

it('asks for targets, with an example', async () => {
  expect(await refusal(() => setupCommand([], {}))).toMatch(
    /setup needs targets.*`.*setup .*pytorch\/cpu`.*--all/,
  );
});

it('names an unknown target and the nearest one', async () => {
  expect(await refusal(() => setupCommand(['pytorch/cpuu'], {}))).toMatch(
    /pytorch\/cpuu.*did you mean pytorch\/cpu\?/,
  );
});
