/** MaxPool, AveragePool and their global forms, over one or two spatial axes. */
import { type GraphNode, integer, optionalOutput } from '../../attributes.js';
import { refuse } from '../../refusal.js';
import type { Value } from '../../value.js';
import type { Planner } from '../planner.js';
import { paddedExtents, paddingOf, reachingTo, roundsUp, type Window, windowOf } from '../windows.js';
import { channelsLast, picture, zeroPad } from './convolution.js';

type Purpose = 'max' | 'average';

export function maxPool(node: GraphNode, planner: Planner): void {
  const second = optionalOutput(node, 1);
  if (second !== undefined) refuse(`with its second output ${second}`);
  const x = picture(planner, node.inputs[0]);
  const window = windowOf(node, x.shape.slice(2));
  definePicture(node, planner, pool(planner, 'max', x, reaching(node, planner, window, x)));
}

export function averagePool(node: GraphNode, planner: Planner): void {
  const x = picture(planner, node.inputs[0]);
  const window = windowOf(node, x.shape.slice(2));
  const counts = integer(node, 'count_include_pad', 0) !== 0 && window.pads.some((pad) => pad !== 0);
  const given = counts ? padded(planner, x, window) : { x, window };
  const reached = reaching(node, planner, given.window, given.x);
  definePicture(node, planner, pool(planner, 'average', given.x, reached));
}

export function globalPool(purpose: Purpose) {
  return (node: GraphNode, planner: Planner): void => {
    const x = picture(planner, node.inputs[0]);
    const kind = `global${purpose === 'max' ? 'Max' : 'Average'}Pooling${isRow(x) ? '1d' : '2d'}` as const;
    const tensor = planner.layer({ kind }, [x.tensor]);
    planner.define(node.outputs[0] ?? '', { tensor, shape: planner.shape(node.outputs[0]), axes: [0, 1] });
  };
}

/** Pads that count are zeros like any other: a layer of its own makes them. */
function padded(planner: Planner, x: Value, window: Window): { x: Value; window: Window } {
  const tensor = zeroPad(planner, x, window.pads);
  const spatial = paddedExtents(x.shape.slice(2), window.pads);
  const shape = [...x.shape.slice(0, 2), ...spatial];
  return { x: { ...x, tensor, shape }, window: { ...window, pads: window.pads.map(() => 0) } };
}

/** A window more, where `ceil_mode` adds one, is what pads at the end come to that count neither way. */
function reaching(node: GraphNode, planner: Planner, window: Window, x: Value): Window {
  const spatial = x.shape.slice(2);
  if (!roundsUp(node, window, spatial)) return window;
  return reachingTo(window, spatial, planner.shape(node.outputs[0]).slice(2));
}

function pool(planner: Planner, purpose: Purpose, x: Value, window: Window): number {
  const { kernel, strides, dilations, pads } = window;
  const shape = { poolSize: kernel, strides };
  const padding = paddingOf(window, x.shape.slice(2));
  const over = isRow(x) ? '1d' : '2d';
  if (isDilated(window)) {
    if (purpose === 'average') refuse(`with dilations ${dilations}`);
    const kind = `dilatedMaxPooling${over}` as const;
    return planner.layer({ ...shape, kind, dilationRate: dilations, pads }, [x.tensor]);
  }
  if (padding === 'explicit') {
    const kind = `padded${purpose === 'max' ? 'Max' : 'Average'}Pooling${over}` as const;
    return planner.layer({ ...shape, kind, pads }, [x.tensor]);
  }
  return planner.layer({ ...shape, kind: `${purpose}Pooling${over}`, padding }, [x.tensor]);
}

function isDilated({ dilations }: Window): boolean {
  return dilations.some((dilation) => dilation !== 1);
}

function isRow(x: Value): boolean {
  return x.shape.length === 3;
}

function definePicture(node: GraphNode, planner: Planner, tensor: number): void {
  const shape = planner.shape(node.outputs[0]);
  planner.define(node.outputs[0] ?? '', { tensor, shape, axes: channelsLast(shape.length) });
}
