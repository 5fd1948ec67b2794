import { expect, it } from 'vitest';
import { silhouettes } from '../../suites/data/silhouettes.js';

const side = 64;
const { images, masks } = silhouettes(16, side, 0);

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

it('marks a part of every image, a different one in each', () => {
  const each = Array.from({ length: 16 }, (_, image) =>
    masks.subarray(image * side * side, (image + 1) * side * side),
  );
  for (const mask of each) {
    const share = mean([...mask]);
    expect(share).toBeGreaterThan(0.02);
    expect(share).toBeLessThan(0.9);
  }
  expect(new Set(each.map((mask) => mask.join(''))).size).toBe(16);
  expect(silhouettes(16, side, 1).masks).not.toEqual(masks);
});

it('is bright in the marked area and dark elsewhere, with overlapping distributions', () => {
  const ofClass = (wanted: number) => [...images].filter((_, pixel) => masks[pixel] === wanted);
  expect(mean(ofClass(1))).toBeCloseTo(1, 1);
  expect(mean(ofClass(0))).toBeCloseTo(-0.5, 1);
  expect(Math.min(...ofClass(1))).toBeLessThan(Math.max(...ofClass(0)));
  const all = [...images];
  expect(Math.abs(mean(all))).toBeLessThan(0.3);
  expect(mean(all.map((value) => value * value))).toBeCloseTo(1, 0);
});

it('marks connected areas', () => {
  const neighbours = [...masks].filter((value, pixel) => pixel % side > 0 && value !== masks[pixel - 1]);
  expect(neighbours.length / masks.length).toBeLessThan(0.1);
});

it('has discs and rectangles', () => {
  // All rows of a rectangle have the same width; those of a disc do not.
  const widths = Array.from({ length: 16 * side }, (_, row) =>
    masks.subarray(row * side, (row + 1) * side).reduce((sum, value) => sum + value, 0),
  ).filter((width) => width > 0);
  const changes = widths.filter((width, row) => row > 0 && Math.abs(width - (widths[row - 1] ?? 0)) > 4);
  expect(changes.length).toBeGreaterThan(10);
  expect(new Set(widths).size).toBeGreaterThan(20);
});
