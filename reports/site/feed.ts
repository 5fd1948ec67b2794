/** RSS 2.0 of the newest runs and retractions. */
import { retractionText } from '../../common/run/retraction.js';
import { counted } from '../../common/text.js';
import { type Markup, markup, nothing } from '../html/page/markup.js';
import { verdict } from '../summary.js';
import { groupTitle } from '../text.js';
import type { ShownRun } from './contents.js';
import { feedFile, runPath } from './page.js';

const maxItems = 50;

/**
 * @param runs oldest first
 * @param url of the site, with a slash at its end; without one links are relative, which most readers take from the feed's own address
 */
export function feedOf(runs: readonly ShownRun[], description: string, url = ''): string {
  const items = runs
    .flatMap((run) => [runItem(run, url), ...retractionItem(run, url)])
    .sort((a, b) => (a.at < b.at ? 1 : -1))
    .slice(0, maxItems);
  const self = url
    ? markup`<atom:link href="${url}${feedFile}" rel="self" type="application/rss+xml"/>
`
    : nothing;
  const { text } = markup`<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom">
<channel>
<title>Deep-learning frameworks, measured by Touchstone</title>
<link>${url || 'index.html'}</link>
<description>${description}</description>
${self}${items.map(({ item }) => item)}</channel>
</rss>
`;
  // XML has no such characters.
  return text.replaceAll(/[\ufffe\uffff]/g, '');
}

interface Dated {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly item: Markup;
}

function runItem(run: ShownRun, url: string): Dated {
  const { results } = run;
  const verdicts = results.groups.map((group) => `${groupTitle(group)}: ${verdict(group)}`);
  return dated(run, url, {
    at: results.startedAt,
    id: '',
    title: `Run ${results.id}: ${counted(results.cells.length, 'cell')} on ${results.machine.cpu}`,
    text: run.retraction ? `This run is ${retractionText(run.retraction)}` : verdicts.join(' '),
  });
}

function retractionItem(run: ShownRun, url: string): Dated[] {
  const { retraction, results } = run;
  if (!retraction) return [];
  const text = retractionText(retraction);
  return [
    dated(run, url, { at: retraction.at, id: ':retracted', title: `Run ${results.id} is ${text}`, text }),
  ];
}

interface Entry {
  readonly at: string;
  readonly id: string;
  readonly title: string;
  readonly text: string;
}

function dated(run: ShownRun, url: string, { at, id, title, text }: Entry): Dated {
  const { results } = run;
  return {
    at,
    item: markup`<item>
<title>${title}</title>
<link>${url}${runPath(run)}/report.html</link>
<guid isPermaLink="false">touchstone:${results.id}:${results.startedAt}${id}</guid>
<pubDate>${new Date(at).toUTCString()}</pubDate>
<description>${text}</description>
</item>
`,
  };
}
