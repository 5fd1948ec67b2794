import { describe, expect, it } from 'vitest';
import { encodeAttribute } from '../../../model/import/encode.js';
import {
  type AttributeProto,
  type FunctionProto,
  type ModelProto,
  type NodeProto,
  proto,
} from '../../../model/import/proto.js';
import { readModel } from '../../../model/import/read-model.js';
import { bindShapes } from '../../../model/inputs/bind-shapes.js';
import { normalise } from '../../../model/normalise/normalise.js';
import { observe } from '../../../model/normalise/observe.js';
import { altered, floats, model } from '../models.js';

const domain = 'pkg.nn';
const opsetImport = [
  { domain: '', version: 18 },
  { domain, version: 1 },
];
const node = (
  opType: string,
  input: string[],
  output: string[],
  rest: Partial<NodeProto> = {},
): NodeProto => ({
  opType,
  input,
  output,
  ...rest,
});
const call = (opType: string, input: string[], output: string[], attribute: AttributeProto[] = []) =>
  node(opType, input, output, { domain, attribute });
const local = (name: string, parts: Omit<FunctionProto, 'name'>): FunctionProto => ({
  name,
  domain,
  opsetImport,
  ...parts,
});
const alpha = (value: number) => encodeAttribute('alpha', value);
const { AttributeType } = proto.AttributeProto;
const alphaOfCall: AttributeProto = { name: 'alpha', refAttrName: 'alpha', type: AttributeType.FLOAT };

const act = local('Act', {
  input: ['x'],
  output: ['y'],
  attribute: ['alpha'],
  node: [node('LeakyRelu', ['x'], ['y'], { attribute: [alphaOfCall] })],
});
const block = local('Block', {
  input: ['x', 'w'],
  output: ['y'],
  attribute: ['alpha'],
  node: [
    node('Mul', ['x', 'w'], ['a']),
    call('Act', ['a'], ['b'], [alphaOfCall]),
    node('Add', ['b', 'x'], ['y']),
  ],
});

/** From input `x` to output `y`, both [2, 2], with a weight `w`. */
function withFunctions(functions: FunctionProto[], nodes: NodeProto[], change?: (one: ModelProto) => void) {
  return altered(
    model((graph) => {
      const x = graph.input('x', [2, 2]);
      graph.output(
        graph.node('Mul', [x, graph.constant('w', floats([1, -2, 3, -4], [2, 2]))], {}, ['y']),
        [2, 2],
      );
    }),
    (one) => {
      Object.assign(one, { functions, opsetImport });
      Object.assign(one.graph ?? {}, { node: nodes });
      change?.(one);
    },
  );
}

const sample = { x: floats([1, 2, -3, 4], [2, 2]) };

/** The model as it is read, and what ONNX Runtime computes of it. */
async function inlined(bytes: Uint8Array) {
  const raw = readModel(bytes, 'm', undefined, 2 ** 30);
  const { graph, bytes: read } = await normalise(raw, bindShapes(raw, {}), sample, []);
  return { raw, result: await result(read), operators: graph.nodes.map(({ operator }) => operator) };
}

async function result(bytes: Uint8Array) {
  return (await observe(bytes, sample, ['y'])).data.y;
}

describe('calls of model-local functions are replaced by their nodes', () => {
  it('nested, with attributes handed down, and values with names of their own', async () => {
    const bytes = withFunctions(
      [act, block],
      [call('Block', ['x', 'w'], ['a'], [alpha(0.3)]), call('Block', ['a', 'w'], ['y'], [alpha(0.7)])],
    );
    const { result: found, operators, raw } = await inlined(bytes);
    expect(operators).toEqual(['Mul', 'LeakyRelu', 'Add', 'Mul', 'LeakyRelu', 'Add']);
    expect(raw.nodes.map(({ attributes }) => attributes.alpha).filter(Boolean)).toEqual([
      Math.fround(0.3),
      Math.fround(0.7),
    ]);
    expect(found).toEqual(await result(bytes));
  });

  it('an attribute that the call leaves out has the default of the function, or that of the operator', () => {
    const attributesOf = (defaults: AttributeProto[]) =>
      readModel(withDefaults(defaults), 'm').nodes[0]?.attributes;
    expect(attributesOf([alpha(0.25)])).toEqual({ alpha: 0.25 });
    expect(attributesOf([])).toEqual({});
  });

  it('in branches, which read values around them', async () => {
    const chosen = (name: string, inner: NodeProto) => ({
      name,
      type: AttributeType.GRAPH,
      g: { name, node: [inner], output: [{ name: 'r' }] },
    });
    const branching = local('Branch', {
      input: ['x', 'c'],
      output: ['y'],
      node: [
        node('Neg', ['x'], ['r0']),
        node('If', ['c'], ['y'], {
          attribute: [
            chosen('then_branch', call('Act', ['r0'], ['r'], [alpha(0.5)])),
            chosen('else_branch', node('Abs', ['x'], ['r'])),
          ],
        }),
      ],
    });
    const bytes = withFunctions(
      [act, branching],
      [call('Branch', ['x', 'c'], ['r'], []), call('Branch', ['r', 'c'], ['y'], [])],
      ({ graph }) =>
        graph?.initializer?.push({ name: 'c', dataType: 9, dims: [], rawData: Uint8Array.of(1) }),
    );
    const { result: found, operators } = await inlined(bytes);
    expect(operators).toEqual(['Neg', 'LeakyRelu', 'Neg', 'LeakyRelu']);
    expect(found).toEqual(await result(bytes));
  });

  it('whose outputs are an input, or one value twice', async () => {
    const twice = local('Twice', {
      input: ['x'],
      output: ['x', 'y', 'y'],
      node: [node('Neg', ['x'], ['y'])],
    });
    const { result: found } = await inlined(
      withFunctions(
        [twice],
        [
          call('Twice', ['x'], ['a', 'b', 'c']),
          node('Add', ['a', 'b'], ['d']),
          node('Add', ['c', 'd'], ['y']),
        ],
      ),
    );
    expect(found).toEqual(floats([-1, -2, 3, -4], [2, 2]));
  });

  it('with names that the model has already', () => {
    const [first, second] = readModel(
      withFunctions(
        [block, act],
        [
          { ...call('Block', ['x', 'w'], ['b/a']), name: 'b' },
          { ...call('Block', ['b/a', 'w'], ['y']), name: 'b' },
        ],
      ),
      'm',
    ).nodes.filter(({ operator }) => operator === 'Mul');
    expect(first?.outputs).not.toEqual(['b/a']);
    expect(second?.inputs).toEqual(['b/a', 'w']);
    expect(second?.outputs).not.toEqual(first?.outputs);
  });
});

