/** Loops whose number of iterations is known become their bodies; ONNX Runtime computes the same of both. */
import { describe, expect, it } from 'vitest';
import type { Tensor } from '../../../model/graph.js';
import type { AttributeProto, GraphProto, NodeProto, ValueInfoProto } from '../../../model/import/proto.js';
import { proto } from '../../../model/import/proto.js';
import { readModel } from '../../../model/import/read-model.js';
import { bindShapes } from '../../../model/inputs/bind-shapes.js';
import { randomInputs } from '../../../model/inputs/random-inputs.js';
import { normalise } from '../../../model/normalise/normalise.js';
import { observe } from '../../../model/normalise/observe.js';
import { altered, floats, integers, model } from '../models.js';

const { FLOAT, INT64, BOOL } = proto.TensorProto.DataType;
const { GRAPH, INT, INTS } = proto.AttributeProto.AttributeType;

/** ONNX Runtime wants the shapes of a body's inputs. */
const value = (name: string, elemType = FLOAT): ValueInfoProto => {
  const dim = elemType === FLOAT ? [{ dimValue: 2 }, { dimValue: 4 }] : [];
  return { name, type: { tensorType: { elemType, shape: { dim } } } };
};
const output = (name: string): ValueInfoProto => ({ name, type: { tensorType: { elemType: FLOAT } } });
const node = (
  opType: string,
  input: string[],
  output: string[],
  attribute: AttributeProto[] = [],
): NodeProto => ({
  name: output[0] ?? '',
  opType,
  input,
  output,
  attribute,
});
const number = (name: string, i: number): AttributeProto => ({ name, type: INT, i });
const numbers = (name: string, ints: number[]): AttributeProto => ({ name, type: INTS, ints });
const body = (g: GraphProto): AttributeProto => ({ name: 'body', type: GRAPH, g });

/** `x` [5, 2, 4] through a loop with the outputs `last` [2, 4] and `rows`. */
function looped(loop: NodeProto[], opset = 17, steps: Tensor = integers([5], [])): Uint8Array {
  const plain = model((graph) => {
    const x = graph.input('x', [5, 2, 4]);
    graph.constant('steps', steps);
    graph.constant('yes', { type: 'bool', shape: [], data: Uint8Array.of(1) });
    graph.constant('start', floats(new Array(8).fill(0), [2, 4]));
    graph.constant(
      'R',
      floats(
        Array.from({ length: 16 }, (_, index) => Math.sin(index) / 2),
        [4, 4],
      ),
    );
    graph.output(graph.relu(x), [5, 2, 4]);
  });
  return altered(plain, (changed) => {
    Object.assign(changed.opsetImport?.[0] ?? {}, { version: opset });
    changed.graph?.node?.splice(0, 1, ...loop);
    changed.graph?.output?.splice(0, 1, output('last'), output('rows'));
  });
}

/** before·R + now, through tanh: what a recurrent layer does in a step. */
const step = [
  node('MatMul', ['before', 'R'], ['a']),
  node('Add', ['a', 'now'], ['b']),
  node('Tanh', ['b'], ['after']),
  node('Identity', ['after'], ['row']),
];
const counted: GraphProto = {
  name: 'counted',
  input: [value('i', INT64), value('going', BOOL), value('before')],
  node: [
    node('Gather', ['x', 'i'], ['now'], [number('axis', 0)]),
    ...step,
    node('Identity', ['going'], ['on']),
  ],
  output: [value('on', BOOL), value('after'), value('row')],
};
const scanned: GraphProto = {
  name: 'scanned',
  input: [value('before'), value('now')],
  node: step,
  output: [value('after'), value('row')],
};
const scan = (...attributes: AttributeProto[]) => [
  node(
    'Scan',
    ['start', 'x'],
    ['last', 'rows'],
    [body(scanned), number('num_scan_inputs', 1), ...attributes],
  ),
];

async function bothOf(bytes: Uint8Array) {
  const raw = readModel(bytes, 'test');
  const inputs = bindShapes(raw, {});
  const sample = randomInputs(inputs, 0, 0);
  const { graph, bytes: written } = await normalise(raw, inputs, sample, []);
  const outputs = ['last', 'rows'];
  const [mine, theirs] = await Promise.all([written, bytes].map((each) => observe(each, sample, outputs)));
  return { operators: graph.nodes.map(({ operator }) => operator), mine: mine?.data, theirs: theirs?.data };
}

