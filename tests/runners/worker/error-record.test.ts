import { expect, it } from 'vitest';
import { recordOf } from '../../../runners/worker/error-record.js';

it('keeps the chain of causes', () => {
  const record = recordOf(new TypeError('a', { cause: new Error('b', { cause: 7 }) }));
  expect(record).toMatchObject({ kind: 'TypeError', message: 'a' });
  expect(record.cause).toMatchObject({ kind: 'Error', message: 'b' });
  expect(record.cause?.cause).toEqual({ kind: 'number', message: '7' });
  expect(record.stack).toContain('error-record.test');
});

it('ends a chain that bites its own tail', () => {
  const error = new Error('round');
  error.cause = error;
  expect(JSON.stringify(recordOf(error)).length).toBeLessThan(100_000);
});

it.each([
  [Object.assign(new Error('x'), { code: 'ERR_MODULE_NOT_FOUND' }), 'unavailable'],
  [Object.assign(new Error('x'), { code: 'ERR_DLOPEN_FAILED' }), 'unavailable'],
  [Object.assign(new Error('x'), { name: 'UnavailableError' }), 'unavailable'],
  [Object.assign(new Error('x'), { name: 'UnsupportedError' }), 'unsupported'],
  [new RangeError('Array buffer allocation failed'), 'out-of-memory'],
  [new RangeError('WebAssembly.Memory(): could not allocate memory'), 'out-of-memory'],
  [new RangeError('Maximum call stack size exceeded'), 'RangeError'],
  [new (class KernelError extends Error {})('x'), 'KernelError'],
  ['just text', 'string'],
  [undefined, 'undefined'],
])('%s is %s', (thrown, kind) => {
  expect(recordOf(thrown).kind).toBe(kind);
});

it('cuts a message of endless length', () => {
  expect(recordOf(new Error('x'.repeat(1e6))).message.length).toBeLessThan(10_000);
});
