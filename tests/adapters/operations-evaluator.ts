/** A plan of operations by plain loops over doubles: slow, and nothing of a framework in it. */
import type { Capabilities, Limit, OperationTable } from '../../adapters/lowering/capabilities.js';
import { wholly } from '../../adapters/lowering/capabilities.js';
import type {
  OperationKind,
  Operations,
  RecurrentSettings,
} from '../../adapters/lowering/operations/operation.js';
import { permute, sortedPositions } from '../../adapters/lowering/permute.js';
import type { Plan, PlannedOperation } from '../../adapters/lowering/plan.js';
import { nativeOf } from '../../adapters/lowering/weight-part.js';
import { dataTypes, elementCount, fromJsonNumber, type Tensors } from '../../model/graph.js';
import { gates } from './operations-gates.js';
import { recurrentOutputs } from './operations-recurrent.js';
import { convolved, pooled, transposedConvolved } from './operations-windows.js';
import { at, built, type Plain } from './plain-tensors.js';

type Evaluate<Kind extends OperationKind> = (
  inputs: readonly Plain[],
  settings: Operations[Kind],
  channels: Capabilities['channels'],
) => Plain | readonly Plain[];

const ofOne =
  (f: (x: number) => number) =>
  ([x = nothing]: readonly Plain[]): Plain => ({ shape: x.shape, data: x.data.map(f) });
const ofTwo =
  (f: (a: number, b: number) => number) =>
  ([a = nothing, b = nothing]: readonly Plain[]): Plain =>
    built(broadcast(a.shape, b.shape), (index) => f(at(a, index), at(b, index)));
const nothing: Plain = { shape: [0], data: new Float64Array(0) };

function broadcast(a: readonly number[], b: readonly number[]): readonly number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const [left = 1, right = 1] = [a[axis - rank + a.length], b[axis - rank + b.length]];
    return left === 1 ? right : left;
  });
}

const over =
  (f: (values: readonly number[]) => number) =>
  ([x = nothing]: readonly Plain[], { axes, keepdims }: Operations['ReduceSum']): Plain => {
    const kept = x.shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent));
    const gone = x.shape.map((extent, axis) => (axes.includes(axis) ? extent : 1));
    const result = built(kept, (index) => {
      const base = [...index];
      const values: number[] = [];
      built(gone, (offset) =>
        values.push(
          at(
            x,
            base.map((own, axis) => own + (offset[axis] ?? 0)),
          ),
        ),
      );
      return f(values);
    });
    return keepdims ? result : { ...result, shape: x.shape.filter((_, axis) => !axes.includes(axis)) };
  };

const reductions = {
  sum: over((values) => values.reduce((a, b) => a + b, 0)),
  max: over((values) => Math.max(...values)),
};

function product([a = nothing, b = nothing]: readonly Plain[], transB: boolean): Plain {
  const batch = broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const columns = b.shape.at(transB ? -2 : -1) ?? 1;
  return built([...batch, a.shape.at(-2) ?? 1, columns], (index) => {
    const [outer, row = 0, column = 0] = [index.slice(0, -2), index.at(-2), index.at(-1)];
    let sum = 0;
    for (let k = 0; k < (a.shape.at(-1) ?? 1); k++)
      sum += at(a, [...outer, row, k]) * at(b, [...outer, ...(transB ? [column, k] : [k, column])]);
    return sum;
  });
}

function attended([query = nothing, key = nothing, value = nothing, scale]: readonly Plain[]): Plain {
  const scores = product([query, key], true);
  const scaled = scores.data.map((score) => score * (scale?.data[0] ?? 1));
  const keys = scores.shape.at(-1) ?? 1;
  const exponentials = scaled.map((score, index) => {
    const begin = index - (index % keys);
    return Math.exp(score - Math.max(...scaled.slice(begin, begin + keys)));
  });
  const weights = exponentials.map((part, index) => {
    const begin = index - (index % keys);
    return part / exponentials.slice(begin, begin + keys).reduce((sum, each) => sum + each, 0);
  });
  return product([{ shape: scores.shape, data: weights }, value], false);
}

/** With as many of its last axes as one as make up the inputs of a dense layer. */
function flattened(x: Plain, inputs: number): Plain {
  const first = x.shape.findLastIndex((_, axis) => elementCount(x.shape.slice(axis)) === inputs);
  return { ...x, shape: [...x.shape.slice(0, first), inputs] };
}

