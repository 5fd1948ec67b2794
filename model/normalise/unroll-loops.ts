/**
 * Replaces a `Loop` or `Scan` by its body, once for each iteration, where their number is known: exporters write recurrent layers
 * so.
 */
import { at, defined } from '../../common/at.js';
import type { Tensor } from '../graph.js';
import { type GraphProto, graphFields, nameOf, nodeFields } from '../import/proto.js';
import type { RawNode } from '../import/raw-model.js';
import { type Addition, addedNode, identityNode, integer, stackNodes } from './added-nodes.js';
import { inlineBody } from './inline-body.js';
import type { Inlined } from './inline-branches.js';

/** A larger graph is loaded by no framework in reasonable time. */
const maxUnrolledNodes = 20_000;
/** `Scan` has no batch axis from this operator set on. */
const scanWithoutBatch = 9;

export interface UnrollableLoop {
  readonly node: RawNode;
  readonly body: GraphProto;
  /** Values whose data tells the number of iterations. */
  readonly decidedBy: readonly string[];
  /** A value whose extent along an axis is the number of iterations. */
  readonly scanned?: { readonly name: string; readonly axis: number };
}

/**
 * Loops whose number of iterations does not depend on the data of an input.
 *
 * @param isConstant whether a value depends on constants and shapes alone
 */
export function unrollableLoops(
  nodes: readonly RawNode[],
  opset: number,
  isConstant: (name: string) => boolean,
): UnrollableLoop[] {
  return nodes.flatMap((node): UnrollableLoop[] => {
    const { operator, inputs, attributes } = node;
    const attribute = attributes.body;
    const body = typeof attribute === 'object' && 'graph' in attribute ? attribute.graph : undefined;
    if (!body) return [];
    if (operator === 'Scan' && opset >= scanWithoutBatch) {
      const { scanned, inputAxes } = scanParts(node);
      const name = at(scanned, 0, 'scanned inputs');
      return [{ node, body, decidedBy: [], scanned: { name, axis: at(inputAxes, 0) } }];
    }
    const [trips, condition] = inputs;
    if (operator !== 'Loop' || !trips || !goesOn(body)) return [];
    const decidedBy = [trips, ...(condition ? [condition] : [])];
    return decidedBy.every(isConstant) ? [{ node, body, decidedBy }] : [];
  });
}

/** Whether a body hands on the condition that it was given: then the number of iterations is that of the `Loop`. */
function goesOn(body: GraphProto): boolean {
  const { input, output, node } = graphFields(body);
  const copies = new Map(
    node.map(nodeFields).flatMap(({ opType, input: read, output: made }) => {
      const [source, target] = [read[0], made[0]];
      return opType === 'Identity' && source && target ? [[target, source] as const] : [];
    }),
  );
  let condition = output[0] ? nameOf(output[0]) : '';
  for (let steps = 0; steps < copies.size; steps++) condition = copies.get(condition) ?? condition;
  return input[1] !== undefined && condition === nameOf(input[1]);
}

/** How often the body runs; undefined where it is never run, or too often. @param dataOf data of the values that decide it */
export function iterationsOf(
  { node, body, decidedBy, scanned }: UnrollableLoop,
  dataOf: (name: string) => Tensor,
  shapeOf: (name: string) => readonly number[],
): number | undefined {
  const [trips, condition] = decidedBy.map((name) => Number(dataOf(name).data[0]));
  const count = scanned ? at(shapeOf(scanned.name), scanned.axis) : condition === 0 ? 0 : trips;
  const size = Math.max(1, graphFields(body).node.length) + node.outputs.length;
  return count !== undefined && count > 0 && count * size <= maxUnrolledNodes ? count : undefined;
}

