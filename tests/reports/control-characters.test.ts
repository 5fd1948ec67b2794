/** Names of models, nodes, targets and files, and messages of frameworks, may hold anything: no output shows all of it. */
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { renderPlan } from '../../cli/dry-run.js';
import { historyCommand } from '../../cli/history.js';
import { say } from '../../cli/say.js';
import { jsonText, plain } from '../../common/text.js';
import { analyse } from '../../reports/analyse/analyse.js';
import { compareRuns } from '../../reports/analyse/compare-runs.js';
import { comparisonCsv, comparisonJson } from '../../reports/compare/data.js';
import { comparisonMarkdown } from '../../reports/compare/markdown.js';
import { renderComparisonPage } from '../../reports/compare/page.js';
import { samplesCsv } from '../../reports/exports/csv.js';
import { githubBenchmarks } from '../../reports/exports/github-benchmark.js';
import { runJunit } from '../../reports/exports/junit.js';
import { runMarkdown } from '../../reports/exports/markdown.js';
import { recordRun } from '../../reports/history/record.js';
import { renderReport } from '../../reports/html/index.js';
import { renderGate, writeGateOutputs } from '../../reports/regression/outputs/index.js';
import { writeSite } from '../../reports/site/index.js';
import { renderComparison } from '../../reports/terminal/comparison.js';
import { renderTerminal } from '../../reports/terminal/index.js';
import { makeProgress } from '../../reports/terminal/progress.js';
import { fixtureRun } from './fixtures.js';
import { temporaryStore } from './history/runs.js';
import { everyVerdict, report } from './regression/fixture.js';
import { filesOf } from './site/site-runs.js';

/** A terminal escape, a window's title, an escape of one C1 character, DEL, a line separator, and marks of direction. */
const marks =
  '\u001b[2J\u001b]0;x\u0007\u009b2J\u0080\u0085\u007f\u2028\u061c\u200e\u200f\u202a\u202e\u2066\u2069';
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const forbidden = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;

/** The same with the marks inside the names of a workload, a target and a node, a version and every message. */
function marked<T>(value: T): T {
  const inside = JSON.stringify(marks).slice(1, -1);
  const text = JSON.stringify(value)
    .replaceAll('lenet5', `lenet${inside}5`)
    .replaceAll('pytorch/cpu', `pytorch/${inside}cpu`)
    .replaceAll('"reason":"', `"reason":"${inside}`)
    .replaceAll('"command":"', `"command":"${inside}`)
    .replaceAll('Example CPU', `Example ${inside} CPU`);
  return JSON.parse(text) as T;
}

const { manifest, events } = marked(fixtureRun());
const results = analyse(manifest, events);
const comparison = compareRuns([results, results]);

/** What a command writes to one of the streams. */
async function written(stream: 'stdout' | 'stderr', command: () => unknown): Promise<string> {
  const parts: string[] = [];
  const spy = vi.spyOn(process[stream], 'write').mockImplementation((text) => parts.push(String(text)) > 0);
  try {
    await command();
  } finally {
    spy.mockRestore();
  }
  return parts.join('');
}

/** The gate's report in every format that is a file. */
async function gateFiles() {
  const folder = mkdtempSync(join(tmpdir(), 'touchstone-marks-'));
  const paths = Object.fromEntries(
    (['json', 'markdown', 'junit', 'sarif'] as const).map((name) => [name, join(folder, name)]),
  );
  await writeGateOutputs(marked(report(everyVerdict)), paths);
  return (name: string) => readFileSync(join(folder, name), 'utf8');
}

/** The history's page, or what the command prints. */
async function history(options: { html?: true; json?: true; cell?: string }): Promise<string> {
  const file = temporaryStore();
  recordRun(results, file);
  const page = join(mkdtempSync(join(tmpdir(), 'touchstone-marks-')), 'history.html');
  const { html, ...others } = options;
  const text = await written('stdout', () =>
    historyCommand({ ...others, ...(html ? { html: page } : {}) }, file),
  );
  return html ? pageText(readFileSync(page, 'utf8')) : text;
}

