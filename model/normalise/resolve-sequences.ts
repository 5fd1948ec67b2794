/**
 * Replaces sequences of known length by the tensors in them: exporters of older PyTorch write `torch.split` as SplitToSequence
 * with a SequenceAt for each part.
 */
import { at, required } from '../../common/at.js';
import type { Tensor } from '../graph.js';
import type { RawNode } from '../import/raw-model.js';
import { valuesReadBy } from '../import/topological-order.js';
import { type Addition, addedNode, identityNode, integer, nodeWithList, stackNodes } from './added-nodes.js';
import type { DataDependence } from './data-dependence.js';
import { knownShapes, observeValues, type Surroundings } from './observe-nodes.js';

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
  const { constants, model } = surroundings;
  const computed = new Set(nodes.flatMap((node) => node.outputs.filter(Boolean)));
  const read = (node: RawNode, position: number) =>
    [node.inputs[position] ?? ''].filter((name) => computed.has(name));
  const split = nodes.flatMap((node) => (node.operator === 'SplitToSequence' ? read(node, 0) : []));
  const known = nodes
    .flatMap((node) => (settings.get(node.operator) ?? []).flatMap((position) => read(node, position)))
    .filter((name) => !varying.has(name));
  const outputs = [...new Set([...split, ...known])];
  const found = await observeValues(surroundings, nodes, outputs, known);
  for (const [name, tensor] of Object.entries(found.data)) constants.set(name, tensor);
  const addition = { opset: model.opset, constants };
  return withoutSequences(nodes, new Resolver(addition, knownShapes(surroundings, found)));
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
  readonly #addition: Addition;
  readonly #shapes: Shapes;
  #parts = 0;

  constructor(addition: Addition, shapes: Shapes) {
    this.#addition = addition;
    this.#shapes = shapes;
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
        this.#addition.constants.set(output, integer(sequence.length));
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
    const tensor = name ? this.#addition.constants.get(name) : undefined;
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
    const whole = nodeWithList(this.#addition, 'Split', name, [x], parts, { axis }, ['split', sizes]);
    const isKept = split !== '' || Number(attributes.keepdims ?? 1) !== 0;
    if (isKept) {
      this.#define(at(outputs, 0), parts);
      return [whole];
    }
    const squeezed = parts.map((part) => `${part}/squeezed`);
    this.#define(at(outputs, 0), squeezed);
    const nodes = parts.map((part, index) => {
      const result = at(squeezed, index);
      return nodeWithList(this.#addition, 'Squeeze', result, [part], [result], {}, ['axes', [axis]]);
    });
    return [whole, ...nodes];
  }

  /** Sizes of the parts: all given, one for all, or 1. */
  #sizes(split: string, extent: number): number[] | undefined {
    if (extent > maxParts) return undefined;
    if (split === '') return new Array(extent).fill(1);
    const given = this.#integers(split);
    const [size = 0] = given ?? [];
    if (!given || required(this.#addition.constants, split).shape.length > 0) return given;
    if (size < 1) return undefined;
    return Array.from({ length: Math.ceil(extent / size) }, (_, part) =>
      Math.min(size, extent - part * size),
    );
  }

  #concatenated({ name, outputs, attributes }: RawNode, sequence: readonly string[]): RawNode[] {
    const axis = Number(attributes.axis ?? 0);
    return Number(attributes.new_axis ?? 0) === 0
      ? [addedNode('Concat', name, sequence, outputs, { axis })]
      : stackNodes(this.#addition, sequence, axis, name, at(outputs, 0));
  }
}
