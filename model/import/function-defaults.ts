/** Attributes of model-local functions with a default, which are newer than the schema that decodes the model. */
import { type AttributeProto, proto } from './proto.js';
import { contentsOf } from './wire.js';

/** Fields of onnx.proto: ModelProto.functions and FunctionProto.attribute_proto. */
const [functions, attributes] = [25, 11];

/** @param model serialised. @returns for each of its functions, in their order */
export function functionDefaults(model: Uint8Array): AttributeProto[][] {
  return contentsOf(model, functions).map((one) =>
    contentsOf(one, attributes).map((attribute) => proto.AttributeProto.decode(attribute)),
  );
}
