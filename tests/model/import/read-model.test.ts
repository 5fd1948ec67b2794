import { copyFile, mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TouchstoneError } from '../../../common/errors.js';
import { proto } from '../../../model/import/proto.js';
import { maxOpset, readModel, readModelFile } from '../../../model/import/read-model.js';
import { altered, floats, model, smallModel } from '../models.js';

const read = (bytes: Uint8Array) => readModel(bytes, 'test.onnx');

describe('a valid file', () => {
  it('is read with its inputs, weights and nodes in order', () => {
    const found = read(smallModel());
    expect(found.inputs).toEqual([{ name: 'image', type: 'float32', shape: [1, 1, 4, 4] }]);
    expect([...found.initialisers.keys()]).toEqual(['conv.weight', 'conv.bias', 'fc.weight', 'fc.bias']);
    expect(found.nodes.map((node) => node.operator)).toEqual([
      'Conv',
      'Relu',
      'MaxPool',
      'Flatten',
      'Gemm',
      'Softmax',
    ]);
    expect(found.nodes[0]?.attributes.pads).toEqual([1, 1, 1, 1]);
  });

  it('may have its nodes in any order', () => {
    const shuffled = altered(smallModel(), ({ graph }) => graph?.node?.reverse());
    expect(
      read(shuffled)
        .nodes.map((node) => node.operator)
        .at(-1),
    ).toBe('Softmax');
  });

  it('may have data in typed fields, and dynamic dimensions', () => {
    const bytes = altered(smallModel(), ({ graph }) => {
      const bias = graph?.initializer?.[1];
      Object.assign(bias ?? {}, { rawData: new Uint8Array(), floatData: [1.5, -2] });
      graph?.input?.[0]?.type?.tensorType?.shape?.dim?.splice(0, 1, { dimParam: 'N' });
    });
    const found = read(bytes);
    expect(found.initialisers.get('conv.bias')?.data).toEqual(Float32Array.of(1.5, -2));
    expect(found.inputs[0]?.shape).toEqual(['N', 1, 4, 4]);
  });
});

describe('a mutated file', () => {
  /** xorshift32, so that mutations are the same in every run. */
  const randomNumbers = (seed: number) => () => {
    seed ^= seed << 13;
    seed ^= seed >>> 17;
    seed ^= seed << 5;
    return seed >>> 0;
  };

  function mutate(bytes: Uint8Array, random: () => number): Uint8Array {
    const copy = Uint8Array.from(bytes);
    const at = random() % copy.length;
    switch (random() % 5) {
      case 0:
        copy[at] = (copy[at] ?? 0) ^ (1 << (random() % 8));
        return copy;
      case 1:
        return copy.subarray(0, at);
      case 2: // a length or a dimension enlarged up to 2^63
        copy.fill(0xff, at, at + 1 + (random() % 9));
        return copy;
      case 3: // a range removed
        return Uint8Array.from([...copy.subarray(0, at), ...copy.subarray(at + 1 + (random() % 40))]);
      default: // a range repeated
        return Uint8Array.from([...copy.subarray(0, at), ...copy.subarray(at / 2)]);
    }
  }

  it.each([1, 2, 3, 4])('is read or rejected in one line (seed %i)', (seed) => {
    const original = smallModel();
    const random = randomNumbers(seed * 0x9e3779b1);
    const outcomes = { read: 0, rejected: 0 };
    for (let count = 0; count < 1500; count++) {
      let bytes = original;
      for (let times = 1 + (random() % 3); times > 0 && bytes.length > 0; times--)
        bytes = mutate(bytes, random);
      try {
        read(bytes);
        outcomes.read += 1;
      } catch (error) {
        expect(error).toBeInstanceOf(TouchstoneError);
        expect(error).toMatchObject({
          code: 'model',
          message: expect.stringMatching(/^test\.onnx: [^\n]+$/),
        });
        outcomes.rejected += 1;
      }
    }
    expect(outcomes.rejected).toBeGreaterThan(500);
    expect(outcomes.read).toBeGreaterThan(100);
    // No memory was allocated for sizes that a file merely claims: the buffers of all models that were read are small.
    expect(process.memoryUsage().arrayBuffers).toBeLessThan(512 * 2 ** 20);
  });
});

