"""Copies to and from Caffe2's device IDEEP: oneDNN's operators on the same processor and its threads.

Maxima are pooled there in training. The gradient of Caffe2's own MaxPool gives every one of tied maxima the whole
gradient: several times too much wherever an image is flat. oneDNN's goes to the first, as in every other framework.
"""

from __future__ import annotations

from typing import Any, List, Tuple

from caffe2.proto import caffe2_pb2
from caffe2.python import core

from .net import NetBuilder

DEVICE = core.DeviceOption(caffe2_pb2.IDEEP)
ENTER, LEAVE = "CopyCPUToIDEEP", "CopyIDEEPToCPU"


def copy(builder: NetBuilder, operator: str, blob: core.BlobReference) -> core.BlobReference:
    """Adds one of the two copies; the net has no methods for operators that exist on this device only."""
    result = builder.fresh("copy")
    builder.net.extend_ops([core.CreateOperator(operator, [blob], [result], device_option=DEVICE)])
    return result


def register(operator: str, opposite: str) -> None:
    """The gradient of a copy is the copy back; Caffe2 registers it for CUDA copies only."""

    def gradient(op: caffe2_pb2.OperatorDef, outputs: List[Any]) -> Tuple[Any, List[Any]]:
        # References, since a plain name would get the prefix of the scope a second time.
        source, target = core.BlobReference(str(outputs[0])), core.BlobReference(f"{op.input[0]}_grad")
        return core.CreateOperator(opposite, [source], [target], device_option=DEVICE), [str(target)]

    core.GradientRegistry.RegisterGradient(operator)(gradient)


register(ENTER, LEAVE)
register(LEAVE, ENTER)
