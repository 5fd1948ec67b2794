/** A recurrent layer in the form of the backend's own layer: weights by direction, gates in its order. */
import { at, defined, leading } from '../../../common/at.js';
import type { RecurrentForm } from '../capabilities.js';
import { gatesOf, type RecurrentKind } from '../decompositions/cells.js';
import { sameList } from '../lists.js';
import { binary, concat, type Results, reshape, sliceAxis, split, transpose } from '../operations/emitter.js';
import type { Operand, Operands, RecurrentActivations, RecurrentSettings } from '../operations/operation.js';
import type { Planner } from '../planner.js';

/** Names of values of the graph; undefined for an optional input that is omitted. */
export interface LayerInputs {
  readonly x: string;
  readonly w: string;
  readonly r: string;
  readonly bias: string | undefined;
  readonly initialH: string | undefined;
  readonly initialC: string | undefined;
}

export interface LayerRequest {
  readonly kind: RecurrentKind;
  readonly hidden: number;
  readonly direction: RecurrentSettings['direction'];
  readonly linearBeforeReset: boolean;
  readonly read: RecurrentSettings['read'];
  /** Undefined for ONNX's defaults. */
  readonly activations: RecurrentActivations | undefined;
  /** ONNX axes of [steps, batch, inputs] and of [directions, batch, hidden], by the node's `layout`. */
  readonly axes: { readonly x: readonly number[]; readonly state: readonly number[] };
  readonly inputs: LayerInputs;
}

export interface LayerResult {
  readonly operand: Operand;
  /** ONNX axis, of [steps, directions, batch, hidden] or [directions, batch, hidden], at each native position. */
  readonly axes: readonly number[];
}

const onnxGates = { LSTM: 'iofc', GRU: 'zrh', RNN: 'h' } as const;

/** Outputs of the layer, or why the backend has none that does this. */
export function recurrentLayer(
  p: Planner,
  form: RecurrentForm,
  request: LayerRequest,
): readonly LayerResult[] | string {
  const { kind, hidden, direction, inputs, axes } = request;
  // With linear_before_reset the reset gate scales one bias of the hidden gate, so one bias per gate does not suffice.
  const isSplit = kind === 'GRU' && request.linearBeforeReset && hasRecurrentBias(p, inputs);
  const { title } = p.capabilities;
  if (isSplit && form.biases.GRU === 1) return `GRU with linear_before_reset 1 is not supported by ${title}`;
  if (form.ownsWeights && !areOwn(p, [inputs.w, inputs.r, inputs.bias]))
    return `${kind} with weights that are computed or that other nodes read is not supported by ${title}`;
  const [steps, batch, values] = leading(
    axes.x.map((axis) => at(p.shape(inputs.x), axis)),
    3,
  );
  const directions = direction === 'bidirectional' ? 2 : 1;
  const native = form.batchFirst ? [at(axes.x, 1), at(axes.x, 0), at(axes.x, 2)] : axes.x;
  const x = p.arranged(inputs.x, native);
  const names = operandNames(p, form, request, directions);
  const settings = {
    ...{ hidden, direction, given: names, read: request.read },
    ...(kind === 'GRU' ? { linearBeforeReset: request.linearBeforeReset } : {}),
    ...(request.activations ? { activations: request.activations } : {}),
  };
  // Limits of layers depend on settings and types only, so that no operand is planned for a layer that is not supported.
  const like: Operands[RecurrentKind] = [x, ...names.map(() => ({ ...x, shape: [hidden] }))];
  const reason = p.limit(kind, settings as never, like);
  if (reason !== undefined) return reason;
  const operands = names.map((name) => operandOf(p, form, request, name, values));
  const results = resultsOf(form, request, x, [steps, batch, directions]);
  const outputs = p.emit(kind, settings as never, [x, ...operands], results);
  return outputs.map((output, position) =>
    position === 0
      ? sequenceResult(p, form, output, [steps, batch, directions, hidden])
      : stateResult(p, form, output, [batch, directions, hidden]),
  );
}

