/**
 * Decompositions of the attention operators of domain `com.microsoft` that ONNX Runtime's optimiser and quantiser create by fusion.
 * Definitions: ONNX Runtime, docs/ContribOperators.md, and contrib_ops/cpu/bert/attention_helper.h for how masks are added.
 */
import { modelError } from '../model-error.js';
import type { Decompose, Decomposition } from './decomposition.js';
import { elementTypes } from './encode.js';
import { attributesOf, integerProduct } from './fused-operators.js';
import { type NodeProto, nodeFields } from './proto.js';

/** What is added where a mask forbids a position, unless the node says otherwise. */
const defaultMaskFilter = -10_000;
/** What is added to later positions of a causal attention: the lowest float32, as the kernel has it. */
const lowest = -3.4028234663852886e38;
/** The first operator set with Range, by which positions are counted. */
const rangeSince = 11;

/** Query, key and value, [batch, heads, steps, size], and what is added to their products. */
interface Heads {
  readonly query: string;
  readonly key: string;
  readonly value: string;
  /** Broadcast to [batch, heads, steps, all steps]. */
  readonly added: readonly string[];
}

/** By operator type. An optional input that the node omits is ''. */
export const attentions: Readonly<Record<string, Decompose>> = {
  Attention(to, [x = '', weights = '', bias = '', mask = '', past = '', ...more], node) {
    const product = to.add('MatMul', [x, weights]);
    selfAttention(to, node, bias === '' ? product : to.add('Add', [product, bias]), mask, past, more);
  },
  QAttention(to, [x = '', weights = '', bias = '', xScale = '', scale = '', mask = '', ...more], node) {
    const [xZero = '', zero = '', past = ''] = more;
    const projected = integerProduct(to, [x, weights, xZero, zero], [xScale, scale], bias);
    selfAttention(to, node, projected, mask, past, []);
  },
  MultiHeadAttention(to, [query = '', key = '', value = '', bias = '', mask = '', ...more], node) {
    const [attentionBias = '', pastKey = '', pastValue = '', ...shared] = more;
    refuseInputs(to, node, shared, 'a cache that is shared');
    if (key === '' || value === '') throw unsupported(to, node, 'query, key and value in one input');
    const [queryBias, keyBias, valueBias] = biases(to, bias, query);
    const heads = headsOf(node);
    const ownKey = isSplit(to, key) ? key : split(to, biased(to, key, keyBias), heads);
    const ownValue = isSplit(to, value) ? value : split(to, biased(to, value, valueBias), heads);
    const k = joined(to, pastKey, ownKey);
    const v = joined(to, pastValue, ownValue);
    const [, presentKey = '', presentValue = '', scores = ''] = nodeFields(node).output;
    if (scores !== '') throw unsupported(to, node, `the output ${scores}`);
    to.give(presentKey, k);
    to.give(presentValue, v);
    const q = split(to, biased(to, query, queryBias), heads);
    const added = attentionBias === '' ? [] : [attentionBias];
    attended(to, node, { query: q, key: k, value: v, added }, mask);
  },
};

/**
 * @param projected query, key and value beside each other, [batch, steps, 3 · hidden]
 * @param more inputs of Attention behind `past`
 */
function selfAttention(
  to: Decomposition,
  node: NodeProto,
  projected: string,
  mask: string,
  past: string,
  more: readonly string[],
): void {
  const [attentionBias = '', ...shared] = more;
  refuseInputs(to, node, shared, 'a cache that is shared');
  const heads = headsOf(node);
  const [query, own, ownValue] = thirds(to, projected, attributesOf(node).qkv_hidden_sizes).map((part) =>
    split(to, part, heads),
  ) as [string, string, string];
  const ofPast = (place: number) =>
    past === '' ? '' : to.addWith('Gather', [past, integer(to, place)], { axis: 0 });
  const key = joined(to, ofPast(0), own);
  const value = joined(to, ofPast(1), ownValue);
  const [, present = ''] = nodeFields(node).output;
  if (present !== '') {
    const both = [key, value].map((each) => to.unsqueezed(each, [0]));
    to.give(present, to.addWith('Concat', both, { axis: 0 }));
  }
  const added = attentionBias === '' ? [] : [attentionBias];
  attended(to, node, { query, key, value, added }, mask);
}

