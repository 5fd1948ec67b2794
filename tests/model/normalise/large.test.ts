/** Models of many nodes, and of branches in branches: the work grows with their size, not with its square. */
import { expect, it } from 'vitest';
import { costOf } from '../../../model/cost.js';
import { type GraphProto, type ModelProto, type NodeProto, proto } from '../../../model/import/proto.js';
import { readModel } from '../../../model/import/read-model.js';
import { bindShapes } from '../../../model/inputs/bind-shapes.js';
import { randomInputs } from '../../../model/inputs/random-inputs.js';
import { normalise } from '../../../model/normalise/normalise.js';
import { observe } from '../../../model/normalise/observe.js';
import { altered, floats, integers, model } from '../models.js';

/** The normalised model, and how many values were observed in each run. */
async function normal(bytes: Uint8Array) {
  const raw = readModel(bytes, 'test');
  const inputs = bindShapes(raw, {});
  const sample = randomInputs(inputs, 0, 0);
  const observed: number[] = [];
  const found = await normalise(raw, inputs, sample, [], async (...parameters) => {
    const observation = await observe(...parameters);
    observed.push(Object.keys(observation.values).length);
    return observation;
  });
  return { ...found, sample, observed };
}

it('a long chain is observed in parts, and is the same model', async () => {
  const length = 12_000;
  const bytes = model((graph) => {
    const x = graph.input('x', [2, 3]);
    // Read in the last part, and so carried through all: a computed value, and a constant that follows from a shape.
    const early = graph.node('Neg', [x], {}, ['early']);
    const shape = graph.node('Shape', [early], {}, ['shape']);
    let value = early;
    for (let index = 0; index < length; index++) value = graph.node('Neg', [value]);
    const flat = graph.node('Reshape', [graph.node('Add', [value, early]), shape], {}, ['y']);
    graph.output(flat, [2, 3]);
  });
  const { graph, weights, bytes: written, sample, observed } = await normal(bytes);
  expect(observed.length).toBeGreaterThan(2);
  expect(Math.max(...observed)).toBeLessThan(6000);
  expect(graph.nodes).toHaveLength(length + 3);
  expect(Object.values(weights)).toEqual([integers([2, 3])]);
  expect(graph.values.y).toEqual({ name: 'y', type: 'float32', shape: [2, 3] });
  const run = async (one: Uint8Array) => (await observe(one, sample, ['y'])).data.y;
  expect(await run(written)).toEqual(await run(bytes));
});

it('names that all nodes share, and weights of all nodes, take no longer than others', async () => {
  const bytes = model((graph) => {
    let value = graph.input('x', [2]);
    for (let index = 0; index < 20_000; index++)
      value = graph.node('Add', [value, graph.constant(`w${index}`, floats([1, index]))]);
    graph.output(value, [2]);
  });
  const same = altered(bytes, ({ graph }) => {
    for (const node of graph?.node ?? []) node.name = 'same';
  });
  const { graph } = await normal(same);
  expect(new Set(graph.nodes.map(({ name }) => name)).size).toBe(20_000);
  const startedMs = performance.now();
  expect(costOf(graph).bytes).toBeGreaterThan(20_000 * 8);
  expect(performance.now() - startedMs).toBeLessThan(3000);
});

const { BOOL } = proto.TensorProto.DataType;
const { GRAPH } = proto.AttributeProto.AttributeType;

/** Two `If` in each branch, down to so many levels. @param path makes names unique */
function branches(level: number, condition: string, path: string): GraphProto {
  if (level === 0) {
    return {
      name: 'leaf',
      node: [{ opType: 'Neg', input: ['x'], output: [`o${path}`] }],
      output: [{ name: `o${path}` }],
    };
  }
  const either = (side: string): NodeProto => ({
    name: `if${path}${side}`,
    opType: 'If',
    input: [condition],
    output: [`r${path}${side}`],
    attribute: [
      { name: 'then_branch', type: GRAPH, g: branches(level - 1, condition, `${path}${side}`) },
      { name: 'else_branch', type: GRAPH, g: branches(0, condition, `${path}${side}e`) },
    ],
  });
  const sum = { opType: 'Add', input: [`r${path}l`, `r${path}r`], output: [`o${path}`] };
  return { name: 'both', node: [either('l'), either('r'), sum], output: [{ name: `o${path}` }] };
}

function nested(level: number, condition: string): Uint8Array {
  const base = model((graph) => {
    const x = graph.input('x', [2]);
    graph.output(graph.node('Neg', [x], {}, ['unused']), [2]);
  });
  return altered(base, ({ graph }: ModelProto) => {
    const { node, output } = branches(level, condition, 'p');
    Object.assign(graph ?? {}, {
      node: [{ opType: 'Not', input: ['no'], output: ['computed'] }, ...(node ?? [])],
      output,
      initializer: [
        { name: 'yes', dataType: BOOL, dims: [], rawData: Uint8Array.of(1) },
        { name: 'no', dataType: BOOL, dims: [], rawData: Uint8Array.of(0) },
      ],
    });
  });
}

it.each(['yes', 'computed'])(
  'branches that double at every level are run once, on condition %s',
  async (condition) => {
    const level = 8;
    const { graph, observed } = await normal(nested(level, condition));
    expect(graph.nodes.map(({ operator }) => operator).filter((operator) => operator === 'Neg')).toHaveLength(
      2 ** level,
    );
    // Before that, nothing but the condition.
    expect(observed.slice(0, -1).every((count) => count === 1)).toBe(true);
    expect(observed.slice(0, -1)).toHaveLength(condition === 'yes' ? 0 : level);
  },
);
