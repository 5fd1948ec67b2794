/** LSTM, GRU and RNN: the backend's own layer where it supports the node's settings, else unrolled step by step. */
import { at, leading } from '../../../common/at.js';
import {
  type GraphNode,
  integer,
  integers,
  number,
  optionalInput,
  optionalOutput,
  text,
  texts,
} from '../attributes.js';
import {
  type Activation,
  activations,
  defaultFunctions,
  type Functions,
  type RecurrentKind,
} from '../decompositions/cells.js';
import { type Recurrence, unrolled } from '../decompositions/recurrent.js';
import { reshape } from '../operations/emitter.js';
import type { Operand, RecurrentActivations, RecurrentSettings } from '../operations/operation.js';
import type { Planner } from '../planner.js';
import { decomposed, refuse } from '../refusal.js';
import { type Canonicaliser, type Canonicalisers, inputOf, isRead } from './canonicaliser.js';
import { type LayerResult, recurrentLayer } from './recurrent-layer.js';

/** ONNX axes of [steps, batch, values], of [directions, batch, hidden] and of [steps, directions, batch, hidden]. */
interface Layout {
  readonly x: readonly number[];
  readonly state: readonly number[];
  readonly sequence: readonly number[];
}
const stepsFirst: Layout = { x: [0, 1, 2], state: [0, 1, 2], sequence: [0, 1, 2, 3] };
const batchFirst: Layout = { x: [1, 0, 2], state: [1, 0, 2], sequence: [1, 2, 0, 3] };

/** With more steps unrolled, no framework compiles the plan in reasonable time. */
const maxSteps = 512;

const directions = ['forward', 'reverse', 'bidirectional'] as const;
const outputs = ['sequence', 'last', 'cell'] as const;

function recurrent(kind: RecurrentKind): Canonicaliser {
  return (node, p) => {
    const layout = integer(node, 'layout', 0) === 1 ? batchFirst : stepsFirst;
    const own = layerOf(node, p, kind, layout);
    const results =
      typeof own === 'string'
        ? decomposed(own, () => unrolled(p, recurrence(node, p, kind, layout))).map(inOrder)
        : own;
    results.forEach(({ operand, axes }, position) => {
      const onnx = position === 0 ? layout.sequence : layout.state;
      p.define(
        optionalOutput(node, position),
        operand,
        axes.map((axis) => at(onnx, axis)),
      );
    });
  };
}

function inOrder(operand: Operand): LayerResult {
  return { operand, axes: operand.shape.map((_, axis) => axis) };
}

/** The outputs of the backend's own layer, or why it has none that does this. */
function layerOf(
  node: GraphNode,
  p: Planner,
  kind: RecurrentKind,
  layout: Layout,
): readonly LayerResult[] | string {
  const { title, recurrent: form } = p.capabilities;
  if (!form) return `${kind} is not supported by ${title}`;
  const exotic = exoticSetting(node, p, layout);
  if (exotic !== undefined) return `${kind} with ${exotic} is not supported by ${title}`;
  const activations = layerActivations(node, p, kind);
  if (activations === undefined) return `${kind} with these activations is not supported by ${title}`;
  return recurrentLayer(p, form, {
    kind,
    hidden: hiddenOf(node, p),
    direction: directionOf(node),
    linearBeforeReset: integer(node, 'linear_before_reset', 0) !== 0,
    read: outputs.filter((_, position) => isRead(p, optionalOutput(node, position))),
    activations: activations === 'default' ? undefined : activations,
    axes: layout,
    inputs: {
      x: inputOf(node, 0),
      w: inputOf(node, 1),
      r: inputOf(node, 2),
      bias: optionalInput(node, 3),
      initialH: optionalInput(node, 5),
      initialC: kind === 'LSTM' ? optionalInput(node, 6) : undefined,
    },
  });
}

/** What the node asks for and no framework's layer has. */
function exoticSetting(node: GraphNode, p: Planner, { x }: Layout): string | undefined {
  if (clipOf(node) !== undefined) return 'clip';
  if (integer(node, 'input_forget', 0) !== 0) return 'input_forget 1';
  if (optionalInput(node, 7) !== undefined) return 'peepholes';
  return lengthsOf(node, p, stepsOf(node, p, x)) && 'sequences of different lengths';
}

const gateFunctions = { sigmoid: 'Sigmoid', hardsigmoid: 'HardSigmoid' } as const;
const cellFunctions = { tanh: 'Tanh', relu: 'Relu' } as const;

/** The activations of the backend's layer; undefined where it does not support them. */
function layerActivations(
  node: GraphNode,
  p: Planner,
  kind: RecurrentKind,
): RecurrentActivations | 'default' | undefined {
  const functions = functionsOf(node, kind);
  const isDefault = functions.every((each, which) =>
    each.every(({ name }) => name === at(at(defaultFunctions[kind], which), 0).name),
  );
  if (isDefault) return 'default';
  const taken = p.capabilities.recurrent?.activations;
  const count = defaultFunctions[kind].length;
  // A plain RNN has no gates.
  const names = (from: number, to: number) =>
    new Set(
      functions
        .slice(from, to)
        .flat()
        .map(({ name }) => name),
    );
  const [gate = 'sigmoid', ...otherGates] = names(0, count === 1 ? 0 : 1);
  const [cell, ...otherCells] = names(count === 1 ? 0 : 1, count);
  const isPlain = functions.flat().every(({ name, alpha, beta }) => {
    return name !== 'hardsigmoid' || (Math.abs(alpha - 0.2) < 1e-6 && beta === 0.5);
  });
  if (!taken || !isPlain || otherGates.length > 0 || otherCells.length > 0) return undefined;
  const gates = gateFunctions[gate as keyof typeof gateFunctions];
  const found = { gates, cell: cellFunctions[cell as keyof typeof cellFunctions] };
  return taken.gates.includes(found.gates) && taken.cell.includes(found.cell) ? found : undefined;
}

