/** What a gate's report says of one cell as a whole. */
import type { GateReport } from './report.js';

/** By the cell's own findings only: start-up and memory of its target are not looked at. */
export function verdictOnCell(
  { findings }: Pick<GateReport, 'findings'>,
  cell: string,
): 'worse' | 'not worse' | 'unclear' {
  const own = findings.filter((finding) => finding.cell === cell);
  if (own.some(({ verdict }) => verdict === 'regressed' || verdict === 'broken')) return 'worse';
  const isUnclear =
    own.length === 0 || own.some(({ verdict }) => verdict === 'inconclusive' || verdict === 'unmeasured');
  return isUnclear ? 'unclear' : 'not worse';
}
