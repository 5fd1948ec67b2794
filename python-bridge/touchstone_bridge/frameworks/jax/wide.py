"""64-bit types, which JAX leaves off unless it is asked."""

from __future__ import annotations

from typing import Any, ContextManager

import jax

from ...lowering.operations import OperationPlan

WIDE = {"float64", "int64", "uint64"}


def is_wide(plan: OperationPlan) -> bool:
    """Whether a 64-bit type is anywhere in it."""
    types = [port.type for port in (*plan.inputs, *plan.outputs)]
    types += [constant.type for constant in plan.constants]
    types += [result.type for operation in plan.operations for result in operation.results]
    return not WIDE.isdisjoint(types)


def wide_types() -> ContextManager[Any]:
    """Within which they are on. The call was experimental until it moved."""
    return jax.enable_x64(True) if hasattr(jax, "enable_x64") else jax.experimental.enable_x64(True)
