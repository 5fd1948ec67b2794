/** What the processes of cells printed last, from the logs that a run folder keeps. */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { fileNameOf } from '../../common/run/cell.js';
import type { RunResults } from '../../common/run/results.js';
import { plain } from '../../common/text.js';

/** By cell id; without those whose process printed nothing. */
export type LogTails = ReadonlyMap<string, string>;

/** Characters that all cells together have room for, as far as they are different, and those of one. */
const charactersOfAll = 60_000;
const [leastOfOne, mostOfOne] = [80, 1500];
/** More bytes than characters, for those that take several. */
const bytesRead = 4 * mostOfOne;

/**
 * Of the process in which each cell was timed last, failed or was wrong. Lines are plain: frameworks print whatever the names in a model are, colours
 * and controls of terminals included. A log that is not there is like one that says nothing.
 */
export async function readLogTails(
  folder: string,
  { cells }: Pick<RunResults, 'cells'>,
): Promise<Map<string, string>> {
  const room = Math.min(mostOfOne, Math.max(leastOfOne, Math.floor(charactersOfAll / (cells.length || 1))));
  const known = new Map<string, string>();
  const tails = new Map<string, string>();
  for (const { id, target, process, samples } of cells) {
    const last = process ?? samples.at(-1)?.process;
    if (last === undefined) continue;
    const file = `${fileNameOf(target)}-${last}.log`;
    const tail = known.get(file) ?? lastLines(await endOf(join(folder, 'logs', file)), room);
    known.set(file, tail);
    if (tail !== '') tails.set(id, tail);
  }
  return tails;
}

/** Whole lines, unless the last one alone is too long. */
export function lastLines(text: string, room: number): string {
  const lines = text
    .split(/\r\n|[\n\r]/)
    .map(plain)
    .filter((line) => line !== '');
  const kept: string[] = [];
  let left = room;
  for (const line of lines.reverse()) {
    left -= line.length + 1;
    if (left < 0 && kept.length > 0) break;
    kept.unshift(line.slice(0, room));
  }
  return kept.join('\n');
}

async function endOf(path: string): Promise<string> {
  const file = await open(path).catch(() => undefined);
  if (!file) return '';
  try {
    const { size } = await file.stat();
    const length = Math.min(size, bytesRead);
    const { buffer, bytesRead: read } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.subarray(0, read).toString('utf8');
  } catch {
    return '';
  } finally {
    await file.close();
  }
}
