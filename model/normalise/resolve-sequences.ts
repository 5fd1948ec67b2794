/**
 * Replaces sequences of known length by the tensors in them: exporters of older PyTorch write `torch.split` as SplitToSequence
 * with a SequenceAt for each part.
 */
import { at, required } from '../../common/at.js';
import type { Attribute, Tensor } from '../graph.js';
import { encodeAttribute } from '../import/encode.js';
import type { RawNode } from '../import/raw-model.js';
import { valuesReadBy } from '../import/topological-order.js';
import type { DataDependence } from './data-dependence.js';
import { identityNode } from './inline-body.js';
import type { Observation } from './observe.js';
import { observeNodes, type Surroundings } from './observe-nodes.js';
import { liveNodes } from './simplify.js';

/** Since this operator set, Split, Squeeze and Unsqueeze have sizes and axes as inputs. */
const inputsSince = 13;

/** By sequence operator, the positions of the inputs that have to be known. */
const settings: ReadonlyMap<string, readonly number[]> = new Map([
  ['ConcatFromSequence', []],
  ['SequenceAt', [1]],
  ['SequenceConstruct', []],
  ['SequenceEmpty', []],
  ['SequenceErase', [1]],
  ['SequenceInsert', [2]],
  ['SequenceLength', []],
  ['SplitToSequence', [1]],
]);

/** Of all sequences that are split: each is a value of the graph. */
const maxParts = 10_000;

const nothing: Observation = { values: {}, data: {} };

type Shapes = ReadonlyMap<string, readonly number[]>;

interface Surrounding extends Surroundings {
  /** Sizes, axes and lengths are added to it. */
  readonly constants: Map<string, Tensor>;
}

/**
 * The nodes without sequences; as they are where there are none, or one has no known length or position, or is read by another
 * operator.
 *
 * @param nodes in topological order
 */
export async function resolveSequences(
  surroundings: Surrounding,
  nodes: readonly RawNode[],
  { varying }: DataDependence,
): Promise<readonly RawNode[]> {
  if (!nodes.some(({ operator }) => settings.has(operator))) return nodes;
  const { constants, inputs, model } = surroundings;
  const computed = new Set(nodes.flatMap((node) => node.outputs.filter(Boolean)));
  const read = (node: RawNode, position: number) =>
    [node.inputs[position] ?? ''].filter((name) => computed.has(name));
  const split = nodes.flatMap((node) => (node.operator === 'SplitToSequence' ? read(node, 0) : []));
  const known = nodes
    .flatMap((node) => (settings.get(node.operator) ?? []).flatMap((position) => read(node, position)))
    .filter((name) => !varying.has(name));
  const outputs = [...new Set([...split, ...known])];
  const needed = liveNodes(nodes, outputs, valuesReadBy);
  const found = outputs.length > 0 ? await observeNodes(surroundings, needed, outputs, known) : nothing;
  for (const [name, tensor] of Object.entries(found.data)) constants.set(name, tensor);
  const described = [...inputs, ...Object.values(found.values)].map(
    ({ name, shape }) => [name, shape] as const,
  );
  const fixed = [...constants].map(([name, { shape }]) => [name, shape] as const);
  return withoutSequences(nodes, new Resolver(constants, new Map([...fixed, ...described]), model.opset));
}

function withoutSequences(nodes: readonly RawNode[], resolver: Resolver): readonly RawNode[] {
  const resolved: RawNode[] = [];
  for (const node of nodes) {
    const replacement = resolver.resolved(node);
    if (!replacement) return nodes;
    resolved.push(...replacement);
  }
  return resolved;
}

class Resolver {
  /** By name, the tensors of each sequence. */
  readonly #sequences = new Map<string, readonly string[]>();
  readonly #constants: Map<string, Tensor>;
  readonly #shapes: Shapes;
  readonly #opset: number;
  #parts = 0;

  constructor(constants: Map<string, Tensor>, shapes: Shapes, opset: number) {
    this.#constants = constants;
    this.#shapes = shapes;
    this.#opset = opset;
  }

  /** What takes the place of the node; undefined where its sequence is not known. */
  resolved(node: RawNode): readonly RawNode[] | undefined {
    const { operator, inputs, outputs } = node;
    const output = outputs[0] ?? '';
    switch (operator) {
      case 'SequenceEmpty':
      case 'SequenceConstruct':
        return this.#define(output, inputs);
      case 'SequenceInsert':
      case 'SequenceErase':
        return this.#changed(node);
      case 'SplitToSequence':
        return this.#split(node);
    }
    const sequence = this.#sequences.get(inputs[0] ?? '');
    if (!sequence) {
      const reads = [...valuesReadBy(node)].some((name) => this.#sequences.has(name));
      return reads || settings.has(operator) ? undefined : [node];
    }
    switch (operator) {
      case 'Identity':
        return this.#define(output, sequence);
      case 'SequenceAt': {
        const position = this.#position(inputs[1], sequence.length);
        const found = position === undefined ? undefined : sequence[position];
        return found === undefined ? undefined : [identityNode(found, output, node.name)];
      }
      case 'SequenceLength':
        this.#constants.set(output, scalar(sequence.length));
        return [];
      case 'ConcatFromSequence':
        return this.#concatenated(node, sequence);
      default:
        return undefined;
    }
  }

  #define(name: string, tensors: readonly string[]): readonly RawNode[] {
    this.#sequences.set(name, tensors);
    return [];
  }

