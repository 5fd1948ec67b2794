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
import { median } from '../../common/statistics/quantiles.js';
import { names, positiveInteger } from '../../common/values.js';
import { answerRows, type RunSeen } from './answer-rows.js';
import { asGiven, publish } from './ledger.js';
import { say } from './new-run.js';
import { markdownTable } from './table.js';
import { timed } from './timed-command.js';

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
    const out = join(folder, `${row.name}-${repeat}`);
    const before = row.before && (await timed(row.before, `${out}-before`));
    seen.push({ ...(await timed(row, out)), ...(before && { before }) });
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
