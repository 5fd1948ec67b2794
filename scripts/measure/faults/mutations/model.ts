/** Mutations of a decoded model: what stays a protobuf message, and is no model any more, or another one. */

import { type ModelProto, proto, type TensorProto } from '../../../../model/import/proto.js';
import type { Draw } from './draw.js';
import { attributesOf, graphsOf, nodesOf, tensorsOf, valueNamesOf, valuesOf } from './model-parts.js';

/** Changes the model in place; leaves it as it is where it has nothing to change. */
export type ModelMutation = (model: ModelProto, draw: Draw) => void;

const extents = [
  ...[0, 1, 2, 7, 64, 65_536, 2 ** 24, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 40, 2 ** 53, 2 ** 62],
  ...[-1, -2, -(2 ** 31), -(2 ** 62)],
];
const names = [
  ...['', ' ', '__proto__', '__metadata__', 'constructor', 'toString', 'length', '0/x', 'a/b', '../../x'],
  ...['\u0000', 'line\nbreak', '\u001b[31mred', '\u202eright to left', 'ü', '🙂', 'n'.repeat(100_000)],
];
const operators = [
  ...['', 'NoSuchOperator', 'If', 'Loop', 'Scan', 'Constant', 'ConstantOfShape', 'RandomNormal', 'Range'],
  ...['Conv', 'ConvTranspose', 'Gemm', 'MatMul', 'LSTM', 'Reshape', 'Expand', 'Tile', 'Pad', 'Resize'],
  ...['Gather', 'NonZero', 'Dropout', 'Identity', 'Shape', 'Einsum', 'SequenceEmpty', 'StringNormalizer'],
];
const domains = ['', 'ai.onnx', 'ai.onnx.ml', 'com.microsoft', 'nowhere', 'd'.repeat(10_000)];
const numbers = [...extents, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 1e38, -1e-38];
const lengths = [0, 1, 2, 3, 5, 64, 1_000, 100_000];

export const modelMutations: Readonly<Record<string, ModelMutation>> = {
  'sizes of tensors': on(tensorsOf, (tensor, draw) => {
    tensor.dims = withExtent((tensor.dims ?? []).map(Number), draw);
  }),
  'types of tensors': on(tensorsOf, (tensor, draw) => {
    tensor.dataType = draw.pick([-1, 99, 2 ** 31 - 1, ...Array.from({ length: 30 }, (_, type) => type)]);
  }),
  'data of tensors': on(tensorsOf, changeData),
  'external data': on(tensorsOf, makeExternal),
  'types and shapes of values': on(valuesOf, (value, draw) => {
    const type = draw.below(32);
    const dim = withExtent([1, 2, 3], draw).map((extent) =>
      draw.below(4) === 0 ? { dimParam: draw.pick(names) } : { dimValue: extent },
    );
    value.type = draw.pick([
      null,
      {},
      { tensorType: { elemType: type } },
      { tensorType: { elemType: type, shape: { dim } } },
      { tensorType: { elemType: 1, shape: { dim } } },
    ]);
  }),
  names: (model, draw) => rename(model, draw, draw.pick(names)),
  'duplicate names': (model, draw) => rename(model, draw, draw.pick([...valueNamesOf(model), ''])),
  operators: on(nodesOf, (node, draw) => {
    if (draw.below(4) === 0) node.domain = draw.pick(domains);
    else node.opType = draw.pick(operators);
  }),
  attributes: on(attributesOf, (attribute, draw) => {
    const length = draw.pick(lengths);
    Object.assign(
      attribute,
      draw.pick([
        { name: draw.pick(names) },
        { type: draw.below(16) },
        { i: draw.pick(extents) },
        { f: draw.pick(numbers) },
        { s: new Uint8Array(length) },
        { ints: Array.from({ length }, () => draw.pick(extents)) },
        { floats: Array.from({ length }, () => draw.pick(numbers)) },
        { ints: [], floats: [], strings: [] },
        { t: null, g: null },
      ]),
    );
  }),
  wiring: on(nodesOf, (node, draw, model) => {
    const list = draw.below(2) === 0 ? 'input' : 'output';
    const values = node[list] ?? [];
    const name = draw.pick([...valueNamesOf(model), 'nobody', '']);
    node[list] = values.length === 0 ? [name] : values.with(draw.below(values.length), name);
  }),
  cycles: on(nodesOf, (node, draw, model) => {
    const computed = nodesOf(model).flatMap(({ output }) => output ?? []);
    const inputs = node.input ?? [];
    if (inputs.length > 0)
      node.input = inputs.with(draw.below(inputs.length), draw.pick([...computed, 'nobody']));
  }),
  'missing parts': on(graphsOf, (graph, draw, model) => {
    const part = draw.pick(['node', 'initializer', 'input', 'output', 'opsets', 'graph'] as const);
    const less = <T>(items: T[] | null | undefined) =>
      draw.below(2) === 0 ? [] : without(items ?? [], draw);
    if (part === 'opsets') model.opsetImport = [];
    else if (part === 'graph') model.graph = draw.pick([null, {}]);
    else if (part === 'node') graph.node = less(graph.node);
    else if (part === 'initializer') graph.initializer = less(graph.initializer);
    else graph[part] = less(graph[part]);
  }),
  'operator sets': (model, draw) => {
    const version = draw.pick([...extents, 6, 8, 12, 18, 21, 23, 99]);
    model.opsetImport = [...(model.opsetImport ?? []), { domain: draw.pick(domains), version }];
    if (draw.below(2) === 0) model.opsetImport = [{ domain: '', version }];
  },
  'huge constants': on(graphsOf, (graph, draw) => {
    const dims = Array.from({ length: 1 + draw.below(4) }, () => draw.pick(extents));
    const name = 'huge';
    const tensor = { name, dataType: 1 + draw.below(16), dims, floatData: [1, 2, 3] };
    graph.initializer = [...(graph.initializer ?? []), tensor];
    graph.node = [
      { opType: draw.pick(['ConstantOfShape', 'RandomNormal', 'Expand']), input: [name], output: ['large'] },
      ...(graph.node ?? []),
    ];
  }),
  'many nodes': on(graphsOf, (graph, draw) => {
    const count = draw.pick([10, 1_000, 20_000, 100_001]);
    const [first] = graph.input ?? [];
    const chain = Array.from({ length: count }, (_, index) => ({
      opType: 'Neg',
      input: [index === 0 ? (first?.name ?? '') : `link ${index - 1}`],
      output: [`link ${index}`],
    }));
    graph.node = [...(graph.node ?? []), ...chain];
    graph.output = [...(graph.output ?? []), { name: `link ${count - 1}` }];
  }),
  'unsupported parts': on(graphsOf, (graph, draw, model) => {
    const part = draw.below(3);
    if (part === 0) model.functions = [{ name: draw.pick(names) }];
    else if (part === 1) graph.sparseInitializer = [{ dims: [draw.pick(extents)] }];
    else model.trainingInfo = [{}];
  }),
};

