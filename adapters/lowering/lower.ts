/** From a graph to a plan of operations for a backend's capabilities. */
import { precisionOf } from '../../model/precision.js';
import type { Graph, Lowering, Mode } from '../adapter.js';
import type { GraphNode } from './attributes.js';
import { canonicalisers } from './canonicalise/index.js';
import type { Capabilities } from './capabilities.js';
import { formOf, nameOf } from './form.js';
import type { Draft } from './fuse/draft.js';
import { fuse } from './fuse/index.js';
import { withoutUnread } from './fuse/views.js';
import { inputAxes } from './input-axes.js';
import type { Plan, PlannedPort } from './plan.js';
import { Planner } from './planner.js';
import { lowering, refuse, UnsupportedError } from './refusal.js';
import { UnsignedRanges } from './unsigned.js';

/** The `lower` of most targets: the plan, or the reason why the backend does not support the graph. */
export function lower(graph: Graph, mode: Mode, capabilities: Capabilities): Lowering {
  return lowering(() => makePlan(graph, mode, capabilities));
}

/** @throws UnsupportedError naming the operator, and the attribute or input that cannot be expressed */
export function makePlan(graph: Graph, mode: Mode, capabilities: Capabilities): Plan {
  const planner = new Planner(graph, mode, capabilities);
  const inputs = graph.inputs.map((input) => planner.input(input, inputAxes(graph, capabilities, input)));
  if (mode === 'training' && graph.outputs.length !== 1)
    refuse('training needs a graph with one output, the logits');
  const ranges = new UnsignedRanges(graph, capabilities);
  for (const node of graph.nodes) planNode(planner, node, ranges);
  const taken = new Set(inputs.map(({ tensor }) => tensor));
  const outputs = graph.outputs.map(({ name }) => planOutput(planner, name, taken));
  const operations = withoutUnread(
    planner.operations,
    outputs.map(({ tensor }) => tensor),
  );
  const draft = fuse({ inputs, constants: planner.constants, operations, outputs }, capabilities);
  const constants = readConstants(draft);
  const untrained =
    mode === 'training' ? graph.parameters.find((name) => !holds(constants, name)) : undefined;
  if (untrained !== undefined) refuse(`the weight ${untrained} cannot be trained: no operation reads it`);
  const precision = precisionOf(graph, (type) => capabilities.types[type] ?? type);
  const form = formOf(draft.operations.map(nameOf));
  const dequantised = graph.integerProducts ? `products of the file's 8-bit integers in ${precision}; ` : '';
  return { ...draft, constants, form: `${dequantised}${form}`, precision };
}

function readConstants({ constants, operations, outputs }: Draft): Plan['constants'] {
  const read = new Set([
    ...operations.flatMap(({ inputs }) => inputs),
    ...outputs.map(({ tensor }) => tensor),
  ]);
  return constants.filter(({ tensor }) => read.has(tensor));
}

function planNode(planner: Planner, node: GraphNode, ranges: UnsignedRanges): void {
  const rule = Object.hasOwn(canonicalisers, node.operator) ? canonicalisers[node.operator] : undefined;
  if (!rule) refuse(`the lowering has no operator ${node.operator}`);
  planner.begin(node);
  try {
    ranges.check(node);
    rule(node, planner);
    if (accumulating.has(node.operator)) wrapResult(planner, node);
  } catch (error) {
    if (!(error instanceof UnsupportedError)) throw error;
    refuse(`${node.operator} (${node.name}): ${error.message}`);
  }
}

/** What adds or multiplies many elements, each rule of its own: the result may be beyond the ONNX type. */
const accumulating: ReadonlySet<string> = new Set([
  ...['CumSum', 'Einsum', 'Gemm', 'MatMul', 'ReduceL1', 'ReduceProd', 'ReduceSum', 'ReduceSumSquare'],
  ...['Scatter', 'ScatterElements', 'ScatterND'],
]);

function wrapResult(planner: Planner, { outputs: [name] }: GraphNode): void {
  if (name === undefined) return;
  const { operand, axes } = planner.value(name);
  planner.define(name, planner.wrapped(operand, planner.type(name)), axes);
}

function planOutput(planner: Planner, name: string, inputs: ReadonlySet<number>): PlannedPort {
  const value = planner.value(name);
  // Labels are of the logits in ONNX's layout.
  const { operand, axes } =
    planner.mode === 'training'
      ? { operand: planner.plain(name), axes: value.axes.map((_, axis) => axis) }
      : value;
  const isMade = !inputs.has(operand.id) && !planner.constants.some(({ tensor }) => tensor === operand.id);
  return {
    name,
    tensor: (isMade ? operand : planner.copied(operand)).id,
    onnxType: planner.type(name),
    type: operand.type,
    onnxShape: planner.shape(name),
    axes,
  };
}

function holds(constants: Plan['constants'], parameter: string): boolean {
  return constants.some(({ source }) => source.kind === 'weight' && source.weight.name === parameter);
}
