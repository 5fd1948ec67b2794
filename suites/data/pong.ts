/**
 * Frames of Pong, drawn: Atari's are not ours to ship. Two paddles and a ball, of the sizes and at the places that they have on
 * the screen of the 2600, move from frame to frame; a game begins anew wherever one is asked for.
 */
import { uniform } from '../../model/random.js';

/** One game's frames, as far as they are asked for. Places are shares of the height and width of the field. */
interface Game {
  readonly ball: readonly [x: number, y: number];
  readonly speed: readonly [x: number, y: number];
  readonly paddles: readonly [left: number, right: number];
  readonly turns: readonly [left: number, right: number];
}

/** @param number tells games apart */
function game(number: number): Game {
  const [x, y, across, down, left, right, up, upper] = uniform(0, `pong/${number}`, 8, 0, 1);
  const signed = (share = 0.5) => 2 * share - 1;
  return {
    ball: [0.2 + 0.5 * (x ?? 0), 0.1 + 0.7 * (y ?? 0)],
    // A ball crosses the field in about forty frames, a paddle its height in twenty-five.
    speed: [Math.sign(signed(across)) * 0.025, signed(down) * 0.03],
    paddles: [0.1 + 0.7 * (left ?? 0), 0.1 + 0.7 * (right ?? 0)],
    turns: [signed(up) * 0.04, signed(upper) * 0.04],
  };
}

/** Paints frame `time` of a game into `size`² pixels from `offset` on, rows from above. */
export function paintPong(
  pixels: Float32Array,
  offset: number,
  size: number,
  number: number,
  time: number,
  light: number,
): void {
  const { ball, speed, paddles, turns } = game(number);
  const fill = (x: number, y: number, width: number, height: number) => {
    const [left, top] = [Math.round(x * size), Math.round(y * size)];
    for (let row = Math.max(0, top); row < Math.min(size, top + height); row++) {
      pixels.fill(light, offset + row * size + left, offset + row * size + left + width);
    }
  };
  const tall = Math.round(size / 10);
  fill(0.1, paddles[0] + turns[0] * time, 2, tall);
  fill(0.875, paddles[1] + turns[1] * time, 2, tall);
  fill(ball[0] + speed[0] * time, ball[1] + speed[1] * time, 1, 2);
}
