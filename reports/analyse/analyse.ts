/** A run's manifest and events → its results. Pure: the same run gives the same results on any machine. */
import { basename } from 'node:path';
import { sum } from 'simple-statistics';
import { artefactKey } from '../../common/run/cell.js';
import { type CellResult, type RunResults, schemaId } from '../../common/run/results.js';
import type { PlannedCell, RunEvent, RunManifest } from '../../common/run/run-folder.js';
import { resultsVersion } from '../../common/run/version.js';
import { median } from '../../common/statistics/quantiles.js';
import { samplingOf } from '../../common/statistics/sampling.js';
import { cellResult } from './cells.js';
import { conditionsOf } from './conditions.js';
import { timedNs } from './estimates.js';
import { collectFacts, type RunFacts } from './facts.js';
import { groupsOf } from './groups.js';
import { type Exclusions, exclusionsOf } from './left-out.js';
import { roundsSpent } from './rounds-spent.js';
import { targetResults } from './targets.js';

export function analyse(manifest: RunManifest, events: readonly RunEvent[]): RunResults {
  const facts = collectFacts(events);
  const { precision } = manifest.options;
  const { clockEnds } = facts;
  const sampling = samplingOf({ precision, clockEnds });
  const targets = targetResults(manifest, facts, sampling);
  const exclusions = exclusionsOf(manifest.cells, facts);
  const cells = manifest.cells.map((cell) => ({
    ...cellResult(cell, facts, exclusions, sampling),
    ...artefactOf(manifest, cell),
    ...(precision === undefined ? {} : { rounds: roundsSpent(cell.id, facts) }),
  }));
  const { suite, seed, threads, rounds, budgetMs } = manifest.options;
  return {
    $schema: schemaId,
    version: resultsVersion,
    id: manifest.id,
    touchstone: manifest.touchstone,
    startedAt: manifest.startedAt,
    ending: facts.ending,
    command: manifest.command,
    options: {
      suite,
      seed,
      threads,
      rounds,
      budgetMs,
      ...(precision === undefined ? {} : { precision }),
      ...(precision === undefined || clockEnds.length === 0 ? {} : { clockEnds: [...clockEnds] }),
    },
    machine: manifest.machine,
    conditions: conditionsOf(events),
    plannedRounds: plannedRounds(facts),
    finishedRounds: facts.finishedRounds,
    targets,
    cells,
    groups: groupsOf(cells, targets, sampling),
    interference: interferenceOf(cells, exclusions),
    overhead: overheadOf(facts),
    wallMs: { ...facts.wallMs },
  };
}

function artefactOf({ artefacts, costs }: RunManifest, cell: PlannedCell): Pick<CellResult, 'artefact'> {
  const key = artefactKey(cell);
  const folder = artefacts[key];
  if (folder === undefined) return {};
  const multiplyAdds = costs?.[key]?.multiplyAdds;
  // Whether its reference was there when it was planned says nothing of what it computes.
  const name = basename(folder).replace(/-unreferenced$/, '');
  return { artefact: { name, ...(multiplyAdds === undefined ? {} : { multiplyAdds }) } };
}

/** A run with a stopping rule has done what it planned whenever it ends; one that was not scheduled planned none. */
function plannedRounds({ schedule, finishedRounds }: RunFacts): number {
  if (!schedule) return 0;
  return schedule.stoppingRule ? finishedRounds : schedule.rounds;
}

function interferenceOf(cells: readonly CellResult[], { marked }: Exclusions): RunResults['interference'] {
  const turns = cells.flatMap((cell) => cell.samples);
  const leftOut = (reason: string) => turns.filter((turn) => turn.leftOut === reason).length;
  return {
    turns: turns.length,
    witnessed: turns.filter((turn) => turn.witness !== null).length,
    marked: marked.size,
    leftOut: leftOut('foreign load'),
    warmUp: leftOut('warm-up'),
    pressureShare: pressureShareOf(turns),
  };
}

function pressureShareOf(turns: CellResult['samples']): number | null {
  const recorded = turns.flatMap((turn) => {
    const pressureNs = turn.witness?.pressureNs ?? null;
    return pressureNs === null ? [] : [{ pressureNs, lengthNs: timedNs(turn) }];
  });
  const lengthNs = sum(recorded.map((turn) => turn.lengthNs));
  return lengthNs === 0 ? null : sum(recorded.map((turn) => turn.pressureNs)) / lengthNs;
}

function overheadOf(facts: RunFacts): RunResults['overhead'] {
  const hosts = [...new Set(facts.overheads.map(({ host }) => host))];
  return hosts.flatMap((host) => {
    const samples = facts.overheads
      .filter((event) => event.host === host)
      .flatMap((event) => event.samplesNs);
    return samples.length > 0 ? [{ host, iterationNs: median(samples), samples: samples.length }] : [];
  });
}
