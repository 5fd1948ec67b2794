/** Attention and the rotation of its queries and keys (github.com/onnx/onnx, docs/Operators.md). */
import { type GraphNode, integer, decimal as number, optionalInput, optionalOutput } from '../attributes.js';
import { filled } from '../decompositions/shifts.js';
import {
  binary,
  cast,
  concat,
  gather,
  matMul,
  reduce,
  reshape,
  scalar,
  sliceAxis,
  transpose,
  unary,
  where,
  withNumber,
} from '../operations/emitter.js';
import type { Operand } from '../operations/operation.js';
import type { Planner } from '../planner.js';
import { refuse } from '../refusal.js';
import { type Canonicaliser, type Canonicalisers, inputOf, isRead, outputOf } from './canonicaliser.js';
import { indicesOf } from './indexing.js';

/** [N, heads, steps, size], of [N, steps, heads · size] where the heads are an attribute. */
function inHeads(node: GraphNode, p: Planner, position: number, heads: string): Operand {
  const x = p.plain(inputOf(node, position));
  if (x.shape.length === 4) return x;
  const [batch = 1, steps = 1, hidden = 1] = x.shape;
  const count = integer(node, heads, 0);
  if (x.shape.length !== 3 || count < 1)
    refuse(`an input of ${x.shape.length} axes without ${heads} is not supported`);
  return transpose(p, reshape(p, x, [batch, steps, count, hidden / count]), [0, 2, 1, 3]);
}

/** Behind what is remembered of earlier steps. */
function remembered(node: GraphNode, p: Planner, position: number, fresh: Operand): Operand {
  const past = optionalInput(node, position);
  return past === undefined ? fresh : concat(p, [p.plain(past), fresh], 2);
}

const attention: Canonicaliser = (node, p) => {
  const q = inHeads(node, p, 0, 'q_num_heads');
  const k = remembered(node, p, 4, inHeads(node, p, 1, 'kv_num_heads'));
  const v = remembered(node, p, 5, inHeads(node, p, 2, 'kv_num_heads'));
  const [batch = 1, heads = 1, steps = 1, size = 1] = q.shape;
  const [, kvHeads = 1, keys = 1] = k.shape;
  // Queries that share keys lie behind each other, so that nothing is repeated.
  const shared = [batch, kvHeads, (heads / kvHeads) * steps];
  const scale = number(node, 'scale', 0) || 1 / Math.sqrt(size);
  const scaled = reshape(p, withNumber(p, 'Mul', q, scale), [...shared, size]);
  const raw = reshape(p, matMul(p, scaled, transpose(p, k, [0, 1, 3, 2])), [batch, heads, steps, keys]);
  const cap = number(node, 'softcap', 0);
  const scores = cap > 0 ? withNumber(p, 'Mul', unary(p, 'Tanh', withNumber(p, 'Div', raw, cap)), cap) : raw;
  const bias = biasOf(node, p, scores);
  const chances = chancesOf(node, p, scores, bias);
  const found = matMul(p, reshape(p, chances, [...shared, keys]), v);
  const y = reshape(p, found, [batch, heads, steps, v.shape[3] ?? 1]);
  const isFlat = p.shape(outputOf(node)).length === 3;
  p.define(outputOf(node), isFlat ? reshape(p, transpose(p, y, [0, 2, 1, 3]), p.shape(outputOf(node))) : y);
  p.define(optionalOutput(node, 1) ?? '', k);
  p.define(optionalOutput(node, 2) ?? '', v);
  const shown = optionalOutput(node, 3);
  if (shown === undefined || !isRead(p, shown)) return;
  const stages = [raw, scores, bias ? binary(p, 'Add', scores, bias.operand) : scores, chances];
  const mode = integer(node, 'qk_matmul_output_mode', 0);
  p.define(shown, stages[mode] ?? refuse(`qk_matmul_output_mode ${mode} is not supported`));
};

