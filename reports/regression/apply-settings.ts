/** Applies `touchstone.gate.json` to findings: their margins, and which of them are accepted. Pure. */
import { glob } from '../../common/glob.js';
import { withDevice } from '../../common/run/cell.js';
import { percent } from '../text.js';
import type { GatedMetric, GateFinding } from './report.js';
import { type Acceptance, defaultMargins, type GateSettings, type Margins } from './settings.js';

/** The default settings file, beside the code that it guards. */
export const settingsFileName = 'touchstone.gate.json';

/**
 * Whether a name or glob matches this cell or target. A star matches across `/` and `:`, which are only parts of a name
 * here: `lenet5:*` is every cell of LeNet-5, `*:pytorch/*` every cell of PyTorch.
 */
export function matchesCell(written: string, cell: string): boolean {
  const pattern = withDevice(written);
  if (pattern === cell) return true;
  if (pattern === '') return false;
  return glob(pattern, { acrossSlashes: true })(cell);
}

/** The default margins, overridden by the settings' own, then by the matching entries of cells: later ones win. */
export function marginsFor(settings: GateSettings, cell: string): Margins {
  const entries = settings.cells.filter((entry) => matchesCell(entry.cell, cell));
  let all = defaultMargins;
  for (const some of [settings.margins, ...entries.map((entry) => entry.margins)]) {
    all = { ...all, ...defined(some) };
  }
  return all;
}

/** Margins of which some may be left out. */
type SomeMargins = GateSettings['margins'];

function defined(some: SomeMargins): Partial<Margins> {
  return Object.fromEntries(Object.entries(some).filter(([, value]) => value !== undefined));
}

/**
 * Regressed and broken findings that are recorded as accepted become `accepted`. The point estimate must not exceed what
 * was accepted: the bound is the upper end of an earlier interval, so an unchanged regression stays below it, while
 * requiring the same of the new interval's upper end would reject about half of the unchanged ones.
 *
 * @param today YYYY-MM-DD in UTC; the day `until` is the last one
 */
export function withAcceptances(
  findings: readonly GateFinding[],
  settings: GateSettings,
  today: string,
): GateFinding[] {
  return findings.map((finding) => {
    if (finding.verdict !== 'regressed' && finding.verdict !== 'broken') return finding;
    const metric = acceptedAs(finding);
    const entries = settings.accepted.filter(
      (entry) => entry.metric === metric && matchesCell(entry.cell, finding.cell),
    );
    const holding = entries.filter((entry) => today <= entry.until);
    const covering = holding.findLast((entry) => covers(entry, finding));
    if (covering) return accepted(finding, covering);
    return { ...finding, reason: `${finding.reason}${whyNot(finding, holding, entries)}` };
  });
}

/** A broken cell has no result at all, whichever metric showed it. */
function acceptedAs({ verdict, metric }: GateFinding): GatedMetric {
  return verdict === 'broken' ? 'state' : metric;
}

function covers({ upTo }: Acceptance, { verdict, ratio: found }: GateFinding): boolean {
  if (verdict === 'broken') return true;
  return upTo !== null && found !== null && found.value <= upTo;
}

function accepted(finding: GateFinding, { reason, until, upTo }: Acceptance): GateFinding {
  return {
    ...finding,
    verdict: 'accepted',
    accepted: { reason, until, upTo },
    reason: `${finding.reason}; accepted until ${until}: ${reason}`,
  };
}

/** Appended to the reason of a finding that is not accepted: what was once accepted, and why that does not apply. */
function whyNot(finding: GateFinding, holding: readonly Acceptance[], all: readonly Acceptance[]): string {
  const bounds = holding.flatMap(({ upTo }) => (upTo === null ? [] : [upTo]));
  if (bounds.length > 0 && finding.ratio) return `; accepted only up to ${Math.max(...bounds)}×`;
  if (holding.length > 0) return '; accepted without saying up to which ratio';
  const last = all
    .map(({ until }) => until)
    .sort()
    .at(-1);
  return last === undefined ? '' : `; its acceptance ended on ${last}`;
}

/**
 * Entries of the settings that match no finding, each a sentence: a renamed cell, or a typing mistake. Meaningless after
 * a gate on some of the cells, since the others' entries match nothing there.
 */
export function unusedEntries(
  settings: GateSettings,
  findings: readonly Pick<GateFinding, 'cell' | 'metric' | 'verdict'>[],
): string[] {
  const matched = (pattern: string, metric?: GatedMetric) =>
    findings.some((finding) => {
      const wasBroken = finding.verdict === 'broken' || finding.verdict === 'accepted';
      const metrics = wasBroken ? ['state', finding.metric] : [finding.metric];
      return matchesCell(pattern, finding.cell) && (metric === undefined || metrics.includes(metric));
    });
  const margins = settings.cells
    .filter(({ cell }) => !matched(cell))
    .map(({ cell, margins }) => `the margins for ${cell} (${marginList(margins)}) match no cell`);
  const acceptances = settings.accepted
    .filter(({ cell, metric }) => !matched(cell, metric))
    .map(
      ({ cell, metric, until }) => `what is accepted for ${cell}, ${metric}, until ${until} matches no cell`,
    );
  return [...margins, ...acceptances];
}

function marginList(margins: SomeMargins): string {
  const entries = Object.entries(defined(margins));
  return entries.map(([metric, margin]) => `${metric} ${percent(margin)}`).join(', ') || 'none';
}
