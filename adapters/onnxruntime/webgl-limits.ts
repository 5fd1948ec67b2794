/**
 * What the WebGL backend of onnxruntime-web 1.30.0 lacks or computes wrongly: its operators are those of `WEBGL_OP_RESOLVE_RULES`, the
 * rest was found by comparing it with the reference on the small models.
 */
import { required } from '../../common/at.js';
import type { Graph } from '../adapter.js';

type Node = Graph['nodes'][number];

const title = "ONNX Runtime's WebGL backend";

const operators: ReadonlySet<string> = new Set([
  ...[
    'Abs',
    'Acos',
    'Add',
    'And',
    'Asin',
    'Atan',
    'AveragePool',
    'BatchNormalization',
    'Cast',
    'Ceil',
    'Clip',
  ],
  ...['Concat', 'Conv', 'ConvTranspose', 'Cos', 'DepthToSpace', 'Div', 'Dropout', 'Elu', 'Equal', 'Exp'],
  ...['Flatten', 'Floor', 'Gather', 'Gemm', 'GlobalAveragePool', 'GlobalMaxPool', 'Greater', 'Identity'],
  ...[
    'InstanceNormalization',
    'LRN',
    'LeakyRelu',
    'Less',
    'Log',
    'MatMul',
    'MaxPool',
    'Mul',
    'Neg',
    'Not',
    'Or',
  ],
  ...[
    'PRelu',
    'Pad',
    'Pow',
    'ReduceLogSum',
    'ReduceMax',
    'ReduceMean',
    'ReduceMin',
    'ReduceProd',
    'ReduceSum',
  ],
  ...['ReduceSumSquare', 'Relu', 'Reshape', 'Resize', 'Shape', 'Sigmoid', 'Sin', 'Slice', 'Softmax', 'Split'],
  ...['Sqrt', 'Squeeze', 'Sub', 'Sum', 'Tan', 'Tanh', 'Tile', 'Transpose', 'Unsqueeze', 'Upsample', 'Xor'],
]);

/** Why a node is unsupported there. */
type Limit = (node: Node, graph: Graph) => string | undefined;

const rankOf = (name: string | undefined, { values }: Graph) =>
  required(values, name ?? '', 'values of the graph').shape.length;

const ofImages: Limit = ({ operator, inputs }, graph) =>
  rankOf(inputs[0], graph) === 4 ? undefined : `${operator} of what is no image`;

const windows: Limit = (node, graph) => {
  const { operator, attributes } = node;
  if (attributes.ceil_mode === 1) return `${operator} with ceil_mode 1`;
  return [attributes.dilations ?? []].flat().some((each) => each !== 1)
    ? `${operator} with dilations`
    : ofImages(node, graph);
};

/** A shader reads the flattened image where it was, its reader where it should be. */
const behindFlatten: Limit = ({ operator, inputs: [x] }, { nodes }) =>
  nodes.some((other) => other.operator === 'Flatten' && other.outputs[0] === x)
    ? `${operator} of a flattened image`
    : undefined;

const limits: Readonly<Record<string, Limit>> = {
  Conv: ofImages,
  ConvTranspose: (node, graph) =>
    node.attributes.output_shape === undefined
      ? ofImages(node, graph)
      : 'ConvTranspose with the attribute output_shape',
  BatchNormalization: ofImages,
  MaxPool: windows,
  AveragePool: windows,
  Gemm: ({ inputs }) => (inputs[2] ? undefined : 'Gemm without its third operand'),
  Clip: (node, graph) =>
    node.inputs[1] && node.inputs[2] ? behindFlatten(node, graph) : 'Clip with one bound',
  ...Object.fromEntries(['Relu', 'Sigmoid', 'Tanh', 'LeakyRelu', 'Elu'].map((kind) => [kind, behindFlatten])),
};

/** Why the graph is unsupported; undefined where it is not. */
export function webglLimit(graph: Graph): string | undefined {
  for (const node of graph.nodes) {
    const { operator, name } = node;
    const lacking = operators.has(operator) ? limits[operator]?.(node, graph) : operator;
    if (lacking !== undefined) return `${lacking} (${name}) is not supported by ${title}`;
  }
  return undefined;
}
