/**
 * What a lowering that reads the graph itself refuses of a node: shared by the descriptors of such frameworks. Those
 * that are driven by a plan of layers ask the planner instead.
 */
import type { Graph, Mode, Support } from '../../adapter.js';
import { supported, unsupported } from '../../adapter.js';

export type Node = Graph['nodes'][number];
/** Says what of a node cannot be lowered, or nothing. */
export type Check = (node: Node, graph: Graph, mode: Mode) => string | undefined;

export const nothing: Check = () => undefined;

/**
 * Decided from operators, attributes and shapes alone.
 *
 * @param operators of the lowering, each with the check of what it refuses
 * @param title of the framework, for the reason
 */
export function supportOfNodes(
  operators: Readonly<Record<string, Check>>,
  title: string,
): (graph: Graph, mode: Mode) => Support {
  return (graph, mode) => {
    for (const node of graph.nodes) {
      const check = Object.hasOwn(operators, node.operator) ? operators[node.operator] : undefined;
      if (check === undefined) return unsupported(`the ${title} lowering has no operator ${node.operator}`);
      const refused = check(node, graph, mode);
      if (refused !== undefined) return unsupported(`${node.operator} (${node.name}) ${refused}`);
    }
    return mode === 'training' ? supportsTraining(graph) : supported;
  };
}

/** What varies from one iteration to the next: the graph's inputs, and what its nodes make of them. */
export function varyingValues(graph: Graph): Graph['inputs'] {
  const made = graph.nodes.flatMap(({ outputs }) => outputs.map((name) => graph.values[name]));
  return [...graph.inputs, ...made].filter((value) => value !== undefined);
}

/** The loss takes the logits alone, and each layer holds its own copy of a weight. */
function supportsTraining(graph: Graph): Support {
  if (graph.outputs.length !== 1)
    return unsupported('training needs a graph whose only output is the logits');
  const uses = graph.nodes.flatMap((node) => node.inputs);
  for (const parameter of graph.parameters) {
    const count = uses.filter((name) => name === parameter).length;
    if (count > 1) return unsupported(`training of the weight ${parameter}, which several nodes share`);
    if (count === 0) return unsupported(`training of the weight ${parameter}, which no node reads`);
  }
  return supported;
}

export function firstOf(...checks: readonly Check[]): Check {
  return (node, graph, mode) => {
    for (const check of checks) {
      const refused = check(node, graph, mode);
      if (refused !== undefined) return refused;
    }
    return undefined;
  };
}

export function constantInputs(...positions: readonly number[]): Check {
  return (node, graph) => {
    const computed = positions
      .map((position) => node.inputs[position] ?? '')
      .find((name) => name !== '' && !graph.weights.some((weight) => weight.name === name));
    return computed === undefined ? undefined : `whose input ${computed} is not a constant`;
  };
}

export function spatialAxes(node: Node, graph: Graph): string | undefined {
  const axes = (graph.values[node.inputs[0] ?? '']?.shape.length ?? 0) - 2;
  return axes >= 1 && axes <= 3 ? undefined : `over ${axes} spatial axes`;
}

export function onlyFirstOutput(node: Node): string | undefined {
  const second = node.outputs[1] ?? '';
  return second === '' ? undefined : `with its second output ${second}`;
}

export function lstm(node: Node): string | undefined {
  const { direction = 'forward', activations, clip, input_forget, layout } = node.attributes;
  if (!['forward', 'reverse', 'bidirectional'].includes(String(direction)))
    return `with direction ${direction}`;
  if (!defaultActivations(activations)) return 'with activations other than Sigmoid, Tanh, Tanh';
  if (clip !== undefined) return 'with clip';
  if (input_forget) return 'with input_forget 1';
  if (layout) return 'with layout 1';
  const given = (position: number) => (node.inputs[position] ?? '') !== '';
  if (given(4)) return 'with sequence_lens';
  if (given(7)) return 'with peepholes (input P)';
  return given(5) === given(6) ? undefined : 'with only one of initial_h and initial_c';
}

export function withoutReverse(node: Node): string | undefined {
  return node.attributes.direction === 'reverse' ? 'with direction reverse' : undefined;
}

function defaultActivations(activations: Node['attributes'][string] | undefined): boolean {
  if (activations === undefined) return true;
  if (!Array.isArray(activations)) return false;
  const defaults = ['sigmoid', 'tanh', 'tanh'];
  return activations.every((name, index) => String(name).toLowerCase() === defaults[index % 3]);
}

export function batchNormalisation(node: Node, _graph: Graph, mode: Mode): string | undefined {
  const learns = Boolean(node.attributes.training_mode);
  if (learns !== (mode === 'training')) return `with training_mode ${Number(learns)} in ${mode}`;
  return node.attributes.spatial === 0 ? 'with spatial 0' : undefined;
}

export function dropout(_node: Node, _graph: Graph, mode: Mode): string | undefined {
  return mode === 'training' ? 'in training: its masks are random' : undefined;
}

export function integers(node: Node, name: string): readonly number[] {
  const value = node.attributes[name];
  return Array.isArray(value) ? value.map(Number) : [];
}

export function overTwoAxes(node: Node, graph: Graph): string | undefined {
  const axes = (graph.values[node.inputs[0] ?? '']?.shape.length ?? 0) - 2;
  return axes === 2 ? undefined : `over ${axes} spatial axes`;
}

export function noDilations(node: Node): string | undefined {
  return integers(node, 'dilations').some((dilation) => dilation !== 1) ? 'with dilations' : undefined;
}

/** Of a ConvTranspose: without holes, and with the pads that it says. */
export function plainTransposed(node: Node): string | undefined {
  const automatic = String(node.attributes.auto_pad ?? 'NOTSET');
  if (automatic !== 'NOTSET') return `with auto_pad ${automatic}`;
  return node.attributes.output_shape === undefined ? noDilations(node) : 'with output_shape';
}

export function noCeiling(node: Node): string | undefined {
  return node.attributes.ceil_mode ? 'with ceil_mode 1' : undefined;
}

export function plainGemm(node: Node, graph: Graph): string | undefined {
  if (node.attributes.transA) return 'with transA 1';
  const c = graph.weights.find(({ name }) => name === node.inputs[2]);
  const isRow = !c || c.shape.length === 1 || c.shape[0] === 1;
  return isRow && c?.shape.length !== 0 ? undefined : `with C of shape ${c?.shape.join('×')}`;
}

export function productWithMatrix(node: Node, graph: Graph): string | undefined {
  const axes = graph.weights.find(({ name }) => name === node.inputs[1])?.shape.length ?? 2;
  return axes === 2 ? undefined : `with a constant of ${axes} axes`;
}
