/**
 * `npm run measure:answer`: how long the answer takes, on this machine with everything installed. Every row is the command line as a
 * user types it, in a process of its own; the table goes to `docs/measurements/answer.md`.
 *
 * Options: `-- --runs 3` repeats of each row, of which the median is shown; `--rows default,small` some of them.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { buildFolder, projectRoot } from '../../common/paths.js';
import { readRun } from '../../common/run/read-run.js';
import { median } from '../../common/statistics/quantiles.js';
import { names, positiveInteger } from '../../common/values.js';
import { type AnswerRow, answerRows, type RunSeen, type Said } from './answer-rows.js';
import { asGiven, publish } from './ledger.js';
import { say } from './new-run.js';
import { markdownTable } from './table.js';

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '3' }, rows: { type: 'string' } },
});
const runs = positiveInteger(values.runs);
const chosen = values.rows === undefined ? undefined : names(values.rows);
const folder = mkdtempSync(join(tmpdir(), 'touchstone-answer-'));

const rows: string[][] = [];
for (const row of answerRows.filter(({ name }) => chosen?.includes(name) ?? true)) {
  const seen: RunSeen[] = [];
  for (let repeat = 0; repeat < runs; repeat++) {
    say(`${row.name}: ${repeat + 1} of ${runs}`);
    seen.push(await timed(row, join(folder, `${row.name}-${repeat}`)));
  }
  for (const { what, bar, read, text, isMet } of row.figures) {
    const figure = median(seen.map(read));
    rows.push([what, text(figure), bar, isMet(figure) ? 'yes' : 'no']);
  }
}
publish(
  'answer',
  markdownTable(['what', 'median', 'bar', 'bar met'], rows),
  asGiven('npm run measure:answer'),
);
rmSync(folder, { recursive: true });

async function timed({ command, program, isRun }: AnswerRow, out: string): Promise<RunSeen> {
  const [startedAt, startedMs] = [Date.now(), performance.now()];
  const parameters = [join(buildFolder, program ?? 'bench.js'), ...command, ...(isRun ? ['--out', out] : [])];
  const running = execa(process.execPath, parameters, {
    cwd: projectRoot,
    reject: false,
    env: { TOUCHSTONE_HISTORY: '' },
  });
  const said: Said[] = [];
  for await (const line of running.iterable({ from: 'stderr' }))
    said.push({ line, afterSeconds: (performance.now() - startedMs) / 1000 });
  const { exitCode, stdout, stderr } = await running;
  const seconds = (performance.now() - startedMs) / 1000;
  // `doctor` ends with 1 where something is missing; a run always has a result here.
  if (isRun && exitCode !== 0) throw new Error(`${command.join(' ')} ended with ${exitCode}: ${stderr}`);
  if (!isRun) return { seconds, beforeMs: 0, out, stdout, said, events: [] };
  const { manifest, events } = await readRun(out);
  return { seconds, beforeMs: Date.parse(manifest.startedAt) - startedAt, out, stdout, said, events };
}
