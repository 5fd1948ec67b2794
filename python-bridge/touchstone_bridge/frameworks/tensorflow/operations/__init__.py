"""The call for each kind of operation; `adapters/tensorflow/capabilities.ts` lists the same kinds."""

from __future__ import annotations

from typing import Mapping

from ....errors import UnsupportedError
from ....lowering.operations import Operation
from .call import Call, Tensor
from .elementwise import ELEMENTWISE
from .indexing import INDEXING
from .normalisation import NORMALISATION
from .recurrent import RECURRENT
from .shapes import SHAPES
from .spectra import SPECTRA
from .windows import WINDOWS

__all__ = ["Call", "Tensor", "call_of"]

CALLS: Mapping[str, Call] = {
    **ELEMENTWISE,
    **SHAPES,
    **SPECTRA,
    **INDEXING,
    **WINDOWS,
    **NORMALISATION,
    **RECURRENT,
}


def call_of(operation: Operation) -> Call:
    """UnsupportedError names a kind of operation that has no call here."""
    call = CALLS.get(operation.kind)
    if call is None:
        raise UnsupportedError(f"the TensorFlow bridge has no call for {operation.kind} ({operation.node})")
    return call
