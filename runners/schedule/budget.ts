/**
 * Divides the measuring time over rounds and cells, once the parity check has told how long one iteration takes.
 *
 * Rounds come first, because the process is the unit of replication: as many as the budget holds
 * up to the wanted number, with a warm-up and a turn of every cell in each. What is then left of a round is shared out
 * equally; a cell whose single iteration is longer than its share takes one iteration behind one that warms up and says
 * so, and what it does not use goes to the others. No cell is timed cold: where the budget cannot hold that, it holds fewer
 * rounds. (Shares under a millisecond once timed one copy of a target cold and another warm, which 60 rounds
 * confirmed: `npm run measure:aa` told.)
 */

export interface CellCost {
  readonly cell: string;
  readonly iterationNs: number;
  readonly loadNs: number;
}

export interface Share {
  readonly turns: number;
  readonly turnNs: number;
  readonly warmNs: number;
  /** Why the cell gets less than others; null where it does not. */
  readonly note: string | null;
}

export interface Schedule {
  readonly rounds: number;
  readonly shares: Readonly<Record<string, Share>>;
  /** Expected length of one round. */
  readonly roundMs: number;
}

/** A turn is at least this long, so that caches and clocks settle after a switch. */
const minTurnNs = 20e6;
const maxTurnNs = 25e6;
/**
 * With more time than this for a cell and round, further rounds narrow intervals more than further turns. A shared machine changes
 * its speed over tenths of a second: on ours the ratio of two targets varies from round to round by 2 to 12 % with three
 * turns of each, and by 0.5 to 1.5 % with eighteen. Between processes there is little more than that.
 */
const amplePerCellNs = 800e6;
const maxPerCellNs = 2e9;
/** A turn and its warm-up: with less, rounds are cold starts, however many there are. */
const minPerCellNs = 40e6;
/** Where rounds are confirmed one by one, fewer of this length tell more than many of the least. */
const minPerStepNs = 200e6;
/** Asking a worker for something, and switching from one worker to the next. */
const requestNs = 3e6;
/**
 * What a round takes of what the parity check's figures say: the check runs several workers at once and does not warm
 * them (rounds of the smoke suite took 0.75 to 0.8 of the estimate). Too little is no danger: the budget is kept by
 * looking at the clock before every turn.
 */
const ofEstimate = 0.8;

/** Fewest rounds that carry a 99 % signed-rank interval, and the most that are worth their process starts. */
export const defaultRounds = 8;
export const maxRounds = 20;

/**
 * @param startMs process start-up of all targets together, once a round
 * @param wanted rounds asked for with `--rounds`; undefined leaves the choice to the budget
 * @param minNs with less than this for a cell and round there are fewer rounds
 */
export function divideBudget(
  budgetMs: number,
  startMs: number,
  cells: readonly CellCost[],
  wanted: number | undefined,
  minNs = minPerCellNs,
): Schedule {
  const fixedNs = ofEstimate * (startMs * 1e6 + sum(cells.map(minCostNs)));
  const affordable = (rounds: number, perCellNs: number) =>
    rounds * (fixedNs + sum(cells.map((cell) => extraNs(cell, perCellNs)))) <= budgetMs * 1e6;
  const rounds = wanted
    ? firstFitting(wanted, 1, (count) => affordable(count, minNs))
    : (search(maxRounds, defaultRounds + 1, (count) => affordable(count, amplePerCellNs)) ??
      firstFitting(defaultRounds, 1, (count) => affordable(count, minNs)));
  return divideRounds(budgetMs, fixedNs, cells, rounds, minNs);
}

/** The smallest budget of which `divideBudget` makes so many rounds. */
export function neededMs(rounds: number, startMs: number, cells: readonly CellCost[]): number {
  const fixedNs = ofEstimate * (startMs * 1e6 + sum(cells.map(minCostNs)));
  return (rounds * (fixedNs + sum(cells.map((cell) => extraNs(cell, minPerCellNs))))) / 1e6;
}

/** @param fixedNs of a round: what it takes besides the time that is shared out */
function divideRounds(
  budgetMs: number,
  fixedNs: number,
  cells: readonly CellCost[],
  rounds: number,
  minNs: number,
): Schedule {
  const spareNs = Math.max(0, (budgetMs * 1e6) / rounds - fixedNs);
  const perCellNs = Math.min(maxPerCellNs, Math.max(minNs, equalShare(spareNs, cells)));
  const shares = Object.fromEntries(cells.map((cell) => [cell.cell, shareOf(cell, perCellNs)]));
  const extra = sum(cells.map((cell) => extraNs(cell, perCellNs)));
  return { rounds, shares, roundMs: (fixedNs + extra) / 1e6 };
}

/**
 * For a run that goes on until enough is known: rounds of the length that tells most for their time, shorter where the
 * budget does not hold the default number of them, fewer where they would be too short to tell anything, down to the number
 * without which there is no answer: that many are kept, however short. The stopping rule decides how many follow.
 */
