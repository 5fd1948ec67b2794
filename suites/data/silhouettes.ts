/**
 * Generated images for segmentation: bright discs and rectangles on a dark background under noise, with the mask of
 * their pixels. Only exact arithmetic is used, so that the bits are the same on every machine. The noise is as large as the
 * contrast, so that a single pixel does not reveal its class and no two windows are equal.
 */
import { at } from '../../common/at.js';
import { uniform } from '../../model/random.js';

export interface Silhouettes {
  /** [batch, 1, side, side], with mean near 0 and variance near 1. */
  readonly images: Float32Array;
  /** [batch, side · side], row-major: 1 inside a shape, else 0. */
  readonly masks: Int32Array;
}

const shapesPerImage = 4;
/** Random numbers of a shape: kind, centre (x, y), half width and half height. */
const numbersPerShape = 5;

/** @param side in pixels @param buffer number of the batch */
export function silhouettes(batch: number, side: number, buffer: number): Silhouettes {
  const name = `silhouettes/${side}/${buffer}`;
  const shapes = uniform(0, `${name}/shapes`, batch * shapesPerImage * numbersPerShape, 0, 1);
  const noise = uniform(0, `${name}/noise`, batch * side * side, -1, 1);
  const masks = new Int32Array(batch * side * side);
  for (let shape = 0; shape < batch * shapesPerImage; shape++) {
    const start = Math.floor(shape / shapesPerImage) * side * side;
    const numbers = shapes.subarray(shape * numbersPerShape, (shape + 1) * numbersPerShape);
    fill(masks.subarray(start, start + side * side), side, numbers);
  }
  const images = noise.map((value, pixel) => value + (masks[pixel] ? 1 : -0.5));
  return { images, masks };
}

/** Sets the pixels of one shape. */
function fill(mask: Int32Array, side: number, numbers: Float32Array): void {
  const [kind, x, y] = [at(numbers, 0), at(numbers, 1), at(numbers, 2)];
  // The extent is one to three eighths of the side.
  const half = (number: number) => (side * (1 + 2 * number)) / 16;
  const [halfWidth, halfHeight] = [half(at(numbers, 3)), half(at(numbers, 4))];
  for (let pixel = 0; pixel < mask.length; pixel++) {
    const [right, below] = [(pixel % side) - x * side, Math.floor(pixel / side) - y * side];
    const isInside =
      kind < 0.5
        ? right * right + below * below < halfWidth * halfWidth
        : Math.abs(right) < halfWidth && Math.abs(below) < halfHeight;
    if (isInside) mask[pixel] = 1;
  }
}
