/** Writes the gate's findings in the formats that were asked for. */
import { jsonText } from '../../../common/text.js';
import { allWritten, writeMarkdown, writeOutput } from '../../output-files.js';
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
  await allWritten([
    json === undefined ? undefined : writeOutput(json, `${jsonText(report)}\n`),
    markdown === undefined ? undefined : writeMarkdown(markdown, gateMarkdown(report)),
    junit === undefined ? undefined : writeOutput(junit, gateJunit(report)),
    sarif === undefined ? undefined : writeOutput(sarif, `${jsonText(gateSarif(report))}\n`),
  ]);
}