/** softmax(query · keyᵀ · scale + what is added) · value, as [batch, steps, heads · size]. */
function attended(to: Decomposition, node: NodeProto, own: Heads, mask: string): void {
  const { query, key, value } = own;
  const attributes = attributesOf(node);
  if (attributes.do_rotary) throw unsupported(to, node, 'attribute do_rotary = 1');
  const turned = to.addWith('Transpose', [key], { perm: [0, 1, 3, 2] });
  const products = to.add('MatMul', [query, turned]);
  const scale = Number(attributes.scale ?? 0);
  const scaled =
    scale === 0
      ? to.add('Div', [products, to.add('Sqrt', [floatOf(to, extent(to, query, 3))])])
      : to.add('Mul', [products, to.scalar(scale)]);
  const added = [...own.added];
  if (mask !== '') added.push(maskTerm(to, node, mask, key));
  if (attributes.unidirectional) added.push(causalTerm(to, node, query, key));
  const scores = added.reduce((sum, term) => to.add('Add', [sum, term]), scaled);
  const context = to.add('MatMul', [to.addWith('Softmax', [scores], { axis: 3 }), value]);
  const beside = to.addWith('Transpose', [context], { perm: [0, 2, 1, 3] });
  to.add('Reshape', [beside, to.integers([0, 0, -1])]);
}

/**
 * What a mask adds to the scores.
 *
 * @param mask how many steps of each row count, [batch]; or which, [batch, all steps] or [batch, steps, all steps]
 */
function maskTerm(to: Decomposition, node: NodeProto, mask: string, key: string): string {
  const filter = Number(attributesOf(node).mask_filter_value ?? defaultMaskFilter);
  const rank = to.context.declared(mask)?.shape.length;
  switch (rank) {
    case 1: {
      checkLengths(to, node, mask);
      const places = to.unsqueezed(positions(to, node, extent(to, key, 2)), [0]);
      const lengths = to.unsqueezed(to.addWith('Cast', [mask], { to: elementTypes.int64 }), [1]);
      return to.unsqueezed(where(to, to.add('Less', [places, lengths]), 0, filter), [1, 2]);
    }
    case 2:
    case 3: {
      const kept = to.add('Greater', [
        to.addWith('Cast', [mask], { to: elementTypes.float32 }),
        to.scalar(0),
      ]);
      return to.unsqueezed(where(to, kept, 0, filter), rank === 2 ? [1, 2] : [1]);
    }
    default:
      throw unsupported(
        to,
        node,
        rank === undefined ? 'a mask of undeclared shape' : `a mask with ${rank} dimensions`,
      );
  }
}

/** A vector may also hold beginnings, [2 · batch], or cumulative lengths, [3 · batch + 2]. */
function checkLengths(to: Decomposition, node: NodeProto, mask: string): void {
  const [length] = to.context.declared(mask)?.shape ?? [];
  const [batch] = to.context.declared(nodeFields(node).input[0] ?? '')?.shape ?? [];
  if (length === undefined || batch === undefined || length === batch) return;
  throw unsupported(to, node, `a mask of ${length} values for a batch of ${batch}`);
}

/** Forbids step i of the query the steps of the key that come later, where both end with the same step. */
function causalTerm(to: Decomposition, node: NodeProto, query: string, key: string): string {
  const [steps, all] = [extent(to, query, 2), extent(to, key, 2)];
  const own = to.add('Add', [positions(to, node, steps), to.add('Sub', [all, steps])]);
  const isLater = to.add('Less', [to.unsqueezed(own, [1]), to.unsqueezed(positions(to, node, all), [0])]);
  return to.unsqueezed(where(to, isLater, lowest, 0), [0, 1]);
}

