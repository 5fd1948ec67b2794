"""How each operation of a plan is built; adapters/caffe2/capabilities.ts says which settings and types it has."""

from __future__ import annotations

from ..builder import Build
from .elementwise import ELEMENTWISE
from .indexing import INDEXING
from .normalisation import NORMALISATION
from .products import PRODUCTS
from .recurrent import RECURRENT
from .reductions import REDUCTIONS
from .shapes import SHAPES
from .windows import WINDOWS

OPERATIONS: dict[str, Build] = {
    **ELEMENTWISE,
    **REDUCTIONS,
    **PRODUCTS,
    **SHAPES,
    **INDEXING,
    **WINDOWS,
    **NORMALISATION,
    **RECURRENT,
}
