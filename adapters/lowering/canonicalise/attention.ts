/** Attention and the rotation of its queries and keys (github.com/onnx/onnx, docs/Operators.md). */
import { at, leading } from '../../../common/at.js';
import {
  type GraphNode,
  integer,
  number,
  optionalInput,
  optionalOutput,
  requiredInteger,
} from '../attributes.js';
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

/** [N, heads, steps, size]; from [N, steps, heads · size], where the number of heads is an attribute. */
function inHeads(node: GraphNode, p: Planner, position: number, heads: string): Operand {
  const x = p.plain(inputOf(node, position));
  if (x.shape.length === 4) return x;
  const count = requiredInteger(node, heads);
  if (x.shape.length !== 3) refuse(`an input of ${x.shape.length} axes is not supported`);
  const [batch, steps, hidden] = leading(x.shape, 3);
  return transpose(p, reshape(p, x, [batch, steps, count, hidden / count]), [0, 2, 1, 3]);
}

/** Appended to the keys or values of earlier steps. */
function withPast(node: GraphNode, p: Planner, position: number, fresh: Operand): Operand {
  const past = optionalInput(node, position);
  return past === undefined ? fresh : concat(p, [p.plain(past), fresh], 2);
}

const attention: Canonicaliser = (node, p) => {
  const q = inHeads(node, p, 0, 'q_num_heads');
  const k = withPast(node, p, 4, inHeads(node, p, 1, 'kv_num_heads'));
  const v = withPast(node, p, 5, inHeads(node, p, 2, 'kv_num_heads'));
  const [batch, heads, steps, size] = leading(q.shape, 4);
  const [, kvHeads, keys] = leading(k.shape, 3);
  // Queries that share keys are stacked, so that keys are not repeated.
  const shared = [batch, kvHeads, (heads / kvHeads) * steps];
  const scale = number(node, 'scale', 1 / Math.sqrt(size));
  const scaled = reshape(p, withNumber(p, 'Mul', q, scale), [...shared, size]);
  const raw = reshape(p, matMul(p, scaled, transpose(p, k, [0, 1, 3, 2])), [batch, heads, steps, keys]);
  const cap = number(node, 'softcap', 0);
  const scores = cap > 0 ? withNumber(p, 'Mul', unary(p, 'Tanh', withNumber(p, 'Div', raw, cap)), cap) : raw;
  const bias = biasOf(node, p, scores);
  const weights = weightsOf(node, p, scores, bias);
  const found = matMul(p, reshape(p, weights, [...shared, keys]), v);
  const y = reshape(p, found, [batch, heads, steps, at(v.shape, 3)]);
  const isFlat = p.shape(outputOf(node)).length === 3;
  p.define(outputOf(node), isFlat ? reshape(p, transpose(p, y, [0, 2, 1, 3]), p.shape(outputOf(node))) : y);
  p.define(optionalOutput(node, 1), k);
  p.define(optionalOutput(node, 2), v);
  const products = optionalOutput(node, 3);
  if (!isRead(p, products)) return;
  const stages = [raw, scores, bias ? binary(p, 'Add', scores, bias.operand) : scores, weights];
  const mode = integer(node, 'qk_matmul_output_mode', 0);
  p.define(products, stages[mode] ?? refuse(`qk_matmul_output_mode ${mode} is not supported`));
};

/** What is added to the scores: −∞ where a key is masked. */
interface Bias {
  readonly operand: Operand;
  /** Whether all keys of a query may be masked. */
  readonly mayMaskAll: boolean;
}

function biasOf(node: GraphNode, p: Planner, scores: Operand): Bias | undefined {
  const keys = at(scores.shape, 3);
  const mask = optionalInput(node, 3);
  const given = mask === undefined ? undefined : wholeMask(p, p.plain(mask), keys);
  const isBoolean = given?.type === 'bool';
  const { conditions, mayMaskAll } = conditionsOf(node, p, scores);
  const allowed = [...(given && isBoolean ? [given] : []), ...conditions];
  const added = given && !isBoolean ? cast(p, given, scores.type) : undefined;
  const [first, ...others] = allowed;
  if (!first) return added && { operand: added, mayMaskAll: true };
  const all = others.reduce((a, b) => binary(p, 'And', a, b), first);
  const masked = scalar(p, scores, Number.NEGATIVE_INFINITY);
  const operand = where(p, all, added ?? scalar(p, scores, 0), masked);
  return { operand, mayMaskAll: mayMaskAll || given !== undefined };
}

/** A mask that is shorter than the keys masks the rest. */
function wholeMask(p: Planner, mask: Operand, keys: number): Operand {
  const missing = keys - at(mask.shape, -1);
  if (missing <= 0) return mask;
  const pads = mask.shape.map((_, axis): readonly [number, number] => [
    0,
    axis === mask.shape.length - 1 ? missing : 0,
  ]);
  if (mask.type !== 'bool') return filled(p, mask, pads, Number.NEGATIVE_INFINITY);
  // Not every backend pads booleans.
  const numbers = filled(p, cast(p, mask, p.held('int32')), pads, 0);
  return withNumber(p, 'Greater', numbers, 0);
}

