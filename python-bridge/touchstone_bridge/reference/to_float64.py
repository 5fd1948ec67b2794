"""Converts all floating-point numbers of an ONNX model to float64."""

from __future__ import annotations

import numpy as np
from onnx import AttributeProto, GraphProto, ModelProto, TensorProto, numpy_helper

NARROW = {TensorProto.FLOAT, TensorProto.FLOAT16}


def to_float64(model: ModelProto) -> ModelProto:
    """A copy in which float32 and float16 initialisers, constants, casts, inputs and outputs are float64."""
    wide = ModelProto()
    wide.CopyFrom(model)
    _widen_graph(wide.graph)
    return wide


def _widen_graph(graph: GraphProto) -> None:
    for tensor in graph.initializer:
        _widen_tensor(tensor)
    for value in [*graph.input, *graph.output, *graph.value_info]:
        if value.type.tensor_type.elem_type in NARROW:
            value.type.tensor_type.elem_type = TensorProto.DOUBLE
    for node in graph.node:
        for attribute in node.attribute:
            _widen_attribute(node.op_type, attribute)


def _widen_attribute(operator: str, attribute: AttributeProto) -> None:
    if attribute.type == AttributeProto.TENSOR:
        _widen_tensor(attribute.t)
    elif attribute.type == AttributeProto.GRAPH:
        _widen_graph(attribute.g)
    elif attribute.name in {"to", "dtype"} and attribute.i in NARROW:
        attribute.i = TensorProto.DOUBLE
    elif operator == "Constant" and attribute.name in {"value_float", "value_floats"}:
        values = attribute.floats if attribute.name == "value_floats" else attribute.f
        tensor = numpy_helper.from_array(np.asarray(values, dtype=np.float64))
        attribute.CopyFrom(AttributeProto(name="value", type=AttributeProto.TENSOR, t=tensor))


def _widen_tensor(tensor: TensorProto) -> None:
    if tensor.data_type in NARROW:
        wide = numpy_helper.to_array(tensor).astype(np.float64)
        tensor.CopyFrom(numpy_helper.from_array(wide, tensor.name))
