/**
 * Access to what must be there. Where a missing element is a defect of Touchstone, `list[0] ?? 0` would turn it into a
 * wrong number; these throw instead, and say what was asked for.
 */
import { TouchstoneError } from './errors.js';

/** Element `index` of a list; a negative index counts from the end, as in `Array.prototype.at`. */
export function at<Element>(list: ArrayLike<Element>, index: number, what = 'list'): Element {
  const element = list[index < 0 ? index + list.length : index];
  if (element === undefined) {
    throw new TouchstoneError('internal', `${what} has ${list.length} elements, none at index ${index}`);
  }
  return element;
}

type Tuple<
  Element,
  Count extends number,
  Found extends readonly Element[] = [],
> = Found['length'] extends Count ? Found : Tuple<Element, Count, readonly [...Found, Element]>;

/** The first `count` elements, for destructuring: `const [batch, steps] = leading(shape, 2)`. */
export function leading<Element, Count extends 1 | 2 | 3 | 4>(
  list: readonly Element[],
  count: Count,
  what = 'list',
): Tuple<Element, Count> {
  return Array.from({ length: count }, (_, index) => at(list, index, what)) as Tuple<Element, Count>;
}

/** Value of `key` in a map or a record; inherited properties of a record are not its values. */
export function required<Key, Value>(from: ReadonlyMap<Key, Value>, key: Key, what?: string): Value;
export function required<Key extends PropertyKey, Value>(
  from: Readonly<Partial<Record<Key, Value>>>,
  key: Key,
  what?: string,
): Value;
export function required(
  from: ReadonlyMap<unknown, unknown> | Readonly<Partial<Record<PropertyKey, unknown>>>,
  key: unknown,
  what = 'record',
): unknown {
  const value = from instanceof Map ? from.get(key) : ownValue(from, key as PropertyKey);
  if (value === undefined) throw new TouchstoneError('internal', `${what} has no entry ${String(key)}`);
  return value;
}

/** The value itself, or the defect that `what` names: for results of `find`, `match` and the like. */
export function defined<Value>(value: Value | null | undefined, what: string): Value {
  if (value === undefined || value === null) throw new TouchstoneError('internal', `${what} is missing`);
  return value;
}

/** A model may have a value named `constructor`. */
function ownValue(record: object, key: PropertyKey): unknown {
  return Object.hasOwn(record, key) ? (record as Readonly<Record<PropertyKey, unknown>>)[key] : undefined;
}
