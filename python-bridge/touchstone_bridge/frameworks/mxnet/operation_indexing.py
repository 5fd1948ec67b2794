"""Elements by index."""

from __future__ import annotations

from typing import Dict

from mxnet import symbol

from .operation_builder import Build, Step
from .symbol_builder import Symbol

np, npx = symbol.np, symbol.npx


def gather(step: Step) -> Symbol:
    """Rows of a table of its own are an embedding."""
    table, indices = step.operation.inputs
    constant = step.builder.own(table)
    is_table = constant is not None and len(constant.shape) == 2 and constant.name is not None
    if constant is None or not is_table or step.settings["axis"] != 0 or step.type != "float32":
        return np.take(*step.operands, axis=step.settings["axis"], mode="clip")
    rows, values = constant.shape
    weight, places = step.x, step.builder.value(indices)
    return npx.embedding(places, weight, input_dim=rows, output_dim=values)


INDEXING: Dict[str, Build] = {"Gather": gather}
