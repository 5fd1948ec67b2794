"""Plans of operations for tests, as `adapters/lowering/plan.ts` writes them."""

from __future__ import annotations

from typing import Any, Dict, Sequence

from touchstone_bridge.artefact import Array


def port(name: str, tensor: int, array: Array) -> Dict[str, Any]:
    kind = str(array.dtype)
    axes = list(range(array.ndim))
    return {
        "name": name,
        "tensor": tensor,
        "onnxType": kind,
        "type": kind,
        "onnxShape": list(array.shape),
        "axes": axes,
    }


def constant(
    tensor: int, name: str, array: Array, order: Sequence[int], shape: Sequence[int]
) -> Dict[str, Any]:
    """A weight, its axes in that order and then of that shape."""
    weight = {
        "name": name,
        "onnxShape": list(array.shape),
        "arrangement": {"kind": "permuted", "order": list(order)},
    }
    kind = str(array.dtype)
    source = {"kind": "weight", "weight": weight}
    return {"tensor": tensor, "type": kind, "shape": list(shape), "source": source}


def literal(tensor: int, data: Array) -> Dict[str, Any]:
    source = {"kind": "literal", "data": data.reshape(-1).tolist()}
    return {"tensor": tensor, "type": str(data.dtype), "shape": list(data.shape), "source": source}


def operation(kind: str, inputs: Sequence[int], outputs: Sequence[int], **settings: Any) -> Dict[str, Any]:
    return {
        "node": "node",
        "kind": kind,
        "settings": settings,
        "inputs": list(inputs),
        "outputs": list(outputs),
    }


def wide(plan: Any) -> Any:
    """The same in float64."""
    if isinstance(plan, dict):
        return {key: wide(value) for key, value in plan.items()}
    if isinstance(plan, list):
        return [wide(each) for each in plan]
    return "float64" if plan == "float32" else plan
