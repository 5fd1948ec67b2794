import { describe, expect, it } from 'vitest';
import type { GraphBuilder } from '../../../model/builder.js';
import type { Tensor } from '../../../model/graph.js';
import { proto } from '../../../model/import/proto.js';
import { readModel } from '../../../model/import/read-model.js';
import { bindInputs } from '../../../model/inputs/bind-shapes.js';
import { settle } from '../../../model/inputs/constant-inputs.js';
import { randomInputs } from '../../../model/inputs/random-inputs.js';
import { normalise } from '../../../model/normalise/normalise.js';
import { observe } from '../../../model/normalise/observe.js';
import { altered, floats, integers, model } from '../models.js';

async function normal(bytes: Uint8Array, parameters: readonly string[] = []) {
  const raw = readModel(bytes, 'test');
  const inputs = bindInputs(raw, {});
  const sample = randomInputs(inputs, 0, 0);
  const found = await normalise(raw, inputs, sample, parameters);
  return { ...found, sample, operators: found.graph.nodes.map((node) => node.operator) };
}

const drawn = (draw: (graph: GraphBuilder) => void) => normal(model(draw));

/** What a model computes, by ONNX Runtime. */
async function run(bytes: Uint8Array, sample: Readonly<Record<string, Tensor>>, output: string) {
  return (await observe(bytes, sample, [output])).data[output];
}

describe('what depends on constants and shapes alone', () => {
  it('becomes a constant: Shape → Gather → Concat → Reshape', async () => {
    const bytes = model((graph) => {
      const x = graph.input('x', [2, 3, 4]);
      const shape = graph.node('Shape', [x]);
      const first = graph.node('Gather', [shape, graph.constant('zero', integers([0]))], { axis: 0 });
      const rest = graph.constant('rest', integers([-1]));
      const target = graph.node('Concat', [first, rest], { axis: 0 });
      graph.output(graph.node('Reshape', [graph.relu(x), target], {}, ['y']), [2, 12]);
    });
    const { graph, weights, operators, bytes: written, sample } = await normal(bytes);
    expect(operators).toEqual(['Relu', 'Reshape']);
    expect(graph.weights).toEqual([{ name: 'concat_2', type: 'int64', shape: [2] }]);
    expect(weights.concat_2?.data).toEqual(BigInt64Array.of(2n, -1n));
    expect(graph.values.y).toEqual({ name: 'y', type: 'float32', shape: [2, 12] });
    expect(await run(written, sample, 'y')).toEqual(await run(bytes, sample, 'y'));
  });

  it('is folded through Constant, ConstantOfShape and arithmetic', async () => {
    const { operators, weights } = await drawn((graph) => {
      const x = graph.input('x', [2]);
      const ones = graph.node('ConstantOfShape', [graph.constant('two', integers([2]))]);
      const weight = graph.node('Add', [ones, graph.constant('one', floats([1]))], {}, ['weight']);
      graph.output(graph.node('Mul', [x, weight]), [2]);
    });
    expect(operators).toEqual(['Mul']);
    expect(weights).toEqual({ weight: floats([1, 1]) });
  });

  it('stays when training updates it', async () => {
    const bytes = model((graph) => {
      const x = graph.input('x', [2, 2]);
      const turned = graph.transpose(graph.constant('w', floats([1, 2, 3, 4], [2, 2])), [1, 0]);
      graph.output(graph.node('MatMul', [x, turned]), [2, 2]);
    });
    expect((await normal(bytes)).operators).toEqual(['MatMul']);
    const trained = await normal(bytes, ['w']);
    expect(trained.operators).toEqual(['Transpose', 'MatMul']);
    expect(trained.graph.parameters).toEqual(['w']);
  });
});

describe('copies', () => {
  it('are dropped, and outputs keep their names', async () => {
    const { graph, operators } = await drawn((graph) => {
      const x = graph.input('x', [3]);
      const kept = graph.node('Identity', [graph.relu(graph.node('Identity', [x]))], {}, ['y']);
      graph.output(kept, [3]);
    });
    expect(operators).toEqual(['Relu']);
    expect(graph.nodes[0]).toMatchObject({ inputs: ['x'], outputs: ['y'] });
  });

  it('of one value to two outputs stay', async () => {
    const { graph, bytes, sample } = await drawn((graph) => {
      const relu = graph.relu(graph.input('x', [3]));
      for (const name of ['y', 'z']) graph.output(graph.node('Identity', [relu], {}, [name]), [3]);
    });
    expect(graph.outputs.map((output) => output.name)).toEqual(['y', 'z']);
    expect(await run(bytes, sample, 'z')).toEqual(await run(bytes, sample, 'y'));
  });

  it('are what Dropout is in inference, but not in training', async () => {
    const bytes = model((graph) => {
      const dropped = graph.node('Dropout', [
        graph.input('x', [3]),
        graph.constant('ratio', floats([0.5], [])),
      ]);
      graph.output(graph.node('Mul', [dropped, graph.constant('w', floats([2]))]), [3]);
    });
    expect((await normal(bytes)).operators).toEqual(['Mul']);
    expect((await normal(bytes, ['w'])).operators).toEqual(['Dropout', 'Mul']);
  });
});

