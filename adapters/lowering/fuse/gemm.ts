/** A product with a constant matrix, and a bias that is added to it, become a dense layer. */
import { at, defined } from '../../../common/at.js';
import { elementCount } from '../../../model/graph.js';
import type { Capabilities } from '../capabilities.js';
import { sameList } from '../lists.js';
import type { Operand } from '../operations/operation.js';
import type { PlannedConstant, PlannedOperation } from '../plan.js';
import { transposedMatrix } from '../weight-part.js';
import type { Draft } from './draft.js';
import { readOnce } from './readers.js';

type Of<Kind extends PlannedOperation['kind']> = Extract<PlannedOperation, { kind: Kind }>;

export function fuseGemm(draft: Draft, capabilities: Capabilities): Draft {
  const limit = capabilities.operations.Gemm;
  if (!limit) return draft;
  const pass = new GemmPass(draft, capabilities.gemmOutputs === 'first');
  const absorbed = new Set<PlannedOperation>();
  const operations = draft.operations.flatMap((operation): PlannedOperation[] => {
    if (absorbed.has(operation)) return [];
    const weight = operation.kind === 'MatMul' ? pass.weightOf(operation) : undefined;
    if (operation.kind !== 'MatMul' || !weight) return [operation];
    const operands = [pass.operand(at(operation.inputs, 0)), operandOf(weight)] as const;
    if (limit({ transB: pass.transB }, operands, 'Gemm') !== undefined) return [operation];
    const addition = pass.biasOf(operation);
    if (addition) absorbed.add(addition.operation);
    return [pass.dense(operation, weight, addition)];
  });
  return { ...draft, operations, constants: pass.constants };
}

function operandOf({ tensor, type, shape }: PlannedConstant): Operand {
  return { id: tensor, type, shape };
}

/** A scalar that is added to all outputs; a trained one would need the sum of their gradients. */
function isScalar({ shape, trained }: PlannedConstant): boolean {
  return !trained && elementCount(shape) === 1;
}

/** A scalar as a bias of `count` outputs. */
function filled(constant: PlannedConstant, count: number): PlannedConstant {
  const { source } = constant;
  if (source.kind === 'weight') return { ...constant, shape: [count] };
  const data = Array.from({ length: count }, () => at(source.data, 0));
  return { ...constant, shape: [count], source: { kind: 'literal', data } };
}

/** The addition of a bias. */
interface Addition {
  readonly operation: Of<'Add'>;
  readonly constant: PlannedConstant;
}

class GemmPass {
  readonly transB: boolean;
  readonly #draft: Draft;
  readonly #constants: Map<number, PlannedConstant>;
  readonly #types = new Map<number, Operand>();
  readonly #once: ReadonlySet<number>;

  constructor(draft: Draft, transB: boolean) {
    this.transB = transB;
    this.#draft = draft;
    this.#constants = new Map(draft.constants.map((constant) => [constant.tensor, constant]));
    this.#once = readOnce(draft);
    for (const { tensor, type, axes, onnxShape } of draft.inputs) {
      const shape = axes.map((axis) => at(onnxShape, axis));
      this.#types.set(tensor, { id: tensor, type, shape });
    }
    for (const constant of draft.constants) this.#types.set(constant.tensor, operandOf(constant));
    for (const { outputs, results } of draft.operations)
      outputs.forEach((id, place) => {
        this.#types.set(id, { id, ...at(results, place) });
      });
  }

  get constants(): readonly PlannedConstant[] {
    return [...this.#constants.values()];
  }

  operand(tensor: number): Operand {
    const found = this.#types.get(tensor);
    return defined(found, `the operation that makes tensor ${tensor}`);
  }

  /** The constant matrix of a product, in the backend's layout; undefined where this is no dense layer. */
  weightOf({ inputs }: Of<'MatMul'>): PlannedConstant | undefined {
    const constant = this.#constants.get(at(inputs, 1));
    if (constant?.source.kind !== 'weight' || constant.shape.length !== 2) return undefined;
    if (this.#constants.has(at(inputs, 0)) || !this.#once.has(constant.tensor)) return undefined;
    if (!this.transB) return constant;
    const weight = transposedMatrix(constant.source.weight, constant.shape);
    return weight && { ...constant, shape: constant.shape.toReversed(), source: { kind: 'weight', weight } };
  }

  /** The addition of a bias to a product that nothing else reads, and the bias. */
  biasOf({ outputs, results }: Of<'MatMul'>): Addition | undefined {
    const product = at(outputs, 0);
    if (!this.#once.has(product)) return undefined;
    const operation = this.#draft.operations.find(
      (each): each is Of<'Add'> => each.kind === 'Add' && each.inputs.includes(product),
    );
    const other = operation?.inputs.find((tensor) => tensor !== product);
    const constant = other === undefined ? undefined : this.#constants.get(other);
    if (!operation || !constant || !sameList(at(operation.results, 0).shape, at(results, 0).shape))
      return undefined;
    const count = at(at(results, 0).shape, -1);
    const isRow =
      constant.shape.at(-1) === count && constant.shape.slice(0, -1).every((extent) => extent === 1);
    if (isScalar(constant) && this.#once.has(constant.tensor))
      return { operation, constant: filled(constant, count) };
    // A trained bias that is also read elsewhere keeps its shape for its other readers.
    return isRow && (this.#once.has(constant.tensor) || constant.shape.length === 1)
      ? { operation, constant }
      : undefined;
  }

  /** The dense layer in place of a product and what is added to it. */
  dense(product: Of<'MatMul'>, weight: PlannedConstant, addition: Addition | undefined): Of<'Gemm'> {
    const { node, outputs, results } = addition?.operation ?? product;
    const settings = { transB: this.transB };
    const bias = addition ? [this.#keepBias(addition.constant)] : [];
    const inputs = [at(product.inputs, 0), this.#keep(weight), ...bias];
    return { node, kind: 'Gemm', settings, inputs, outputs, results };
  }

  #keep(constant: PlannedConstant): number {
    this.#constants.set(constant.tensor, constant);
    return constant.tensor;
  }

  #keepBias(constant: PlannedConstant): number {
    return this.#keep({ ...constant, shape: [at(constant.shape, -1)] });
  }
}
