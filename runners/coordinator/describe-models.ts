/** What is in a user's model files, and which targets can run them, without starting any. */

import type { Target } from '../../adapters/adapter.js';
import { loweringOf } from '../../adapters/lowering/lowering-of.js';
import { explain, messageOf, TouchstoneError } from '../../common/errors.js';
import { describedModel } from '../../model/artefact/artefact.js';
import type { ModelRequest } from '../../model/artefact/source.js';
import { elementCount, type Graph, type TensorInfo } from '../../model/graph.js';
import { multiplyAdds } from '../../model/multiply-adds.js';
import { chooseTargets } from './choose-targets.js';
import { inputNames, modelRequest } from './model-request.js';
import { modelFiles } from './models.js';
import type { ModelOptions } from './options.js';
import { type Proposal, proposedCommand } from './propose-command.js';

export type DescribeOptions = Omit<ModelOptions, 'model'>;

export interface DescribedModel {
  readonly model: string;
  readonly path: string;
  readonly opset: number;
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  /** What the file has that no graph describes: its constants and multiply-adds are not known then, and it has no operators here. */
  readonly whole?: string;
  /** Elements of what inference reads and does not compute. */
  readonly constants: number | null;
  /** For one pass at these shapes. */
  readonly multiplyAdds: number | null;
  readonly operators: Readonly<Record<string, number>>;
  /** By target: `yes`, or why not. */
  readonly targets: Readonly<Record<string, string>>;
}

export interface UnreadableModel {
  readonly model: string;
  readonly path: string;
  readonly error: string;
  /** Describes it with guessed shapes, where the model leaves some open. */
  readonly command?: string;
  /** The same shapes, and the ranges of integers. */
  readonly guess?: Pick<Proposal, 'input' | 'range'>;
}

/** In the order of the files; one that cannot be described says why. */
export async function describeModels(
  given: readonly string[],
  options: DescribeOptions,
): Promise<(DescribedModel | UnreadableModel)[]> {
  const targets = (await chooseTargets(options.targets, 'all')).chosen.map(({ target }) => target);
  const files = modelFiles(given);
  const names = inputNames(files, options);
  const described: (DescribedModel | UnreadableModel)[] = [];
  for (const file of files) {
    try {
      const request = await modelRequest(file, options, names.get(file.path));
      described.push(await orCommand(request, options, () => describe(request, targets)));
    } catch (error) {
      if (!(error instanceof TouchstoneError)) throw error;
      described.push({ model: file.name, path: file.path, error: explain(error) });
    }
  }
  return described;
}

/** What `make` makes; the command that runs where only shapes are missing. */
async function orCommand(
  request: ModelRequest,
  options: DescribeOptions,
  make: () => Promise<DescribedModel>,
): Promise<DescribedModel | UnreadableModel> {
  try {
    return await make();
  } catch (error) {
    const proposal = error instanceof TouchstoneError ? await proposedCommand(request, options) : undefined;
    if (!proposal) throw error;
    const { command, ...guess } = proposal;
    const complete = new TouchstoneError('model', messageOf(error), { hint: `this runs: ${command}` });
    return { model: request.name, path: request.path, error: explain(complete), command, guess };
  }
}

async function describe(request: ModelRequest, targets: readonly Target[]): Promise<DescribedModel> {
  const { graph } = await describedModel(request);
  return {
    model: request.name,
    path: request.path,
    opset: graph.opset,
    inputs: graph.inputs,
    outputs: graph.outputs,
    ...countsOf(graph),
    targets: Object.fromEntries(targets.map((target) => [target.name, answerOf(target, graph)])),
  };
}

function countsOf(graph: Graph): Pick<DescribedModel, 'whole' | 'constants' | 'multiplyAdds' | 'operators'> {
  if (graph.whole) return { whole: graph.whole.reason, constants: null, multiplyAdds: null, operators: {} };
  return {
    constants: graph.weights.reduce((sum, { shape }) => sum + elementCount(shape), 0),
    multiplyAdds: multiplyAdds(graph),
    operators: countOf(graph),
  };
}

function countOf(graph: Graph): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { operator } of graph.nodes) counts.set(operator, (counts.get(operator) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a], [b]) => a.localeCompare(b)));
}

function answerOf(target: Target, graph: Graph): string {
  const has = target.modes.inference;
  if (!has.supported) return `no: ${has.reason}`;
  const lowered = loweringOf(target, graph, 'inference');
  return 'plan' in lowered ? 'yes' : `no: ${lowered.unsupported}`;
}