describe('a function is refused with a reason', () => {
  const reading = (functions: FunctionProto[], nodes: NodeProto[]) => () =>
    readModel(withFunctions(functions, nodes), 'm', undefined, 2 ** 30);

  it('that calls itself', () => {
    const [a, b] = [['A', 'B'] as const, ['B', 'A'] as const].map(([own, other]) =>
      local(own, { input: ['x'], output: ['y'], node: [call(other, ['x'], ['y'])] }),
    );
    expect(reading([a ?? {}, b ?? {}], [call('A', ['x'], ['y'])])).toThrow(
      /function pkg\.nn::A calls itself/,
    );
  });

  it('whose operator set is not that of the model', () => {
    const old = { ...act, opsetImport: [{ domain: '', version: 15 }] };
    expect(reading([old], [call('Act', ['x'], ['y'])])).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(/pkg\.nn::Act uses operator set 15, but the model 18/),
        hint: expect.stringContaining('convert_version=True'),
      }),
    );
  });

  it('that has overloads, is nested too deeply or is called with too many values', () => {
    expect(reading([act, act], [call('Act', ['x'], ['y'])])).toThrow(/pkg\.nn::Act has overloads/);
    expect(reading([act], [call('Act', ['x', 'w'], ['y'])])).toThrow(
      /has 2 inputs and 1 outputs, but function/,
    );
    const chain = Array.from({ length: 80 }, (_, index) =>
      local(`F${index}`, { input: ['x'], output: ['y'], node: [call(`F${index + 1}`, ['x'], ['y'])] }),
    );
    expect(reading(chain, [call('F0', ['x'], ['y'])])).toThrow(/nested more than 64 deep/);
  });

  it('that reads a value of the graph around it', () => {
    const stray = local('Stray', { input: ['x'], output: ['y'], node: [node('Add', ['x', 'w'], ['y'])] });
    expect(reading([stray], [call('Stray', ['x'], ['y'])])).toThrow(/reads Stray\/w, which no node produces/);
  });

  it('that doubles at every level, before it fills the memory', () => {
    const doubling = Array.from({ length: 40 }, (_, index) =>
      local(`D${index}`, {
        input: ['x'],
        output: ['y'],
        node:
          index === 39
            ? [node('Neg', ['x'], ['y'])]
            : [call(`D${index + 1}`, ['x'], ['a']), call(`D${index + 1}`, ['a'], ['y'])],
      }),
    );
    expect(reading(doubling, [call('D0', ['x'], ['y'])])).toThrow(
      /more than 100000 nodes, or 2000000 values, with its functions inlined/,
    );
  });

  it('that has many values and many calls', () => {
    const wide = local('Wide', {
      input: Array.from({ length: 10_000 }, (_, index) => `x${index}`),
      output: ['y'],
      node: [node('Neg', ['x0'], ['y'])],
    });
    const calls = Array.from({ length: 1000 }, (_, index) => call('Wide', ['x'], [`y${index}`]));
    expect(reading([wide], calls)).toThrow(/more than 100000 nodes, or 2000000 values/);
  });
});

it('an attribute that refers to none outside of a function is refused', () => {
  const bytes = withFunctions([], [node('LeakyRelu', ['x'], ['y'], { attribute: [alphaOfCall] })]);
  expect(() => readModel(bytes, 'm')).toThrow(/attribute alpha refers to attribute alpha of a function/);
});

/** A model that calls `Act`, whose defaults are in fields that the schema of the reader does not have. */
function withDefaults(defaults: readonly AttributeProto[]): Uint8Array {
  const field = (tag: readonly number[], content: Uint8Array) =>
    Buffer.concat([Buffer.of(...tag, content.length), content]);
  const own = Buffer.concat([
    proto.FunctionProto.encode(act).finish(),
    ...defaults.map((one) => field([(11 << 3) | 2], proto.AttributeProto.encode(one).finish())),
  ]);
  // Field 25 of the model: functions.
  return Buffer.concat([withFunctions([], [call('Act', ['x'], ['y'])]), field([0xca, 0x01], own)]);
}
