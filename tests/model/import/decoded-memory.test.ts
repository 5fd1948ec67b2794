/** What a model decodes to is bounded before it is decoded. */
import { expect, it } from 'vitest';
import { decodedBytes } from '../../../model/import/decoded-memory.js';
import { proto } from '../../../model/import/proto.js';
import { readModel } from '../../../model/import/read-model.js';
import { altered, model } from '../models.js';

const { INT64, FLOAT } = proto.TensorProto.DataType;
const { INTS } = proto.AttributeProto.AttributeType;

const plain = model((graph) => {
  const x = graph.input('x', [2]);
  graph.output(graph.node('Add', [x, x], {}, ['y']), [2]);
});
const count = 100_000;
const zeros = () => new Array<number>(count).fill(0);

it.each([
  ['integers of an initialiser', { dims: [count], dataType: INT64, int64Data: zeros() }, 48],
  ['floats of an initialiser', { dims: [count], dataType: FLOAT, floatData: zeros() }, 8],
  ['dimensions of an initialiser', { dims: zeros(), dataType: FLOAT }, 48],
])('%s', (_, tensor, bytesEach) => {
  const bytes = altered(plain, ({ graph }) => graph?.initializer?.push({ name: 'w', ...tensor }));
  const added = decodedBytes(bytes) - decodedBytes(plain);
  expect(added / count).toBeCloseTo(bytesEach, 0);
});

it('integers of an attribute, in a graph of an attribute', () => {
  const attribute = { name: 'axes', type: INTS, ints: zeros() };
  const inner = { node: [{ opType: 'Squeeze', attribute: [attribute] }] };
  const bytes = altered(plain, ({ graph }) =>
    graph?.node?.push({ opType: 'If', attribute: [{ name: 'then_branch', g: inner }] }),
  );
  expect((decodedBytes(bytes) - decodedBytes(plain)) / count).toBeCloseTo(48, 0);
});

it('raw data and texts are parts of the file', () => {
  const bytes = altered(plain, ({ graph }) =>
    graph?.initializer?.push({
      name: 'w'.repeat(count),
      dims: [count],
      dataType: INT64,
      rawData: new Uint8Array(8 * count),
    }),
  );
  expect(decodedBytes(bytes) - decodedBytes(plain)).toBeLessThan(1000);
});

it('nodes without a content', () => {
  const bytes = altered(plain, ({ graph }) => graph?.node?.push(...zeros().map(() => ({}))));
  expect((decodedBytes(bytes) - decodedBytes(plain)) / count).toBeCloseTo(64, 0);
});

it('is refused with the limit, and what to do', () => {
  const tensor = { name: 'w', dims: [count], dataType: INT64, int64Data: zeros() };
  const bytes = altered(plain, ({ graph }) => graph?.initializer?.push(tensor));
  const read = (limit: number) => readModel(bytes, 'x.onnx', undefined, limit);
  expect(() => read(2 ** 20)).toThrow(/decoding its lists of numbers takes 4\.6 MiB .* limit is 1\.0 MiB/);
  expect(() => read(2 ** 25)).not.toThrow();
});

it('a message that ends too early is told as such', () => {
  const bytes = altered(plain, ({ graph }) => graph?.initializer?.push({ name: 'w', int64Data: zeros() }));
  expect(() => decodedBytes(bytes.subarray(0, 1000))).toThrow(RangeError);
  expect(() => readModel(bytes.subarray(0, 1000), 'x.onnx', undefined, 1000)).toThrow(/truncated/);
});