  #changed({ operator, inputs, outputs }: RawNode): readonly RawNode[] | undefined {
    const sequence = this.#sequences.get(inputs[0] ?? '');
    if (!sequence) return undefined;
    const isInsert = operator === 'SequenceInsert';
    const { length } = sequence;
    const [given, last] = isInsert ? [inputs[2], length] : [inputs[1], length - 1];
    const position = given ? this.#position(given, length) : last;
    if (position === undefined) return undefined;
    const added = isInsert ? [at(inputs, 1)] : [];
    return this.#define(at(outputs, 0), sequence.toSpliced(position, isInsert ? 0 : 1, ...added));
  }

  /** A position from the front. */
  #position(name: string | undefined, length: number): number | undefined {
    const value = this.#integers(name)?.[0];
    return value === undefined || value >= 0 ? value : value + length;
  }

  #integers(name: string | undefined): number[] | undefined {
    const tensor = name ? this.#constants.get(name) : undefined;
    return tensor && Array.from(tensor.data, Number);
  }

  #split(node: RawNode): readonly RawNode[] | undefined {
    const { name, inputs, outputs, attributes } = node;
    const [x, split = ''] = [at(inputs, 0), inputs[1]];
    const shape = this.#shapes.get(x);
    const axis = Number(attributes.axis ?? 0);
    const sizes = shape && this.#sizes(split, at(shape, axis));
    this.#parts += sizes?.length ?? 0;
    if (!sizes || sizes.length === 0 || this.#parts > maxParts) return undefined;
    const parts = sizes.map((_, part) => `${at(outputs, 0)}/${part}`);
    const whole = this.#with('Split', name, [x], parts, { axis }, { split: sizes });
    const isKept = split !== '' || Number(attributes.keepdims ?? 1) !== 0;
    if (isKept) {
      this.#define(at(outputs, 0), parts);
      return [whole];
    }
    const squeezed = parts.map((part) => `${part}/squeezed`);
    this.#define(at(outputs, 0), squeezed);
    const nodes = parts.map((part, index) => {
      const result = at(squeezed, index);
      return this.#with('Squeeze', result, [part], [result], {}, { axes: [axis] });
    });
    return [whole, ...nodes];
  }

  /** Sizes of the parts: all given, one for all, or 1. */
  #sizes(split: string, extent: number): number[] | undefined {
    if (extent > maxParts) return undefined;
    if (split === '') return new Array(extent).fill(1);
    const given = this.#integers(split);
    const [size = 0] = given ?? [];
    if (!given || required(this.#constants, split).shape.length > 0) return given;
    if (size < 1) return undefined;
    return Array.from({ length: Math.ceil(extent / size) }, (_, part) =>
      Math.min(size, extent - part * size),
    );
  }

  #concatenated({ name, outputs, attributes }: RawNode, sequence: readonly string[]): RawNode[] {
    const axis = Number(attributes.axis ?? 0);
    if (Number(attributes.new_axis ?? 0) === 0) return [rawNode('Concat', name, sequence, outputs, { axis })];
    const stacked = sequence.map((_, index) => `${at(outputs, 0)}/${index}`);
    return [
      ...sequence.map((tensor, index) => {
        const result = at(stacked, index);
        return this.#with('Unsqueeze', result, [tensor], [result], {}, { axes: [axis] });
      }),
      rawNode('Concat', name, stacked, outputs, { axis }),
    ];
  }

  /** A node with a list that newer operator sets have as an input, and older ones as an attribute. */
  #with(
    operator: string,
    name: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>>,
    list: Readonly<Record<string, readonly number[]>>,
  ): RawNode {
    const [[key, values]] = Object.entries(list) as [[string, readonly number[]]];
    if (this.#opset < inputsSince) {
      return rawNode(operator, name, inputs, outputs, { ...attributes, [key]: [...values] });
    }
    const constant = `${at(outputs, 0)}/${key}`;
    this.#constants.set(constant, {
      type: 'int64',
      shape: [values.length],
      data: BigInt64Array.from(values, BigInt),
    });
    return rawNode(operator, name, [...inputs, constant], outputs, attributes);
  }
}

function rawNode(
  operator: string,
  name: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, Attribute>>,
): RawNode {
  const attribute = Object.entries(attributes).map(([key, value]) => encodeAttribute(key, value));
  const proto = { name, opType: operator, input: [...inputs], output: [...outputs], attribute };
  return { name, operator, inputs, outputs, attributes, proto };
}

function scalar(value: number): Tensor {
  return { type: 'int64', shape: [], data: BigInt64Array.of(BigInt(value)) };
}
