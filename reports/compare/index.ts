/** Writes a comparison of runs in the formats that were asked for. */
import type { RunsComparison } from '../analyse/compare-runs.js';
import { allWritten, writeMarkdown, writeOutput } from '../output-files.js';
import { comparisonCsv, comparisonJson } from './data.js';
import { comparisonMarkdown } from './markdown.js';
import { renderComparisonPage } from './page.js';

/** A path for each format that is wanted. */
export interface ComparisonPaths {
  readonly html?: string | undefined;
  readonly markdown?: string | undefined;
  readonly csv?: string | undefined;
  readonly json?: string | undefined;
}

/** Rejects with a `storage` error for the first that cannot be written; the others are. */
export async function writeComparison(comparison: RunsComparison, paths: ComparisonPaths): Promise<void> {
  const { html, markdown, csv, json } = paths;
  await allWritten([
    html === undefined ? undefined : renderComparisonPage(comparison).then((text) => writeOutput(html, text)),
    markdown === undefined ? undefined : writeMarkdown(markdown, comparisonMarkdown(comparison)),
    csv === undefined ? undefined : writeOutput(csv, comparisonCsv(comparison)),
    json === undefined ? undefined : writeOutput(json, comparisonJson(comparison)),
  ]);
}
