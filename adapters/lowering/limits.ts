/** Limits of backends, and how they combine. */
import type { DataType } from '../../model/graph.js';
import type { Limit, OperationTable } from './capabilities.js';
import type { Operand, OperationKind } from './operations/operation.js';

/** A limit that any operation may have. */
export type AnyLimit = (
  settings: unknown,
  inputs: readonly Operand[],
  kind: OperationKind,
) => string | undefined;

/** The operation is only supported for operands of these types. */
export function unlessTypes(title: string, isSupported: (type: DataType) => boolean): AnyLimit {
  return (_, inputs, kind) => {
    const other = inputs.find(({ type }) => !isSupported(type));
    return other && `${kind} is not supported for ${other.type} by ${title}`;
  };
}

/** The types that Fourier transforms have kernels for. */
export function isSingleOrDouble(type: DataType): boolean {
  return type === 'float32' || type === 'float64';
}

/** Several operations with the same limit. */
export function all(limit: AnyLimit, ...kinds: readonly OperationKind[]): OperationTable {
  return Object.fromEntries(kinds.map((kind) => [kind, limit]));
}

/** The first reason of several limits. */
export function any<Kind extends OperationKind>(...limits: readonly Limit<Kind>[]): Limit<Kind> {
  return (settings, inputs, kind) => {
    for (const limit of limits) {
      const reason = limit(settings, inputs, kind);
      if (reason !== undefined) return reason;
    }
    return undefined;
  };
}

/** The first reason of several limits that any operation may have. */
export function both(...limits: readonly AnyLimit[]): AnyLimit {
  return (settings, inputs, kind) => {
    for (const limit of limits) {
      const reason = limit(settings, inputs, kind);
      if (reason !== undefined) return reason;
    }
    return undefined;
  };
}

/** Whether a setting is a framework's own constant: models hold it with the eight digits of a float32. */
export function isAbout(value: number, constant: number): boolean {
  return Math.abs(value - constant) < 1e-6;
}

/** The table with further limits of some of its operations. Limits of operations that it has not are without effect. */
export function narrowed(table: OperationTable, limits: OperationTable): OperationTable {
  const entries = Object.entries(limits).flatMap(([kind, limit]) => {
    const own = table[kind as OperationKind];
    return own ? [[kind, any(own as Limit<OperationKind>, limit as Limit<OperationKind>)]] : [];
  });
  return { ...table, ...Object.fromEntries(entries) };
}
