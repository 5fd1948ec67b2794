/** Runtimes that import ONNX themselves: they are asked to run the file, unless their results are known to be others than ONNX's. */
import type { DataType } from '../../model/graph.js';
import { precisionOf } from '../../model/precision.js';
import { type Graph, type Lowering, type PythonTarget, supported, unsupported } from '../adapter.js';

type Node = Graph['nodes'][number];

/** By operator, why a node is unsupported, to be followed by the name of the runtime. */
export type Deviations = Readonly<Record<string, (node: Node, graph: Graph) => string | undefined>>;

/** The first activation of an LSTM that is another one than those it has where it names none. */
export function unusualActivation({ attributes: { activations = [] } }: Node): string | undefined {
  const usual = ['sigmoid', 'tanh', 'tanh'];
  return [activations]
    .flat()
    .map(String)
    .find((each, place) => each.toLowerCase() !== usual[place % usual.length]);
}

/** Of AveragePool: some runtimes divide the sum of a window that ceil_mode adds by another count. */
export function addedWindow({ attributes: { ceil_mode, count_include_pad } }: Node): string | undefined {
  return ceil_mode === 1 && count_include_pad === 1
    ? 'ceil_mode with count_include_pad is averaged differently'
    : undefined;
}

export interface OwnImport {
  /** Name of the runtime, for reasons. */
  readonly title: string;
  /** Operators whose results are known to differ from ONNX's definition, which are unsupported instead of wrong. */
  readonly deviations?: readonly Deviations[];
  /** The type in which it computes with each type of the graph; by default its own. */
  readonly held?: (type: DataType) => DataType;
}

/** `held` of runtimes whose CPU kernels compute half precision in float32. */
export function halfInSingle(type: DataType): DataType {
  return type === 'float16' ? 'float32' : type;
}

export function lowerToOwnImport(graph: Graph, { title, deviations = [], held }: OwnImport): Lowering {
  for (const node of graph.nodes) {
    const deviation = deviations
      .map((each) => each[node.operator]?.(node, graph))
      .find((found) => found !== undefined);
    if (deviation !== undefined)
      return { unsupported: `${node.operator} (${node.name}): ${deviation} by ${title}` };
  }
  const precision = graph.integerProducts ? 'int8' : precisionOf(graph, held);
  return { plan: { form: 'the file, imported by the runtime itself', precision } };
}

/** What the descriptors of inference engines in Python have in common whose driver is an `ImportingFramework`. */
export function importingInPython(own: OwnImport) {
  return {
    host: 'python',
    device: 'cpu',
    set: 'runtimes',
    precisions: ['float32'],
    generates: true,
    readsFiles: true,
    refusesAtLoad: true,
    modes: {
      inference: supported,
      training: unsupported(`${own.title} has no training API: it is an inference engine by design`),
    },
    lower: (graph) => lowerToOwnImport(graph, own),
  } as const satisfies Partial<PythonTarget>;
}
