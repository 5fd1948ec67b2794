import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { oneLine } from '../../../common/errors.js';
import { foreignFolder, foreignFormat } from '../../../model/import/foreign-formats.js';
import { proto } from '../../../model/import/proto.js';
import { readModel, readModelFile } from '../../../model/import/read-model.js';
import { smallModel } from '../models.js';

const bytesOf = (text: string) => Buffer.from(text, 'latin1');
const zip = (...members: readonly string[]) =>
  zipSync(Object.fromEntries(members.map((name) => [name, strToU8('content')])));
/** A field of a protobuf message with other bytes in it. */
const field = (tag: number, content: Uint8Array) => Buffer.concat([Buffer.of(tag, content.length), content]);
const text = (tag: number, content: string) => field(tag, bytesOf(content));
const version = (number: number) => Buffer.of(0x08, number);

const files: readonly (readonly [what: string, bytes: Uint8Array, says: RegExp])[] = [
  ['nothing', new Uint8Array(), /it is an empty file/],
  [
    'a Git LFS pointer',
    bytesOf('version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 435852734\n'),
    /it is a Git LFS pointer.*git lfs pull/,
  ],
  ['an HTML page', bytesOf('<!DOCTYPE html><html lang="en">'), /it is an HTML page.*\/resolve\//],
  ['a server error', bytesOf('Entry not found'), /it is text, such as the error message of a server/],
  ['TensorFlow Lite', bytesOf('\x1c\0\0\0TFL3\x14\0'), /it is a TensorFlow Lite model.*tf2onnx.*--tflite/],
  ['ONNX Runtime', bytesOf('\x1c\0\0\0ORTM\x14\0'), /in the ORT format/],
  ['HDF5', bytesOf('\x89HDF\r\n\x1a\n\0\0'), /it is an HDF5 file.*export\("model\.onnx", format="onnx"\)/],
  ['weights of PyTorch', zip('m/data/0', 'm/data.pkl'), /it is a PyTorch file.*torch\.onnx\.export/],
  ['TorchScript', zip('m/data.pkl', 'm/code/a.py', 'm/constants.pkl'), /it is a TorchScript archive/],
  ['torch.export', zip('m/models/model.json', 'm/data/a.pt', 'm/archive_format'), /\(\.pt2\)/],
  ['legacy PyTorch', bytesOf('\x80\x02\x8a\nl\xfc\x9cF\xf9 j'), /it is a pickle.*torch\.onnx\.export/],
  ['Keras', zip('metadata.json', 'config.json', 'model.weights.h5'), /it is a Keras model/],
  ['NumPy', zip('x.npy'), /archive of NumPy arrays.*--inputs/],
  ['another archive', zip('model.onnx'), /it is a zip archive.*unzip/],
  ['gzip', bytesOf('\x1f\x8b\x08\0'), /it is compressed with gzip.*gunzip/],
  [
    'safetensors',
    bytesOf('\x40\0\0\0\0\0\0\0{"weight":{"dtype":"F32"'),
    /safetensors.*optimum-cli export onnx/,
  ],
  ['GGUF', bytesOf('GGUF\x03\0\0\0'), /it is a GGUF file.*optimum-cli export onnx/],
  [
    'SavedModel',
    Buffer.concat([version(1), field(0x12, field(0x0a, text(0x12, 'AssignVariableOp')))]),
    /it is a TensorFlow SavedModel.*--saved-model/,
  ],
  [
    'Core ML',
    Buffer.concat([version(4), field(0x12, field(0x0a, text(0x0a, 'image')))]),
    /it is a Core ML model/,
  ],
  [
    'GraphDef',
    field(0x0a, Buffer.concat([text(0x0a, 'input'), text(0x12, 'Placeholder')])),
    /it is a TensorFlow graph.*--graphdef/,
  ],
  ['PaddlePaddle', field(0x0a, Buffer.of(8, 0, 0x10, 0xff)), /it is a model of PaddlePaddle.*paddle2onnx/],
  ['TensorFlow.js', bytesOf('{"format": "graph-model", "modelTopology": {}}'), /TensorFlow\.js.*--tfjs/],
];

describe('a file that is not ONNX', () => {
  it.each(files)('but %s is named, with the way to ONNX, in one line', (_, bytes, says) => {
    const read = () => readModel(bytes, 'given.onnx', undefined, 2 ** 30);
    expect(read).toThrow(/^given\.onnx: it is /);
    let line = '';
    try {
      read();
    } catch (error) {
      line = oneLine(error);
    }
    expect(line).toMatch(says);
    expect(line).not.toContain('\n');
  });

  it('but larger than a model may be is named by its first bytes', async () => {
    const path = join(folder, 'large.gguf');
    await writeFile(path, 'GGUF');
    await truncate(path, 2 ** 31 + 5);
    expect(() => readModelFile(path, 2 ** 30)).toThrow(/it is a GGUF file/);
  });

  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'touchstone-formats-'));
  });
  afterAll(() => rm(folder, { recursive: true }));
});

it('names no format for ONNX, whatever it lacks', () => {
  expect(foreignFormat(smallModel())).toBeUndefined();
  expect(foreignFormat(smallModel().subarray(0, 100))).toBeUndefined();
  const withoutGraph = { irVersion: 8, producerName: 'pytorch', opsetImport: [{ version: 17 }] };
  expect(foreignFormat(proto.ModelProto.encode(withoutGraph).finish())).toBeUndefined();
});

it('names a folder that TensorFlow has saved', () => {
  expect(foreignFolder(['saved_model.pb', 'variables'])?.hint).toContain('--saved-model <folder>');
  expect(foreignFolder(['readme.md'])).toBeUndefined();
});