it('dead nodes and unused weights go, and nodes get names', async () => {
  const bytes = altered(
    model((graph) => {
      const x = graph.input('x', [3]);
      graph.node('Exp', [graph.node('Mul', [x, graph.constant('unused', floats([1]))])]);
      graph.output(graph.relu(graph.relu(x)), [3]);
    }),
    ({ graph }) => {
      for (const node of graph?.node ?? []) node.name = 'same';
    },
  );
  const { graph } = await normal(bytes);
  expect(graph.nodes.map((node) => node.name)).toEqual(['same', 'same_2']);
  expect(graph.weights).toEqual([]);
});

describe('an If', () => {
  /** `x` + 1 when the condition holds, else 2·x; the branch takes `x` from outside and holds a constant of its own. */
  function conditional(condition: (graph: GraphBuilder, x: string) => string): Uint8Array {
    const branch = (operator: string) =>
      model((graph) => {
        const constant = graph.constant('c', floats([operator === 'Add' ? 1 : 2]));
        graph.output(graph.node(operator, ['x', constant], {}, ['r']), [3]);
      });
    const bytes = model((graph) => {
      const x = graph.input('x', [3]);
      const chosen = graph.node('If', [condition(graph, x)], {}, ['chosen']);
      graph.output(graph.node('Neg', [chosen], {}, ['y']), [3]);
    });
    return altered(bytes, ({ graph }) => {
      const node = graph?.node?.find((candidate) => candidate.opType === 'If');
      const type = proto.AttributeProto.AttributeType.GRAPH;
      const graphOf = (operator: string) => proto.ModelProto.decode(branch(operator)).graph ?? null;
      Object.assign(node ?? {}, {
        attribute: [
          { name: 'then_branch', type, g: graphOf('Add') },
          { name: 'else_branch', type, g: graphOf('Mul') },
        ],
      });
    });
  }

  const yes: Tensor = { type: 'bool', shape: [], data: Uint8Array.of(1) };
  it('with a constant condition becomes its branch', async () => {
    const bytes = conditional((graph) => graph.constant('yes', yes));
    const { operators, graph, bytes: written, sample } = await normal(bytes);
    expect(operators).toEqual(['Add', 'Neg']);
    expect(graph.values[graph.nodes[0]?.outputs[0] ?? '']?.shape).toEqual([3]);
    expect(await run(written, sample, 'y')).toEqual(await run(bytes, sample, 'y'));
  });

  it('whose condition follows from a shape becomes the other', async () => {
    const bytes = conditional((graph, x) => {
      const rank = graph.node('Size', [graph.node('Shape', [x])]);
      return graph.node('Equal', [rank, graph.constant('two', integers([2], []))]);
    });
    expect((await normal(bytes)).operators).toEqual(['Mul', 'Neg']);
  });

  it('whose condition depends on the input is refused', async () => {
    const bytes = conditional((graph, x) =>
      graph.node('Cast', [graph.node('ReduceMax', [x], { keepdims: 0 })], { to: 9 }),
    );
    await expect(normal(bytes)).rejects.toThrow(/\(If\) has a subgraph that depends on the input/);
  });

  it.each([
    [16_000, 'Add'],
    [8000, 'Mul'],
  ])(
    'whose condition hangs on a whole number that is said to be %i becomes its branch',
    async (rate, branch) => {
      const bytes = conditional((graph) => {
        const given = graph.input('rate', [], 'int64');
        return graph.node('Equal', [given, graph.constant('usual', integers([16_000], []))]);
      });
      const raw = readModel(bytes, 'test.onnx');
      const { model: decided, inputs } = settle(raw, bindInputs(raw, {}), { rate: [rate, rate] });
      expect(inputs.map(({ name }) => name)).toEqual(['x']);
      const { graph } = await normalise(decided, inputs, randomInputs(inputs, 0, 0), []);
      expect(graph.nodes.map(({ operator }) => operator)).toEqual([branch, 'Neg']);
      expect(graph.inputs.map(({ name }) => name)).toEqual(['x']);
    },
  );
});

describe('what has no static description is refused', () => {
  it.each<[string, (graph: GraphBuilder, x: string) => string, RegExp]>([
    [
      'a shape that depends on data',
      (graph, x) => graph.node('NonZero', [x]),
      /\(NonZero\).*shape depends on/,
    ],
    [
      'a shape computed of one',
      (graph, x) => graph.node('Shape', [graph.node('NonZero', [x])]),
      /\(Shape\).*shape depends on|\(NonZero\).*shape depends on/,
    ],
    ['chance', (graph, x) => graph.node('RandomNormalLike', [x]), /draws random numbers/],
  ])('%s', async (_, draw, message) => {
    const bytes = model((graph) => {
      const value = draw(graph, graph.input('x', [3]));
      graph.output(graph.node('Cast', [value], { to: 1 }, ['y']), [1]);
    });
    await expect(normal(altered(bytes, untyped))).rejects.toThrow(message);
  });

  it('outputs that do not depend on the inputs', async () => {
    const bytes = model((graph) => {
      graph.input('x', [3]);
      graph.output(graph.relu(graph.constant('c', floats([1]))), [1]);
    });
    await expect(normal(bytes)).rejects.toThrow(/nothing to compute/);
  });

  /** Leaves the output's shape to ONNX Runtime. */
  const untyped: Parameters<typeof altered>[1] = ({ graph }) => {
    const output = graph?.output?.[0];
    if (output) output.type = null;
  };
});