/** What is added to the scores: -∞ where a query may not look. */
interface Bias {
  readonly operand: Operand;
  /** Whether there may be queries that see nothing at all. */
  readonly mayHideAll: boolean;
}

function biasOf(node: GraphNode, p: Planner, scores: Operand): Bias | undefined {
  const keys = scores.shape[3] ?? 1;
  const mask = optionalInput(node, 3);
  const given = mask === undefined ? undefined : wholeMask(p, p.plain(mask), keys);
  const isChoice = given?.type === 'bool';
  const { conditions, mayHideAll } = conditionsOf(node, p, scores);
  const allowed = [...(given && isChoice ? [given] : []), ...conditions];
  const added = given && !isChoice ? cast(p, given, scores.type) : undefined;
  const [first, ...others] = allowed;
  if (!first) return added && { operand: added, mayHideAll: true };
  const all = others.reduce((a, b) => binary(p, 'And', a, b), first);
  const hidden = scalar(p, scores, Number.NEGATIVE_INFINITY);
  const operand = where(p, all, added ?? scalar(p, scores, 0), hidden);
  return { operand, mayHideAll: mayHideAll || given !== undefined };
}

/** Keys behind the end of a mask are hidden. */
function wholeMask(p: Planner, mask: Operand, keys: number): Operand {
  const missing = keys - (mask.shape.at(-1) ?? 1);
  if (missing <= 0) return mask;
  const pads = mask.shape.map((_, axis): readonly [number, number] => [
    0,
    axis === mask.shape.length - 1 ? missing : 0,
  ]);
  if (mask.type !== 'bool') return filled(p, mask, pads, Number.NEGATIVE_INFINITY);
  // Not every framework pads booleans.
  const numbers = filled(p, cast(p, mask, p.held('int32')), pads, 0);
  return withNumber(p, 'Greater', numbers, 0);
}

/** What follows from where queries and keys stand: the past first, then this block, then what is not there yet. */
function conditionsOf(node: GraphNode, p: Planner, scores: Operand) {
  const [batch = 1, , steps = 1, keys = 1] = scores.shape;
  const type = p.held('int64');
  const lengths = optionalInput(node, 6);
  const past = optionalInput(node, 4);
  const before = past === undefined ? 0 : (p.shape(past)[2] ?? 0);
  const counted = (count: number, start: number) => Array.from({ length: count }, (_, each) => each + start);
  const j = p.literal(type, [1, keys], counted(keys, 0));
  const length =
    lengths === undefined ? undefined : reshape(p, cast(p, p.plain(lengths), type), [batch, 1, 1, 1]);
  // With keys beyond their length, the queries are the last of them.
  const i = length
    ? binary(p, 'Add', length, p.literal(type, [steps, 1], counted(steps, -steps)))
    : p.literal(type, [steps, 1], counted(steps, before));
  const [left, right] = [integer(node, 'left_window_size', -1), integer(node, 'right_window_size', -1)];
  const conditions = [
    ...(integer(node, 'is_causal', 0) === 0 ? [] : [binary(p, 'LessOrEqual', j, i)]),
    ...(left < 0 ? [] : [binary(p, 'GreaterOrEqual', j, withNumber(p, 'Sub', i, left))]),
    ...(right < 0 ? [] : [binary(p, 'LessOrEqual', j, withNumber(p, 'Add', i, right))]),
    ...(length ? [binary(p, 'Less', j, length)] : []),
  ];
  return { conditions, mayHideAll: length !== undefined || left >= 0 };
}

