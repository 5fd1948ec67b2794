/** What occurs in several places of a value, found for the page, which reads it by `page/references.ts`. */
import { changed, type Referenced } from '../page/references.js';

/** Shorter ones are as short as a reference to them. */
const minLength = 40;

/** @param value plain objects and lists, without a property that is called `$` */
export function referenced(value: unknown): Referenced {
  const alike = new Alike();
  const counts = new Map<number, number>();
  count(value, alike, counts);
  const places = new Map<number, number>();
  const parts: unknown[] = [];
  const written = (each: unknown): unknown => {
    if (typeof each !== 'object' || each === null) return each;
    const { id } = alike.of(each);
    if ((counts.get(id) ?? 0) < 2) return changed(each, written);
    const known = places.get(id);
    if (known !== undefined) return { $: known };
    const place = parts.push(null) - 1;
    places.set(id, place);
    parts[place] = changed(each, written);
    return { $: place };
  };
  return { whole: written(value), parts };
}

/** A number for all objects and lists that are written the same, and how long that is. */
interface Written {
  readonly id: number;
  readonly length: number;
}

/** Looks into each object once: what it is made of stands in its key by number, whatever its depth. */
class Alike {
  readonly #byObject = new Map<object, Written>();
  readonly #byKey = new Map<string, Written>();

  of(value: object): Written {
    const known = this.#byObject.get(value);
    if (known) return known;
    const isList = Array.isArray(value);
    let key = isList ? '[' : '{';
    let length = 2;
    for (const [name, inner] of Object.entries(value)) {
      if (inner === undefined && !isList) continue;
      const label = isList ? '' : `${JSON.stringify(name)}:`;
      const { text, size } = this.#textOf(inner);
      key += `${label}${text},`;
      length += label.length + size + 1;
    }
    const found = this.#byKey.get(key) ?? { id: this.#byKey.size, length };
    this.#byKey.set(key, found);
    this.#byObject.set(value, found);
    return found;
  }

  #textOf(value: unknown): { readonly text: string; readonly size: number } {
    if (typeof value !== 'object' || value === null) {
      const text = JSON.stringify(value) ?? 'null';
      return { text, size: text.length };
    }
    const { id, length } = this.of(value);
    return { text: `#${id}`, size: length };
  }
}

/** What is inside of something that was counted before is counted with it. */
function count(value: unknown, alike: Alike, counts: Map<number, number>): void {
  if (typeof value !== 'object' || value === null) return;
  const { id, length } = alike.of(value);
  if (length < minLength) return;
  const before = counts.get(id) ?? 0;
  counts.set(id, before + 1);
  if (before > 0) return;
  for (const inner of Object.values(value)) count(inner, alike, counts);
}
