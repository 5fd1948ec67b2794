import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseNpy, readNpz } from '../../../model/inputs/npz.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'touchstone-npz-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Version 1 of the format, whose header is padded to a multiple of 64 bytes. */
function npy(descr: string, shape: string, data: Uint8Array, order = 'False'): Uint8Array {
  const dictionary = `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shape}, }`;
  const header = `${dictionary.padEnd(Math.ceil((dictionary.length + 11) / 64) * 64 - 11)}\n`;
  const length = Buffer.alloc(2);
  length.writeUInt16LE(header.length);
  return Buffer.concat([
    Buffer.from([0x93]),
    Buffer.from('NUMPY\x01\x00'),
    length,
    Buffer.from(header),
    data,
  ]);
}

const floats = new Uint8Array(Float32Array.of(1, 2, 3, 4, 5, 6).buffer);

test('reads arrays by name, with types and shapes', async () => {
  const path = join(folder, 'two.npz');
  const tokens = new Uint8Array(BigInt64Array.of(7n, -1n).buffer);
  await writeFile(
    path,
    zipSync({ 'image.npy': npy('<f4', '(2, 3)', floats), 'tokens.npy': npy('<i8', '(2,)', tokens) }),
  );
  expect(await readNpz(path)).toEqual({
    image: { type: 'float32', shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) },
    tokens: { type: 'int64', shape: [2], data: BigInt64Array.of(7n, -1n) },
  });
});

test('reads a scalar', () => {
  const one = new Uint8Array(Float64Array.of(0.5).buffer);
  expect(parseNpy(npy('<f8', '()', one), 'x')).toEqual({
    type: 'float64',
    shape: [],
    data: Float64Array.of(0.5),
  });
});

test.each([
  ['big-endian', npy('>f4', '(2, 3)', floats), /big-endian/],
  ['in Fortran order', npy('<f4', '(2, 3)', floats, 'True'), /Fortran order/],
  ['of strings', npy('<U4', '(2,)', floats), /has an unsupported header: \{'descr': '<U4'/],
  ['truncated', npy('<f4', '(2, 3)', floats.subarray(4)), /20 bytes of data, but its shape 2×3 needs 24/],
  ['something else', Buffer.from('this is a text file'), /not a .npy file/],
])('rejects an array that is %s in one line', (_, bytes, message) => {
  expect(() => parseNpy(bytes, 'inputs.npz: array x')).toThrow(message);
});

test('rejects a header of hundreds of megabytes without reading it', () => {
  const begin = Buffer.concat([Buffer.from([0x93]), Buffer.from('NUMPY\x02\x00'), Buffer.alloc(4)]);
  begin.writeUInt32LE(600_000_000, 8);
  const bytes = new Uint8Array(begin.length + 600_000_000);
  bytes.set(begin);
  expect(() => parseNpy(bytes, 'inputs.npz: array x')).toThrow(
    /^inputs\.npz: array x has a header of 600000000 bytes$/,
  );
});

test('rejects what is no file without waiting for it', async () => {
  const pipe = join(folder, 'pipe.npz');
  execFileSync('mkfifo', [pipe]);
  for (const path of [pipe, folder])
    await expect(readNpz(path)).rejects.toThrow(/cannot be read as \.npz: .* is not a regular file/);
});

test('rejects other files, with a hint at the function that writes the format', async () => {
  const path = join(folder, 'text.npz');
  await writeFile(path, 'not an archive');
  await expect(readNpz(path)).rejects.toMatchObject({ code: 'model', hint: 'write it with numpy.savez' });
});
