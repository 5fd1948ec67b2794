import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allocate, dataTypes, type Tensor } from '../../model/graph.js';
import { readMetadata, readTensors, writeTensors } from '../../model/safetensors.js';
import { parseTensors } from '../../model/safetensors-bytes.js';
import { floats } from './models.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'touchstone-safetensors-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** A file with this header and so many bytes of data. */
function file(header: unknown, dataBytes: number, headerLength?: number): Uint8Array {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(headerLength ?? json.length));
  return Buffer.concat([length, json, Buffer.alloc(dataBytes)]);
}

describe('safetensors', () => {
  it('come back as they were written, whatever their type and shape', async () => {
    const tensor = fc
      .record({ type: fc.constantFrom(...dataTypes), shape: fc.array(fc.nat(4), { maxLength: 3 }) })
      .chain(({ type, shape }) => {
        const data = allocate(
          type,
          shape.reduce((product, extent) => product * extent, 1),
        );
        return fc
          .uint8Array({ minLength: data.byteLength, maxLength: data.byteLength })
          .map((bytes): Tensor => {
            new Uint8Array(data.buffer).set(bytes);
            return { type, shape, data: data.slice() };
          });
      });
    const path = join(folder, 'round.safetensors');
    const tensors = fc.dictionary(fc.stringMatching(/^[a-zé/._0-9]+$/), tensor, {
      maxKeys: 4,
      noNullPrototype: true,
    });
    await fc.assert(
      fc.asyncProperty(tensors, async (written) => {
        await writeTensors(path, written, { by: 'test' });
        expect(await readTensors(path)).toEqual(written);
        expect(await readMetadata(path)).toEqual({ by: 'test' });
      }),
      { numRuns: 60 },
    );
    expect(await readdir(folder)).toEqual(['round.safetensors']);
  });

  it('does not write data that does not fit its shape', async () => {
    const tensor = floats([1, 2, 3], [2, 2]);
    await expect(writeTensors(join(folder, 'x'), { a: tensor })).rejects.toThrow(
      /tensor a has 3 elements for shape 2×2/,
    );
  });

  it('reads regular files only, and of a file with a wrong header nothing but that', async () => {
    const path = join(folder, 'large.safetensors');
    await writeFile(path, file({}, 0, 600_000_000));
    await truncate(path, 2 ** 40);
    const before = process.memoryUsage().rss;
    await expect(readTensors(path)).rejects.toMatchObject({
      code: 'storage',
      message: expect.stringMatching(/its header has 600000000 bytes, and the format's limit is 100000000$/),
    });
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 2 ** 20);
    await rm(path);
    const pipe = join(folder, 'pipe.safetensors');
    execFileSync('mkfifo', [pipe]);
    for (const other of [pipe, folder, '/dev/zero'])
      await expect(readTensors(other)).rejects.toThrow(/^cannot read .* is not a regular file$/);
    await rm(pipe);
  });

  const whole = { dtype: 'F32', shape: [2], data_offsets: [0, 8] };
  it.each<[string, Uint8Array, RegExp]>([
    ['nothing', new Uint8Array(), /its header is truncated/],
    ['a header longer than the file', file({ a: whole }, 8, 1000), /its header is truncated/],
    ['a header of 2^60 bytes', file({ a: whole }, 8, 2 ** 60), /its header is truncated/],
    ['a header that is not JSON', file('{"a"', 8), /its header is not JSON/],
    ['truncated data', file({ a: whole }, 7), /tensor a: .*does not fit/],
    ['an offset too far', file({ a: { ...whole, data_offsets: [8, 16] } }, 8), /tensor a: .*does not fit/],
    [
      'a shape too large',
      file({ a: { ...whole, shape: [2 ** 40, 2 ** 40] } }, 8),
      /tensor a: .*does not fit/,
    ],
    [
      'a negative shape',
      file({ a: { ...whole, shape: [-2] } }, 8),
      /tensor a: .*its header entry has the wrong form/,
    ],
    ['an unknown type', file({ a: { ...whole, dtype: 'F13' } }, 8), /element type F13 is not supported/],
    ['overlapping tensors', file({ a: whole, b: whole }, 8), /overlap/],
    ['data of no tensor', file({ a: whole }, 12), /belongs to no tensor/],
  ])('rejects %s', (_, bytes, message) => {
    expect(() => parseTensors(bytes, 'test')).toThrow(message);
  });
});