const evaluators: { readonly [Kind in OperationKind]?: Evaluate<Kind> } = {
  Abs: ofOne(Math.abs),
  Floor: ofOne(Math.floor),
  /** Halves to even. */
  Round: ofOne((x) => (x - Math.floor(x) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x))),
  Clip: (inputs, { low, high }) => ofOne((x) => Math.min(Math.max(x, low ?? x), high ?? x))(inputs),
  Neg: ofOne((x) => -x),
  Sqrt: ofOne(Math.sqrt),
  Reciprocal: ofOne((x) => 1 / x),
  Add: ofTwo((a, b) => a + b),
  Sub: ofTwo((a, b) => a - b),
  Mul: ofTwo((a, b) => a * b),
  Div: ofTwo((a, b) => a / b),
  Pow: ofTwo((a, b) => a ** b),
  Max: ofTwo(Math.max),
  Min: ofTwo(Math.min),
  And: ofTwo((a, b) => Number(a !== 0 && b !== 0)),
  Or: ofTwo((a, b) => Number(a !== 0 || b !== 0)),
  Equal: ofTwo((a, b) => Number(a === b)),
  Greater: ofTwo((a, b) => Number(a > b)),
  Less: ofTwo((a, b) => Number(a < b)),
  GreaterOrEqual: ofTwo((a, b) => Number(a >= b)),
  LessOrEqual: ofTwo((a, b) => Number(a <= b)),
  ReduceSum: reductions.sum,
  ReduceMean: over((values) => values.reduce((a, b) => a + b, 0) / values.length),
  ReduceMax: reductions.max,
  Cast: ([x = nothing], { to }) => (to.includes('int') ? ofOne(Math.trunc)([x]) : x),
  Softmax: ([x = nothing], { axis }) => {
    const over = { axes: [axis], keepdims: true };
    const most = reductions.max([x], over);
    const powers = ofTwo((a, b) => Math.exp(a - b))([x, most]);
    return ofTwo((a, b) => a / b)([powers, reductions.sum([powers], over)]);
  },
  Split: ([x = nothing], { axis, sizes }) =>
    sizes.map((size, part) => {
      const start = sizes.slice(0, part).reduce((a, b) => a + b, 0);
      return built(x.shape.with(axis, size), (index) => at(x, index.with(axis, (index[axis] ?? 0) + start)));
    }),
  ScatterElements: ([x = nothing, indices = nothing, updates = nothing], { axis }) => {
    const result = Float64Array.from(x.data);
    built(indices.shape, (index) => {
      const target = index.with(axis, at(indices, index));
      const place = target.reduce((sum, own, each) => sum * (x.shape[each] ?? 1) + own, 0);
      result[place] = at(updates, index);
      return 0;
    });
    return { shape: x.shape, data: result };
  },
  Where: ([condition = nothing, a = nothing, b = nothing]) =>
    built(broadcast(condition.shape, broadcast(a.shape, b.shape)), (index) =>
      at(condition, index) !== 0 ? at(a, index) : at(b, index),
    ),
  Reshape: ([x = nothing], { shape }) => ({ shape, data: x.data }),
  Transpose: ([x = nothing], { perm }) => ({
    shape: perm.map((axis) => x.shape[axis] ?? 1),
    data: permute(x.data, x.shape, perm),
  }),
  Expand: ([x = nothing], { shape }) => built(shape, (index) => at(x, index)),
  Concat: (inputs, { axis }) => {
    const [first = nothing] = inputs;
    const extent = inputs.reduce((sum, { shape }) => sum + (shape[axis] ?? 1), 0);
    return built(
      first.shape.map((own, each) => (each === axis ? extent : own)),
      (index) => {
        let place = index[axis] ?? 0;
        for (const input of inputs) {
          if (place < (input.shape[axis] ?? 1)) return at(input, index.with(axis, place));
          place -= input.shape[axis] ?? 1;
        }
        return Number.NaN;
      },
    );
  },
  Slice: ([x = nothing], { begins, ends, strides }) =>
    built(
      begins.map((begin, axis) => Math.ceil(((ends[axis] ?? 0) - begin) / (strides[axis] ?? 1))),
      (index) =>
        at(
          x,
          index.map((own, axis) => own * (strides[axis] ?? 1) + (begins[axis] ?? 0)),
        ),
    ),
  Pad: ([x = nothing], { pads, value }) =>
    built(
      x.shape.map((extent, axis) => extent + (pads[axis]?.[0] ?? 0) + (pads[axis]?.[1] ?? 0)),
      (index) => {
        const source = index.map((own, axis) => own - (pads[axis]?.[0] ?? 0));
        return source.every((own, axis) => own >= 0 && own < (x.shape[axis] ?? 1)) ? at(x, source) : value;
      },
    ),
  Gather: ([x = nothing, indices = nothing], { axis }) => {
    const rank = indices.shape.length;
    return built([...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)], (index) =>
      at(x, [
        ...index.slice(0, axis),
        at(indices, index.slice(axis, axis + rank)),
        ...index.slice(axis + rank),
      ]),
    );
  },
  MatMul: (inputs) => product(inputs, false),
  FusedMatMul: (inputs) => product(inputs, true),
  Attention: attended,
  Gemm: ([given = nothing, w = nothing, bias], { transB }) => {
    const [outputs = 1, inputs = 1] = transB ? w.shape : w.shape.toReversed();
    const x = flattened(given, inputs);
    return built([...x.shape.slice(0, -1), outputs], (index) => {
      const [outer, column] = [index.slice(0, -1), index.at(-1) ?? 0];
      let sum = bias ? at(bias, [column]) : 0;
      for (let k = 0; k < (x.shape.at(-1) ?? 1); k++)
        sum += at(x, [...outer, k]) * at(w, transB ? [column, k] : [k, column]);
      return sum;
    });
  },
  Conv: convolved,
  ConvTranspose: transposedConvolved,
  MaxPool: (inputs, settings, channels) => pooled(inputs, { ...settings, countPads: false }, channels, 'max'),
  AveragePool: (inputs, settings, channels) => pooled(inputs, settings, channels, 'mean'),
  ...gates,
};

