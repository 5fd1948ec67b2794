/** Protobuf's wire format, for what is done to a message as it stands: decoding and encoding would lose fields that are newer than ours. */

/** A field of a message. `whole` begins with its tag; `content` is what a length-delimited one holds. */
export interface WireField {
  readonly number: number;
  readonly whole: Uint8Array;
  readonly content: Uint8Array | undefined;
}

/** Wire types by number: varint, 64 bits, length-delimited, 32 bits. */
export const wireTypes = { varint: 0, fixed64: 1, delimited: 2, fixed32: 5 } as const;

/** @throws RangeError where the message ends too early or has a wire type that no field has */
export function* wireFields(bytes: Uint8Array): Generator<WireField> {
  const wire = new Wire(bytes);
  while (wire.position < bytes.byteLength) {
    const start = wire.position;
    const { number, type } = wire.tag();
    const length = type === wireTypes.delimited ? wire.varint() : undefined;
    const contentStart = wire.position;
    if (length === undefined) wire.skipValue(type);
    else wire.skip(length);
    yield {
      number,
      whole: bytes.subarray(start, wire.position),
      content: length === undefined ? undefined : bytes.subarray(contentStart, wire.position),
    };
  }
}

/** The contents of a length-delimited field, in the order of the message. @throws RangeError as `wireFields` */
export function contentsOf(bytes: Uint8Array, number: number): Uint8Array[] {
  return [...wireFields(bytes)].flatMap((field) =>
    field.number === number && field.content ? [field.content] : [],
  );
}

/** A length-delimited field. */
export function wireField(number: number, content: Uint8Array): Uint8Array[] {
  return [
    Uint8Array.from([...varint(number * 8 + wireTypes.delimited), ...varint(content.byteLength)]),
    content,
  ];
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
}

/** The bytes of a message, read from the front. @throws RangeError past their end */
export class Wire {
  readonly #bytes: Uint8Array;
  position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  tag(): { readonly number: number; readonly type: number } {
    const tag = this.varint();
    return { number: Math.floor(tag / 8), type: tag % 8 };
  }

  /** Exact up to 2⁵³: lengths and tags are smaller. */
  varint(): number {
    let [value, factor] = [0, 1];
    for (;;) {
      const byte = this.#byte();
      value += (byte % 128) * factor;
      if (byte < 128) return value;
      factor *= 128;
    }
  }

  skip(count: number): void {
    this.position += count;
    if (this.position > this.#bytes.byteLength) throw new RangeError('the message ends too early');
  }

  /** A value that is not length-delimited. */
  skipValue(type: number): void {
    if (type === wireTypes.varint) this.varint();
    else if (type === wireTypes.fixed64) this.skip(8);
    else if (type === wireTypes.fixed32) this.skip(4);
    else throw new RangeError(`the message has a field of wire type ${type}`);
  }

  /** How many begin before the position `end`: each has one byte without a continuation bit. */
  varintsUntil(end: number): number {
    let count = 0;
    while (this.position < end) if (this.#byte() < 128) count += 1;
    return count;
  }

  #byte(): number {
    const byte = this.#bytes[this.position];
    if (byte === undefined) throw new RangeError('the message ends too early');
    this.position += 1;
    return byte;
  }
}
