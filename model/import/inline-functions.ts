/**
 * Replaces calls of model-local functions by their nodes, as the ONNX specification defines them (IR.md, "Functions"):
 * attributes of the call take the place of references to them, and values inside get names of their own.
 */
import { at, required } from '../../common/at.js';
import { modelError } from '../model-error.js';
import { functionDefaults } from './function-defaults.js';
import {
  type AttributeProto,
  type FunctionProto,
  functionFields,
  type GraphProto,
  graphFields,
  isOnnxDomain,
  type ModelProto,
  type NodeProto,
  nameOf,
  nodeFields,
} from './proto.js';
import { renameNode, valuesIn, withSubgraphs } from './rename.js';

/** Exporters nest a function for each module of a module. */
const maxDepth = 64;
/** Inputs, outputs, attributes and initialisers of a node: few nodes have more. */
const valuesPerNode = 20;
/** A longer name becomes a number: each call would repeat it. */
const maxNameLength = 256;

interface Limits {
  /** The model's operator set, which functions have to use too. */
  readonly opset: number;
  /** Nodes of the graph and its subgraphs, with all calls inlined. */
  readonly maxNodes: number;
}

interface LocalFunction extends ReturnType<typeof functionFields> {
  /** Attributes that a call may leave out. */
  readonly defaults: readonly AttributeProto[];
}

/**
 * The graph of the model without calls of its functions.
 *
 * @param graph of the model, whose nesting has been checked, as that of the functions
 * @param bytes of the model
 * @throws TouchstoneError('model') for a function that calls itself, uses another operator set or has overloads, for a
 *   call with too many values, and for too many nodes or values
 */
export function inlineFunctions(
  { functions }: ModelProto,
  graph: GraphProto,
  bytes: Uint8Array,
  limits: Limits,
): GraphProto {
  if (!functions?.length) return graph;
  return new Inliner(functions, functionDefaults(bytes), graph, limits).inlined(graph, []);
}

class Inliner {
  readonly #functions = new Map<string, LocalFunction>();
  readonly #overloaded = new Set<string>();
  readonly #limits: Limits;
  /** Names of values, and of calls. */
  readonly #taken: Set<string>;
  #nodes = 0;
  #values = 0;
  #copies = 0;