describe('a malicious file', () => {
  const withGraph = (
    change: (graph: NonNullable<Parameters<Parameters<typeof altered>[1]>[0]['graph']>) => void,
  ) => altered(smallModel(), ({ graph }) => graph && change(graph));

  it.each<[string, Uint8Array, RegExp]>([
    [
      'claims 10 GB',
      withGraph((graph) => graph.initializer?.[0]?.dims?.splice(0, 4, 50_000, 50_000)),
      /initialiser conv\.weight claims shape 50000×50000/,
    ],
    [
      'claims more than a number can hold',
      withGraph((graph) => graph.initializer?.[0]?.dims?.splice(0, 4, 2 ** 52, 2 ** 52)),
      /initialiser conv\.weight claims shape/,
    ],
    [
      'claims a negative dimension',
      withGraph((graph) => graph.initializer?.[0]?.dims?.splice(0, 1, -2)),
      /initialiser conv\.weight has the negative dimension -2/,
    ],
    [
      'has too little data',
      withGraph((graph) => Object.assign(graph.initializer?.[0] ?? {}, { rawData: new Uint8Array(8) })),
      /initialiser conv\.weight has data for 2 elements, but its shape 2×1×3×3 has 18/,
    ],
    [
      'has a cycle',
      withGraph((graph) => graph.node?.[1]?.input?.splice(0, 1, 'maxpool_2')),
      /its graph has a cycle/,
    ],
    [
      'has two producers of a value',
      withGraph((graph) => graph.node?.[1]?.output?.splice(0, 1, 'conv_0')),
      /value conv_0 has two producers/,
    ],
    [
      'reads a value that no node produces',
      withGraph((graph) => graph.node?.[1]?.input?.splice(0, 1, 'ghost')),
      /node relu_1 reads ghost, which no node produces/,
    ],
    [
      'has an operator of an unknown domain',
      withGraph((graph) => Object.assign(graph.node?.[1] ?? {}, { domain: 'com.evil' })),
      /node relu_1 \(Relu\) has the operator domain com\.evil/,
    ],
    [
      'is older than operator set 7',
      altered(smallModel(), (decoded) => decoded.opsetImport?.splice(0, 1, { domain: '', version: 6 })),
      /it uses operator set 6; the oldest supported one is 7/,
    ],
    [
      'is newer than what ONNX Runtime has',
      altered(smallModel(), (one) => one.opsetImport?.splice(0, 1, { domain: '', version: maxOpset + 1 })),
      /it uses operator set \d+; the newest supported one is \d+/,
    ],
    [
      'has weights of an unsupported type',
      withGraph((graph) => Object.assign(graph.initializer?.[0] ?? {}, { dataType: 16 })),
      /input conv\.weight of node .* \(Conv\) has element type bfloat16, which is not supported/,
    ],
    [
      'has weights of an undefined type',
      withGraph((graph) => Object.assign(graph.initializer?.[0] ?? {}, { dataType: 99 })),
      /initialiser conv\.weight has element type number 99/,
    ],
    ['has no graph', altered(smallModel(), (one) => delete one.graph), /it contains no graph/],
  ])('that %s is rejected', (_, bytes, message) => {
    expect(() => read(bytes)).toThrow(message);
    expect(() => read(bytes)).toThrow(TouchstoneError);
  });

  it('that is nested 100,000 deep is rejected', () => {
    expect(() => read(nested(100_000))).toThrow(/nested too deeply/);
    expect(() => read(nested(100))).toThrow(/nested more than 16 deep/);
  });
});

