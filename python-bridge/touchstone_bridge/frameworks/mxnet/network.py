"""The block of a model, whichever way it was lowered."""

from __future__ import annotations

from contextlib import contextmanager
from typing import Any, Dict, Iterator, List, Sequence

import mxnet as mx
import numpy as np
from mxnet import gluon

from ...artefact import Graph, Model, Tensors
from ...errors import UnsupportedError
from ...lowering.operations import is_operation_plan
from .builder import Builder
from .operation_network import lower_operations
from .operators import OPERATORS
from .ports import PlainPort
from .recurrent import lstm
from .symbol_builder import Lowered

LOWERINGS = {**OPERATORS, "LSTM": lstm}


def lower(model: Model, training: bool) -> Lowered:
    """UnsupportedError names the operator, the attribute or the operation that it has not."""
    if is_operation_plan(model):
        return lower_operations(model, training)
    return lower_graph(model.graph, model.weights, training)


def lower_graph(graph: Graph, weights: Tensors, training: bool) -> Lowered:
    builder = Builder(graph, weights, training)
    for node in graph.nodes:
        operator = LOWERINGS.get(node.operator)
        if operator is None:
            raise UnsupportedError(f"the MXNet lowering has no operator {node.operator}")
        operator(builder, node)
    return Lowered(
        inputs=builder.inputs,
        outputs=builder.outputs(),
        parameters=builder.parameters,
        bindings=builder.bindings,
        input_ports=[PlainPort(info) for info in graph.inputs],
        output_ports=[PlainPort(info) for info in graph.outputs],
        numpy=False,
    )


class First(mx.initializer.Initializer):
    """One array for one parameter of any type and shape; MXNet's own fill `array[:]`, which scalars have not."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value

    def _init_weight(self, name: Any, array: Any) -> None:
        self.value.copyto(array)


class Network:
    """A hybridised block and its parameters. What is called is called within `semantics`."""

    def __init__(self, model: Model, training: bool) -> None:
        self._lowered = lowered = lower(model, training)
        bound = {name for binding in lowered.bindings for name in binding.parameters}
        with self.semantics():
            self.block = gluon.SymbolBlock(list(lowered.outputs), list(lowered.inputs))
            self.parameters: Dict[str, Any] = self.block.collect_params()
            for name, parameter in self.parameters.items():
                value = lowered.parameters[name]
                parameter.dtype = value.dtype.type
                parameter.shape = value.shape
                parameter.grad_req = "write" if name in bound else "null"
                parameter.initialize(First(self.native(value)), ctx=mx.cpu())
            self.block.hybridize(static_alloc=True, static_shape=True)

    @contextmanager
    def semantics(self) -> Iterator[None]:
        """MXNet's NumPy interface is off unless it is asked for, and its graphs mean the same in that alone."""
        if not self._lowered.numpy:
            yield
            return
        with mx.util.np_shape(True), mx.util.np_array(True):
            yield

    def native(self, value: Any) -> Any:
        """An array as MXNet holds it."""
        make = mx.np.array if self._lowered.numpy else mx.nd.array
        return make(value, dtype=value.dtype)

    def inputs(self, model: Model) -> List[List[Any]]:
        """One list a buffer, in the order of the inputs."""
        with self.semantics():
            return [
                [self.native(port.to_native(tensors)) for port in self._lowered.input_ports]
                for tensors in model.inputs
            ]

    def reset(self) -> None:
        """The first weights again."""
        with self.semantics():
            for name, parameter in self.parameters.items():
                self.native(self._lowered.parameters[name]).copyto(parameter.data())

    def trained(self) -> Dict[str, Any]:
        return {
            name: parameter for name, parameter in self.parameters.items() if parameter.grad_req != "null"
        }

    def named(self, outputs: Sequence[Any]) -> Tensors:
        """By ONNX name, in ONNX layout."""
        ports = self._lowered.output_ports
        return {port.name: port.to_onnx(np.asarray(value)) for port, value in zip(ports, outputs)}

    def collect(self, read: Any) -> Tensors:
        """`read(parameter)` of every trained weight, by ONNX name and in ONNX layout."""
        return {
            binding.name: np.asarray(
                binding.assemble([read(self.parameters[name]).asnumpy() for name in binding.parameters]),
                order="C",
            )
            for binding in self._lowered.bindings
        }