/** @param iterations as `iterationsOf` gives it */
export function unrolled(loop: UnrollableLoop, iterations: number, opset: number): Inlined {
  const build = new Unrolling(loop, opset);
  const parts = loop.node.operator === 'Loop' ? loopParts(loop.node) : scanParts(loop.node);
  const formal = graphFields(loop.body).input.map(nameOf);
  let states = parts.initial;
  const rows: string[][] = [];
  for (let step = 0; step < iterations; step++) {
    const scanned = parts.scanned.map((name, index) => {
      const isReversed = at(parts.inputDirections, index) === 1;
      const position = isReversed ? iterations - 1 - step : step;
      return build.row(name, at(parts.inputAxes, index), position, `${step}/input_${index}`);
    });
    const leading = parts.counts ? [build.integer(step), build.yes()] : [];
    const actual = [...leading, ...states, ...scanned];
    const results = build.body(new Map(formal.map((name, index) => [name, at(actual, index)])), step);
    // A Loop hands on its condition first.
    const own = parts.counts ? results.slice(1) : results;
    states = own.slice(0, states.length);
    rows.push(own.slice(states.length));
  }
  for (const [index, output] of loop.node.outputs.entries()) {
    const own = index - states.length;
    if (output === '') continue;
    if (own < 0) build.copy(at(states, index), output);
    else {
      const each = rows.map((row) => at(row, own, 'scan outputs'));
      const isReversed = at(parts.outputDirections, own) === 1;
      build.stack(isReversed ? each.reverse() : each, at(parts.outputAxes, own), output);
    }
  }
  return build.finish();
}

interface LoopParts {
  /** Whether the body is told the iteration and the condition. */
  readonly counts: boolean;
  readonly initial: readonly string[];
  readonly scanned: readonly string[];
  readonly inputAxes: readonly number[];
  readonly inputDirections: readonly number[];
  readonly outputAxes: readonly number[];
  readonly outputDirections: readonly number[];
}

function loopParts({ inputs, outputs }: RawNode): LoopParts {
  const initial = inputs.slice(2);
  const zeros = outputs.slice(initial.length).map(() => 0);
  const none = { scanned: [], inputAxes: [], inputDirections: [] };
  return {
    counts: true,
    initial,
    ...none,
    outputAxes: zeros,
    outputDirections: zeros,
  };
}

function scanParts({ inputs, outputs, attributes }: RawNode): LoopParts {
  const scannedCount = Number(defined(attributes.num_scan_inputs, 'num_scan_inputs of a Scan'));
  const states = inputs.length - scannedCount;
  const listed = (name: string, count: number) => {
    const value = attributes[name];
    return Array.isArray(value) ? value.map(Number) : new Array<number>(count).fill(0);
  };
  const outputCount = outputs.length - states;
  return {
    counts: false,
    initial: inputs.slice(0, states),
    scanned: inputs.slice(states),
    inputAxes: listed('scan_input_axes', scannedCount),
    inputDirections: listed('scan_input_directions', scannedCount),
    outputAxes: listed('scan_output_axes', outputCount),
    outputDirections: listed('scan_output_directions', outputCount),
  };
}

/** The nodes and constants that take the place of one loop. */
class Unrolling {
  readonly #nodes: RawNode[] = [];
  readonly #addition: Addition;
  readonly #loop: UnrollableLoop;

  constructor(loop: UnrollableLoop, opset: number) {
    this.#loop = loop;
    this.#addition = { opset, constants: new Map() };
  }

  integer(value: number): string {
    return this.#constant(`integer_${value}`, integer(value));
  }

  yes(): string {
    return this.#constant('true', { type: 'bool', shape: [], data: Uint8Array.of(1) });
  }

  /** The body with its inputs bound. @returns its results */
  body(given: ReadonlyMap<string, string>, step: number): readonly string[] {
    const { nodes, constants, results } = inlineBody(
      this.#loop.body,
      given,
      this.#name(String(step)),
      this.#addition.opset,
    );
    this.#nodes.push(...nodes);
    for (const [name, tensor] of constants) this.#addition.constants.set(name, tensor);
    return results;
  }

  /** One position along an axis, without that axis. */
  row(source: string, axis: number, position: number, part: string): string {
    const name = this.#name(part);
    this.#nodes.push(addedNode('Gather', name, [source, this.integer(position)], [name], { axis }));
    return name;
  }

  copy(source: string, output: string): void {
    this.#nodes.push(identityNode(source, output, this.#name(`to_${output}`)));
  }

  /** The values beside each other along a new axis. */
  stack(values: readonly string[], axis: number, output: string): void {
    this.#nodes.push(...stackNodes(this.#addition, values, axis, output, output));
  }

  finish(): Inlined {
    return { nodes: this.#nodes, constants: this.#addition.constants };
  }

  #constant(part: string, tensor: Tensor): string {
    this.#addition.constants.set(this.#name(part), tensor);
    return this.#name(part);
  }

  #name(part: string): string {
    return `${this.#loop.node.name}/${part}`;
  }
}