/** Whether a layer can create them: constants, of which no other node reads one that is trained. */
function areOwn(p: Planner, names: readonly (string | undefined)[]): boolean {
  return names
    .filter((name) => name !== undefined)
    .every((name) => {
      const readers = p.graph.nodes.flatMap(({ inputs }) => inputs).filter((input) => input === name);
      return p.isConstant(name) && (!p.isTrained(name) || readers.length === 1);
    });
}

function hasRecurrentBias({ graph }: Planner, { bias }: LayerInputs): boolean {
  return bias !== undefined && !graph.zeroRecurrentBiases?.includes(bias);
}

function omitsRecurrentBias(p: Planner, form: RecurrentForm, inputs: LayerInputs): boolean {
  return form.omitsZeroBias === true && !hasRecurrentBias(p, inputs);
}

function operandNames(
  p: Planner,
  form: RecurrentForm,
  { kind, inputs }: LayerRequest,
  directions: number,
): readonly string[] {
  const isOne = form.biases[kind] !== 2 || omitsRecurrentBias(p, form, inputs);
  const biases = inputs.bias === undefined ? [] : ['bias', 'recurrentBias'].slice(0, isOne ? 1 : 2);
  const weights = ['w', 'r', ...biases];
  const states = [
    ...(inputs.initialH === undefined ? [] : ['initialH']),
    ...(inputs.initialC === undefined ? [] : ['initialC']),
  ];
  const both = (names: readonly string[]) => [...names, ...names.map((name) => `${name}Backward`)];
  const isStacked = form.states === 'stacked';
  return directions === 1
    ? [...weights, ...states]
    : [...both(weights), ...(isStacked ? states : both(states))];
}

function operandOf(
  p: Planner,
  form: RecurrentForm,
  request: LayerRequest,
  name: string,
  values: number,
): Operand {
  const { kind, hidden, inputs } = request;
  const rows = gatesOf[kind] * hidden;
  const direction = name.endsWith('Backward') ? 1 : 0;
  switch (name.replace('Backward', '')) {
    case 'w':
      return matrix(p, form, request, inputs.w, direction, [rows, values]);
    case 'r':
      return matrix(p, form, request, inputs.r, direction, [rows, hidden]);
    case 'bias':
      if (omitsRecurrentBias(p, form, inputs) || form.biases[kind] === 2)
        return bias(p, form, request, direction, rows, [0]);
      if (form.biases[kind] === 'stacked' && request.linearBeforeReset)
        return stackedBias(p, form, request, direction, rows);
      return bias(p, form, request, direction, rows, [0, 1]);
    case 'recurrentBias':
      return bias(p, form, request, direction, rows, [1]);
    default:
      return firstState(
        p,
        form,
        request,
        defined(name.startsWith('initialH') ? inputs.initialH : inputs.initialC, name),
        direction,
      );
  }
}

/** W or R of one direction. */
function matrix(
  p: Planner,
  form: RecurrentForm,
  { kind }: LayerRequest,
  name: string,
  direction: number,
  [rows, columns]: readonly [number, number],
): Operand {
  const order = form.transposed ? [0, 2, 1] : [0, 1, 2];
  const shape = form.transposed ? [columns, rows] : [rows, columns];
  const gates = gateOrder(form, kind);
  if (p.isConstant(name)) {
    const range = { begins: [direction, 0, 0], ends: [direction + 1, rows, columns] };
    return p.weightPart({ name, range, ...blocks(gates), order }, shape);
  }
  const own = sliceAxis(p, p.plain(name), 0, direction, direction + 1);
  return reshape(p, transpose(p, reordered(p, own, gates), order), shape);
}

/** The sum of these halves of B, of one direction. */
function bias(
  p: Planner,
  form: RecurrentForm,
  { kind, inputs }: LayerRequest,
  direction: number,
  rows: number,
  halves: readonly number[],
): Operand {
  const name = defined(inputs.bias, 'the bias');
  const gates = gateOrder(form, kind);
  if (p.isConstant(name)) {
    const [range, addend] = halves.map((half) => ({
      begins: [direction, half * rows],
      ends: [direction + 1, (half + 1) * rows],
    }));
    const part = {
      name,
      ...(range && { range }),
      ...(addend && { addend }),
      ...blocks(gates),
      order: [0, 1],
    };
    return p.weightPart(part, [rows]);
  }
  const own = sliceAxis(p, p.plain(name), 0, direction, direction + 1);
  const sum = halves
    .map((half) => sliceAxis(p, own, 1, half * rows, (half + 1) * rows))
    .reduce((a, b) => binary(p, 'Add', a, b));
  return reshape(p, reordered(p, sum, gates), [rows]);
}

