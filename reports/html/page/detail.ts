/** What is known of one cell, in lines. */
import { quoted } from '../../../common/text.js';
import {
  bytes,
  duration,
  inline,
  once,
  onceInThreeDigits,
  rate,
  ratio as ratioQuantity,
} from '../../text.js';
import type { Choice } from './choice.js';
import { type Markup, markup, nothing } from './markup.js';
import { rankText } from './matrix.js';
import { type Ratio, ratioOf, standingOf, tieMargin, unlikeQuotient, whyUnlikeQuotient } from './ratio.js';
import { baselineOf } from './selection.js';
import { cellId, isOk, item, type Numbers, perSecond, type ResultTable, targetOf } from './table.js';

export interface DetailView {
  readonly title: string;
  readonly lines: readonly { readonly label: string; readonly text: string }[];
  /** Medians of its rounds, in their order. */
  readonly rounds: readonly { readonly round: number; readonly text: string }[];
  /** As `results.json` and the event log name it. */
  readonly id: string;
  /** Its process's last lines; null where it printed nothing. */
  readonly log: string | null;
  /** Measures this cell alone. */
  readonly command: string;
}

export function detailOf(table: ResultTable, cell: number, choice: Choice): DetailView {
  const { cells } = table;
  const group = item(cells.group, cell);
  const title = `${targetOf(table, cell).name} · ${item(table.groups, group).title}`;
  const baseline = baselineOf(table, group, choice);
  const lines = isOk(table, cell) ? okLines(table, cell, baseline) : [line('State', item(cells.state, cell))];
  const reason = item(cells.reason, cell);
  const rounds = item(cells.rounds, cell).map((round, index) => ({
    round: round + 1,
    text: onceInThreeDigits(item(item(cells.medians, cell), index)),
  }));
  return {
    title,
    lines: [
      ...lines,
      ...(reason === null ? [] : [line('Reason', item(table.texts, reason))]),
      ...known(
        'Parity error',
        item(cells.parity, cell),
        (share) => `${share.toPrecision(2)} of its tolerance`,
      ),
      ...item(cells.notes, cell).map((note) => line('Note', item(table.texts, note))),
    ],
    rounds,
    id: cellId(table, cell),
    log: logOf(table, cell),
    command: cellCommand(table, cell),
  };
}

function logOf({ cells, texts }: ResultTable, cell: number): string | null {
  const place = item(cells.log, cell);
  return place === null ? null : item(texts, place);
}

/** A ratio needs a second target: this is for looking at one more closely. */
export function cellCommand(table: ResultTable, cell: number): string {
  const { program, options, models } = table.command;
  const { workload, mode, batch, length, threads } = item(table.groups, item(table.cells.group, cell));
  const selection = models[workload] ?? `--workload ${quoted(workload)} --mode ${mode} --batch ${batch}`;
  // A gate's second names of a target are no targets.
  const target = targetOf(table, cell).name.replace(/~.*$/, '');
  const words = [
    program,
    selection,
    ...(length === undefined ? [] : [`--length ${length}`]),
    ...(threads === undefined ? [] : [`--threads ${threads}`]),
    `--targets ${quoted(target)}`,
    options,
  ];
  return words.filter(Boolean).join(' ');
}

function line(label: string, text: string) {
  return { label, text };
}

function okLines(table: ResultTable, cell: number, baseline: number | undefined) {
  const { cells } = table;
  const percentiles = item(cells.percentiles, cell).map(
    ([share, ...found]) => `p${100 * share} ${inline(duration(boundsOf(found)))}`,
  );
  return [
    ...(baseline === undefined ? [] : ratioLines(table, cell, baseline)),
    line('Rank', rankText(table, cell).replace('rank ', '')),
    ...known('Time per iteration', item(cells.time, cell), (time) => inline(duration(boundsOf(time)))),
    ...known('Items per second', perSecond(table, cell), (found) => inline(rate(boundsOf(found)))),
    ...throughputLines(table, cell),
    ...(percentiles.length > 0 ? [line('Single iterations', percentiles.join(', '))] : []),
    line('Samples', `${item(cells.samples, cell)} in ${item(cells.rounds, cell).length} processes`),
    ...known('Load', item(cells.loadNs, cell), once),
    ...known('First iteration', item(cells.firstNs, cell), once),
    ...known('CPU time per iteration', item(cells.cpuNs, cell), once),
    ...known('Peak memory', item(cells.peakBytes, cell), bytes),
  ];
}

