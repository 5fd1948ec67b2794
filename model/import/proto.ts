/** Typed access to the official ONNX schema: the npm package `onnx-proto`, generated from onnx.proto by protobufjs. */

import type { onnx } from 'onnx-proto';
import onnxProto from 'onnx-proto';

export const proto = onnxProto.onnx;
export type ModelProto = onnx.IModelProto;
export type GraphProto = onnx.IGraphProto;
export type NodeProto = onnx.INodeProto;
export type AttributeProto = onnx.IAttributeProto;
export type TensorProto = onnx.ITensorProto;
export type ValueInfoProto = onnx.IValueInfoProto;
