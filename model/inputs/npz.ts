/**
 * Reads NumPy's `.npz` format: a zip archive with a `.npy` file for each array. A `.npy` file consists of magic bytes, a
 * version, the header's length, the header (a Python dictionary literal) and the data.
 * Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
import { unzipSync } from 'fflate';
import { messageOf } from '../../common/errors.js';
import { withRegularFile } from '../../common/files.js';
import {
  type DataType,
  elementBytes,
  elementCount,
  type Tensor,
  type Tensors,
  tensorFromBytes,
} from '../graph.js';
import { modelError } from '../model-error.js';

/** By NumPy's kind and item size, as in `<f4`. */
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
/** NumPy's own limit, for headers that it has not written itself. */
const maxHeaderBytes = 10_000;
/** Enough for the inputs of any model; a larger archive is not unpacked. */
const maxBytes = 4 * 2 ** 30;

/**
 * The arrays of an archive by name.
 *
 * @throws TouchstoneError('model') for another kind of file, or an array whose type or layout is not supported
 */
export async function readNpz(path: string): Promise<Tensors> {
  let files: Record<string, Uint8Array>;
  try {
    let claimed = 0;
    files = unzipSync(await withRegularFile(path, (file) => file.readFile()), {
      filter: ({ name, originalSize }) => {
        claimed += originalSize;
        if (claimed > maxBytes) throw new Error('its unpacked size is more than 4 GiB');
        return name.endsWith('.npy');
      },
    });
  } catch (cause) {
    throw modelError(`${path} cannot be read as .npz: ${messageOf(cause)}`, 'write it with numpy.savez');
  }
  return Object.fromEntries(
    Object.entries(files).map(([name, bytes]) => {
      const array = name.replace(/\.npy$/, '');
      return [array, parseNpy(bytes, `${path}: array ${array}`)];
    }),
  );
}

/** @param where for error messages */
export function parseNpy(bytes: Uint8Array, where: string): Tensor {
  const isNpy =
    bytes.length > 12 && bytes[0] === 0x93 && Buffer.from(bytes.subarray(1, 6)).toString() === 'NUMPY';
  if (!isNpy) throw modelError(`${where} is not a .npy file`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // The length has two bytes in version 1 and four in later versions.
  const [begin, length] = bytes[6] === 1 ? [10, view.getUint16(8, true)] : [12, view.getUint32(8, true)];
  if (length > maxHeaderBytes) {
    throw modelError(`${where} has a header of ${length} bytes`, 'write it with numpy.savez');
  }
  const header = Buffer.from(bytes.subarray(begin, begin + length)).toString('latin1');
  const code = /'descr':\s*'([<>|=])(\w+)'/.exec(header);
  const extents = /'shape':\s*\(([\d,\s]*)\)/.exec(header)?.[1];
  const type = code?.[2] === undefined ? undefined : types[code[2]];
  if (!code || extents === undefined || !type) {
    throw modelError(`${where} has an unsupported header: ${header.trim().slice(0, 80)}`);
  }
  if (code[1] === '>') throw modelError(`${where} is big-endian`, "save it with array.astype('<f4')");
  if (/'fortran_order':\s*True/.test(header)) {
    throw modelError(`${where} is in Fortran order`, 'save it with numpy.ascontiguousarray');
  }
  const shape = extents
    .split(',')
    .map((extent) => extent.trim())
    .filter(Boolean)
    .map(Number);
  const data = bytes.subarray(begin + length);
  const expected = elementCount(shape) * elementBytes(type);
  if (data.byteLength !== expected) {
    throw modelError(
      `${where} has ${data.byteLength} bytes of data, but its shape ${shape.join('×')} needs ${expected}`,
    );
  }
  return tensorFromBytes(type, shape, data);
}
