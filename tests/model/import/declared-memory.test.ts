/** What a model declares is summed before anything of it is read or run. */
import { describe, expect, it } from 'vitest';
import type { GraphBuilder } from '../../../model/builder.js';
import { type GraphProto, type ModelProto, proto } from '../../../model/import/proto.js';
import { readModel } from '../../../model/import/read-model.js';
import { altered, floats, integers, model } from '../models.js';

const { FLOAT, INT64, BOOL } = proto.TensorProto.DataType;
const { EXTERNAL } = proto.TensorProto.DataLocation;
const { GRAPH, INTS, TENSOR } = proto.AttributeProto.AttributeType;

const plain = (build: (graph: GraphBuilder, x: string) => void = () => undefined) =>
  model((graph) => {
    const x = graph.input('x', [2]);
    build(graph, x);
    graph.output(graph.node('Add', [x, x], {}, ['y']), [2]);
  });
const graphOf = ({ graph }: ModelProto): GraphProto => graph ?? expect.fail('no graph');
const external = (name: string, gibibytes: number) => ({
  name,
  dataType: FLOAT,
  dims: [gibibytes, 2 ** 28],
  dataLocation: EXTERNAL,
  externalData: [{ key: 'location', value: 'weights' }],
});
const neverRead = () => expect.fail('was read');
const read = (bytes: Uint8Array, limitBytes: number) => readModel(bytes, 'x.onnx', neverRead, limitBytes);

const filled = plain((graph) => {
  graph.node('ConstantOfShape', [graph.constant('shape', integers([3_000_000_000]))], {}, ['huge']);
});
const inConstant = altered(plain(), (changed) => {
  graphOf(changed).node?.push(
    { opType: 'Constant', output: ['s'], attribute: [{ name: 'value_ints', type: INTS, ints: [3e9] }] },
    { name: 'fill', opType: 'ConstantOfShape', input: ['s'], output: ['huge'] },
  );
});
const inBranch = altered(plain(), (changed) => {
  const fill = { name: 'fill', opType: 'ConstantOfShape', input: ['s'], output: ['huge'] };
  const branch = { name: 'then', node: [fill], output: [{ name: 'huge' }] };
  graphOf(changed).initializer?.push(
    { name: 's', dataType: INT64, dims: [1], int64Data: [3e9] },
    { name: 'c', dataType: BOOL, dims: [], rawData: Uint8Array.of(1) },
  );
  graphOf(changed).node?.push({
    opType: 'If',
    input: ['c'],
    output: ['z'],
    attribute: [{ name: 'then_branch', type: GRAPH, g: branch }],
  });
});
const inAttribute = altered(plain(), (changed) => {
  graphOf(changed).node?.push({
    name: 'k',
    opType: 'Constant',
    output: ['huge'],
    attribute: [{ name: 'value', type: TENSOR, t: external('', 12) }],
  });
});
const drawn = plain((graph) => {
  graph.node('RandomNormal', [], { shape: [60_000, 50_000] }, ['huge']);
});

describe('a model that declares too much', () => {
  it.each([
    ['a filled tensor', filled, /the output of node \S+ \(ConstantOfShape\), 11\.2 GiB/],
    [
      'a filled tensor, its shape in a node',
      inConstant,
      /the output of node fill \(ConstantOfShape\), 11\.2 GiB/,
    ],
    ['a filled tensor in a branch', inBranch, /the output of node fill \(ConstantOfShape\), 11\.2 GiB/],
    ['a tensor of an attribute', inAttribute, /a tensor of node k \(Constant\), 12\.0 GiB/],
    ['random numbers', drawn, /the output of node \S+ \(RandomNormal\), 11\.2 GiB/],
  ])('%s: says which, how much, the limit and the option', (_, bytes, largest) => {
    expect(() => read(bytes, 4 * 2 ** 30)).toThrow(
      expect.objectContaining({
        code: 'model',
        message: expect.stringMatching(
          new RegExp(
            `^x\\.onnx: its tensors need 1\\d\\.\\d GiB of memory or more, and the limit is 4\\.0 GiB; .*${largest.source}$`,
          ),
        ),
        hint: expect.stringMatching(/--model-memory 1\d+m$/),
      }),
    );
  });

  it('in many tensors that share one file: each counts, and none is read', () => {
    const many = altered(plain(), (changed) => {
      for (let index = 0; index < 12; index++) graphOf(changed).initializer?.push(external(`w${index}`, 1));
    });
    expect(() => read(many, 4 * 2 ** 30)).toThrow(/need 12\.0 GiB.*the largest is initialiser w0, 1\.0 GiB/);
    // The limit of the format in which models are written.
    expect(() => read(many, 16 * 2 ** 30)).toThrow(/its weights are larger than 2 GiB/);
  });

  it('in many nodes, of which each is small enough', () => {
    const eight = plain((graph) => {
      const shape = graph.constant('shape', integers([1_000_000_000]));
      for (let index = 0; index < 8; index++) graph.node('ConstantOfShape', [shape]);
    });
    expect(() => read(eight, 16 * 2 ** 30)).toThrow(/need 29\.8 GiB.* the largest is .* 3\.7 GiB/);
  });

  it('but not one that stays below', () => {
    const small = plain((graph) => {
      graph.node('ConstantOfShape', [graph.constant('shape', integers([1000]))]);
      graph.constant('w', floats([1, 2]));
    });
    expect(read(small, 2 ** 20).nodes).toHaveLength(2);
    expect(() => read(small, 4000)).toThrow(/the limit is 0\.0 MiB/);
  });
});

it('nodes are counted in all subgraphs together', () => {
  const many = altered(plain(), (changed) => {
    const node = Array.from({ length: 30_000 }, (_, index) => ({
      opType: 'Neg',
      input: ['x'],
      output: [`n${index}`],
    }));
    const attribute = ['then_branch', 'else_branch', 'other', 'more'].map((name) => ({
      name,
      type: GRAPH,
      g: { name, node, output: [{ name: 'n0' }] },
    }));
    graphOf(changed).node?.push({ opType: 'If', input: ['x'], output: ['z'], attribute });
  });
  expect(() => readModel(many, 'x.onnx')).toThrow(/more than 100000 nodes, those of subgraphs included/);
});
