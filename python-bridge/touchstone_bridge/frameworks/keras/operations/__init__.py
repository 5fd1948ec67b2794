"""The function for each kind of operation; `adapters/keras/capabilities.ts` lists the same kinds."""

from __future__ import annotations

from collections.abc import Mapping

from ....errors import UnsupportedError
from ....lowering.operations import Activation, Operation
from .call import Call, Tensor
from .elementwise import ELEMENTWISE
from .indexing import INDEXING
from .normalisation import NORMALISATION
from .recurrent import RECURRENT
from .shapes import SHAPES
from .windows import WINDOWS

__all__ = ["Call", "Tensor", "call_of", "function_of"]

CALLS: Mapping[str, Call] = {
    **ELEMENTWISE,
    **SHAPES,
    **INDEXING,
    **WINDOWS,
    **NORMALISATION,
    **RECURRENT,
}


def call_of(operation: Operation) -> Call:
    """UnsupportedError names a kind of operation that has no call here."""
    call = CALLS.get(operation.kind)
    if call is None:
        raise UnsupportedError(f"the Keras bridge has no call for {operation.kind} ({operation.node})")
    if operation.activation is None:
        return call
    activate = function_of(operation.activation)
    return lambda settings, *operands: activate(call(settings, *operands))


def function_of(activation: Activation) -> Call:
    """A function of one tensor, as a layer's `activation` is."""
    call, settings = CALLS[activation.kind], activation.settings
    return lambda x: call(settings, x)
