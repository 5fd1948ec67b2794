/** Writes the gate's findings in the formats that were asked for. */
import { appendFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { messageOf, TouchstoneError } from '../../../common/errors.js';
import { makeFolder, writeWhole } from '../../../common/files.js';
import { jsonText } from '../../../common/text.js';
import type { GateReport } from '../report.js';
import { gateJunit } from './junit.js';
import { gateMarkdown } from './markdown.js';
import { gateSarif } from './sarif.js';

export { renderGate } from './terminal.js';

/** A path for each format that is wanted. */
export interface GateOutputPaths {
  readonly json?: string | undefined;
  readonly markdown?: string | undefined;
  readonly junit?: string | undefined;
  readonly sarif?: string | undefined;
}

/**
 * Writes every file whole, and makes its folder where there is none. A file that cannot be written does not keep the
 * others from being written. Rejects with a `storage` error for the first that failed.
 */
export async function writeGateOutputs(report: GateReport, paths: GateOutputPaths): Promise<void> {
  const { json, markdown, junit, sarif } = paths;
  const endings = await Promise.allSettled([
    json === undefined ? undefined : write(json, `${jsonText(report)}\n`),
    markdown === undefined ? undefined : writeMarkdown(markdown, gateMarkdown(report)),
    junit === undefined ? undefined : write(junit, gateJunit(report)),
    sarif === undefined ? undefined : write(sarif, `${jsonText(gateSarif(report))}\n`),
  ]);
  const failed = endings.find((ending) => ending.status === 'rejected');
  if (failed) throw failed.reason;
}

async function write(path: string, text: string): Promise<void> {
  makeFolderFor(path);
  await writeWhole(path, text);
}

/** The summary of a CI step is a file to which every command of the step appends. */
async function writeMarkdown(path: string, text: string): Promise<void> {
  const summary = process.env.GITHUB_STEP_SUMMARY;
  if (!summary || resolve(path) !== resolve(summary)) return write(path, text);
  makeFolderFor(path);
  try {
    const { size } = await stat(path).catch(() => ({ size: 0 }));
    await appendFile(path, size > 0 ? `\n\n${text}` : text);
  } catch (cause) {
    throw cannotWrite(path, cause);
  }
}

function makeFolderFor(path: string): void {
  try {
    makeFolder(dirname(resolve(path)));
  } catch (cause) {
    throw cannotWrite(path, cause);
  }
}

function cannotWrite(path: string, cause: unknown): TouchstoneError {
  return new TouchstoneError('storage', `cannot write ${path}: ${messageOf(cause)}`, {
    hint: 'give a path in a folder that can be written to',
    cause,
  });
}