/** Mutates one of the parts that `partsOf` gives. */
function on<Part>(
  partsOf: (model: ModelProto) => readonly Part[],
  change: (part: Part, draw: Draw, model: ModelProto) => void,
): ModelMutation {
  return (model, draw) => {
    const parts = partsOf(model);
    if (parts.length > 0) change(draw.pick(parts), draw, model);
  };
}

function withExtent(shape: readonly number[], draw: Draw): number[] {
  const extent = draw.pick(extents);
  const rank = draw.below(40) === 0 ? 1_000 : 1;
  if (shape.length === 0 || draw.below(3) === 0) return [...shape, ...Array<number>(rank).fill(extent)];
  return draw.below(4) === 0 ? without(shape, draw) : shape.with(draw.below(shape.length), extent);
}

function without<T>(items: readonly T[], draw: Draw): T[] {
  return items.toSpliced(draw.below(items.length), 1);
}

function changeData(tensor: TensorProto, draw: Draw): void {
  const length = draw.pick(lengths);
  Object.assign(
    tensor,
    draw.pick([
      { rawData: new Uint8Array(length).fill(draw.below(256)) },
      { rawData: new Uint8Array(0), floatData: Array<number>(length).fill(draw.pick(numbers)) },
      { floatData: Array<number>(length).fill(1) },
      { rawData: new Uint8Array(0), int64Data: Array<number>(length).fill(draw.pick(extents)) },
      { rawData: new Uint8Array(0), int32Data: Array<number>(length).fill(-1) },
      { stringData: [new Uint8Array(length)] },
      { segment: { begin: draw.pick(extents), end: draw.pick(extents) } },
    ]),
  );
}

const locations = [
  ...['weights.bin', './weights.bin', 'missing.bin', '', '.', '..', '../../../../etc/passwd'],
  ...['/etc/passwd', '/dev/zero', '/proc/self/mem', 'weights.bin\u0000', 'w'.repeat(10_000)],
];

function makeExternal(tensor: TensorProto, draw: Draw): void {
  tensor.dataLocation = proto.TensorProto.DataLocation.EXTERNAL;
  const size = () => draw.pick([...extents.map(String), '24', '1e3', '', 'many', '0x10']);
  const entries = { location: draw.pick(locations), offset: size(), length: size() };
  const kept = Object.entries(entries).filter(() => draw.below(4) > 0);
  tensor.externalData = kept.map(([key, value]) => ({ key, value }));
}

function rename(model: ModelProto, draw: Draw, name: string): void {
  const named = [
    ...graphsOf(model),
    ...nodesOf(model),
    ...attributesOf(model),
    ...tensorsOf(model),
    ...valuesOf(model),
  ];
  const computing = nodesOf(model).filter(({ output }) => (output ?? []).length > 0);
  if (computing.length > 0 && draw.below(3) === 0) {
    const node = draw.pick(computing);
    const outputs = node.output ?? [];
    node.output = outputs.with(draw.below(outputs.length), name);
  } else if (named.length > 0) draw.pick(named).name = name;
}