describe('is unrolled, and computes the same', () => {
  it.each([
    [
      'a Loop with a constant number of iterations',
      looped([node('Loop', ['steps', 'yes', 'start'], ['last', 'rows'], [body(counted)])]),
    ],
    [
      'a Loop without a condition',
      looped([node('Loop', ['steps', '', 'start'], ['last', 'rows'], [body(counted)])]),
    ],
    [
      'a Loop before operator set 13',
      looped([node('Loop', ['steps', 'yes', 'start'], ['last', 'rows'], [body(counted)])], 11),
    ],
    [
      'a Loop as long as an input',
      looped(
        [
          node('Shape', ['x'], ['shape']),
          node('Gather', ['shape', 'zero'], ['length'], [number('axis', 0)]),
          node('Loop', ['length', 'yes', 'start'], ['last', 'rows'], [body(counted)]),
        ].map((each) => (each.opType === 'Gather' ? { ...each, input: ['shape', 'steps'] } : each)),
        17,
        integers([0], []),
      ),
    ],
    ['a Scan', looped(scan())],
    ['a Scan from the end', looped(scan(numbers('scan_input_directions', [1])))],
    ['a Scan whose rows are laid down from the end', looped(scan(numbers('scan_output_directions', [1])))],
    ['a Scan whose rows go along another axis', looped(scan(numbers('scan_output_axes', [1])))],
    [
      'a Scan along another axis',
      looped([
        node('Transpose', ['x'], ['turned'], [numbers('perm', [1, 0, 2])]),
        ...scan(numbers('scan_input_axes', [1])).map((each) => ({ ...each, input: ['start', 'turned'] })),
      ]),
    ],
  ])('%s', async (_, bytes) => {
    const { operators, mine, theirs } = await bothOf(bytes);
    expect(operators).not.toContain('Loop');
    expect(operators).not.toContain('Scan');
    expect(operators.filter((operator) => operator === 'Tanh')).toHaveLength(5);
    expect(mine).toEqual(theirs);
  });

  it('a Loop in a Loop', async () => {
    const inner = { ...counted, name: 'inner', node: [...(counted.node ?? [])] };
    const outer: GraphProto = {
      name: 'outer',
      input: [value('j', INT64), value('moving', BOOL), value('state')],
      node: [
        node('Loop', ['steps', 'yes', 'state'], ['stepped', 'all'], [body(inner)]),
        node('Identity', ['moving'], ['still']),
      ],
      output: [value('still', BOOL), value('stepped'), output('all')],
    };
    const bytes = looped(
      [node('Loop', ['steps', 'yes', 'start'], ['last', 'rows'], [body(outer)])],
      17,
      integers([2], []),
    );
    const { operators, mine, theirs } = await bothOf(bytes);
    expect(operators.filter((operator) => operator === 'Tanh')).toHaveLength(4);
    expect(mine).toEqual(theirs);
  });
});

describe('is refused', () => {
  it('a Loop that ends by what it computes', async () => {
    const ending: GraphProto = {
      ...counted,
      node: [
        ...(counted.node ?? []).filter(({ output }) => output?.[0] !== 'on'),
        node('ReduceMax', ['after'], ['most'], [number('keepdims', 0)]),
        node('Cast', ['most'], ['on'], [number('to', BOOL)]),
      ],
    };
    const bytes = looped([node('Loop', ['steps', 'yes', 'start'], ['last', 'rows'], [body(ending)])]);
    await expect(bothOf(bytes)).rejects.toThrow(/\(Loop\) has a subgraph that depends on the input/);
  });

  it('a Loop of more iterations than any graph can have nodes', async () => {
    const far: GraphProto = {
      ...counted,
      node: [
        node('ReduceMax', ['x'], ['now'], [numbers('axes', [0]), number('keepdims', 0)]),
        ...step,
        node('Identity', ['going'], ['on']),
      ],
    };
    const bytes = looped(
      [node('Loop', ['steps', 'yes', 'start'], ['last', 'rows'], [body(far)])],
      17,
      integers([5000], []),
    );
    await expect(bothOf(bytes)).rejects.toMatchObject({ hint: expect.stringMatching(/number of steps/) });
  });
});
