"""PyTorch's own call for each operation; adapters/pytorch/capabilities.ts says which it has, and with which limits."""

from __future__ import annotations

from ..builder import Build
from .elementwise import ELEMENTWISE
from .indexing import INDEXING
from .normalisation import NORMALISATION
from .products import PRODUCTS
from .recurrent import RECURRENT
from .reductions import REDUCTIONS
from .shapes import SHAPES
from .spectra import SPECTRA
from .windows import WINDOWS

OPERATIONS: dict[str, Build] = {
    **ELEMENTWISE,
    **REDUCTIONS,
    **SHAPES,
    **SPECTRA,
    **INDEXING,
    **PRODUCTS,
    **WINDOWS,
    **NORMALISATION,
    **RECURRENT,
}
