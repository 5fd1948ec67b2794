import { expect, test } from 'vitest';
import { namesOutsidePages } from '../targets.js';
import { page, targets } from './small-models.js';

test('all targets are there, and the page has a section for each', () => {
  const names = targets.map(({ name }) => name).sort();
  expect(names).toEqual([...namesOutsidePages].sort());
  for (const name of names) expect(page).toContain(`### ${name}\n`);
  expect(page).not.toMatch(/\*\*(wrong|failed)\*\*|\d wrong/);
});
