/** The constants of a plan: each once, and each trained part of a weight once, whichever operations read it. */
import { at } from '../../common/at.js';
import type { DataType, JsonNumber } from '../../model/graph.js';
import type { Graph, Mode } from '../adapter.js';
import { sameList } from './lists.js';
import { concat, type Emitter, reshape, transpose } from './operations/emitter.js';
import type { Operand } from './operations/operation.js';
import type { PlannedConstant } from './plan.js';
import { refuse } from './refusal.js';
import { arrangedShape, type Range, rangeOf, type WeightPart, wholeRange } from './weight-part.js';

type Allocate = (type: DataType, shape: readonly number[]) => Operand;

interface Trained {
  readonly part: WeightPart;
  readonly operand: Operand;
}

export class WeightTable {
  readonly constants: PlannedConstant[] = [];
  readonly #graph: Graph;
  readonly #mode: Mode;
  readonly #allocate: Allocate;
  readonly #made = new Map<string, Operand>();
  /** By weight. */
  readonly #trained = new Map<string, Trained[]>();

  constructor(graph: Graph, mode: Mode, allocate: Allocate) {
    this.#graph = graph;
    this.#mode = mode;
    this.#allocate = allocate;
  }

  literal(type: DataType, shape: readonly number[], data: readonly JsonNumber[]): Operand {
    return this.#once(`literal ${type} ${shape} ${data}`, () => {
      const operand = this.#allocate(type, shape);
      this.constants.push({
        tensor: operand.id,
        type,
        shape,
        trained: false,
        source: { kind: 'literal', data },
      });
      return operand;
    });
  }

  /**
   * A part of a weight as an operand. Elements that training updates and elements that it does not are separate constants,
   * which operations of the plan concatenate.
   *
   * @param shape of the operand, with as many elements as the part
   * @throws UnsupportedError where a trained weight is read in parts that overlap, or in two orders of gates
   */
  read(p: Emitter, part: WeightPart, type: DataType, shape: readonly number[]): Operand {
    return this.#once(`weight ${JSON.stringify(part)} ${type} ${shape}`, () => {
      const range = rangeOf(part);
      const updated = this.#updated(part);
      if (!updated || !overlap(range, updated)) return this.#constant(part, type, shape, false);
      if (contains(updated, range)) return this.#shared(p, part, type, shape);
      const axis = range.ends.findIndex((end, each) => {
        return end > at(updated.ends, each) || at(range.begins, each) < at(updated.begins, each);
      });
      const pieces = cuts(range, updated, axis).map((piece) => {
        const own = { ...part, range: piece };
        return this.read(p, own, type, arrangedShape(own));
      });
      return reshape(p, concat(p, pieces, part.order.indexOf(axis)), shape);
    });
  }

  /** The range of the weight that training updates; undefined where it updates none of it. */
  #updated({ name, onnxShape }: WeightPart): Range | undefined {
    if (this.#mode !== 'training' || !this.#graph.parameters.includes(name)) return undefined;
    return this.#graph.trainableRanges?.[name] ?? wholeRange(onnxShape);
  }

  /** The first reader decides the layout of a trained part; the others rearrange it, so that all update the same values. */
  #shared(p: Emitter, part: WeightPart, type: DataType, shape: readonly number[]): Operand {
    const all = this.#trained.get(part.name) ?? [];
    const range = rangeOf(part);
    const first = all.find((each) => sameRange(rangeOf(each.part), range));
    if (!first) {
      if (all.some((each) => overlap(rangeOf(each.part), range)))
        refuse(`the trained weight ${part.name} is read in overlapping parts, which is not supported`);
      const operand = this.#constant(part, type, shape, true);
      this.#trained.set(part.name, [...all, { part, operand }]);
      return operand;
    }
    if (JSON.stringify(first.part.blocks) !== JSON.stringify(part.blocks))
      refuse(`the trained weight ${part.name} is read in two orders of its gates, which is not supported`);
    const arranged = reshape(p, first.operand, arrangedShape(first.part));
    const perm = part.order.map((axis) => first.part.order.indexOf(axis));
    return reshape(p, transpose(p, arranged, perm), shape);
  }

  #constant(part: WeightPart, type: DataType, shape: readonly number[], trained: boolean): Operand {
    const operand = this.#allocate(type, shape);
    const source = { kind: 'weight', weight: part } as const;
    this.constants.push({ tensor: operand.id, type, shape, trained, source });
    return operand;
  }

  #once(key: string, make: () => Operand): Operand {
    const found = this.#made.get(key) ?? make();
    this.#made.set(key, found);
    return found;
  }
}

function sameRange(a: Range, b: Range): boolean {
  return sameList(a.begins, b.begins) && sameList(a.ends, b.ends);
}

function overlap(a: Range, b: Range): boolean {
  return a.begins.every(
    (begin, axis) => Math.max(begin, at(b.begins, axis)) < Math.min(at(a.ends, axis), at(b.ends, axis)),
  );
}

function contains(outer: Range, inner: Range): boolean {
  return outer.begins.every(
    (begin, axis) => begin <= at(inner.begins, axis) && at(inner.ends, axis) <= at(outer.ends, axis),
  );
}

/** A range along one axis in pieces, each inside the other range or outside it. */
function cuts(range: Range, other: Range, axis: number): Range[] {
  const [begin, end] = [at(range.begins, axis), at(range.ends, axis)];
  const inside = [at(other.begins, axis), at(other.ends, axis)].filter(
    (place) => place > begin && place < end,
  );
  const places = [begin, ...inside, end];
  const set = (list: readonly number[], value: number) =>
    list.map((own, each) => (each === axis ? value : own));
  return places.slice(1).map((to, index) => ({
    begins: set(range.begins, at(places, index)),
    ends: set(range.ends, to),
  }));
}
