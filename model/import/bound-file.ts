/**
 * A user's `.onnx` file for runtimes that read ONNX themselves: as it stands, but for dimensions that are bound, inputs that have a
 * default value, and external data, which comes inside. A file with control flow keeps its dimensions too. Nothing else is decoded, so
 * that newer fields, operators of other domains and local functions stay what they are. Field numbers are those of onnx.proto.
 */
import type { TensorInfo, Tensors } from '../graph.js';
import { modelError } from '../model-error.js';
import { isExternal, withInlineData } from './decode.js';
import { encodeTensor, encodeValueInfo } from './encode.js';
import { type ExternalData, mayHaveExternalData } from './external-data.js';
import { nameOf, proto } from './proto.js';
import { contentsOf, type WireField, wireField, wireFields } from './wire.js';

export interface Binding {
  /** The inputs that remain, with static shapes. */
  readonly inputs: readonly TensorInfo[];
  /**
   * Inputs with one value: each becomes the default of its input, an initialiser of the same name. A constant in its place would be folded,
   * which no caller of the file has, and ONNX Runtime fails where it then inlines an If whose outer values the branch reads.
   */
  readonly constants: Tensors;
}

/** What takes the place of a field: its own bytes where it is not mentioned. */
type Edit = (field: WireField) => readonly Uint8Array[] | undefined;

/**
 * @param bytes of a file that `readModel` accepts
 * @param path for error messages
 * @throws TouchstoneError('model') where it has fields of a form that decoders pass over and protobuf does not have
 */
export function boundFile(
  bytes: Uint8Array,
  path: string,
  binding: Binding,
  external: ExternalData,
): Uint8Array {
  try {
    return bind(bytes, binding, external);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw modelError(`${path}: it is damaged: ${cause.message}`, 'is it a complete .onnx file?');
  }
}

function bind(bytes: Uint8Array, binding: Binding, external: ExternalData): Uint8Array {
  const graphEdit = graphEditor(binding, mayHaveExternalData(bytes) ? external : undefined);
  return Buffer.concat(
    edited(bytes, ({ number, content }) =>
      number === 7 && content ? wireField(7, Buffer.concat(graphEdit(content))) : undefined,
    ),
  );
}

function edited(bytes: Uint8Array, edit: Edit): Uint8Array[] {
  return [...wireFields(bytes)].flatMap((field) => edit(field) ?? [field.whole]);
}

/** The main graph: its inputs, and the tensors that it has elsewhere. */
function graphEditor({ inputs, constants }: Binding, external: ExternalData | undefined) {
  const inputsByName = new Map(inputs.map((input) => [input.name, input]));
  const inputField = (content: Uint8Array): readonly Uint8Array[] | undefined => {
    const name = nameOf(proto.ValueInfoProto.decode(content));
    const bound = inputsByName.get(name);
    return bound && wireField(11, proto.ValueInfoProto.encode(encodeValueInfo(bound)).finish());
  };
  const added = Object.entries(constants).flatMap(([name, tensor]) =>
    wireField(5, proto.TensorProto.encode(encodeTensor(name, tensor)).finish()),
  );
  return (graph: Uint8Array) => {
    // A branch that is not taken may contradict the dimensions, and a runtime that infers its shapes then refuses the whole file.
    const bindsDimensions = !hasSubgraphs(graph);
    return [
      ...edited(graph, (field) => {
        if (field.number === 11 && field.content && bindsDimensions) return inputField(field.content);
        return external && inGraph(field, external);
      }),
      ...added,
    ];
  };
}

/** Whether a node has a graph as an attribute, as `If`, `Loop` and `Scan` have. */
function hasSubgraphs(graph: Uint8Array): boolean {
  return contentsOf(graph, 1).some((node) =>
    contentsOf(node, 5).some((attribute) => contentsOf(attribute, 6).length > 0),
  );
}

/** Initialisers, and what nodes have in their attributes. */
function inGraph({ number, content }: WireField, external: ExternalData): readonly Uint8Array[] | undefined {
  if (!content) return undefined;
  if (number === 5) return wireField(5, inline(content, external));
  if (number !== 1) return undefined;
  const inNode: Edit = ({ number: part, content: attribute }) =>
    part === 5 && attribute ? wireField(5, Buffer.concat(edited(attribute, inAttribute))) : undefined;
  const inAttribute: Edit = ({ number: part, content: value }) => {
    if (!value) return undefined;
    if (part === 5 || part === 10) return wireField(part, inline(value, external));
    const isGraph = part === 6 || part === 11;
    return isGraph
      ? wireField(part, Buffer.concat(edited(value, (field) => inGraph(field, external))))
      : undefined;
  };
  return wireField(1, Buffer.concat(edited(content, inNode)));
}

function inline(bytes: Uint8Array, external: ExternalData): Uint8Array {
  const tensor = proto.TensorProto.decode(bytes);
  if (!isExternal(tensor)) return bytes;
  const name = `tensor ${nameOf(tensor) || '(unnamed)'}`;
  return proto.TensorProto.encode(withInlineData(tensor, external, name)).finish();
}