/** Masks by position: causal, windowed, and by the lengths of the keys. */
function conditionsOf(node: GraphNode, p: Planner, scores: Operand) {
  const [batch, , steps, keys] = leading(scores.shape, 4);
  const type = p.held('int64');
  const lengths = optionalInput(node, 6);
  const past = optionalInput(node, 4);
  const before = past === undefined ? 0 : at(p.shape(past), 2);
  const range = (count: number, start: number) => Array.from({ length: count }, (_, each) => each + start);
  const j = p.literal(type, [1, keys], range(keys, 0));
  const length =
    lengths === undefined ? undefined : reshape(p, cast(p, p.plain(lengths), type), [batch, 1, 1, 1]);
  // Given the lengths of the keys, the queries are the last positions within them.
  const i = length
    ? binary(p, 'Add', length, p.literal(type, [steps, 1], range(steps, -steps)))
    : p.literal(type, [steps, 1], range(steps, before));
  const [left, right] = [integer(node, 'left_window_size', -1), integer(node, 'right_window_size', -1)];
  const conditions = [
    ...(integer(node, 'is_causal', 0) === 0 ? [] : [binary(p, 'LessOrEqual', j, i)]),
    ...(left < 0 ? [] : [binary(p, 'GreaterOrEqual', j, withNumber(p, 'Sub', i, left))]),
    ...(right < 0 ? [] : [binary(p, 'LessOrEqual', j, withNumber(p, 'Add', i, right))]),
    ...(length ? [binary(p, 'Less', j, length)] : []),
  ];
  return { conditions, mayMaskAll: length !== undefined || left >= 0 };
}

/** Softmax of the scores; zeros for a query whose keys are all masked. */
function weightsOf(node: GraphNode, p: Planner, scores: Operand, bias: Bias | undefined): Operand {
  const softmax = (biased: Operand) => {
    const precise = cast(p, biased, precisionOf(node, p, biased));
    return cast(p, unary(p, 'Softmax', precise, { axis: 3 }), scores.type);
  };
  if (!bias) return softmax(scores);
  const { operand, mayMaskAll } = bias;
  if (!mayMaskAll) return softmax(binary(p, 'Add', scores, operand));
  // Counted, since the WebGL backend of TensorFlow.js takes −10²⁰ for the maximum of nothing but −∞.
  const isSeen = withNumber(p, 'Greater', operand, Number.NEGATIVE_INFINITY);
  const seen = reduce(p, 'ReduceSum', cast(p, isSeen, scores.type), [operand.shape.length - 1], true);
  const isEmpty = withNumber(p, 'Less', seen, 0.5);
  const zero = scalar(p, scores, 0);
  // Softmax of nothing but −∞ is NaN.
  return where(p, isEmpty, zero, softmax(binary(p, 'Add', scores, where(p, isEmpty, zero, operand))));
}

/** Type of the softmax: softmax_precision, a TensorProto data type. */
function precisionOf(node: GraphNode, p: Planner, scores: Operand): Operand['type'] {
  const given = integer(node, 'softmax_precision', 0);
  if (given === 0) return scores.type;
  const types = { 1: 'float32', 10: 'float16', 11: 'float64' } as const;
  const type = Object.entries(types).find(([key]) => Number(key) === given)?.[1];
  return p.held(type ?? refuse(`softmax_precision ${given} is not supported`));
}

/** Pairs of elements rotated by angles that grow with the position: Su et al., "RoFormer" (2021). */
const rotaryEmbedding: Canonicaliser = (node, p) => {
  const given = p.plain(inputOf(node, 0));
  const isFlat = given.shape.length === 3;
  const heads = isFlat ? requiredInteger(node, 'num_heads') : 1;
  const [batch, steps, hidden] = leading(given.shape, 3);
  const x = isFlat ? reshape(p, given, [batch, steps, heads, hidden / heads]) : given;
  const size = at(x.shape, 3);
  // 0 is all of them.
  const rotary = integer(node, 'rotary_embedding_dim', 0) || size;
  const cos = angles(node, p, 1, isFlat ? 2 : 1);
  const sin = angles(node, p, 2, isFlat ? 2 : 1);
  const parts = sliceAxis(p, x, 3, 0, rotary);
  const isInterleaved = integer(node, 'interleaved', 0) !== 0;
  const half = [...x.shape.slice(0, 3), rotary / 2];
  // The elements of a pair are neighbours, or half of the rotated size apart.
  const [pairs, axis] = isInterleaved
    ? [reshape(p, parts, [...half, 2]), 4]
    : [reshape(p, parts, [...half.slice(0, 3), 2, rotary / 2]), 3];
  const member = (index: number) => reshape(p, sliceAxis(p, pairs, axis, index, index + 1), half);
  const [a, b] = [member(0), member(1)];
  const real = binary(p, 'Sub', binary(p, 'Mul', cos, a), binary(p, 'Mul', sin, b));
  const imaginary = binary(p, 'Add', binary(p, 'Mul', sin, a), binary(p, 'Mul', cos, b));
  const apart = half.toSpliced(axis, 0, 1);
  const joined = concat(p, [reshape(p, real, apart), reshape(p, imaginary, apart)], axis);
  const rotated = reshape(p, joined, parts.shape);
  const whole = rotary === size ? rotated : concat(p, [rotated, sliceAxis(p, x, 3, rotary, size)], 3);
  p.define(outputOf(node), reshape(p, whole, given.shape));
};

/** The rows of a table for each step, gathered by position_ids if there are any; broadcast over the heads. @param axis of the heads */
function angles(node: GraphNode, p: Planner, position: number, axis: number): Operand {
  const table = p.plain(inputOf(node, position));
  const positions = optionalInput(node, 3);
  const rows =
    positions === undefined ? table : gather(p, table, indicesOf(p, positions, [at(table.shape, 0)]), 0);
  return reshape(p, rows, rows.shape.toSpliced(axis, 0, 1));
}

export const attentions: Canonicalisers = { Attention: attention, RotaryEmbedding: rotaryEmbedding };
