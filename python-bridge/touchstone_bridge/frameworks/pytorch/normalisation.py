"""Softmax and batch normalisation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as functional
from torch import nn

from ...artefact import Node
from ...errors import UnsupportedError
from ...lowering.attributes import integer, number, refuse
from .builder import Builder, as_is

LAYERS = {2: nn.BatchNorm1d, 3: nn.BatchNorm1d, 4: nn.BatchNorm2d, 5: nn.BatchNorm3d}
# Since this operator set softmax works along one axis; before, over all from that axis on.
SOFTMAX_ALONG_ONE_AXIS = 13


def softmax(function: Callable[..., Any]) -> Callable[[Builder, Node], None]:
    """Softmax or its logarithm."""

    def lower(builder: Builder, node: Node) -> None:
        shape = builder.shape(node.inputs[0])
        one_axis = builder.graph.opset >= SOFTMAX_ALONG_ONE_AXIS
        axis = integer(node, "axis", -1 if one_axis else 1) % len(shape)
        operand = builder.value(node.inputs[0])
        if one_axis or axis == len(shape) - 1:
            builder.define(node.outputs[0], builder.call(function, operand, dim=axis))
            return
        flat = builder.call(torch.flatten, operand, axis)
        spread = builder.call(torch.reshape, builder.call(function, flat, dim=axis), shape)
        builder.define(node.outputs[0], spread)

    return lower


def batch_normalisation(builder: Builder, node: Node) -> None:
    """By its running statistics in inference; in training by those of the batch, which move the running ones."""
    learns = integer(node, "training_mode", 0)
    refuse(node, unless=bool(learns) == builder.training, because=f"with training_mode {learns}")
    refuse(node, unless=integer(node, "spatial", 1) == 1, because="with spatial 0")
    rank = builder.rank(node.inputs[0])
    if rank not in LAYERS:
        raise UnsupportedError(f"BatchNormalization over {rank} axes")
    scale, bias, mean, variance = (builder.constant(node, position) for position in range(1, 5))
    # PyTorch's momentum is the share of the new statistics, ONNX's that of the old ones.
    momentum = 1 - number(node, "momentum", 0.9)
    layer = LAYERS[rank](scale.numel(), eps=number(node, "epsilon", 1e-5), momentum=momentum, device="meta")
    layer.weight = builder.parameter(node, 1, scale, as_is)
    layer.bias = builder.parameter(node, 2, bias, as_is)
    layer.running_mean, layer.running_var = mean, variance
    layer.num_batches_tracked = torch.tensor(0)
    builder.define(node.outputs[0], builder.layer(layer, builder.value(node.inputs[0])))


OPERATORS: dict[str, Callable[[Builder, Node], None]] = {
    "Softmax": softmax(functional.softmax),
    "LogSoftmax": softmax(functional.log_softmax),
    "BatchNormalization": batch_normalisation,
}
