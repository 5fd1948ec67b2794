/**
 * What decoding a model's protobuf makes of its bytes, counted on the bytes themselves: a packed zero is one byte in the file and
 * an object in memory. Message and field numbers are those of onnx.proto.
 */
import { getHeapStatistics } from 'node:v8';
import { raiseModelMemory, sizeText } from '../../common/memory.js';
import { modelError } from '../model-error.js';
import { Wire, wireTypes } from './wire.js';

/** Bytes that protobufjs and V8 take for a field that is present, a 64-bit integer in a list, and any other number in one. */
const perField = 64;
const perInteger = 48;
const perNumber = 8;

/** What is in the fields that hold more than one value. Those without an entry are text, bytes or one number. */
interface Message {
  readonly [field: number]: Message | 'integers' | 'fixed32' | 'fixed64';
}

const flat: Message = {};
const tensor: Message = {
  1: 'integers',
  4: 'fixed32',
  5: 'integers',
  7: 'integers',
  10: 'fixed64',
  11: 'integers',
  13: flat,
};
const sparseTensor: Message = { 1: tensor, 2: tensor, 3: 'integers' };
const shape: Message = { 1: flat };
const type: Message = { 1: { 2: shape }, 8: { 2: shape } };
const valueInfo: Message = { 2: type };
const graph: { [field: number]: Message } = { 5: tensor, 11: valueInfo, 12: valueInfo, 13: valueInfo };
const attribute: Message = {
  5: tensor,
  6: graph,
  7: 'fixed32',
  8: 'integers',
  10: tensor,
  11: graph,
  14: type,
  15: type,
  22: sparseTensor,
  23: sparseTensor,
};
const node: Message = { 5: attribute };
Object.assign(graph, { 1: node, 14: { 2: flat }, 15: sparseTensor });
const model: Message = {
  7: graph,
  8: flat,
  14: flat,
  20: { 1: graph, 2: graph, 3: flat, 4: flat },
  25: { 7: node, 9: flat },
};

/**
 * @param limitBytes as for its tensors; what is decoded has to fit into the heap of this process too
 * @throws TouchstoneError('model') where decoding needs more
 * @throws RangeError where the bytes end too early
 */
export function checkDecodedMemory(bytes: Uint8Array, limitBytes: number): void {
  const heapBytes = getHeapStatistics().heap_size_limit / 2;
  const limit = Math.min(limitBytes, heapBytes);
  // No value takes less than a byte of the file.
  if (bytes.byteLength * perField <= limit) return;
  const needed = decodedBytes(bytes);
  if (needed <= limit) return;
  throw modelError(
    `decoding its lists of numbers takes ${sizeText(needed)} of memory or more, and the limit is ${sizeText(limit)}`,
    needed <= heapBytes
      ? raiseModelMemory(needed)
      : 'store its tensors as raw data, as onnx.numpy_helper does',
  );
}

/**
 * Memory for the decoded message, without its texts and raw bytes, which are parts of the file.
 *
 * @throws RangeError where the bytes end too early
 */
export function decodedBytes(bytes: Uint8Array): number {
  return messageBytes(new Wire(bytes), bytes.byteLength, model);
}

function messageBytes(wire: Wire, end: number, message: Message): number {
  let sum = 0;
  while (wire.position < end) {
    const { number, type } = wire.tag();
    sum += perField;
    if (type === wireTypes.delimited) sum += delimitedBytes(wire, message[number]);
    else wire.skipValue(type);
  }
  return sum;
}

function delimitedBytes(wire: Wire, content: Message[number] | undefined): number {
  const length = wire.varint();
  const end = wire.position + length;
  if (typeof content === 'object') return messageBytes(wire, end, content);
  if (content === 'integers') return perInteger * wire.varintsUntil(end);
  wire.skip(length);
  if (content === undefined) return 0;
  return perNumber * (content === 'fixed32' ? length / 4 : length / 8);
}