describe('external data', () => {
  let folder = '';
  const weights = Uint8Array.from(new Uint8Array(Float32Array.of(1, 2, 3).buffer));
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'touchstone-reader-'));
    await mkdir(join(folder, 'models'));
    await writeFile(join(folder, 'models/weights.bin'), weights);
    await writeFile(join(folder, 'secret.bin'), weights);
    await symlink(join(folder, 'secret.bin'), join(folder, 'models/link.bin'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function readExternal(location: string, offset = 0, length?: number) {
    const bytes = altered(
      model((graph) => {
        const x = graph.input('x', [3]);
        graph.output(graph.node('Add', [x, graph.constant('w', floats([0, 0, 0]))]), [3]);
      }),
      ({ graph }) => {
        Object.assign(graph?.initializer?.[0] ?? {}, {
          rawData: new Uint8Array(),
          dataLocation: proto.TensorProto.DataLocation.EXTERNAL,
          externalData: [
            { key: 'location', value: location },
            { key: 'offset', value: String(offset) },
            ...(length === undefined ? [] : [{ key: 'length', value: String(length) }]),
          ],
        });
      },
    );
    const path = join(folder, 'models/test.onnx');
    await writeFile(path, bytes);
    return readModelFile(path, 2 ** 30);
  }

  it('is read from the folder of the model', async () => {
    expect((await readExternal('weights.bin')).initialisers.get('w')?.data).toEqual(Float32Array.of(1, 2, 3));
  });

  it.each(['../secret.bin', '/etc/passwd', 'link.bin', '.', ''])('is not read from %j', async (location) => {
    await expect(readExternal(location)).rejects.toThrow(/is outside the model's folder/);
  });

  it('is read where the model is a link, and its data lies beside the end of that link', async () => {
    const { path, blobs } = await linkedModel();
    expect(readModelFile(path, 2 ** 30).initialisers.get('w')?.data).toEqual(Float32Array.of(1, 2, 3));
    await rm(join(path, '../weights.bin'));
    await rename(join(blobs, 'data'), join(blobs, 'weights.bin'));
    expect(readModelFile(path, 2 ** 30).initialisers.get('w')?.data).toEqual(Float32Array.of(1, 2, 3));
  });

  it('is not read through a link that leads elsewhere than the link of the model', async () => {
    const { path } = await linkedModel();
    await rm(join(path, '../weights.bin'));
    await symlink(join(folder, 'secret.bin'), join(path, '../weights.bin'));
    expect(() => readModelFile(path, 2 ** 30)).toThrow(/"weights\.bin" is outside the model's folder/);
  });

  it('that is a Git LFS pointer is named', async () => {
    await writeFile(join(folder, 'models/pointer.bin'), 'version https://git-lfs.github.com/spec/v1\n');
    await expect(readExternal('pointer.bin', 90)).rejects.toThrow(/pointer\.bin is a Git LFS pointer/);
  });

  /** As the Hugging Face hub stores a model: links into a folder of blobs. */
  async function linkedModel() {
    await readExternal('weights.bin');
    const base = await mkdtemp(join(folder, 'hub-'));
    const [blobs, snapshot] = [join(base, 'blobs'), join(base, 'snapshots/1')];
    await mkdir(blobs);
    await mkdir(snapshot, { recursive: true });
    await copyFile(join(folder, 'models/test.onnx'), join(blobs, 'model'));
    await copyFile(join(folder, 'models/weights.bin'), join(blobs, 'data'));
    const path = join(snapshot, 'model.onnx');
    await symlink('../../blobs/model', path);
    await symlink('../../blobs/data', join(snapshot, 'weights.bin'));
    return { path, blobs };
  }

  it('that is missing or too short is reported with its name', async () => {
    await expect(readExternal('nowhere.bin')).rejects.toThrow(/"nowhere\.bin" is missing/);
    await expect(readExternal('weights.bin', 4)).rejects.toThrow(
      /has 12 bytes, but the model refers to bytes 4 to 16/,
    );
  });

  it('is also read for branches and for tensors in attributes', async () => {
    const { FLOAT, BOOL } = proto.TensorProto.DataType;
    const outside = (name: string) => ({
      name,
      dataType: FLOAT,
      dims: [3],
      dataLocation: proto.TensorProto.DataLocation.EXTERNAL,
      externalData: [{ key: 'location', value: 'weights.bin' }],
    });
    const tensorAttribute = {
      name: 'value',
      type: proto.AttributeProto.AttributeType.TENSOR,
      t: outside('k'),
    };
    const branch = (name: string) => ({
      name,
      type: proto.AttributeProto.AttributeType.GRAPH,
      g: {
        name,
        initializer: [outside('w')],
        node: [{ opType: 'Add', input: ['k', 'w'], output: [name] }],
        output: [{ name }],
      },
    });
    const bytes = altered(
      model((graph) => graph.output(graph.relu(graph.input('x', [3])), [3])),
      ({ graph }) => {
        graph?.initializer?.push({ name: 'c', dataType: BOOL, dims: [], rawData: Uint8Array.of(1) });
        graph?.node?.push(
          { opType: 'Constant', output: ['k'], attribute: [tensorAttribute] },
          {
            opType: 'If',
            input: ['c'],
            output: ['z'],
            attribute: [branch('then_branch'), branch('else_branch')],
          },
        );
        graph?.output?.push({ name: 'z' });
      },
    );
    const path = join(folder, 'models/branches.onnx');
    await writeFile(path, bytes);
    const [constant, condition] = readModelFile(path, 2 ** 30).nodes.slice(-2);
    expect(constant?.proto.attribute?.[0]?.t).toMatchObject({ rawData: weights, externalData: [] });
    const graphs = (condition?.proto.attribute ?? []).map(({ g }) => g?.initializer?.[0]?.rawData);
    expect(graphs).toEqual([weights, weights]);
  });

  it('is not read if its length contradicts the shape', async () => {
    await expect(readExternal('weights.bin', 0, 2 ** 31)).rejects.toThrow(
      /w has 12 bytes according to its shape, but 2147483648 according to its external data/,
    );
  });

  it('is rejected, without blocking, if it is a pipe', async () => {
    await execa('mkfifo', [join(folder, 'models/pipe')]);
    await expect(readExternal('pipe')).rejects.toThrow(/pipe is not a regular file/);
    expect(() => readModelFile(join(folder, 'models/pipe'), 2 ** 30)).toThrow(/it is not a regular file/);
  });
});

it('reports a missing file in one line', () => {
  expect(() => readModelFile('/nonexistent/model.onnx', 2 ** 30)).toThrow(
    /^cannot read \/nonexistent\/model\.onnx: /,
  );
});

/** A model with an `If` in an `If` in an `If`, written from the inside out. */
function nested(depth: number): Uint8Array {
  const parts: Uint8Array[] = [];
  let length = 0;
  const wrap = (field: number) => {
    const head = [(field << 3) | 2, ...varint(length)];
    parts.push(Uint8Array.from(head));
    length += head.length;
  };
  for (let level = 0; level < depth; level++) {
    wrap(6); // AttributeProto.g
    wrap(5); // NodeProto.attribute
    wrap(1); // GraphProto.node
  }
  wrap(7); // ModelProto.graph
  const opset = proto.ModelProto.encode({ opsetImport: [{ domain: '', version: 17 }] }).finish();
  return Buffer.concat([opset, ...parts.reverse()]);
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))];
}
