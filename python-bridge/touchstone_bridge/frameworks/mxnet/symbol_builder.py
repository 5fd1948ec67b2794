"""What both lowerings build: one symbol, with the parameters that it reads and which of them hold a trained weight."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Dict, List, Sequence

import mxnet as mx
import numpy as np

from ...artefact import Array
from ...lowering.ports import Port

Symbol = Any


@dataclass(frozen=True)
class Binding:
    """A trainable ONNX weight and the parameters that hold it; `assemble` gives ONNX layout back."""

    name: str
    parameters: tuple[str, ...]
    assemble: Callable[[List[Array]], Array]


@dataclass(frozen=True)
class Lowered:
    """What becomes the `SymbolBlock` of Gluon's model import."""

    inputs: Sequence[Symbol]
    outputs: Sequence[Symbol]
    # First values, by the names of the parameters.
    parameters: Dict[str, Array]
    bindings: Sequence[Binding]
    input_ports: Sequence[Port]
    output_ports: Sequence[Port]
    # Whether its symbols are of MXNet's NumPy interface, which has arrays without axes and without elements.
    numpy: bool


class SymbolBuilder:
    """One lowering under way."""

    numpy = False

    def __init__(self) -> None:
        self.bindings: List[Binding] = []
        self.parameters: Dict[str, Array] = {}

    def variable(self, name: str, **options: Any) -> Symbol:
        symbol = mx.sym.var(name, **options)
        return symbol.as_np_ndarray() if self.numpy else symbol

    def parameter(self, value: Array) -> Symbol:
        """A parameter that does not learn."""
        # Generated names only: the file's own may clash with those that MXNet makes up.
        name = f"weight_{len(self.parameters)}"
        self.parameters[name] = np.array(value, order="C")
        return self.variable(name, shape=value.shape, dtype=value.dtype.name)

    def bind(self, name: str, symbols: List[Symbol], assemble: Callable[[List[Array]], Array]) -> None:
        """Makes these parameters the ones that hold a trained weight."""
        self.bindings.append(Binding(name, tuple(symbol.name for symbol in symbols), assemble))