  constructor(
    functions: readonly FunctionProto[],
    defaults: readonly (readonly AttributeProto[])[],
    graph: GraphProto,
    limits: Limits,
  ) {
    for (const [index, each] of functions.entries()) {
      const fields = functionFields(each);
      const key = keyOf(fields.domain, fields.name);
      if (this.#functions.has(key)) this.#overloaded.add(key);
      this.#functions.set(key, { ...fields, defaults: at(defaults, index, 'functions') });
    }
    this.#limits = limits;
    const { input, initializer, node } = graphFields(graph);
    this.#taken = new Set([...[...input, ...initializer].map(nameOf), ...valuesIn(node)]);
  }

  /** @param path keys of the functions around it */
  inlined(graph: GraphProto, path: readonly string[]): GraphProto {
    const fields = graphFields(graph);
    this.#count(0, fields.input.length + fields.output.length + fields.initializer.length);
    return { ...graph, ...fields, node: fields.node.flatMap((node) => this.#expanded(node, path)) };
  }

  #count(nodes: number, values: number): void {
    const { maxNodes } = this.#limits;
    this.#nodes += nodes;
    this.#values += values;
    if (this.#nodes > maxNodes || this.#values > valuesPerNode * maxNodes) {
      throw modelError(
        `it has more than ${maxNodes} nodes, or ${valuesPerNode * maxNodes} values, with its functions inlined`,
      );
    }
  }

  #expanded(node: NodeProto, path: readonly string[]): readonly NodeProto[] {
    const { opType, domain, input, output, attribute } = nodeFields(node);
    this.#count(1, input.length + output.length + attribute.length);
    const attributes = attribute.map((each) => withSubgraphs(each, (graph) => this.inlined(graph, path)));
    const call = { ...node, ...nodeFields(node), attribute: attributes };
    const key = keyOf(domain, opType);
    const called = this.#functions.get(key);
    if (!called) return [call];
    if (this.#overloaded.has(key)) {
      throw modelError(
        `its function ${key} has overloads, which are not supported`,
        'inline it: onnx.inliner.inline_local_functions(model)',
      );
    }
    if (path.includes(key)) throw modelError(`its function ${key} calls itself`);
    if (path.length === maxDepth) throw modelError(`its functions are nested more than ${maxDepth} deep`);
    this.#checkOpset(called, key);
    this.#count(0, called.input.length + called.output.length);
    return this.#body(call, called, key).flatMap((inner) => this.#expanded(inner, [...path, key]));
  }

  #checkOpset({ opsetImport }: LocalFunction, key: string): void {
    const own = opsetImport.find(({ domain }) => isOnnxDomain(domain));
    const version = Number(own?.version ?? this.#limits.opset);
    if (version !== this.#limits.opset) {
      throw modelError(
        `its function ${key} uses operator set ${version}, but the model ${this.#limits.opset}`,
        'convert it: onnx.inliner.inline_local_functions(model, convert_version=True)',
      );
    }
  }

  /** The nodes of the function with the names and attributes of a call. */
  #body(call: NodeProto, called: LocalFunction, key: string): NodeProto[] {
    const { name, input, output, attribute } = nodeFields(call);
    if (input.length > called.input.length || output.length > called.output.length) {
      throw modelError(
        `node ${name || output[0]} has ${input.length} inputs and ${output.length} outputs, but function ${key} has ${called.input.length} and ${called.output.length}`,
      );
    }
    const label = this.#fresh(name || called.name);
    const names = new Map(called.input.map((inner, index) => [inner, input[index] ?? '']));
    const produced = new Set(called.node.flatMap((node) => nodeFields(node).output));
    const copies: { readonly inner: string; readonly outer: string }[] = [];
    for (const [index, inner] of called.output.entries()) {
      const outer = output[index] ?? '';
      if (outer === '') continue;
      // An output may be an input, or the same value as another output.
      if (produced.has(inner) && !names.has(inner)) names.set(inner, outer);
      else copies.push({ inner, outer });
    }
    // What a function reads and does not define is no value of the graph around it.
    for (const inner of [...called.output, ...valuesIn(called.node)]) {
      if (!names.has(inner)) names.set(inner, this.#fresh(`${label}/${inner}`));
    }
    const given = new Map([...called.defaults, ...attribute].map((each) => [nameOf(each), each]));
    const nodes: NodeProto[] = [
      ...called.node.map((inner) => withAttributes(renameNode(inner, names), given)),
      ...copies.map(({ inner, outer }) => ({
        opType: 'Identity',
        input: [required(names, inner)],
        output: [outer],
      })),
    ];
    return nodes.map((node, index) => ({
      ...node,
      name: shortened(`${label}/${node.name || `${node.opType}_${index}`}`),
    }));
  }

  /** A name that no other value or call has. */
  #fresh(wanted: string): string {
    const base = shortened(wanted);
    let name = base;
    while (this.#taken.has(name)) {
      this.#copies += 1;
      name = `${base}_${this.#copies}`;
    }
    this.#taken.add(name);
    return name;
  }
}

/** The node with references to attributes of its function replaced; without those that the call leaves out. */
function withAttributes(node: NodeProto, given: ReadonlyMap<string, AttributeProto>): NodeProto {
  const attribute = nodeFields(node).attribute.flatMap((each) => {
    if (each.refAttrName) {
      const value = given.get(each.refAttrName);
      return value ? [{ ...value, name: nameOf(each) }] : [];
    }
    return withSubgraphs(each, (graph) => ({
      ...graph,
      node: graphFields(graph).node.map((inner) => withAttributes(inner, given)),
    }));
  });
  return { ...node, attribute };
}

function shortened(name: string): string {
  return name.length > maxNameLength ? 'inlined' : name;
}

function keyOf(domain: string, name: string): string {
  return isOnnxDomain(domain) ? name : `${domain}::${name}`;
}
