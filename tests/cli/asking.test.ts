import { expect, it } from 'vitest';
import { showAsking } from '../../cli/asking.js';

function watched(isTTY: boolean) {
  const written: string[] = [];
  const stream = { isTTY, columns: 40, write: (text: string) => written.push(text) };
  return { asking: showAsking(stream as unknown as NodeJS.WriteStream), written };
}

it('says in one line of a terminal which targets are asked, and leaves nothing', () => {
  const { asking, written } = watched(true);
  asking.show(['pytorch/cpu', 'jax/cpu']);
  asking.show(['a-target-with-a-name/that-is-longer', 'than/a-line']);
  asking.clear();
  expect(written[1]).toBe('asking pytorch/cpu, jax/cpu');
  expect(written[3]).toMatch(/^asking a-target.*…$/);
  expect([...written[3]!].length).toBeLessThan(40);
  expect(written.at(-1)).toBe('\r\u001b[2K');
});

it('says nothing in a file', () => {
  const { asking, written } = watched(false);
  asking.show(['pytorch/cpu']);
  asking.clear();
  expect(written).toEqual([]);
});
