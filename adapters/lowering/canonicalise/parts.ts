/** ReverseSequence and CenterCropPad. */
import { at, leading } from '../../../common/at.js';
import { elementCount } from '../../../model/graph.js';
import { integer, integers } from '../attributes.js';
import { pad, reshape, slice, take } from '../operations/emitter.js';
import { refuse } from '../refusal.js';
import { type Canonicaliser, type Canonicalisers, inputOf, outputOf, positive } from './canonicaliser.js';

/** The first steps of each sequence, up to its length, reversed. */
const reversedSequences: Canonicaliser = (node, p) => {
  const x = p.plain(inputOf(node, 0));
  const [first, second] = leading(x.shape, 2);
  const rest = x.shape.slice(2);
  const isTimeFirst = integer(node, 'time_axis', 0) === 0;
  if (integer(node, 'batch_axis', 1) !== Number(isTimeFirst))
    refuse('batch_axis and time_axis other than 0 and 1 are not supported');
  const lengths = p.numbers(inputOf(node, 1));
  const rows = Array.from({ length: first * second }, (_, row) => {
    const [outer, inner] = [Math.floor(row / second), row % second];
    const [time, member] = isTimeFirst ? [outer, inner] : [inner, outer];
    const length = at(lengths, member);
    const from = time < length ? length - 1 - time : time;
    return isTimeFirst ? from * second + inner : outer * second + from;
  });
  const reversed = take(p, reshape(p, x, [first * second, elementCount(rest)]), 0, rows);
  p.define(outputOf(node), reshape(p, reversed, x.shape));
};

/** To the observed shape: longer axes are cropped around their centre, shorter ones padded with zeros. */
const centred: Canonicaliser = (node, p) => {
  const { operand, axes } = p.value(inputOf(node, 0));
  const target = p.shape(outputOf(node));
  const over = integers(node, 'axes', [...axes.keys()]).map((axis) => positive(axis, axes.length));
  const wanted = axes.map((axis, place) =>
    over.includes(axis) ? at(target, axis) : at(operand.shape, place),
  );
  const excess = operand.shape.map((extent, place) => extent - at(wanted, place));
  const begins = excess.map((each) => Math.floor(Math.max(0, each) / 2));
  const ends = begins.map((begin, place) => begin + Math.min(at(operand.shape, place), at(wanted, place)));
  const pads = excess.map((each): readonly [number, number] => {
    const missing = Math.max(0, -each);
    return [Math.floor(missing / 2), Math.ceil(missing / 2)];
  });
  p.define(outputOf(node), pad(p, slice(p, operand, begins, ends), pads, 0), axes);
};

export const parts: Canonicalisers = { ReverseSequence: reversedSequences, CenterCropPad: centred };