/** A page with its embedded data, without the libraries and the style. */
function pageText(html: string): string {
  const data = /<script type="application\/json"[^>]*>(.*?)<\/script>/s.exec(html)?.[1] ?? '';
  expect(data.length).toBeGreaterThan(100);
  const body = html.replaceAll(/<(script|style)\b[\s\S]*?<\/\1>/g, '');
  return `${body}\n${textsIn(JSON.parse(data)).join('\n')}`;
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return [...(Array.isArray(value) ? [] : Object.keys(value)), ...Object.values(value).flatMap(textsIn)];
}

const outputs: Readonly<Record<string, () => string | Promise<string>>> = {
  'the report in HTML': async () => pageText(await renderReport(results)),
  'the history in HTML': () => history({ html: true, cell: '*pytorch*' }),
  'the history in a terminal': () => history({}),
  'a cell of the history in a terminal': () => history({ cell: '*pytorch*' }),
  'the history in JSON': () => history({ json: true, cell: '*pytorch*' }),
  'the comparison in a terminal': () => renderTerminal(results),
  'two runs in a terminal': () => renderComparison(comparison),
  'two runs in HTML': () => renderComparisonPage(comparison),
  'two runs in Markdown': () => comparisonMarkdown(comparison),
  'two runs in CSV': () => comparisonCsv(comparison).replaceAll('\r', ''),
  'two runs in JSON': () => comparisonJson(comparison),
  'a site': async () => {
    const folder = mkdtempSync(join(tmpdir(), 'touchstone-marks-'));
    mkdirSync(join(folder, 'run'));
    writeFileSync(join(folder, 'run', 'manifest.json'), JSON.stringify(manifest));
    const lines = events.map((event) => `${JSON.stringify(event)}\n`);
    writeFileSync(join(folder, 'run', 'events.ndjson'), lines.join(''));
    const site = join(folder, 'site');
    await writeSite(site, [join(folder, 'run')]);
    const shown = [...filesOf(site)].filter(([path]) => !path.endsWith('report.html'));
    return shown.map(([, text]) => text.replaceAll('\r', '')).join('\n');
  },
  'the plan in a terminal': () => renderPlan(manifest.cells),
  'a line for the user': () => written('stderr', () => say(`prepared lenet${marks}5`)),
  'progress in a log': () =>
    written('stderr', () => {
      const progress = makeProgress();
      progress.stage('parity', 1, undefined);
      progress.step(`lenet${marks}5`);
      progress.note(`lenet${marks}5 is slow`);
    }),
  'a run in Markdown': () => runMarkdown(results),
  'a run in CSV': () => [...samplesCsv(results)].join('').replaceAll('\r\n', '\n'),
  'a run in JUnit': () => runJunit(results),
  'a run as a benchmark of GitHub': () => jsonText(githubBenchmarks(results)),
  'the gate in a terminal': () => renderGate(marked(report(everyVerdict))),
  'the gate in JSON': async () => (await gateFiles())('json'),
  'the gate in Markdown': async () => (await gateFiles())('markdown'),
  'the gate in JUnit': async () => (await gateFiles())('junit'),
  'the gate in SARIF': async () => (await gateFiles())('sarif'),
};

describe('control characters and marks of direction', () => {
  it.each(Object.entries(outputs))('are not in %s', async (_, output) => {
    const text = await output();
    expect(text).toContain('lenet');
    const found = forbidden.exec(text);
    expect(found && JSON.stringify(text.slice(Math.max(0, found.index - 40), found.index + 20))).toBeNull();
  });

  it('are what this test gives', () => {
    expect(results.cells.some(({ target }) => target.includes(marks))).toBe(true);
    expect(results.groups.some(({ workload }) => workload.includes(marks))).toBe(true);
    expect(plain(marks)).not.toMatch(forbidden);
  });

  it('are escaped in JSON, where nothing of a name is lost', () => {
    expect(JSON.parse(jsonText({ [marks]: marks }))).toEqual({ [marks]: marks });
  });
});
