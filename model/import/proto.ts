/**
 * Typed access to the official ONNX schema: the npm package `onnx-proto`, generated from onnx.proto by protobufjs. Every field
 * may be absent; `nodeFields` and `graphFields` fill in the defaults of protobuf.
 */

import type { onnx } from 'onnx-proto';
import onnxProto from 'onnx-proto';

export const proto = onnxProto.onnx;
export type ModelProto = onnx.IModelProto;
export type GraphProto = onnx.IGraphProto;
export type FunctionProto = onnx.IFunctionProto;
/** What a decomposition says of a node besides what ONNX can express; it is not written. */
export interface NodeMarks {
  /**
   * To 8 bits: an LSTM its hidden state before every step, over the batch, as DynamicQuantizeLinear does; or a product its first factor,
   * which is left to the kernel.
   */
  readonly rounds?: 'state' | 'factor';
}
export type NodeProto = onnx.INodeProto & NodeMarks;
export type AttributeProto = onnx.IAttributeProto;
export type TensorProto = onnx.ITensorProto;
export type ValueInfoProto = onnx.IValueInfoProto;

/** Fields of a node, absent ones with protobuf's defaults. */
export function nodeFields({ name, opType, domain, input, output, attribute }: NodeProto) {
  return {
    name: name ?? '',
    opType: opType ?? '',
    domain: domain ?? '',
    input: input ?? [],
    output: output ?? [],
    attribute: attribute ?? [],
  };
}

/** Fields of a graph, absent ones with protobuf's defaults. */
export function graphFields({ name, input, output, initializer, sparseInitializer, node }: GraphProto) {
  return {
    name: name ?? '',
    input: input ?? [],
    output: output ?? [],
    initializer: initializer ?? [],
    sparseInitializer: sparseInitializer ?? [],
    node: node ?? [],
  };
}

/** Fields of a model-local function, absent ones with protobuf's defaults. */
export function functionFields({ name, domain, input, output, node, opsetImport }: FunctionProto) {
  return {
    name: name ?? '',
    domain: domain ?? '',
    input: input ?? [],
    output: output ?? [],
    node: node ?? [],
    opsetImport: opsetImport ?? [],
  };
}

/** Whether operators of the domain are ONNX's own. */
export function isOnnxDomain(domain: string | null | undefined): boolean {
  return !domain || domain === 'ai.onnx';
}

/** Name of an attribute, a tensor or a value; empty where it is absent. */
export function nameOf({ name }: { readonly name?: string | null }): string {
  return name ?? '';
}
