/** The page of `npm run measure:faults`: what was tried and what held, by campaign and by kind of attack. */
import { groupBy } from '../../../common/group-by.js';
import { sizeText } from '../../../common/memory.js';
import { markdownTable } from '../table.js';
import type { Campaign } from './campaign.js';
import { mostOf, repeating, type Tally } from './steps.js';

export function tablesOf(campaigns: readonly Campaign[], tallies: readonly Tally[]): string {
  const byCampaign = groupBy(tallies, ({ campaign }) => campaign);
  const tried = campaigns.flatMap(({ name, bar, tries }) => {
    const own = byCampaign.get(name);
    return own ? [[name, ...countsOf(own), String(tries.full), bar]] : [];
  });
  const kinds = [...byCampaign].flatMap(([name, own]) =>
    [...groupBy(own, ({ kind }) => kind)]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([kind, same]) => [name, kind, ...countsOf(same)]),
  );
  const counts = ['tried', 'held', 'most time and memory'];
  return [
    markdownTable(['campaign', ...counts, 'wanted', 'what has to hold'], tried),
    markdownTable(['campaign', 'attack', ...counts], kinds),
    failuresOf(tallies),
  ].join('\n\n');
}

function countsOf(tallies: readonly Tally[]): string[] {
  const tried = tallies.reduce((sum, tally) => sum + tally.tried, 0);
  const broken = tallies.reduce((sum, { failures }) => sum + failures.length, 0);
  const { most } = mostOf(tallies.flatMap((tally) => (tally.most ? [tally.most] : [])));
  const spent = most ? `${(most.cpuMs / 1000).toFixed(2)} s, ${sizeText(most.peakBytes)}` : '';
  return [String(tried), String(tried - broken), spent];
}

function failuresOf(tallies: readonly Tally[]): string {
  const all = tallies.flatMap(({ campaign, failures }) =>
    failures.map(({ seed, reason }) => `- \`${repeating(campaign, seed)}\`: ${reason.replaceAll('\n', ' ')}`),
  );
  return all.length === 0 ? 'Everything held.' : `What did not hold:\n\n${all.join('\n')}`;
}
