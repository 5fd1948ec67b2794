/**
 * The plan: every cell that was asked for, and for each that will not run, why. Decided from descriptions alone,
 * before any worker is spawned.
 */
import {
  type Support,
  supported,
  type Target,
  type TargetPlan,
  unsupported,
} from '../../adapters/adapter.js';
import { loweringOf } from '../../adapters/lowering/lowering-of.js';
import { cellId } from '../../common/run/cell.js';
import type { CellContent } from '../../common/run/content.js';
import { firstDevice } from '../../common/run/device.js';
import type { PlannedCell } from '../../common/run/run-folder.js';
import type { Graph } from '../../model/graph.js';
import { precisionOf } from '../../model/precision.js';
import type { Generation, Mode, Precision, Training } from '../../model/workload.js';
import type { Availability } from '../hosts/host.js';

/** One workload in one mode at one batch size and length: what becomes a group of comparable cells for each thread count. */
export interface WorkItem {
  readonly workload: string;
  readonly mode: Mode;
  readonly batch: number;
  /** Steps of its sequences, where `--length` says them. */
  readonly length?: number;
  /** The same, where they are not those of the workload's definition. */
  readonly otherLength?: number;
  readonly precision: Precision;
  readonly training?: Pick<Training, 'loss' | 'optimiser'>;
  readonly generation?: Generation;
  /** The graph that all targets get; or why there is none. */
  readonly graph: Graph | NoGraph;
  /** What its cells compute, where that is known. */
  readonly content?: CellContent;
  /** Why a cell is not tried although there is a graph: too little memory. */
  readonly shortage?: string;
}

/** Why there is no graph to give to targets: it is not meant to be, or it cannot be made here. */
export type NoGraph = { readonly refused: string } | { readonly failed: string };

/**
 * Cells in the order workload × length × mode × batch × threads × target. A cell's state is decided by the first of: the framework
 * does not support the mode, the precision, an operator (`unsupported`); it is not installed (`unavailable`).
 */
export function planCells(
  items: readonly WorkItem[],
  targets: readonly Target[],
  availabilityOf: (target: Target) => Availability,
  threadCounts: readonly number[] = [],
): PlannedCell[] {
  const variants = threadCounts.length > 1 ? threadCounts : [undefined];
  return items.flatMap((item) =>
    variants.flatMap((threads) =>
      targets.map((target) => planCell(item, threads, target, availabilityOf(target))),
    ),
  );
}

/** The length is part of the name where it is not the workload's own, the thread count where it is not the run's only one. */
function planCell(
  item: WorkItem,
  threads: number | undefined,
  target: Target,
  availability: Availability,
): PlannedCell {
  const { workload, mode, batch, length, otherLength, content } = item;
  const support = plannedSupport(item, target);
  const common = {
    workload,
    mode,
    batch,
    ...(threads === undefined ? {} : { threads }),
    precision: 'plan' in support ? plannedPrecision(support, item) : item.precision,
    device: firstDevice(target.device),
    target: target.name,
  };
  return {
    id: cellId({ ...common, ...(otherLength === undefined ? {} : { length: otherLength }) }),
    ...common,
    ...(length === undefined ? {} : { length }),
    ...(content === undefined ? {} : { content }),
    decided: decide(item, support, availability),
  };
}

/** The arithmetic that is used, which need not be the type in which the model is stored. */
function plannedPrecision(
  { plan }: { readonly plan: TargetPlan },
  { graph, precision }: WorkItem,
): Precision {
  return plan.precision ?? ('nodes' in graph ? precisionOf(graph) : precision);
}

function decide(item: WorkItem, support: PlannedSupport, availability: Availability): PlannedCell['decided'] {
  if ('reason' in support) return { state: 'unsupported', reason: support.reason };
  if ('failed' in item.graph) return { state: 'failed', reason: item.graph.failed };
  if (!availability.available) {
    return { state: 'unavailable', reason: `${availability.reason}; fix it with: ${availability.fix}` };
  }
  if (item.shortage !== undefined) return { state: 'failed', reason: item.shortage };
  return null;
}

/** Whether a target can run it at all, decided from descriptions alone. */
export function supportOf(item: Omit<WorkItem, 'workload' | 'batch'>, target: Target): Support {
  const support = plannedSupport(item, target);
  return 'reason' in support ? support : supported;
}

/** Why a target cannot run it, or its plan; neither where there is no graph to plan for yet. */
type PlannedSupport = Support | { readonly plan: TargetPlan };

function plannedSupport(item: Omit<WorkItem, 'workload' | 'batch'>, target: Target): PlannedSupport {
  const byMode = target.modes[item.mode];
  if (!byMode.supported) return byMode;
  if (!target.precisions.includes(item.precision))
    return unsupported(`${target.name} has no ${item.precision}`);
  if ('refused' in item.graph) return unsupported(item.graph.refused);
  if (item.generation && !target.generates) {
    return unsupported('its adapter has no loop that feeds outputs back into inputs');
  }
  const missing = item.training ? missingForTraining(target, item.training) : undefined;
  if (missing !== undefined) return unsupported(missing);
  // Without a graph for now, nothing shows that it is unsupported.
  if ('failed' in item.graph) return supported;
  const lowered = loweringOf(target, item.graph, item.mode, item.training?.optimiser);
  return 'plan' in lowered ? lowered : unsupported(lowered.unsupported);
}

function missingForTraining(
  target: Target,
  training: Pick<Training, 'loss' | 'optimiser'>,
): string | undefined {
  const { optimisers = ['sgd'], losses = ['softmax-cross-entropy'] } = target;
  const { loss, optimiser } = training;
  if (!optimisers.includes(optimiser.name)) {
    return `its adapter has no optimiser ${optimiser.name}, of those that are defined: ${optimisers.join(', ')}`;
  }
  if (losses.includes(loss)) return undefined;
  return `its adapter has no loss ${loss}, of those that are defined: ${losses.join(', ')}`;
}
