/**
 * Pictures to be segmented: bright discs and rectangles before a dark ground, both under noise, with the mask that tells which pixels
 * are theirs. All is drawn by the generator, with exact arithmetic only, so that the bits are the same everywhere. The noise is as wide
 * as the steps between shape and ground, so that no single pixel tells its class, and no two windows are alike.
 */
import { uniform } from '../../model/random.js';

export interface Silhouettes {
  /** [batch, 1, side, side], of mean near 0 and variance near 1. */
  readonly pictures: Float32Array;
  /** [batch, side · side], row by row: 1 where a shape is. */
  readonly masks: Int32Array;
}

const shapesEach = 4;
/** What is drawn of a shape: its kind, the middle, and half of its extents. */
const numbersEach = 5;

/** @param buffer tells one batch from another */
export function silhouettes(batch: number, side: number, buffer: number): Silhouettes {
  const name = `silhouettes/${side}/${buffer}`;
  const shapes = uniform(0, `${name}/shapes`, batch * shapesEach * numbersEach, 0, 1);
  const noise = uniform(0, `${name}/noise`, batch * side * side, -1, 1);
  const masks = new Int32Array(batch * side * side);
  for (let shape = 0; shape < batch * shapesEach; shape++) {
    const picture = Math.floor(shape / shapesEach) * side * side;
    const drawn = shapes.subarray(shape * numbersEach, (shape + 1) * numbersEach);
    fill(masks.subarray(picture, picture + side * side), side, drawn);
  }
  const pictures = noise.map((value, pixel) => value + (masks[pixel] ? 1 : -0.5));
  return { pictures, masks };
}

function fill(mask: Int32Array, side: number, drawn: Float32Array): void {
  const [kind = 0, x = 0, y = 0, width = 0, height = 0] = drawn;
  // From an eighth of the side to three.
  const [across, down] = [width, height].map((part) => (side * (1 + 2 * part)) / 16) as [number, number];
  for (let pixel = 0; pixel < mask.length; pixel++) {
    const fromMiddle = [(pixel % side) - x * side, Math.floor(pixel / side) - y * side] as const;
    const [right, below] = fromMiddle;
    const isInside =
      kind < 0.5
        ? right * right + below * below < across * across
        : Math.abs(right) < across && Math.abs(below) < down;
    if (isInside) mask[pixel] = 1;
  }
}
