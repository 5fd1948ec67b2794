/**
 * The plan: every cell that was asked for, and for each that will not run, why. Decided from descriptions alone,
 * before any worker is spawned.
 */
import { type Target, unsupported } from '../../adapters/adapter.js';
import type { PlannedCell } from '../../reports/schema/run-folder.js';
import type { Graph } from '../../suites/onnx/graph.js';
import type { Mode, Precision } from '../../suites/workload.js';

/** One workload in one mode at one batch size: what becomes a group of comparable cells. */
export interface WorkItem {
  readonly workload: string;
  readonly mode: Mode;
  readonly batch: number;
  readonly precision: Precision;
  /** The graph that all targets get; or why there is none. */
  readonly graph: Graph | { readonly refused: string };
}

export type Availability =
  | { readonly available: true }
  /** `mend` is the command that makes it available. */
  | { readonly available: false; readonly reason: string; readonly mend: string };

/**
 * Cells in the order workload × mode × batch × target. A cell's state is decided by the first of: the framework
 * lacks the mode, the precision, an operator (`unsupported`); it is not installed (`unavailable`).
 */
export function planCells(
  items: readonly WorkItem[],
  targets: readonly Target[],
  availabilityOf: (target: Target) => Availability,
): PlannedCell[] {
  return items.flatMap((item) => targets.map((target) => planCell(item, target, availabilityOf(target))));
}

function planCell(item: WorkItem, target: Target, availability: Availability): PlannedCell {
  const { workload, mode, batch, precision } = item;
  return {
    id: [workload, mode, `b${batch}`, precision, 'default', target.name].join(':'),
    workload,
    mode,
    batch,
    precision,
    track: 'default',
    boundary: 'end-to-end',
    target: target.name,
    decided: decide(item, target, availability),
  };
}

function decide(item: WorkItem, target: Target, availability: Availability): PlannedCell['decided'] {
  const support = supportOf(item, target);
  if (!support.supported) return { state: 'unsupported', reason: support.reason };
  if (!availability.available) {
    return { state: 'unavailable', reason: `${availability.reason}; mend it with: ${availability.mend}` };
  }
  return null;
}

function supportOf(item: WorkItem, target: Target) {
  const byMode = target.modes[item.mode];
  if (!byMode.supported) return byMode;
  if (!target.precisions.includes(item.precision))
    return unsupported(`${target.name} has no ${item.precision}`);
  if ('refused' in item.graph) return unsupported(item.graph.refused);
  return target.supports(item.graph, item.mode);
}
