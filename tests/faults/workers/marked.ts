/** What tests of processes ask of them; `scripts/measure/faults/marked.ts` finds those that carry a mark. Linux only. */
import { readFileSync } from 'node:fs';

export { leftOver, livingWith, markName, sweep } from '../../../scripts/measure/faults/marked.js';

/** `R`, `S`, `T` (stopped), `Z`, … */
export function stateOf(pid: number): string {
  return readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .charAt(0);
}
