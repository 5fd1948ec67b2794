/** Operators that move parts of a value: sequences that end early, and what lies around the centre. */
import { elementCount } from '../../../model/graph.js';
import { integer, integers } from '../attributes.js';
import { pad, reshape, slice, take } from '../operations/emitter.js';
import { refuse } from '../refusal.js';
import { type Canonicaliser, type Canonicalisers, inputOf, outputOf, positive } from './canonicaliser.js';

/** The first steps of each sequence, as many as its length says, the other way round. */
const reversedSequences: Canonicaliser = (node, p) => {
  const x = p.plain(inputOf(node, 0));
  const [first = 1, second = 1, ...rest] = x.shape;
  const isTimeFirst = integer(node, 'time_axis', 0) === 0;
  if (integer(node, 'batch_axis', 1) !== Number(isTimeFirst))
    refuse('batch_axis and time_axis other than the first two are not supported');
  const lengths = p.numbers(inputOf(node, 1));
  const rows = Array.from({ length: first * second }, (_, row) => {
    const [outer, inner] = [Math.floor(row / second), row % second];
    const [time, member] = isTimeFirst ? [outer, inner] : [inner, outer];
    const length = lengths[member] ?? 0;
    const from = time < length ? length - 1 - time : time;
    return isTimeFirst ? from * second + inner : outer * second + from;
  });
  const moved = take(p, reshape(p, x, [first * second, elementCount(rest)]), 0, rows);
  p.define(outputOf(node), reshape(p, moved, x.shape));
};

/** To the shape that was observed: the centre of what is longer, zeros around what is shorter. */
const centred: Canonicaliser = (node, p) => {
  const { operand, axes } = p.value(inputOf(node, 0));
  const target = p.shape(outputOf(node));
  const over = integers(node, 'axes', [...axes.keys()]).map((axis) => positive(axis, axes.length));
  const wanted = axes.map((axis, place) =>
    over.includes(axis) ? (target[axis] ?? 1) : (operand.shape[place] ?? 1),
  );
  const excess = operand.shape.map((extent, place) => extent - (wanted[place] ?? extent));
  const begins = excess.map((more) => Math.floor(Math.max(0, more) / 2));
  const ends = begins.map((begin, place) => begin + Math.min(operand.shape[place] ?? 1, wanted[place] ?? 1));
  const pads = excess.map((more): readonly [number, number] => {
    const missing = Math.max(0, -more);
    return [Math.floor(missing / 2), Math.ceil(missing / 2)];
  });
  p.define(outputOf(node), pad(p, slice(p, operand, begins, ends), pads, 0), axes);
};

export const parts: Canonicalisers = { ReverseSequence: reversedSequences, CenterCropPad: centred };
