/** What holds for the whole run, whichever of its cells a page shows. */
import { invocation, quoted } from '../../../common/invocation.js';
import type { RunResults } from '../../../common/run/results.js';
import { listed } from '../../../common/text.js';
import { resumeText } from '../../resume.js';
import { stateCounts } from '../../summary.js';
import { coresText } from '../../text.js';
import * as facts from './facts.js';
import { type Finding, validity } from './validity.js';

/** At the head of every page. */
export function headOf({ id, startedAt, machine }: RunResults) {
  return {
    id,
    startedAt: dateText(startedAt),
    machineLine: `${machine.cpu}, ${coresText(machine.cores)}`,
  };
}

/** Trust, configuration, machine, overhead, and how to repeat the run. @param run what the user calls it */
export function runView(results: RunResults, marks: number, run: string) {
  const findings = validity(results, run);
  return {
    machineLine: headOf(results).machineLine,
    validity: findings,
    trust: trustText(findings),
    resume: resumeText(results, run),
    counts: stateCounts(results),
    cellCount: results.cells.length,
    configuration: facts.configurationTable(results),
    machine: facts.machineTable(results),
    versions: facts.versionsTable(results),
    overhead: facts.overheadTable(results),
    wall: facts.wallTable(results),
    command: results.command,
    commit: results.touchstone.commit,
    seed: results.options.seed,
    marksText:
      marks === 0
        ? 'The pages have the median of every round.'
        : `The pages have the median of every round, and of each cell up to ${marks} single iterations and as many turns, evenly spaced.`,
    export: invocation(`report ${quoted(run)} --csv samples.csv`),
  };
}

/** In one line: how much of what is checked asks for caution, and what. */
function trustText(findings: readonly Finding[]): { good: boolean; text: string } {
  const cautions = findings.filter(({ good }) => !good).map(({ label }) => label.toLowerCase());
  if (cautions.length === 0) return { good: true, text: `all ${findings.length} checks are fine` };
  return {
    good: false,
    text: `${cautions.length} of ${findings.length} checks ask for caution: ${listed(cautions)}`,
  };
}

/** 2026-11-23 14:25 UTC */
function dateText(iso: string): string {
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? iso : `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
