/** MaxPool, AveragePool and their global forms, over two spatial axes. */
import { type GraphNode, integer, integers, optionalOutput } from '../attributes.js';
import type { Planner } from '../planner.js';
import { refuse } from '../refusal.js';
import { paddingOf, reachingTo, roundsUp, type Window, windowOf } from '../windows.js';
import { channelsLast, picture, zeroPad } from './convolution.js';

export function maxPool(node: GraphNode, planner: Planner): void {
  const second = optionalOutput(node, 1);
  if (second !== undefined) refuse(`with its second output ${second}`);
  const x = picture(planner, node.inputs[0]);
  const window = checkedWindow(node, planner, x.shape.slice(2));
  const padding = paddingOf(window, x.shape.slice(2));
  const shape = { poolSize: window.kernel, strides: window.strides };
  const tensor =
    padding === 'explicit'
      ? planner.layer({ ...shape, kind: 'paddedMaxPooling2d', pads: window.pads }, [x.tensor])
      : planner.layer({ ...shape, kind: 'maxPooling2d', padding }, [x.tensor]);
  definePicture(node, planner, tensor);
}

export function averagePool(node: GraphNode, planner: Planner): void {
  const x = picture(planner, node.inputs[0]);
  const window = checkedWindow(node, planner, x.shape.slice(2));
  const padding = paddingOf(window, x.shape.slice(2));
  const shape = { poolSize: window.kernel, strides: window.strides };
  if (padding !== 'valid' && integer(node, 'count_include_pad', 0) !== 0) {
    if (roundsUp(node, windowOf(node, x.shape.slice(2)), x.shape.slice(2))) {
      refuse('with ceil_mode 1 and count_include_pad 1');
    }
    const padded = zeroPad(planner, x, window.pads);
    definePicture(
      node,
      planner,
      planner.layer({ ...shape, kind: 'averagePooling2d', padding: 'valid' }, [padded]),
    );
    return;
  }
  const tensor =
    padding === 'explicit'
      ? planner.layer({ ...shape, kind: 'paddedAveragePooling2d', pads: window.pads }, [x.tensor])
      : planner.layer({ ...shape, kind: 'averagePooling2d', padding }, [x.tensor]);
  definePicture(node, planner, tensor);
}

export function globalPool(kind: 'globalAveragePooling2d' | 'globalMaxPooling2d') {
  return (node: GraphNode, planner: Planner): void => {
    const x = picture(planner, node.inputs[0]);
    const tensor = planner.layer({ kind }, [x.tensor]);
    planner.define(node.outputs[0] ?? '', { tensor, shape: planner.shape(node.outputs[0]), axes: [0, 1] });
  };
}

/** A window more, where `ceil_mode` adds one, is what pads at the end come to that count neither way. */
function checkedWindow(node: GraphNode, planner: Planner, spatial: readonly number[]): Window {
  const window = windowOf(node, spatial);
  if (integers(node, 'dilations').some((dilation) => dilation !== 1)) {
    refuse(`with dilations ${window.dilations}`);
  }
  if (!roundsUp(node, window, spatial)) return window;
  return reachingTo(window, spatial, planner.shape(node.outputs[0]).slice(2));
}

function definePicture(node: GraphNode, planner: Planner, tensor: number): void {
  planner.define(node.outputs[0] ?? '', {
    tensor,
    shape: planner.shape(node.outputs[0]),
    axes: channelsLast,
  });
}
