/** The colour and the shape of a target, the same wherever it is drawn or named. */
import { seriesColours, seriesShapes } from '../theme.js';
import { item } from './table.js';

export interface Look {
  /** From 1: names a colour of the style sheet. */
  readonly series: number;
  /** As Vega names it. */
  readonly shape: string;
  /** The shape as a character. */
  readonly symbol: string;
}

/** By the shapes of the theme. */
const symbols = ['●', '■', '▲', '◆', '✚', '▼', '▶', '◀'];

/** Eight colours and eight shapes: when they begin again, they meet in other pairs. */
export function lookOf(target: number): Look {
  const series = target % seriesColours.length;
  const shape = (target + Math.floor(target / seriesColours.length)) % seriesShapes.length;
  return { series: series + 1, shape: item(seriesShapes, shape), symbol: item(symbols, shape) };
}

export function colourOf(target: number): string {
  return item(seriesColours, lookOf(target).series - 1);
}
