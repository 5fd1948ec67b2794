/**
 * What `--write` keeps: `docs/measurements/<name>.ndjson`, the newest rows of every cell, and the page that is written from all of
 * them, so that frameworks can be measured one after the other.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { markdownTable } from '../table.js';
import { type Bar, cellsOf, headOf, row } from './rows.js';

export const keptRow = row.extend({
  /** As `2026-11-26`. */
  day: z.string(),
  machine: z.string(),
  command: z.string(),
});
export type KeptRow = z.infer<typeof keptRow>;

export function readKept(file: string): KeptRow[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => keptRow.parse(JSON.parse(line)));
}

export function writeKept(file: string, rows: readonly KeptRow[]): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, rows.map((one) => `${JSON.stringify(one)}\n`).join(''));
}

/** The rows of a cell that was measured again on the same machine are replaced; the others stay. Sorted by target and workload. */
export function merged(kept: readonly KeptRow[], fresh: readonly KeptRow[]): KeptRow[] {
  const again = new Set(fresh.map(cellKey));
  const all = [...kept.filter((one) => !again.has(cellKey(one))), ...fresh];
  return all.sort((one, other) => (cellKey(one) < cellKey(other) ? -1 : 1));
}

function cellKey({ machine, target, workload, mode, batch }: KeptRow): string {
  return [machine, target, workload, mode, String(batch).padStart(6, '0')].join('\n');
}

/** A table for each machine, and the commands that measured its rows. */
export function page(title: string, introduction: string, what: string, bar: Bar, rows: readonly KeptRow[]) {
  const machines = [...new Set(rows.map(({ machine }) => machine))];
  const sections = machines.map((machine) => {
    const own = rows.filter((one) => one.machine === machine);
    const table = markdownTable(
      [...headOf(what, bar), 'day'],
      own.map((one) => [...cellsOf(bar, one), one.day].map(escaped)),
    );
    const sessions = [...new Set(own.map(({ day, command }) => `- ${day}: \`${command}\``))].sort();
    return `## ${machine}\n\n${table}\n\nMeasured with:\n\n${sessions.join('\n')}`;
  });
  return `# ${title}\n\n${[introduction, ...sections].join('\n\n')}\n`;
}

/** A message may hold what Markdown takes for the end of a table's cell. */
function escaped(text: string): string {
  return text.replaceAll('|', String.raw`\|`);
}