/** Both halves of B of one direction, stacked. */
function stackedBias(
  p: Planner,
  form: RecurrentForm,
  { kind, inputs }: LayerRequest,
  direction: number,
  rows: number,
): Operand {
  const name = defined(inputs.bias, 'the bias');
  const gates = gateOrder(form, kind);
  const both = [...gates, ...gates.map((gate) => gate + gates.length)];
  if (p.isConstant(name)) {
    const range = { begins: [direction, 0], ends: [direction + 1, 2 * rows] };
    return p.weightPart({ name, range, ...blocks(both), order: [0, 1] }, [2, rows]);
  }
  const own = sliceAxis(p, p.plain(name), 0, direction, direction + 1);
  return reshape(p, reordered(p, own, both), [2, rows]);
}

function firstState(
  p: Planner,
  form: RecurrentForm,
  { axes, hidden }: LayerRequest,
  name: string,
  direction: number,
): Operand {
  if (form.states === 'stacked') return p.arranged(name, axes.state);
  const [directions, batch, values] = leading(axes.state, 3);
  const shape = [at(p.shape(name), batch), hidden];
  const given = p.value(name);
  // Wherever the axis of the directions is, one direction is the state if the batch comes before the values.
  const isInOrder = given.axes.indexOf(batch) < given.axes.indexOf(values);
  const layout = isInOrder ? given.axes : axes.state;
  const operand = isInOrder ? given.operand : p.arranged(name, axes.state);
  return reshape(p, sliceAxis(p, operand, layout.indexOf(directions), direction, direction + 1), shape);
}

/** Position in ONNX's order of each of the backend's gates. */
function gateOrder({ gates }: RecurrentForm, kind: RecurrentKind): readonly number[] {
  return kind === 'RNN' ? [0] : [...gates[kind]].map((gate) => onnxGates[kind].indexOf(gate));
}

function blocks(order: readonly number[]) {
  const isOnnx = sameList(
    order,
    order.map((_, place) => place),
  );
  return isOnnx ? {} : { blocks: { axis: 1, order } };
}

function reordered(p: Planner, x: Operand, order: readonly number[]): Operand {
  if (!('blocks' in blocks(order))) return x;
  const size = at(x.shape, 1) / order.length;
  const gates = split(
    p,
    x,
    1,
    order.map(() => size),
  );
  return concat(
    p,
    order.map((gate) => at(gates, gate)),
    1,
  );
}

function resultsOf(
  form: RecurrentForm,
  { kind, hidden }: LayerRequest,
  { type }: Operand,
  [steps, batch, directions]: readonly [number, number, number],
): Results {
  const sequence = [...(form.batchFirst ? [batch, steps] : [steps, batch]), directions * hidden];
  const state = form.states === 'stacked' ? [directions, batch, hidden] : [batch, directions * hidden];
  const last = { type, shape: state };
  return [{ type, shape: sequence }, last, ...(kind === 'LSTM' ? [last] : [])];
}

function sequenceResult(
  p: Planner,
  { batchFirst }: RecurrentForm,
  operand: Operand,
  [steps, batch, directions, hidden]: readonly [number, number, number, number],
): LayerResult {
  return batchFirst
    ? { operand: reshape(p, operand, [batch, steps, directions, hidden]), axes: [2, 0, 1, 3] }
    : { operand: reshape(p, operand, [steps, batch, directions, hidden]), axes: [0, 2, 1, 3] };
}

function stateResult(
  p: Planner,
  { states }: RecurrentForm,
  operand: Operand,
  [batch, directions, hidden]: readonly [number, number, number],
): LayerResult {
  if (states === 'stacked') return { operand, axes: [0, 1, 2] };
  return { operand: reshape(p, operand, [batch, directions, hidden]), axes: [1, 0, 2] };
}
