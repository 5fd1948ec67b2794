/**
 * Generated frames of Pong, since Atari's are under copyright: two paddles and a ball, with the sizes and positions that they have
 * on the screen of the 2600, move from frame to frame.
 */
import { at } from '../../common/at.js';
import { uniform } from '../../model/random.js';

/** Positions at time 0 and velocities per frame, relative to the width and height of the field. */
interface Game {
  readonly ball: readonly [x: number, y: number];
  readonly speed: readonly [x: number, y: number];
  readonly paddles: readonly [left: number, right: number];
  readonly paddleSpeeds: readonly [left: number, right: number];
}

/** @param number of the game */
function game(number: number): Game {
  const drawn = uniform(0, `pong/${number}`, 8, 0, 1);
  const share = (index: number) => at(drawn, index);
  const signed = (index: number) => 2 * share(index) - 1;
  return {
    ball: [0.2 + 0.5 * share(0), 0.1 + 0.7 * share(1)],
    // The ball crosses the field in about 40 frames, a paddle in about 25.
    speed: [Math.sign(signed(2)) * 0.025, signed(3) * 0.03],
    paddles: [0.1 + 0.7 * share(4), 0.1 + 0.7 * share(5)],
    paddleSpeeds: [signed(6) * 0.04, signed(7) * 0.04],
  };
}

/**
 * Paints one frame into `size`² pixels, row-major from the top.
 *
 * @param offset of the first pixel
 * @param number of the game
 * @param time number of the frame
 * @param light value of the painted pixels
 */
export function paintPong(
  pixels: Float32Array,
  offset: number,
  size: number,
  number: number,
  time: number,
  light: number,
): void {
  const { ball, speed, paddles, paddleSpeeds } = game(number);
  const fill = (x: number, y: number, width: number, height: number) => {
    const [left, top] = [Math.round(x * size), Math.round(y * size)];
    for (let row = Math.max(0, top); row < Math.min(size, top + height); row++) {
      pixels.fill(light, offset + row * size + left, offset + row * size + left + width);
    }
  };
  const paddleHeight = Math.round(size / 10);
  fill(0.1, paddles[0] + paddleSpeeds[0] * time, 2, paddleHeight);
  fill(0.875, paddles[1] + paddleSpeeds[1] * time, 2, paddleHeight);
  fill(ball[0] + speed[0] * time, ball[1] + speed[1] * time, 1, 2);
}
