import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readLines } from '../../../runners/protocol/lines.js';

function collect(maxBytes: number) {
  const stream = new PassThrough();
  const seen: string[] = [];
  readLines(stream, maxBytes, {
    line: (text) => seen.push(text),
    tooLong: () => seen.push('<too long>'),
    end: () => seen.push('<end>'),
  });
  return { stream, seen };
}

it('gives the same lines however the bytes are cut', async () => {
  const text = fc.string({ unit: 'grapheme' }).map((line) => line.replaceAll('\n', ''));
  await fc.assert(
    fc.asyncProperty(fc.array(text), fc.array(fc.nat(9)), async (lines, cuts) => {
      const { stream, seen } = collect(1_000_000);
      const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
      let at = 0;
      for (const cut of cuts) {
        stream.write(bytes.subarray(at, at + cut + 1));
        at += cut + 1;
      }
      stream.end(bytes.subarray(at));
      while (!seen.includes('<end>')) await turn();
      expect(seen).toEqual([...lines, '<end>']);
    }),
  );
});

it('drops a last line that was not finished, and tells the end once', async () => {
  const { stream, seen } = collect(100);
  stream.end('one\ntwo');
  while (!stream.closed) await turn();
  expect(seen).toEqual(['one', '<end>']);
});

it('stops at a line that is too long', async () => {
  const { stream, seen } = collect(5);
  stream.write('12345\n');
  stream.write('123');
  stream.write('456');
  stream.write('\nmore\n');
  while (!stream.closed) await turn();
  expect(seen).toEqual(['12345', '<too long>']);
});
