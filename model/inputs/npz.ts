/**
 * NumPy's `.npz`: a zip archive with a `.npy` file for each array. A `.npy` file is the magic bytes, a version, the length
 * of a header, the header (a Python dictionary as text) and the data.
 * Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
import { readFile } from 'node:fs/promises';
import { unzipSync } from 'fflate';
import { messageOf } from '../../common/errors.js';
import { type DataType, elementCount, type Tensor, type Tensors } from '../graph.js';
import { refuse } from '../import/decode.js';
import { allocate } from '../safetensors.js';

/** By kind and bytes, as in `<f4`. */
const types: Readonly<Record<string, DataType>> = {
  f2: 'float16',
  f4: 'float32',
  f8: 'float64',
  i1: 'int8',
  i2: 'int16',
  i4: 'int32',
  i8: 'int64',
  u1: 'uint8',
  u2: 'uint16',
  u4: 'uint32',
  u8: 'uint64',
  b1: 'bool',
};
/** Enough for the inputs of any model; an archive that claims more is not unpacked. */
const mostBytes = 4 * 2 ** 30;

/** @throws TouchstoneError('model') for what is no such file, or holds what no tensor can */
export async function readNpz(path: string): Promise<Tensors> {
  let files: Record<string, Uint8Array>;
  try {
    let claimed = 0;
    files = unzipSync(await readFile(path), {
      filter: ({ name, originalSize }) => {
        claimed += originalSize;
        if (claimed > mostBytes) throw new Error('it claims to hold more than 4 GiB');
        return name.endsWith('.npy');
      },
    });
  } catch (cause) {
    throw refuse(`${path} cannot be read as .npz: ${messageOf(cause)}`, 'write it with numpy.savez');
  }
  return Object.fromEntries(
    Object.entries(files).map(([name, bytes]) => {
      const array = name.replace(/\.npy$/, '');
      return [array, parseNpy(bytes, `${path}: array ${array}`)];
    }),
  );
}

/** @param where for messages */
export function parseNpy(bytes: Uint8Array, where: string): Tensor {
  const isNpy =
    bytes.length > 12 && bytes[0] === 0x93 && Buffer.from(bytes.subarray(1, 6)).toString() === 'NUMPY';
  if (!isNpy) throw refuse(`${where} is not a .npy file`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // Version 1 has two bytes of length, later ones four.
  const [begin, length] = bytes[6] === 1 ? [10, view.getUint16(8, true)] : [12, view.getUint32(8, true)];
  const header = Buffer.from(bytes.subarray(begin, begin + length)).toString('latin1');
  const code = /'descr':\s*'([<>|=])(\w+)'/.exec(header);
  const extents = /'shape':\s*\(([\d,\s]*)\)/.exec(header)?.[1];
  const type = types[code?.[2] ?? ''];
  if (!code || extents === undefined || !type) {
    throw refuse(`${where} is of a type that no tensor has: ${header.trim().slice(0, 80)}`);
  }
  if (code[1] === '>') throw refuse(`${where} is big-endian`, "save it with array.astype('<f4')");
  if (/'fortran_order':\s*True/.test(header)) {
    throw refuse(`${where} is in Fortran order`, 'save numpy.ascontiguousarray of it');
  }
  const shape = extents
    .split(',')
    .map((extent) => extent.trim())
    .filter(Boolean)
    .map(Number);
  return { type, shape, data: dataOf(bytes.subarray(begin + length), type, shape, where) };
}

function dataOf(bytes: Uint8Array, type: DataType, shape: readonly number[], where: string): Tensor['data'] {
  const expected = elementCount(shape) * allocate(type, 0).BYTES_PER_ELEMENT;
  if (bytes.byteLength !== expected) {
    throw refuse(
      `${where} has ${bytes.byteLength} bytes of data, and its shape ${shape.join('×')} wants ${expected}`,
    );
  }
  // Memory of its own, aligned for the element type.
  const data = allocate(type, elementCount(shape));
  new Uint8Array(data.buffer).set(bytes);
  return data;
}
