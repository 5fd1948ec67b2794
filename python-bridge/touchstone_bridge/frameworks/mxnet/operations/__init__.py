"""MXNet's own operator for each operation; adapters/mxnet/capabilities.ts says which it has, and with which limits."""

from __future__ import annotations

from typing import Dict

from ..builder import Build
from .elementwise import ELEMENTWISE
from .indexing import INDEXING
from .normalisation import NORMALISATION
from .products import PRODUCTS
from .recurrent import RECURRENT
from .reductions import REDUCTIONS
from .shapes import SHAPES
from .windows import WINDOWS

OPERATIONS: Dict[str, Build] = {
    **ELEMENTWISE,
    **REDUCTIONS,
    **PRODUCTS,
    **SHAPES,
    **INDEXING,
    **WINDOWS,
    **NORMALISATION,
    **RECURRENT,
}
