import { describe, expect, it } from 'vitest';
import type { GraphBuilder } from '../../../model/builder.js';
import type { Tensor } from '../../../model/graph.js';
import { proto } from '../../../model/import/proto.js';
import { readModel } from '../../../model/import/read-model.js';
import { bindShapes } from '../../../model/inputs/bind-shapes.js';
import { withConstantInputs } from '../../../model/inputs/constant-inputs.js';
import { randomInputs } from '../../../model/inputs/random-inputs.js';
import { normalise } from '../../../model/normalise/normalise.js';
import { observe } from '../../../model/normalise/observe.js';
import { altered, floats, integers, model } from '../models.js';

async function normal(bytes: Uint8Array, parameters: readonly string[] = []) {
  const raw = readModel(bytes, 'test');
  const inputs = bindShapes(raw, {});
  const sample = randomInputs(inputs, 0, 0);
  const found = await normalise(raw, inputs, sample, parameters);
  return { ...found, sample, operators: found.graph.nodes.map((node) => node.operator) };
}

const built = (build: (graph: GraphBuilder) => void) => normal(model(build));

/** An output, computed by ONNX Runtime. */
async function run(bytes: Uint8Array, sample: Readonly<Record<string, Tensor>>, output: string) {
  return (await observe(bytes, sample, [output])).data[output];
}

describe('a value that depends only on constants and shapes', () => {
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
    const { operators, weights } = await built((graph) => {
      const x = graph.input('x', [2]);
      const ones = graph.node('ConstantOfShape', [graph.constant('two', integers([2]))]);
      const weight = graph.node('Add', [ones, graph.constant('one', floats([1]))], {}, ['weight']);
      graph.output(graph.node('Mul', [x, weight]), [2]);
    });
    expect(operators).toEqual(['Mul']);
    expect(weights).toEqual({ weight: floats([1, 1]) });
  });

  it('stays a weight if training updates it', async () => {
    const bytes = model((graph) => {
      const x = graph.input('x', [2, 2]);
      const transposed = graph.transpose(graph.constant('w', floats([1, 2, 3, 4], [2, 2])), [1, 0]);
      graph.output(graph.node('MatMul', [x, transposed]), [2, 2]);
    });
    expect((await normal(bytes)).operators).toEqual(['MatMul']);
    const trained = await normal(bytes, ['w']);
    expect(trained.operators).toEqual(['Transpose', 'MatMul']);
    expect(trained.graph.parameters).toEqual(['w']);
  });
});

describe('copies', () => {
  it('are removed, and outputs keep their names', async () => {
    const { graph, operators } = await built((graph) => {
      const x = graph.input('x', [3]);
      const kept = graph.node('Identity', [graph.relu(graph.node('Identity', [x]))], {}, ['y']);
      graph.output(kept, [3]);
    });
    expect(operators).toEqual(['Relu']);
    expect(graph.nodes[0]).toMatchObject({ inputs: ['x'], outputs: ['y'] });
  });

  it('of one value to two outputs stay', async () => {
    const { graph, bytes, sample } = await built((graph) => {
      const relu = graph.relu(graph.input('x', [3]));
      for (const name of ['y', 'z']) graph.output(graph.node('Identity', [relu], {}, [name]), [3]);
    });
    expect(graph.outputs.map((output) => output.name)).toEqual(['y', 'z']);
    expect(await run(bytes, sample, 'z')).toEqual(await run(bytes, sample, 'y'));
  });

  it('include Dropout in inference, but not in training', async () => {
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

it('removes dead nodes and unused weights, and makes names unique', async () => {
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
  /** `x` + 1 if the condition is true, else 2·x. Each branch captures `x` and has a constant of its own. */
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
  it('with a constant condition becomes the selected branch', async () => {
    const bytes = conditional((graph) => graph.constant('yes', yes));
    const { operators, graph, bytes: written, sample } = await normal(bytes);
    expect(operators).toEqual(['Add', 'Neg']);
    expect(graph.values[graph.nodes[0]?.outputs[0] ?? '']?.shape).toEqual([3]);
    expect(await run(written, sample, 'y')).toEqual(await run(bytes, sample, 'y'));
  });

  it('with a condition that depends on a shape becomes the other branch', async () => {
    const bytes = conditional((graph, x) => {
      const rank = graph.node('Size', [graph.node('Shape', [x])]);
      return graph.node('Equal', [rank, graph.constant('two', integers([2], []))]);
    });
    expect((await normal(bytes)).operators).toEqual(['Mul', 'Neg']);
  });

  it('with a condition that depends on the input is rejected', async () => {
    const bytes = conditional((graph, x) =>
      graph.node('Cast', [graph.node('ReduceMax', [x], { keepdims: 0 })], { to: 9 }),
    );
    await expect(normal(bytes)).rejects.toThrow(/\(If\) has a subgraph that depends on the input/);
  });
  it.each([
    [16_000, 'Add'],
    [8000, 'Mul'],
  ])(
    'with a condition on an integer input whose range is %i becomes the selected branch',
    async (rate, branch) => {
      const bytes = conditional((graph) => {
        const given = graph.input('rate', [], 'int64');
        return graph.node('Equal', [given, graph.constant('wide', integers([16_000], []))]);
      });
      const raw = readModel(bytes, 'test.onnx');
      const bound = withConstantInputs(raw, bindShapes(raw, {}), { rate: [rate, rate] });
      expect(bound.inputs.map(({ name }) => name)).toEqual(['x']);
      const sample = randomInputs(bound.inputs, 0, 0);
      const { graph } = await normalise(bound.model, bound.inputs, sample, []);
      expect(graph.nodes.map(({ operator }) => operator)).toEqual([branch, 'Neg']);
      expect(graph.inputs.map(({ name }) => name)).toEqual(['x']);
    },
  );
});

describe('rejects', () => {
  it.each<[string, (graph: GraphBuilder, x: string) => string, RegExp]>([
    [
      'a shape that depends on data',
      (graph, x) => graph.node('NonZero', [x]),
      /\(NonZero\).*shape depends on/,
    ],
    [
      'a shape computed from such a shape',
      (graph, x) => graph.node('Shape', [graph.node('NonZero', [x])]),
      /\(Shape\).*shape depends on|\(NonZero\).*shape depends on/,
    ],
    ['random numbers', (graph, x) => graph.node('RandomNormalLike', [x]), /draws random numbers/],
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

it('reports an error of ONNX Runtime in one line', async () => {
  const bytes = model((graph) => {
    const x = graph.input('x', [3]);
    graph.output(graph.node('MatMul', [x, graph.constant('w', floats([1, 2], [2, 1]))]), [1]);
  });
  await expect(normal(bytes)).rejects.toThrow(/^ONNX Runtime cannot run the model: [^\n]+$/);
});
