/** Checks of capabilities of backends, put together. */
import type { DataType } from '../../model/graph.js';
import type { Lack, OperationTable } from './capabilities.js';
import type { Operand, OperationKind } from './operations/operation.js';

/** Of any operation. */
export type AnyLack = (settings: unknown, inputs: readonly Operand[]) => string | undefined;

/** Unless every operand has such a type. */
export function unlessTypes(title: string, isTaken: (type: DataType) => boolean): AnyLack {
  return (_, inputs) => {
    const other = inputs.find(({ type }) => !isTaken(type));
    return other && `${title} has it not for ${other.type}`;
  };
}

/** Several kinds with one check. */
export function all(lack: AnyLack, ...kinds: readonly OperationKind[]): OperationTable {
  return Object.fromEntries(kinds.map((kind) => [kind, lack]));
}

/** The first reason. */
export function any<Kind extends OperationKind>(...lacks: readonly Lack<Kind>[]): Lack<Kind> {
  return (settings, inputs) => {
    for (const lack of lacks) {
      const reason = lack(settings, inputs);
      if (reason !== undefined) return reason;
    }
    return undefined;
  };
}

/** The first reason, of checks that look at no settings. */
export function both(...lacks: readonly AnyLack[]): AnyLack {
  return (_, inputs) => lacks.map((lack) => lack({}, inputs)).find((reason) => reason !== undefined);
}
