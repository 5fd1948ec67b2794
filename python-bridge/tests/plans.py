"""Plans of operations for tests, as `adapters/lowering/plan.ts` writes them."""

from __future__ import annotations

from typing import Any, Dict, Optional, Sequence, Tuple

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
    tensor: int,
    name: str,
    array: Array,
    part: Optional[Tuple[slice, ...]] = None,
    trained: bool = True,
    shape: Optional[Sequence[int]] = None,
) -> Dict[str, Any]:
    """A weight, or a part of it, as ONNX has it; in another shape where one is given."""
    weight: Dict[str, Any] = {
        "name": name,
        "onnxShape": list(array.shape),
        "order": list(range(array.ndim)),
    }
    own = array.shape
    if part is not None:
        bounds = [each.indices(extent) for each, extent in zip(part, array.shape)]
        weight["range"] = {"begins": [each[0] for each in bounds], "ends": [each[1] for each in bounds]}
        own = array[part].shape
    return {
        "tensor": tensor,
        "type": str(array.dtype),
        "shape": list(own if shape is None else shape),
        "trained": trained,
        "source": {"kind": "weight", "weight": weight},
    }


def literal(tensor: int, data: Array) -> Dict[str, Any]:
    source = {"kind": "literal", "data": data.reshape(-1).tolist()}
    return {
        "tensor": tensor,
        "type": str(data.dtype),
        "shape": list(data.shape),
        "trained": False,
        "source": source,
    }


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