describe('open dimensions', () => {
  const raw = readModel(
    altered(
      model((graph) => graph.output(graph.relu(graph.input('x', [1, 3, 8, 8])), [1, 3, 8, 8])),
      ({ graph }) => {
        const dims = graph?.input?.[0]?.type?.tensorType?.shape?.dim;
        dims?.splice(0, 1, { dimParam: 'batch' });
        dims?.splice(2, 2, {}, {});
      },
    ),
    'test',
  );

  it('are bound by the user', () => {
    expect(bindInputs(raw, { x: [2, 3, 5, 5] })).toEqual([
      { name: 'x', type: 'float32', shape: [2, 3, 5, 5] },
    ]);
  });

  it('that nobody binds are named, with a proposal', () => {
    expect(() => bindInputs(raw, {})).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(/x/),
        hint: 'give it, such as --input x=1x3x224x224',
      }),
    );
  });

  const twins = readModel(
    altered(
      model((graph) => graph.output(graph.add(graph.input('a', [2, 3]), graph.input('b b', [2, 3])), [2, 3])),
      ({ graph }) => {
        for (const input of graph?.input ?? []) {
          input.type?.tensorType?.shape?.dim?.splice(0, 1, { dimParam: 'N' });
        }
      },
    ),
    'test',
  );

  it('that have a name are known from the other input that has them', () => {
    expect(bindInputs(twins, { a: [8, 3] }).map(({ shape }) => shape)).toEqual([
      [8, 3],
      [8, 3],
    ]);
  });

  it('are proposed so that a shell reads them as they are', () => {
    expect(() => bindInputs(twins, {})).toThrow(
      expect.objectContaining({ hint: "give it, such as --input a=1x3 --input 'b b=1x3'" }),
    );
  });

  it('of pictures with their channels last are proposed as such', () => {
    const last = readModel(
      altered(
        model((graph) => graph.output(graph.relu(graph.input('x', [1, 8, 8, 3])), [1, 8, 8, 3])),
        ({ graph }) => {
          graph?.input?.[0]?.type?.tensorType?.shape?.dim?.splice(0, 3, {}, {}, {});
        },
      ),
      'test',
    );
    expect(() => bindInputs(last, {})).toThrow(
      expect.objectContaining({ hint: 'give it, such as --input x=1x224x224x3' }),
    );
  });

  it('of inputs that are called like what every object has are not found there', () => {
    const odd = readModel(
      model((graph) => graph.output(graph.relu(graph.input('toString', [2])), [2])),
      'test',
    );
    expect(bindInputs(odd, {})).toEqual([{ name: 'toString', type: 'float32', shape: [2] }]);
  });

  it.each([
    [{ y: [1] }, /the model has no input y/],
    [{ x: [1, 3] }, /input x has 4 dimensions, but --input gives 2/],
    [{ x: [1, 4, 8, 8] }, /input x has 3 in dimension 2, but --input gives 4/],
  ] as const)('bound wrongly are refused: %j', (shapes, message) => {
    expect(() => bindInputs(raw, shapes)).toThrow(message);
  });
});

describe('drawn inputs', () => {
  const input = (type: 'uint8' | 'bool' | 'int64' | 'float32') => [{ name: 'x', type, shape: [4] }];

  it.each([
    ['uint8', [0, 300], /input x is uint8, which has no values from 0 to 300/],
    ['uint8', [-5, 5], /from -5 to 5/],
    ['int64', [0, 1.5], /from 0 to 1\.5/],
    ['int64', [0, 1e30], /from 0 to 1e\+30/],
    ['bool', [0, 7], /is bool/],
  ] as const)('%s do not come from %j', (type, range, message) => {
    expect(() => randomInputs(input(type), 0, 0, { x: range })).toThrow(message);
  });

  it('come from a range that their type has', () => {
    expect(randomInputs(input('uint8'), 0, 0, { x: [255, 255] }).x?.data).toEqual(
      new Uint8Array(4).fill(255),
    );
    expect(randomInputs(input('float32'), 0, 0, { x: [0.5, 0.5] }).x?.data).toEqual(
      new Float32Array(4).fill(0.5),
    );
  });
});

it('what ONNX Runtime refuses is one line', async () => {
  const bytes = model((graph) => {
    const x = graph.input('x', [3]);
    graph.output(graph.node('MatMul', [x, graph.constant('w', floats([1, 2], [2, 1]))]), [1]);
  });
  await expect(normal(bytes)).rejects.toThrow(/^ONNX Runtime cannot run the model: [^\n]+$/);
});
