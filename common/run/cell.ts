/**
 * The identity of a cell: the workload, how it is run, and the target that runs it. Ids and the keys by which cells are
 * grouped are made and taken apart here and nowhere else, so that the plan, the schedule, the reports, the history and
 * the gate agree on which cells belong together.
 */
import { z } from 'zod';
import { TouchstoneError } from '../errors.js';
import { groupBy } from '../group-by.js';
import { mode, modes, precision } from '../vocabulary.js';
import { cellContent } from './content.js';
import { deviceChoice, deviceId, firstDevice, parseDeviceId } from './device.js';

/** What the cells of one comparison have in common; only the target, and with it the device, differs. */
export const groupIdentity = z.object({
  workload: z.string(),
  mode,
  batch: z.number().int().positive(),
  /** Steps of its sequences, where the run was asked for lengths. */
  length: z.number().int().positive().optional(),
  /** Only in runs with several thread counts. */
  threads: z.number().int().positive().optional(),
  precision,
  /**
   * Whether a program on the processors stood in for the device, as SwiftShader does for a GPU: such times are never compared with
   * those of hardware. Known once a worker has said it.
   */
  software: z.literal(true).optional(),
});
export type GroupIdentity = z.infer<typeof groupIdentity>;

export const cellIdentity = z.object({
  /** See `cellId`. */
  id: z.string(),
  ...groupIdentity.shape,
  /** What the target computes on. */
  device: deviceChoice,
  target: z.string(),
  /** What it computes; absent where there is no graph, and from runs of older versions. */
  content: cellContent.optional(),
});
export type CellIdentity = z.infer<typeof cellIdentity>;

/** What a cell's id says. `length` is there only where it is not the workload's own. */
export type CellName = Omit<GroupIdentity, 'software'> & Pick<CellIdentity, 'device' | 'target'>;

/**
 * `workload:mode:bN:precision:device:target`; behind `bN` also `lN` for sequences of another length than the workload's
 * own, and `tN` where the run has several thread counts.
 */
export function cellId({
  workload,
  mode,
  batch,
  length,
  threads,
  precision,
  device,
  target,
}: CellName): string {
  const variant = [
    ...(length === undefined ? [] : [`l${length}`]),
    ...(threads === undefined ? [] : [`t${threads}`]),
  ];
  return [workload, mode, `b${batch}`, ...variant, precision, deviceId(device), target].join(':');
}

const idPattern =
  /^(?<workload>[^:]+):(?<mode>\w+):b(?<batch>\d+)(?::l(?<length>\d+))?(?::t(?<threads>\d+))?:(?<precision>\w+):(?<device>\w+):(?<target>.+)$/;

const parsedId = z.object({
  workload: z.string(),
  mode: z.enum(modes),
  batch: z.coerce.number().int().positive(),
  length: z.coerce.number().int().positive().optional(),
  threads: z.coerce.number().int().positive().optional(),
  precision,
  device: z.string().transform(parseDeviceId).pipe(deviceChoice),
  target: z.string(),
});

/** The opposite of `cellId`; takes ids of earlier versions too. @throws TouchstoneError('usage') for what is no cell's id */
export function parseCellId(id: string): CellName {
  const parsed = parsedId.safeParse(idPattern.exec(withDevice(id))?.groups);
  if (parsed.success) return parsed.data;
  throw new TouchstoneError('usage', `${id} is not the id of a cell`, {
    hint: 'ids look like lenet5:inference:b1:float32:cpu:pytorch/cpu; `history` lists them',
  });
}

/**
 * An id, or a pattern of ids, as it is written today: before ids named the device, they had the word `default` in its
 * place, and everything computed on processors.
 */
export function withDevice(id: string): string {
  return id.replace(/^(.*):([^:]+):(?:default|tuned):(.+)$/, `$1:$2:${deviceId(firstDevice('cpu'))}:$3`);
}

/** The cell's id without its target: what its rivals' ids begin with. A target's own name is left as it is. */
export function withoutTarget({ id, target }: Pick<CellIdentity, 'id' | 'target'>): string {
  return id.endsWith(`:${target}`) ? id.slice(0, -target.length - 1) : id;
}

/** The same for a narrow table: without the precision where it is float32. */
export function shortGroupName(cell: Pick<CellIdentity, 'id' | 'target'>): string {
  return withoutTarget(cell).replace(/:float32(?=:\w+$)/, '');
}

/** The same cell of another target. */
export function forTarget<Cell extends Pick<CellIdentity, 'id' | 'target'>>(
  cell: Cell,
  target: string,
): Cell {
  return target === cell.target ? cell : { ...cell, target, id: `${withoutTarget(cell)}:${target}` };
}

/** Key of a comparison: cells with the same key differ in their target and its device alone. */
export function groupKey(identity: GroupIdentity): string {
  const { workload, mode, batch, length, threads, precision, software } = identity;
  return [workload, mode, batch, length, threads, precision, ...(software ? ['software'] : [])].join(':');
}

/** The cells of each comparison, in the order of the plan. */
export function groupCells<Cell extends GroupIdentity>(cells: readonly Cell[]): Cell[][] {
  return [...groupBy(cells, groupKey).values()];
}

/** Key of the artefact that a cell runs: `workload:mode:bN`, and `:lN` where the run was asked for lengths. */
export function artefactKey({
  workload,
  mode,
  batch,
  length,
}: Pick<GroupIdentity, 'workload' | 'mode' | 'batch' | 'length'>): string {
  return `${workload}:${mode}:b${batch}${length === undefined ? '' : `:l${length}`}`;
}

/** Key of the processes that can serve a cell: those of its target, and of its thread count where the run has several. */
export function processKey({ target, threads }: Pick<CellIdentity, 'target' | 'threads'>): string {
  return threads === undefined ? target : `${target} with ${threads} threads`;
}

/**
 * A second name of a target, `tfjs/js~baseline`: a gate measures the same target in several roles, and what the
 * comparison of a target with itself finds is the harness's own error.
 */
export function aliasOf(target: string, role: string): string {
  return `${target}~${role}`;
}

/** The target behind a name that may be an alias. */
export function targetOf(name: string): string {
  return name.replace(/~.*$/, '');
}

/** An id as part of a file's name: ids hold characters that file systems do not. */
export function fileNameOf(id: string): string {
  return id.replaceAll(/[^A-Za-z0-9._-]+/g, '_');
}
