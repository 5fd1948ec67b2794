/** What the tensors of a plan are: their shapes and types, who reads them, and which constants a layer may hold. */
import { at, required } from '../../common/at.js';
import type { Mode } from '../adapter.js';
import type { Result } from '../lowering/operations/emitter.js';
import type { Plan, PlannedConstant } from '../lowering/plan.js';

export class PlanTensors {
  readonly mode: Mode;
  readonly #results = new Map<number, Result>();
  readonly #constants: ReadonlyMap<number, PlannedConstant>;
  readonly #reads = new Map<number, number>();

  constructor({ inputs, constants, operations, outputs }: Plan, mode: Mode) {
    this.mode = mode;
    this.#constants = new Map(constants.map((constant) => [constant.tensor, constant]));
    for (const { tensor, type, axes, onnxShape } of inputs)
      this.#results.set(tensor, { type, shape: axes.map((axis) => at(onnxShape, axis)) });
    for (const { tensor, type, shape } of constants) this.#results.set(tensor, { type, shape });
    for (const operation of operations)
      operation.outputs.forEach((tensor, place) => {
        this.#results.set(tensor, at(operation.results, place));
      });
    const read = [
      ...operations.flatMap((operation) => operation.inputs),
      ...outputs.map(({ tensor }) => tensor),
    ];
    for (const tensor of read) this.#reads.set(tensor, (this.#reads.get(tensor) ?? 0) + 1);
  }

  of(tensor: number): Result {
    return required(this.#results, tensor, 'tensors of the plan');
  }

  isConstant(tensor: number): boolean {
    return this.#constants.has(tensor);
  }

  constant(tensor: number): PlannedConstant {
    return required(this.#constants, tensor, 'constants of the plan');
  }

  isRead(tensor: number): boolean {
    return this.#reads.has(tensor);
  }

  /** Whether a layer may hold it as its weight: a constant that stays as it is, or that nothing else reads. */
  isOwn(tensor: number): boolean {
    const constant = this.#constants.get(tensor);
    return constant !== undefined && (!constant.trained || this.#reads.get(tensor) === 1);
  }
}
