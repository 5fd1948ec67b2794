import { expect, it } from 'vitest';
import { onLanes } from '../../common/lanes.js';

const lanes = [[0], [1]];

it('has one item at a time on each lane, begun in order', async () => {
  const begun: string[] = [];
  await onLanes(lanes, ['slow', 'a', 'b', 'c'], async (item, lane) => {
    begun.push(`${item} on ${lane}`);
    await new Promise((resolve) => setTimeout(resolve, item === 'slow' ? 60 : 5));
  });
  expect(begun).toEqual(['slow on 0', 'a on 1', 'b on 1', 'c on 1']);
});

it('waits for the rest where one fails before it has begun', async () => {
  const ended: string[] = [];
  const all = onLanes(lanes, ['slow', 'fails'], (item) => {
    if (item === 'fails') throw new Error('too late');
    return new Promise<void>((resolve) => setTimeout(resolve, 30)).then(() => void ended.push(item));
  });
  await expect(all).rejects.toThrow('too late');
  expect(ended).toEqual(['slow']);
});

it('begins nothing after a failure, and throws it when the rest is done', async () => {
  const ended: string[] = [];
  const all = onLanes(lanes, ['slow', 'fails', 'never'], async (item) => {
    await new Promise((resolve) => setTimeout(resolve, item === 'slow' ? 40 : 5));
    if (item === 'fails') throw new Error('broken');
    ended.push(item);
  });
  await expect(all).rejects.toThrow('broken');
  expect(ended).toEqual(['slow']);
});