function recurrence(node: GraphNode, p: Planner, kind: RecurrentKind, layout: Layout): Recurrence {
  const x = p.arranged(inputOf(node, 0), layout.x);
  const steps = stepsOf(node, p, layout.x);
  if (steps > maxSteps)
    refuse(`${steps} steps are not supported where the layer is unrolled: the maximum is ${maxSteps}`);
  const peepholes = optionalInput(node, 7);
  return {
    kind,
    hidden: hiddenOf(node, p),
    direction: directionOf(node),
    x,
    ...statesOf(node, p, kind, layout),
    ...transposedWeights(node, p),
    peepholes: peepholes === undefined ? undefined : p.plain(peepholes),
    lengths: lengthsOf(node, p, steps),
    functions: functionsOf(node, kind),
    clip: clipOf(node),
    inputForget: integer(node, 'input_forget', 0) !== 0,
    linearBeforeReset: integer(node, 'linear_before_reset', 0) !== 0,
  };
}

/** W and R for the products of the unrolled layer; constants are transposed at load. */
function transposedWeights(node: GraphNode, p: Planner) {
  const hidden = hiddenOf(node, p);
  const [count, gates, values] = leading(p.shape(inputOf(node, 1)), 3);
  const transposed = (name: string, order: readonly number[], shape: readonly number[]) =>
    p.isConstant(name) ? p.weight(name, order, shape) : reshape(p, p.arranged(name, order), shape);
  return {
    w: transposed(inputOf(node, 1), [2, 0, 1], [values, count * gates]),
    r: transposed(inputOf(node, 2), [0, 2, 1], [...(count > 1 ? [count] : []), hidden, gates]),
  };
}

function statesOf(node: GraphNode, p: Planner, kind: RecurrentKind, layout: Layout) {
  const state = (position: number) => {
    const name = optionalInput(node, position);
    return name === undefined ? undefined : p.arranged(name, layout.state);
  };
  const bias = optionalInput(node, 3);
  return {
    bias: bias === undefined ? undefined : p.plain(bias),
    initialH: state(5),
    initialC: kind === 'LSTM' ? state(6) : undefined,
  };
}

function stepsOf(node: GraphNode, p: Planner, xAxes: readonly number[]): number {
  return at(p.shape(inputOf(node, 0)), at(xAxes, 0));
}

function hiddenOf(node: GraphNode, p: Planner): number {
  return at(p.shape(inputOf(node, 2)), 2);
}

function directionOf(node: GraphNode): RecurrentSettings['direction'] {
  const given = text(node, 'direction', 'forward').toLowerCase();
  return directions.find((each) => each === given) ?? refuse(`direction ${given} is not supported`);
}

function clipOf(node: GraphNode): number | undefined {
  return number(node, 'clip', 0) || undefined;
}

/** sequence_lens; undefined where every sequence has all steps. */
function lengthsOf(node: GraphNode, p: Planner, steps: number): readonly number[] | undefined {
  const name = optionalInput(node, 4);
  if (name === undefined) return undefined;
  if (!p.isConstant(name)) {
    const input = p.graph.inputs.find((each) => each.name === name)?.name ?? '<input>';
    refuse(
      `sequence_lens ${name} must be constant: fix it with --range ${input}=${steps}, or give the same lengths in all --inputs`,
    );
  }
  const lengths = p.numbers(name);
  const outside = lengths.find((length) => length < 1 || length > steps);
  if (outside !== undefined)
    refuse(`sequence_lens ${outside} is not supported: it is outside 1 to ${steps}, the number of steps`);
  return lengths.some((length) => length < steps) ? lengths : undefined;
}

/** f, g and h of each direction. activation_alpha and activation_beta list, in order, those of the activations that have one. */
function functionsOf(node: GraphNode, kind: RecurrentKind): Functions {
  const defaults = defaultFunctions[kind].flatMap((each) => each.map(({ name }) => name));
  const count = directionOf(node) === 'bidirectional' ? 2 : 1;
  const names = texts(node, 'activations', count === 2 ? [...defaults, ...defaults] : defaults);
  if (names.length !== defaults.length * count)
    refuse(`activations ${names} are not supported: ${defaults.length * count} are required`);
  const left = {
    alpha: [...integers(node, 'activation_alpha', [])],
    beta: [...integers(node, 'activation_beta', [])],
  };
  const all = names.map((given): Activation => {
    const name = given.toLowerCase();
    const known = Object.hasOwn(activations, name) ? activations[name] : undefined;
    if (!known) refuse(`activation ${given} is not supported`);
    const parameter = (which: 'alpha' | 'beta') =>
      known[which] === undefined ? 0 : (left[which].shift() ?? known[which]);
    return { name, alpha: parameter('alpha'), beta: parameter('beta') };
  });
  return defaults.map((_, which) => all.filter((__, position) => position % defaults.length === which));
}

export const recurrences: Canonicalisers = {
  LSTM: recurrent('LSTM'),
  GRU: recurrent('GRU'),
  RNN: recurrent('RNN'),
};
