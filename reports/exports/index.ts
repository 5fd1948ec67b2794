/** Writes the results of a run in the formats that were asked for. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { TouchstoneError } from '../../common/errors.js';
import type { RunResults } from '../../common/run/results.js';
import { jsonText } from '../../common/text.js';
import { allWritten, writeMarkdown, writeOutput } from '../output-files.js';
import { samplesCsv } from './csv.js';
import { githubBenchmarks } from './github-benchmark.js';
import { runJunit } from './junit.js';
import { runMarkdown } from './markdown.js';
import { outputName, renderTemplate } from './template.js';

/** A path for each format that is wanted. */
export interface RunExportPaths {
  readonly json?: string;
  readonly markdown?: string;
  readonly csv?: string;
  readonly junit?: string;
  readonly githubBenchmark?: string;
  /** A template; what it makes goes into the run folder. */
  readonly template?: string;
}

/** Files of a run folder that no template may make. */
const ownFiles = ['manifest.json', 'events.ndjson', 'results.json', 'report.html', 'gate.json'];

/** Before anything is measured for it. @throws TouchstoneError('usage') */
export function checkExports({ template }: RunExportPaths): void {
  if (template === undefined) return;
  if (!existsSync(template)) {
    throw new TouchstoneError('usage', `there is no template ${template}`, {
      hint: 'give a Handlebars file, such as page.hbs; docs/results.md has an example',
    });
  }
  if (!ownFiles.includes(outputName(template))) return;
  throw new TouchstoneError(
    'usage',
    `the template ${template} would replace ${outputName(template)} of the run`,
    {
      hint: 'name the template differently',
    },
  );
}

/**
 * Writes every file whole, and makes its folder where there is none. A file that cannot be written does not keep the others from
 * being written. Rejects with the error of the first that failed.
 *
 * @param folder of the run
 * @returns the path of what a template made, if one was given
 */
export async function writeRunExports(
  results: RunResults,
  paths: RunExportPaths,
  folder: string,
): Promise<string | undefined> {
  const { json, markdown, csv, junit, githubBenchmark, template } = paths;
  const page = template === undefined ? undefined : join(folder, outputName(template));
  await allWritten([
    // Indented, the samples would take a line each.
    json === undefined ? undefined : writeOutput(json, `${jsonText(results, 0)}\n`),
    markdown === undefined ? undefined : writeMarkdown(markdown, runMarkdown(results)),
    csv === undefined ? undefined : writeOutput(csv, samplesCsv(results)),
    junit === undefined ? undefined : writeOutput(junit, runJunit(results)),
    githubBenchmark === undefined
      ? undefined
      : writeOutput(githubBenchmark, `${jsonText(githubBenchmarks(results))}\n`),
    template === undefined || page === undefined
      ? undefined
      : renderTemplate(results, template).then((text) => writeOutput(page, text)),
  ]);
  return page;
}