/** Only of a device that work is queued for: there the time per iteration is the latency. */
function throughputLines({ cells }: ResultTable, cell: number) {
  const found = item(cells.throughput, cell);
  if (found === null) return [];
  const [submissions, ...rateOf] = found;
  return [
    line('Items per second as throughput', inline(rate(boundsOf(rateOf)))),
    line('Throughput', `${submissions} submissions and one wait; the time per iteration has a wait in each`),
  ];
}

function known<Value>(label: string, value: Value | null, textOf: (value: Value) => string) {
  return value === null ? [] : [line(label, textOf(value))];
}

function ratioLines(table: ResultTable, cell: number, baseline: number) {
  const { name } = targetOf(table, baseline);
  if (cell === baseline) return [line('Ratio', 'the baseline')];
  const ratio = ratioOf(table, cell, baseline);
  const quotient = unlikeQuotient(table, cell, baseline, ratio);
  return [
    line(`Time ÷ ${name}`, `${inline(ratioQuantity(ratio))}${levelOf(table, ratio)}`),
    line('Decision', decisionOf(table, cell, baseline, ratio)),
    ...known('Quotient of the times', quotient ?? null, (value) => {
      return `${value.toPrecision(3)}×: ${whyUnlikeQuotient(table, cell, baseline)}`;
    }),
  ];
}

function levelOf({ critical }: ResultTable, { level, rounds }: Ratio): string {
  if (level === null) return `, no interval from ${rounds} common rounds`;
  return `, ${Math.round(100 * level)} % interval from ${rounds} common rounds (${critical[rounds]?.method})`;
}

function decisionOf(table: ResultTable, cell: number, baseline: number, ratio: Ratio): string {
  const { name } = targetOf(table, baseline);
  const standing = standingOf(table, cell, baseline, ratio);
  const excludesOne = (ratio.low ?? 0) > 1 || (ratio.high ?? 2) < 1;
  if (standing === 'tie') return `not told apart from ${name}, and equal within ${100 * tieMargin} %`;
  if (standing === 'undecided') {
    const own = excludesOne ? ': its own interval excludes 1, all pairs looked at together do not' : '';
    return `not told apart from ${name}${own}; more rounds would decide it`;
  }
  const chain = excludesOne ? '' : '; its own interval includes 1, targets between the two tell them apart';
  return `${standing} than ${name}, by all pairs of this comparison at 5 %${chain}`;
}

export function boundsOf([value, low, high]: Numbers) {
  return { value, low: low ?? null, high: high ?? null };
}

/** @param folder where the run's files are, relative to the page: empty, or `../` */
export function detailMarkup({ title, lines, rounds, id, log, command }: DetailView, folder: string): Markup {
  const facts = lines.map(
    ({ label, text }) => markup`<div class="fact"><dt>${label}</dt><dd>${text}</dd></div>`,
  );
  const each = rounds.map(
    ({ round, text }) =>
      markup`<span class="round"><small class="round-number">${round}</small> ${text}</span> `,
  );
  const order = rounds.length > 0 ? markup`<p><b>Median of each round, in order:</b> ${each}</p>` : nothing;
  const printed =
    log === null
      ? nothing
      : markup`<details class="log"><summary>What its last process printed at its end</summary><pre tabindex="0">${log}</pre></details>`;
  return markup`<div class="bar"><h3 tabindex="-1">${title}</h3><button type="button" data-close>Close</button></div>
<dl class="facts">${facts}</dl>
${order}
${printed}
<p>This cell alone: <code>${command}</code></p>
<p class="soft">Every sample is in <a href="${folder}results.json">results.json</a> and <a href="${folder}events.ndjson">events.ndjson</a> under <code>${id}</code>; <a href="${folder}logs/">logs</a> has what its processes printed.</p>`;
}
