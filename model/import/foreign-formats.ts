/**
 * Names a file that is not an ONNX model by its content, with the way from it to one. Signatures are those of the formats' own
 * documentation.
 */
import { closeSync, openSync, readSync } from 'node:fs';

export interface ForeignFormat {
  /** `a Git LFS pointer, not the file itself` */
  readonly name: string;
  /** What to do. */
  readonly hint: string;
}

/** Beginning and end of a file: of an archive, the end lists its members. */
interface Ends {
  readonly head: Buffer;
  readonly tail: string;
}

type Detect = (ends: Ends) => boolean;

/** Bytes of the beginning, and of the end, that are looked at. */
const endBytes = 2 ** 16;
/** A pointer has three short lines. */
export const pointerBytes = 256;

const exportPyTorch =
  'load it in Python, with the package onnxscript, and write torch.onnx.export(model, inputs, "model.onnx", dynamo=True), with inputs a tuple of example tensors';
const exportKeras =
  'export it in Python, with the package tf2onnx: model = keras.saving.load_model("<file>", compile=False); model(<example>); model.export("model.onnx", format="onnx")';
const exportTransformer = 'optimum-cli export onnx --model <its name on Hugging Face> <folder>';
const unpack = (command: string) => `unpack it first: ${command}`;

const lfsPointer = {
  name: 'a Git LFS pointer, not the file itself',
  hint: 'fetch the file: git lfs install && git lfs pull',
  fits: starts('version https://git-lfs.github.com/spec/'),
};
const savedModel: ForeignFormat = {
  name: 'a TensorFlow SavedModel (saved_model.pb)',
  hint: 'convert its folder: pip install tf2onnx && python -m tf2onnx.convert --saved-model <folder> --output model.onnx',
};

