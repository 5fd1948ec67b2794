"""What the evaluator cannot compute is named by its node: NumPy's own messages tell nothing of the model."""

from __future__ import annotations

from typing import Any, Callable

from onnx.reference import ReferenceEvaluator


class NotComputed(Exception):
    """The message names the node and its operator."""


def name_failures(model: ReferenceEvaluator) -> None:
    """Errors of the model's nodes become NotComputed, except for memory that has run out."""
    for node in model.rt_nodes_:
        node.run = named(node.onnx_node, node.run)


def named(node: Any, run: Callable[..., Any]) -> Callable[..., Any]:
    def run_named(*inputs: Any, **options: Any) -> Any:
        try:
            return run(*inputs, **options)
        except MemoryError:
            raise
        except Exception as error:
            where = f"node {node.name or node.output[0]} ({node.op_type})"
            raise NotComputed(f"{where} is not computed by the reference: {cause_of(error)}") from error

    return run_named


def cause_of(error: BaseException) -> str:
    """What the evaluator raises about arguments has the operator's own error as its cause."""
    first = error.__cause__ or error
    return f"{type(first).__name__}: {first}"