export function divideSteps(
  budgetMs: number,
  startMs: number,
  cells: readonly CellCost[],
  { minRounds, defaultRounds: wanted }: { readonly minRounds: number; readonly defaultRounds: number },
): Schedule {
  const fixedMs = ofEstimate * (startMs + sum(cells.map(minCostNs)) / 1e6);
  const ampleMs = fixedMs + (amplePerCellNs * cells.length) / 1e6;
  const usedMs = Math.min(budgetMs, wanted * ampleMs);
  const longer = divideBudget(usedMs, startMs, cells, wanted, minPerStepNs);
  if (longer.rounds >= minRounds) return longer;
  return divideRounds(usedMs, fixedMs * 1e6, cells, minRounds, minPerCellNs);
}

/** The same where cells may be postponed: what they leave of the least number of rounds goes to the others. */
export function divideWithPostponed(
  budgetMs: number,
  startMs: number,
  cells: readonly CellCost[],
  planned: { readonly minRounds: number; readonly defaultRounds: number },
): Schedule & { readonly postponed: readonly string[] } {
  const postponed = postponedCells(budgetMs, startMs, cells, planned.minRounds);
  const [others, later] = [false, true].map((isLater) =>
    cells.filter(({ cell }) => postponed.includes(cell) === isLater),
  ) as [CellCost[], CellCost[]];
  const restMs = Math.max(0, budgetMs - sum(later.map(leastMs)));
  const schedule = divideSteps(restMs, startMs, others, planned);
  const laterShares = later.map((cell) => [cell.cell, shareOf(cell, minPerCellNs)]);
  return { ...schedule, shares: { ...schedule.shares, ...Object.fromEntries(laterShares) }, postponed };
}

/** The least that a cell takes of a round. */
function leastMs(cell: CellCost): number {
  return (ofEstimate * (minCostNs(cell) + extraNs(cell, minPerCellNs))) / 1e6;
}

/**
 * Cells whose further rounds come after the least number of all others: where the budget does not hold that number of all, those that
 * would take more than an equal part of what all need, longest first, until the others fit. Each takes part in the first round.
 */
export function postponedCells(
  budgetMs: number,
  startMs: number,
  cells: readonly CellCost[],
  minRounds: number,
): string[] {
  if (minRounds < 2) return [];
  const postponed: string[] = [];
  let neededMs = minRounds * (ofEstimate * startMs + sum(cells.map(leastMs)));
  const equalMs = neededMs / cells.length;
  for (const cell of [...cells].sort((one, other) => leastMs(other) - leastMs(one))) {
    if (neededMs <= budgetMs || minRounds * leastMs(cell) <= equalMs) break;
    postponed.push(cell.cell);
    neededMs -= (minRounds - 1) * leastMs(cell);
  }
  return postponed;
}

/** One round's cost of a cell that gets a single iteration behind one that warms up. */
function minCostNs(cell: CellCost): number {
  return cell.loadNs + 2 * cell.iterationNs + 5 * requestNs;
}

function extraNs(cell: CellCost, perCellNs: number): number {
  return cell.iterationNs > perCellNs ? 0 : perCellNs;
}

/** Largest equal share such that the cells that can use it together use no more than is there. */
function equalShare(spareNs: number, cells: readonly CellCost[]): number {
  const byLength = [...cells].sort((a, b) => a.iterationNs - b.iterationNs);
  for (let users = byLength.length; users > 0; users--) {
    // Just short of what the next cell would need: there is not enough for that one as well.
    const next = byLength[users]?.iterationNs ?? Number.POSITIVE_INFINITY;
    const share = Math.min(spareNs / users, next - 1);
    if ((byLength[users - 1]?.iterationNs ?? 0) <= share) return share;
  }
  return 0;
}

function shareOf(cell: CellCost, perCellNs: number): Share {
  if (cell.iterationNs > perCellNs) {
    const note = `one iteration takes ${seconds(cell.iterationNs)}, more than its share of ${seconds(perCellNs)}: one iteration a round, after one to warm up`;
    return { turns: 1, turnNs: 0, warmNs: 1, note };
  }
  const warmNs = Math.min(perCellNs * 0.35, 300e6);
  const measureNs = perCellNs - warmNs + cell.iterationNs;
  const turnNs = Math.min(maxTurnNs, Math.max(minTurnNs, measureNs / 4));
  const turns = Math.max(1, Math.floor(measureNs / (Math.max(turnNs, cell.iterationNs) + requestNs)));
  return { turns, turnNs, warmNs, note: null };
}

function seconds(ns: number): string {
  return `${(ns / 1e9).toPrecision(2)} s`;
}

function search(from: number, to: number, fits: (count: number) => boolean): number | undefined {
  for (let count = from; count >= to; count--) if (fits(count)) return count;
  return undefined;
}

function firstFitting(from: number, to: number, fits: (count: number) => boolean): number {
  return search(from, to, fits) ?? to;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
