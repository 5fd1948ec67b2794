/** What a user sees who ends a run. */
import { expect, it, vi } from 'vitest';

const noted: string[] = [];
vi.mock('../../reports/terminal/progress.js', () => ({
  makeProgress: () => ({ note: (line: string) => noted.push(line), finish: () => noted.push('(gone)') }),
}));
vi.mock('../../runners/coordinator/measure.js', () => ({
  measure: (_: unknown, { signal }: { signal: AbortSignal }) => {
    process.emit('SIGINT');
    return signal.aborted ? Promise.resolve() : Promise.reject(new Error('it goes on'));
  },
}));
const { measureRun } = await import('../../cli/measure-run.js');

it('Ctrl-C is answered by the progress, which takes its bar out of the way, and ends the run well', async () => {
  const measured = await measureRun({ folder: 'a' } as Parameters<typeof measureRun>[0], () => undefined);
  expect(measured).toEqual({ interrupted: 130, failure: undefined });
  expect(noted).toEqual([expect.stringMatching(/^stopping: workers are ended/), '(gone)']);
});
