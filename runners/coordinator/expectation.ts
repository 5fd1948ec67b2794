/** What a run will take, from what earlier runs have kept of its cells: said before anything is started. */
import { groupBy } from '../../common/group-by.js';
import { verdictsFolder } from '../../common/paths.js';
import { processKey } from '../../common/run/cell.js';
import type { PlannedCell, RunManifest } from '../../common/run/run-folder.js';
import { minStudentValues } from '../../common/statistics/student.js';
import { type KeptVerdict, passedVerdict, verdictsIn } from '../parity/verdicts.js';
import { allowedCpus } from '../process/cpus.js';
import { type CellCost, defaultRounds, divideBudget, divideSteps, neededMs } from '../schedule/budget.js';
import { threadsOf } from '../schedule/context.js';
import { readyNs } from '../schedule/plan-rounds.js';
import type { Prepared } from './prepare.js';
import { verdictDependencies } from './verdict-dependencies.js';

export interface Expectation {
  /** Cells that will run, and of how many it is known how long an iteration takes. */
  readonly cells: number;
  readonly known: number;
  readonly budgetMs: number;
  /** Asked for with `--rounds`. */
  readonly asked: number | null;
  /** Where every cell is known: so many rounds of such a length fit, and what those that are asked for or needed take at the least. */
  readonly fits?: { readonly rounds: number; readonly roundMs: number; readonly neededMs: number };
}

type Verdict = KeptVerdict['verdict'];

/** @param manifest of the plan, whether it is written or not */
export async function expectationOf(manifest: RunManifest, prepared: Prepared): Promise<Expectation> {
  const cells = manifest.cells.filter(({ decided }) => decided === null);
  const verdicts = await keptVerdicts(manifest, prepared, cells);
  const { budgetMs, rounds: asked } = manifest.options;
  const common = { cells: cells.length, known: verdicts.size, budgetMs, asked };
  if (verdicts.size < cells.length || cells.length === 0) return common;
  const threads = Math.max(...cells.map((cell) => threadsOf({ state: { manifest } }, cell.threads)));
  const lanes = Math.max(1, Math.floor(allowedCpus().length / threads));
  const costs = cells.map((cell) => costOf(cell, verdicts, lanes));
  const starts = [...groupBy(cells, processKey).values()].map((own) =>
    Math.max(0, ...own.flatMap(({ id }) => verdicts.get(id)?.startMs ?? [])),
  );
  const startMs = starts.reduce((sum, ms) => sum + ms, 0) / lanes;
  const { rounds, roundMs } =
    asked === null
      ? divideSteps(budgetMs, startMs, costs, { minRounds: minStudentValues, defaultRounds })
      : divideBudget(budgetMs, startMs, costs, asked);
  const wanted = asked ?? minStudentValues;
  return { ...common, fits: { rounds, roundMs, neededMs: neededMs(wanted, startMs, costs) } };
}

/** By cell. */
async function keptVerdicts(
  manifest: RunManifest,
  { targets }: Prepared,
  cells: readonly PlannedCell[],
): Promise<Map<string, Verdict>> {
  const kept = verdictsIn(verdictsFolder, passedVerdict);
  const byName = new Map(targets.map((entry) => [entry.alias ?? entry.target.name, entry]));
  const found = await Promise.all(
    cells.map(async (cell) => {
      const entry = byName.get(cell.target);
      const dependsOn = entry && verdictDependencies(manifest, cell, entry);
      const known = dependsOn && (await kept.find(dependsOn));
      return known ? [[cell.id, known.verdict] as const] : [];
    }),
  );
  return new Map(found.flat());
}

function costOf({ id }: PlannedCell, verdicts: ReadonlyMap<string, Verdict>, lanes: number): CellCost {
  const verdict = verdicts.get(id);
  return { cell: id, iterationNs: verdict?.iterationNs ?? 0, loadNs: readyNs(verdict) / lanes };
}