/** The first that fits. */
const formats: readonly (ForeignFormat & { readonly fits: Detect })[] = [
  {
    name: 'an empty file',
    hint: 'download or export it again',
    fits: ({ head }) => head.length === 0,
  },
  lfsPointer,
  {
    name: 'an HTML page, as a server sends for an error or a login',
    hint: 'download the file itself: on GitHub the raw link, on Hugging Face the one with /resolve/',
    fits: ({ head }) => /^\uFEFF?\s*(<!--[\s\S]*?-->\s*)?<(!doctype\s+html|html)\b/i.test(textOf(head)),
  },
  {
    name: 'a TensorFlow Lite model',
    hint: 'convert it: pip install tf2onnx && python -m tf2onnx.convert --tflite <file> --output model.onnx',
    fits: holds('TFL3', 4),
  },
  {
    name: 'a model in the ORT format of ONNX Runtime',
    hint: 'give the .onnx file that it was made from',
    fits: holds('ORTM', 4),
  },
  {
    name: 'an HDF5 file, as Keras writes it (.h5)',
    hint: exportKeras,
    fits: starts('\x89HDF\r\n\x1a\n'),
  },
  {
    name: 'an exported program of PyTorch (.pt2)',
    hint: 'convert it in Python, with the package onnxscript: torch.onnx.export(torch.export.load("<file>"), dynamo=True).save("model.onnx")',
    fits: isZipWith(/serialized_exported_program|archive_format|models\/\w+\.json/),
  },
  {
    name: 'a TorchScript archive of PyTorch',
    hint: 'export the model that it was made from: torch.onnx.export(model, inputs, "model.onnx", dynamo=True)',
    fits: isZipWith(/\/(code\/|constants\.pkl)/),
  },
  {
    name: 'a PyTorch file (.pt, .pth): weights, or a pickled module',
    hint: exportPyTorch,
    fits: isZipWith(/\/data\.pkl/),
  },
  {
    name: 'a Keras model (.keras)',
    hint: exportKeras,
    fits: isZipWith(/model\.weights\.h5/),
  },
  {
    name: 'a Core ML package',
    hint: 'export the model that it was made from to ONNX: coremltools does not convert back',
    fits: isZipWith(/\.mlpackage|\.mlmodel/),
  },
  {
    name: 'an archive of NumPy arrays (.npz)',
    hint: 'give it as --inputs, and the model as --model',
    fits: isZipWith(/\.npy/),
  },
  { name: 'a zip archive', hint: unpack('unzip <file>'), fits: starts('PK\x03\x04') },
  { name: 'compressed with gzip', hint: unpack('gunzip <file>'), fits: starts('\x1f\x8b') },
  { name: 'compressed with zstd', hint: unpack('unzstd <file>'), fits: starts('\x28\xb5\x2f\xfd') },
  { name: 'compressed with xz', hint: unpack('unxz <file>'), fits: starts('\xfd7zXZ\0') },
  { name: 'compressed with bzip2', hint: unpack('bunzip2 <file>'), fits: starts('BZh') },
  { name: 'a 7z archive', hint: unpack('7z x <file>'), fits: starts('7z\xbc\xaf\x27\x1c') },
  { name: 'a tar archive', hint: unpack('tar -xf <file>'), fits: holds('ustar', 257) },
  {
    name: 'a pickle, as older PyTorch (.pt, .pth) and scikit-learn write it',
    hint: `${exportPyTorch}; for scikit-learn: skl2onnx.to_onnx`,
    fits: ({ head }) => head[0] === 0x80 && [2, 3, 4, 5].includes(head[1] ?? 0),
  },
  {
    name: 'a safetensors file, which has weights and no graph',
    hint: `export the model that they are of: ${exportTransformer}`,
    fits: ({ head }) =>
      head.length > 10 && head.readBigUInt64LE() < 2n ** 32n && /^\{\s*"/.test(latin1(head, 8, 64)),
  },
  {
    name: 'a GGUF file of llama.cpp, which has weights and no graph',
    hint: `export the model that it was made from: ${exportTransformer}`,
    fits: starts('GGUF'),
  },
  {
    name: 'a model of OpenVINO (.xml)',
    hint: 'give the .onnx file that it was converted from',
    fits: ({ head }) => /^\uFEFF?\s*<\?xml[\s\S]{0,80}?<net\s/.test(textOf(head)),
  },
  {
    name: 'a model of TensorFlow.js (model.json)',
    hint: 'convert it: pip install tf2onnx && python -m tf2onnx.convert --tfjs model.json --output model.onnx',
    fits: ({ head }) => /^\s*\{[\s\S]*"(modelTopology|weightsManifest)"/.test(textOf(head)),
  },
  {
    ...savedModel,
    fits: isSpecified((version, first) => version === 1 && (first === 0x12 || first === 0x22)),
  },
  {
    name: 'a Core ML model (.mlmodel)',
    hint: 'export the model that it was made from to ONNX: coremltools does not convert back',
    fits: isSpecified((_version, first) => first === 0x0a),
  },
  {
    name: 'a TensorFlow graph (GraphDef)',
    hint: 'convert it: pip install tf2onnx && python -m tf2onnx.convert --graphdef <file> --inputs <x:0> --outputs <y:0> --output model.onnx',
    fits: isGraphDef,
  },
  {
    name: 'a model of PaddlePaddle (.pdmodel)',
    hint: 'convert it: pip install paddle2onnx && paddle2onnx --model_dir <folder> --model_filename <file> --params_filename <weights> --save_file model.onnx',
    fits: ({ head }) => {
      const inner = messageAt(head, 0);
      return inner !== undefined && latin1(head, inner, inner + 3) === '\x08\0\x10';
    },
  },
  {
    name: 'text, such as the error message of a server',
    hint: 'look into it, and download or export the model again',
    fits: ({ head }) => head.length > 0 && /^[\t\n\r\x20-\x7e]+$/.test(head.toString('latin1')),
  },
];

/** What the bytes of a file that does not read as ONNX are; undefined where no format is recognised. */
export function foreignFormat(bytes: Uint8Array): ForeignFormat | undefined {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return recognised(whole.subarray(0, endBytes), whole.subarray(-endBytes));
}

/** The same for a file that is too large to be read. @param size in bytes */
export function foreignFormatOf(path: string, size: number): ForeignFormat | undefined {
  const descriptor = openSync(path, 'r');
  try {
    const [head, tail] = [0, Math.max(0, size - endBytes)].map((position) => {
      const part = Buffer.alloc(endBytes);
      return part.subarray(0, readSync(descriptor, part, 0, endBytes, position));
    });
    return head && tail && recognised(head, tail);
  } finally {
    closeSync(descriptor);
  }
}

/** What a folder without a `.onnx` file is. @param files in it */
export function foreignFolder(files: readonly string[]): ForeignFormat | undefined {
  return files.includes('saved_model.pb') ? savedModel : undefined;
}

/** A Git LFS pointer where the data should be; undefined for anything else. */
export function pointerFormat(head: Uint8Array): ForeignFormat | undefined {
  const format = foreignFormat(head);
  return format === lfsPointer ? format : undefined;
}

function recognised(head: Buffer, tail: Buffer): ForeignFormat | undefined {
  const ends: Ends = { head, tail: tail.toString('latin1') };
  return formats.find(({ fits }) => fits(ends));
}

function starts(signature: string): Detect {
  return holds(signature, 0);
}

function holds(signature: string, offset: number): Detect {
  return ({ head }) => latin1(head, offset, offset + signature.length) === signature;
}

function isZipWith(member: RegExp): Detect {
  return ({ head, tail }) =>
    latin1(head, 0, 4) === 'PK\x03\x04' && (member.test(tail) || member.test(head.toString('latin1')));
}

/**
 * A message of TensorFlow or Core ML with a version in field 1 and a message in field 2, as an ONNX model without a graph has
 * them too.
 *
 * @param fits by the version, and the tag that the inner message begins with
 */
function isSpecified(fits: (version: number, first: number) => boolean): Detect {
  return ({ head }) => {
    const [tag, version = 0, second] = head;
    const inner = second === 0x12 ? messageAt(head, 2) : undefined;
    // SavedModel has its first message in a message: MetaInfoDef.
    const nested = inner !== undefined && head[inner] === 0x0a ? messageAt(head, inner) : undefined;
    const first = nested === undefined ? undefined : head[nested];
    return tag === 0x08 && version < 128 && first !== undefined && fits(version, first);
  };
}

/** Begins with a NodeDef, whose fields 1 and 2 are its name and its operator. */
function isGraphDef({ head }: Ends): boolean {
  const node = messageAt(head, 0);
  const name = node === undefined ? undefined : messageAt(head, node);
  if (node === undefined || name === undefined) return false;
  const operator = name + (head[node + 1] ?? 0);
  return head[operator] === 0x12 && /^[A-Z]\w*/.test(latin1(head, operator + 2, operator + 8));
}

/** Where the content of a message begins whose tag, of field 1 or 2, is at `position`; undefined where none is. */
function messageAt(bytes: Buffer, position: number): number | undefined {
  const tag = bytes[position];
  if (tag !== 0x0a && tag !== 0x12) return undefined;
  let end = position + 1;
  while ((bytes[end] ?? 0) >= 128 && end < position + 5) end += 1;
  return end + 1 < bytes.length ? end + 1 : undefined;
}

function latin1(bytes: Buffer, begin: number, end: number): string {
  return bytes.toString('latin1', begin, end);
}

function textOf(bytes: Buffer): string {
  return bytes.toString('utf8', 0, 4096);
}
