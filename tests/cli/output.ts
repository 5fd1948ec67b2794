/** Captures what a command prints, and the one line of its refusal. */
import { expect, vi } from 'vitest';
import { oneLine, TouchstoneError } from '../../common/errors.js';

/** Standard output of the work, which must succeed. */
export async function printed(work: () => Promise<unknown>): Promise<string> {
  const parts: string[] = [];
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => parts.push(String(text)) > 0);
  try {
    await work();
  } finally {
    spy.mockRestore();
  }
  return parts.join('');
}

/** The line that a user sees for a usage error. */
export async function refusal(work: () => Promise<unknown>): Promise<string> {
  const error = await work().then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(TouchstoneError);
  expect((error as TouchstoneError).code).toBe('usage');
  const line = oneLine(error);
  expect(line).not.toContain('\n');
  return line;
}