/** Softmax of the scores; of queries that see nothing, zeros. */
function chancesOf(node: GraphNode, p: Planner, scores: Operand, bias: Bias | undefined): Operand {
  const chances = (biased: Operand) => {
    const precise = cast(p, biased, precisionOf(node, p, biased));
    return cast(p, unary(p, 'Softmax', precise, { axis: 3 }), scores.type);
  };
  if (!bias) return chances(scores);
  const { operand, mayHideAll } = bias;
  if (!mayHideAll) return chances(binary(p, 'Add', scores, operand));
  const most = reduce(p, 'ReduceMax', operand, [operand.shape.length - 1], true);
  const isEmpty = binary(p, 'Equal', most, scalar(p, most, Number.NEGATIVE_INFINITY));
  const zero = scalar(p, scores, 0);
  // Of nothing but -∞ there would be no number.
  return where(p, isEmpty, zero, chances(binary(p, 'Add', scores, where(p, isEmpty, zero, operand))));
}

/** Numbers are ONNX's of types. */
function precisionOf(node: GraphNode, p: Planner, scores: Operand): Operand['type'] {
  const given = integer(node, 'softmax_precision', 0);
  if (given === 0) return scores.type;
  const types = { 1: 'float32', 10: 'float16', 11: 'float64' } as const;
  const type = Object.entries(types).find(([key]) => Number(key) === given)?.[1];
  return p.held(type ?? refuse(`softmax_precision ${given} is not supported`));
}

/** Pairs of numbers turned by angles that grow with the position: Su et al., "RoFormer" (2021). */
const rotaryEmbedding: Canonicaliser = (node, p) => {
  const given = p.plain(inputOf(node, 0));
  const heads = integer(node, 'num_heads', 0);
  const isFlat = given.shape.length === 3;
  if (isFlat && heads < 1) refuse('an input of three axes needs num_heads');
  const [batch = 1, steps = 1, hidden = 1] = given.shape;
  const x = isFlat ? reshape(p, given, [batch, steps, heads, hidden / heads]) : given;
  const size = x.shape[3] ?? 1;
  const turned = integer(node, 'rotary_embedding_dim', 0) || size;
  const [cos, sin] = [1, 2].map((position) => angles(node, p, position, isFlat ? 2 : 1));
  if (!cos || !sin) refuse('cos_cache and sin_cache are needed');
  const parts = sliceAxis(p, x, 3, 0, turned);
  const isInterleaved = integer(node, 'interleaved', 0) !== 0;
  const half = [...x.shape.slice(0, 3), turned / 2];
  // Of each pair the two numbers are neighbours, or half of the whole apart.
  const [pairs, axis] = isInterleaved
    ? [reshape(p, parts, [...half, 2]), 4]
    : [reshape(p, parts, [...half.slice(0, 3), 2, turned / 2]), 3];
  const member = (index: number) => reshape(p, sliceAxis(p, pairs, axis, index, index + 1), half);
  const [a, b] = [member(0), member(1)];
  const real = binary(p, 'Sub', binary(p, 'Mul', cos, a), binary(p, 'Mul', sin, b));
  const imaginary = binary(p, 'Add', binary(p, 'Mul', sin, a), binary(p, 'Mul', cos, b));
  const apart = half.toSpliced(axis, 0, 1);
  const joined = concat(p, [reshape(p, real, apart), reshape(p, imaginary, apart)], axis);
  const rotated = reshape(p, joined, parts.shape);
  const whole = turned === size ? rotated : concat(p, [rotated, sliceAxis(p, x, 3, turned, size)], 3);
  p.define(outputOf(node), reshape(p, whole, given.shape));
};

/** A table's rows for each step, alike for all heads; picked by position, where positions are given. @param axis of the heads */
function angles(node: GraphNode, p: Planner, position: number, axis: number): Operand {
  const table = p.plain(inputOf(node, position));
  const positions = optionalInput(node, 3);
  const rows =
    positions === undefined ? table : gather(p, table, indicesOf(p, positions, [table.shape[0] ?? 1]), 0);
  return reshape(p, rows, rows.shape.toSpliced(axis, 0, 1));
}

export const attentions: Canonicalisers = { Attention: attention, RotaryEmbedding: rotaryEmbedding };
