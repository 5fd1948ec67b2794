/** `list --model`: what is in a user's files and which targets can run them, without starting any. */
import Table from 'cli-table3';
import type { Target } from '../adapters/adapter.js';
import { explain, TouchstoneError } from '../common/errors.js';
import { describedModel } from '../model/artefact/artefact.js';
import type { ModelRequest } from '../model/artefact/source.js';
import { elementCount, type Graph, type TensorInfo } from '../model/graph.js';
import { multiplyAdds } from '../model/multiply-adds.js';
import { inputNames, modelRequest } from '../runners/coordinator/model-request.js';
import { modelFiles } from '../runners/coordinator/models.js';
import type { RunOptions } from '../runners/coordinator/options.js';
import { chooseTargets } from '../runners/coordinator/prepare.js';

export type ListModelOptions = Pick<RunOptions, 'input' | 'range' | 'inputs' | 'targets'> & {
  readonly json?: true;
};

interface Described {
  readonly model: string;
  readonly path: string;
  readonly opset: number;
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  /** Elements of what inference reads and does not compute. */
  readonly constants: number;
  /** Of one pass at these shapes. */
  readonly multiplyAdds: number;
  readonly operators: Readonly<Record<string, number>>;
  /** By target: `yes`, or why not. */
  readonly targets: Readonly<Record<string, string>>;
}

/** @returns exit status: that of the first file that cannot be described, else 0 */
export async function listModels(given: readonly string[], options: ListModelOptions): Promise<number> {
  const targets = (await chooseTargets(options.targets)).chosen.map(({ target }) => target);
  const described: (Described | { readonly model: string; readonly path: string; readonly error: string })[] =
    [];
  let status = 0;
  const files = modelFiles(given);
  const names = inputNames(files, options);
  for (const file of files) {
    try {
      described.push(await describe(await modelRequest(file, options, names.get(file.path)), targets));
    } catch (error) {
      if (!(error instanceof TouchstoneError)) throw error;
      status ||= 2;
      described.push({ model: file.name, path: file.path, error: explain(error) });
    }
  }
  const text = options.json
    ? JSON.stringify(described, null, 2)
    : described
        .map((one) => ('error' in one ? `error: ${one.model}: ${one.error}` : render(one)))
        .join('\n\n');
  process.stdout.write(`${text}\n`);
  return status;
}

async function describe(request: ModelRequest, targets: readonly Target[]): Promise<Described> {
  const { graph } = await describedModel(request);
  return {
    model: request.name,
    path: request.path,
    opset: graph.opset,
    inputs: graph.inputs,
    outputs: graph.outputs,
    constants: graph.weights.reduce((sum, { shape }) => sum + elementCount(shape), 0),
    multiplyAdds: multiplyAdds(graph),
    operators: countOf(graph),
    targets: Object.fromEntries(targets.map((target) => [target.name, answerOf(target, graph)])),
  };
}

function countOf(graph: Graph): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { operator } of graph.nodes) counts.set(operator, (counts.get(operator) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a], [b]) => a.localeCompare(b)));
}

function answerOf(target: Target, graph: Graph): string {
  const has = target.modes.inference;
  const can = has.supported ? target.supports(graph, 'inference') : has;
  return can.supported ? 'yes' : `no: ${can.reason}`;
}

function render(one: Described): string {
  const tensor = ({ name, type, shape }: TensorInfo) => `${name}: ${type} ${shape.join('×') || 'scalar'}`;
  const operators = Object.entries(one.operators).map(([name, count]) => `${name} ${count}`);
  const facts = new Table({ wordWrap: true, colWidths: [16, 104], style: { head: [], border: [] } });
  facts.push(
    ['model', `${one.model} (${one.path}), operator set ${one.opset}`],
    ['inputs', one.inputs.map(tensor).join('\n')],
    ['outputs', one.outputs.map(tensor).join('\n')],
    ['parameters', `${one.constants.toLocaleString('en')} constants, what folds to one among them`],
    [
      'multiply-adds',
      `${one.multiplyAdds.toLocaleString('en')} a pass, ${(2 * one.multiplyAdds).toLocaleString('en')} FLOPs, of convolutions, products and recurrent layers`,
    ],
    ['operators', operators.join(', ')],
  );
  const targets = new Table({
    head: ['target', 'can it run this, and why not'],
    wordWrap: true,
    colWidths: [20, 100],
    style: { head: [], border: [] },
  });
  for (const entry of Object.entries(one.targets)) targets.push(entry);
  return `${facts.toString()}\n${targets.toString()}`;
}
