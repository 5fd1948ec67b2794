"""The hybridised Gluon block of a lowered model, and its parameters."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any, Callable, ContextManager, Dict, List, Sequence

import mxnet as mx
import numpy as np
from mxnet import gluon

from ...artefact import Array, Model, Tensors
from ...lowering.operations import onnx_weights
from .lowering import lower


class Initial(mx.initializer.Initializer):
    """One array for one parameter of any type and shape; MXNet's own fill `array[:]`, which scalars have not."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value

    def _init_weight(self, name: Any, array: Any) -> None:
        self.value.copyto(array)


class Network:
    """What is called of it, and with its arrays, is called within `semantics`."""

    def __init__(self, model: Model) -> None:
        with mx.util.np_shape(True):
            self._lowered = lowered = lower(model)
            trained = {name for _, name in lowered.trained}
            self.block = gluon.SymbolBlock(list(lowered.outputs), list(lowered.inputs))
            self.parameters: Dict[str, Any] = self.block.collect_params()
            for name, parameter in self.parameters.items():
                value = lowered.parameters[name]
                parameter.dtype = value.dtype.type
                parameter.shape = value.shape
                parameter.grad_req = "write" if name in trained else "null"
                parameter.initialize(Initial(native(value)), ctx=mx.cpu())
            self.block.hybridize(static_alloc=True, static_shape=True)

    def semantics(self) -> ContextManager[Any]:
        """NumPy's meaning of shapes where the plan needs it: it is off by default, and to switch it takes 10 µs."""
        return mx.util.np_shape(True) if self._lowered.has_numpy_shapes else nullcontext()

    def inputs(self, model: Model) -> List[List[Any]]:
        """One list a buffer, in the order of the inputs."""
        with self.semantics():
            return [
                [native(port.to_native(tensors)) for port in self._lowered.input_ports]
                for tensors in model.inputs
            ]

    def reset(self) -> None:
        """The initial weights again, and statistics that kernels update."""
        with self.semantics():
            for name, parameter in self.parameters.items():
                native(self._lowered.parameters[name]).copyto(parameter.data())

    def trained(self) -> Dict[str, Any]:
        return {
            name: parameter for name, parameter in self.parameters.items() if parameter.grad_req != "null"
        }

    def named(self, outputs: Sequence[Any]) -> Tensors:
        """By ONNX name, in ONNX layout."""
        ports = self._lowered.output_ports
        return {port.name: port.to_onnx(np.asarray(value)) for port, value in zip(ports, outputs)}

    def collect(self, read: Callable[[Any], Any]) -> Tensors:
        """`read(parameter)` of every trained weight, by ONNX name and in ONNX layout."""
        return onnx_weights(
            (constant, read(self.parameters[name]).asnumpy()) for constant, name in self._lowered.trained
        )


def native(value: Array) -> Any:
    """An array as MXNet holds it. `mx.nd.array` makes none without axes."""
    return mx.np.array(value, dtype=value.dtype).as_nd_ndarray()
