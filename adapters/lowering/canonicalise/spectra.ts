/** Fourier transforms (github.com/onnx/onnx, docs/Operators.md). */
import { at, leading } from '../../../common/at.js';
import { type GraphNode, integer, optionalInput } from '../attributes.js';
import { one, pad, reshape, sliceAxis } from '../operations/emitter.js';
import type { Operand } from '../operations/operation.js';
import type { Planner } from '../planner.js';
import { refuse } from '../refusal.js';
import { type Canonicaliser, type Canonicalisers, inputOf, outputOf, positive } from './canonicaliser.js';

/** The operator set in which the axis became an input, counted with the last axis of real and imaginary part. */
const axisIsInputSince = 20;

const dft: Canonicaliser = (node, p) => {
  const x = p.plain(inputOf(node, 0));
  const axis = positive(axisOf(node, p), x.shape.length);
  if (axis === x.shape.length - 1) refuse(`axis ${axis} holds real and imaginary part`);
  const length = optionalInput(node, 1);
  const fitted = length === undefined ? x : ofLength(p, x, axis, at(p.numbers(length), 0));
  const inverse = integer(node, 'inverse', 0) !== 0;
  const onesided = integer(node, 'onesided', 0) !== 0;
  if (onesided && (inverse || at(x.shape, -1) !== 1))
    refuse('onesided with inverse, or of complex numbers, is not supported');
  const extent = at(fitted.shape, axis);
  const shape = fitted.shape.with(axis, onesided ? Math.floor(extent / 2) + 1 : extent).with(-1, 2);
  p.define(outputOf(node), one(p, 'DFT', { axis, inverse, onesided }, [fitted], { type: x.type, shape }));
};

function axisOf(node: GraphNode, p: Planner): number {
  if (p.graph.opset < axisIsInputSince) return integer(node, 'axis', 1);
  const given = optionalInput(node, 2);
  return given === undefined ? -2 : at(p.numbers(given), 0);
}

/** Cut off at the end, or extended by zeros. */
function ofLength(p: Planner, x: Operand, axis: number, length: number): Operand {
  const extent = at(x.shape, axis);
  if (length <= extent) return sliceAxis(p, x, axis, 0, length);
  const pads = x.shape.map((_, each): readonly [number, number] => [0, each === axis ? length - extent : 0]);
  return pad(p, x, pads, 0);
}

const stft: Canonicaliser = (node, p) => {
  const signal = p.plain(inputOf(node, 0));
  if (signal.shape.length === 3 && at(signal.shape, 2) !== 1) refuse('a complex signal is not supported');
  const [batch, length] = leading(signal.shape, 2);
  const step = at(p.numbers(inputOf(node, 1)), 0);
  const window = windowOf(node, p, signal);
  const frame = at(window.shape, 0);
  const onesided = integer(node, 'onesided', 1) !== 0;
  const frames = Math.floor((length - frame) / step) + 1;
  const shape = [batch, frames, onesided ? Math.floor(frame / 2) + 1 : frame, 2];
  const result = { type: signal.type, shape };
  const real = reshape(p, signal, [batch, length]);
  p.define(outputOf(node), one(p, 'STFT', { step, onesided }, [real, window], result));
};

/** As long as a frame; without one all values of a frame count alike. */
function windowOf(node: GraphNode, p: Planner, { type }: Operand): Operand {
  const given = optionalInput(node, 2);
  const frame = optionalInput(node, 3);
  const length = frame === undefined ? undefined : at(p.numbers(frame), 0);
  if (given === undefined) {
    const count = length ?? refuse('a window or frame_length is required');
    return p.literal(
      type,
      [count],
      Array.from({ length: count }, () => 1),
    );
  }
  const window = p.plain(given);
  const own = at(window.shape, 0);
  return length === undefined || length === own
    ? window
    : refuse(`a window of ${own} values for frames of ${length} is not supported`);
}

export const spectra: Canonicalisers = { DFT: dft, STFT: stft };