export function evaluate(
  plan: Plan,
  capabilities: Capabilities,
  inputs: Tensors,
  weights: Tensors,
): Record<string, Plain> {
  const known = new Map<number, Plain>();
  for (const { tensor, name, onnxShape, axes } of plan.inputs) {
    known.set(
      tensor,
      arranged(
        inputs,
        name,
        onnxShape,
        axes,
        axes.map((axis) => onnxShape[axis] ?? 1),
      ),
    );
  }
  for (const { tensor, shape, source } of plan.constants) {
    if (source.kind === 'literal') {
      known.set(tensor, { shape, data: Float64Array.from(source.data, fromJsonNumber) });
    } else {
      const whole = Float64Array.from(weights[source.weight.name]?.data ?? [], Number);
      known.set(tensor, { shape, data: nativeOf(source.weight, whole, shape) });
    }
  }
  for (const operation of plan.operations) {
    const results = one(
      operation,
      operation.inputs.map((id) => known.get(id) ?? nothing),
      capabilities,
    );
    for (const [position, id] of operation.outputs.entries()) known.set(id, results[position] ?? nothing);
  }
  return Object.fromEntries(
    plan.outputs.map(({ name, tensor, onnxShape, axes }) => {
      const { data, shape } = known.get(tensor) ?? nothing;
      return [name, { shape: onnxShape, data: permute(data, shape, sortedPositions(axes)) }];
    }),
  );
}

function one(
  operation: PlannedOperation,
  inputs: readonly Plain[],
  capabilities: Capabilities,
): readonly Plain[] {
  const { activation } = operation;
  const results = plainly(operation, inputs, capabilities);
  return activation
    ? plainly({ ...operation, ...activation } as PlannedOperation, results, capabilities)
    : results;
}

function plainly(
  { kind, settings }: PlannedOperation,
  inputs: readonly Plain[],
  { channels, recurrent }: Capabilities,
): readonly Plain[] {
  if (recurrent && (kind === 'LSTM' || kind === 'GRU' || kind === 'RNN'))
    return recurrentOutputs(kind, recurrent, settings as RecurrentSettings, inputs);
  const evaluator = evaluators[kind] as Evaluate<OperationKind> | undefined;
  if (!evaluator) throw new Error(`the evaluator has no ${kind}`);
  const result = evaluator(inputs, settings, channels);
  return 'shape' in result ? [result] : result;
}

function arranged(
  tensors: Tensors,
  name: string,
  onnxShape: readonly number[],
  order: readonly number[],
  shape: readonly number[],
): Plain {
  const data = Float64Array.from(tensors[name]?.data as ArrayLike<number | bigint>, Number);
  return { shape, data: permute(data, onnxShape, order) };
}

const windows = ['Conv', 'ConvTranspose', 'MaxPool', 'AveragePool'] as const;
type WindowKind = (typeof windows)[number];
const types = Object.fromEntries(dataTypes.map((type) => [type, type]));

/** Without windows, with the simplest ones only, or with all. */
export function capabilitiesOf(
  channels: Capabilities['channels'],
  has: 'none' | 'simple' | 'all',
): Capabilities {
  const kinds = Object.keys(evaluators) as OperationKind[];
  const plain = wholly(...kinds.filter((kind) => !windows.includes(kind as WindowKind)));
  const limit: Limit<WindowKind> = (settings) => {
    if (has === 'all') return undefined;
    if (settings.strides.length === 1) return 'no single axis';
    if (settings.pads.flat().some((pad) => pad > 0)) return 'no pads';
    if (settings.dilations.some((each) => each > 1)) return 'no dilations';
    return 'group' in settings && settings.group > 1 ? 'no groups' : undefined;
  };
  const own: OperationTable = Object.fromEntries(has === 'none' ? [] : windows.map((kind) => [kind, limit]));
  return { title: `${has} windows, channels ${channels}`, channels, operations: { ...plain, ...own }, types };
}