function where(to: Decomposition, condition: string, then: number, otherwise: number): string {
  return to.add('Where', [condition, to.scalar(then), to.scalar(otherwise)]);
}

/** 0 to count − 1. */
function positions(to: Decomposition, node: NodeProto, count: string): string {
  if (to.context.opset < rangeSince) {
    throw unsupported(to, node, `a mask that counts positions, in operator set ${to.context.opset},`);
  }
  return to.add('Range', [integer(to, 0), count, integer(to, 1)]);
}

/** [batch, steps, heads · size] as [batch, heads, steps, size]. */
function split(to: Decomposition, x: string, heads: number): string {
  const apart = to.add('Reshape', [x, to.integers([0, 0, heads, -1])]);
  return to.addWith('Transpose', [apart], { perm: [0, 2, 1, 3] });
}

/** Whether a key or value of another sequence comes as [batch, heads, steps, size], which takes no bias. */
function isSplit(to: Decomposition, x: string): boolean {
  return to.context.declared(x)?.shape.length === 4;
}

/** @param sizes of the parts; undefined where they are alike */
function thirds(to: Decomposition, x: string, sizes: unknown): readonly string[] {
  if (Array.isArray(sizes) && sizes.length === 3) {
    const ends = sizes.map((_, place) =>
      sizes.slice(0, place + 1).reduce((sum, size) => sum + Number(size), 0),
    );
    return ends.map((end, place) =>
      sliced(to, x, to.integers([end - Number(sizes[place])]), to.integers([end])),
    );
  }
  return inThree(to, x, to.add('Div', [lastExtent(to, x), to.integers([3])]));
}

/** @param size of the first two parts, [1]; the third is the rest */
function inThree(to: Decomposition, x: string, size: string): readonly [string, string, string] {
  const twice = to.add('Add', [size, size]);
  return [
    sliced(to, x, to.integers([0]), size),
    sliced(to, x, size, twice),
    sliced(to, x, twice, lastExtent(to, x)),
  ];
}

/** A bias for query, key and value, [2 · hidden + hidden of the value], in three; '' for none. */
function biases(to: Decomposition, bias: string, query: string): readonly [string, string, string] {
  return bias === '' ? ['', '', ''] : inThree(to, bias, lastExtent(to, query));
}

function biased(to: Decomposition, x: string, bias: string): string {
  return bias === '' ? x : to.add('Add', [x, bias]);
}

/** What an earlier run has computed, before what this one computes. */
function joined(to: Decomposition, past: string, own: string): string {
  return past === '' ? own : to.addWith('Concat', [past, own], { axis: 2 });
}

/** Along the last axis. */
function sliced(to: Decomposition, x: string, from: string, end: string): string {
  return to.add('Slice', [x, from, end, to.integers([-1])]);
}

/** [1] */
function lastExtent(to: Decomposition, x: string): string {
  return to.addWith('Gather', [to.add('Shape', [x]), to.integers([-1])], { axis: 0 });
}

/** A scalar. */
function extent(to: Decomposition, x: string, axis: number): string {
  return to.addWith('Gather', [to.add('Shape', [x]), integer(to, axis)], { axis: 0 });
}

function integer(to: Decomposition, value: number): string {
  return to.constant({ type: 'int64', shape: [], data: BigInt64Array.of(BigInt(value)) });
}

function floatOf(to: Decomposition, x: string): string {
  return to.addWith('Cast', [x], { to: elementTypes.float32 });
}

function headsOf(node: NodeProto): number {
  return Number(attributesOf(node).num_heads);
}

function refuseInputs(to: Decomposition, node: NodeProto, inputs: readonly string[], what: string): void {
  if (inputs.some(Boolean)) throw unsupported(to, node, what);
}

function unsupported(to: Decomposition, node: NodeProto, what: string): Error {
  return modelError(
    `node ${to.label} (${node.opType}) has ${what}, which is not supported`,
    'save the model without optimising it',
  );
}
