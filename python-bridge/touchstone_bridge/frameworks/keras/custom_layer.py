"""Operations that Keras has no layer for, as its guide to custom layers shows: weights, and a `call` of `keras.ops`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras
from keras import ops

from ...artefact import Array
from ...lowering.operations import Operation, Result
from .operations import Tensor, call_of
from .operations.call import BACKEND


@dataclass(frozen=True)
class Run:
    """Operations in topological order. Each reads inputs, literals and variables by their numbers in the plan."""

    operations: Sequence[Operation]
    inputs: Sequence[int]
    outputs: Sequence[int]
    # One for each output.
    results: Sequence[Result]
    literals: Mapping[int, Array]
    variables: Mapping[int, Any]


class CustomLayer(keras.Layer):
    def __init__(self, run: Run) -> None:
        # No input is cast to the type of the policy.
        super().__init__(autocast=False)
        for tensor, variable in run.variables.items():
            setattr(self, f"constant_{tensor}", variable)
        self._specification = [keras.KerasTensor(each.shape, dtype=each.type) for each in run.results]
        # What is within a function, Keras neither tracks nor copies.
        self._apply = function_of(run)

    def call(self, inputs: Any) -> Any:
        return single(self._apply(inputs if isinstance(inputs, (list, tuple)) else [inputs]))

    def compute_output_spec(self, *_: Any, **__: Any) -> Any:
        return single(self._specification)


def function_of(run: Run) -> Callable[[Sequence[Tensor]], Sequence[Tensor]]:
    """From inputs to outputs."""
    steps = [(call_of(each), each.settings, each.inputs, each.outputs) for each in run.operations]
    literals, variables = literals_of(run), dict(run.variables)

    def apply(inputs: Sequence[Tensor]) -> Sequence[Tensor]:
        tensors = {**literals(), **dict(zip(run.inputs, inputs))}
        for tensor, variable in variables.items():
            tensors[tensor] = ops.convert_to_tensor(variable)
        for call, settings, operands, results in steps:
            found = call(settings, *[tensors[operand] for operand in operands])
            if isinstance(found, tuple):
                tensors.update(zip(results, found))
            else:
                tensors[results[0]] = found
        return [tensors[output] for output in run.outputs]

    return apply


def literals_of(run: Run) -> Callable[[], Mapping[int, Tensor]]:
    """Constants of each trace, so that the compiler sees them; where nothing is traced, tensors once and for all."""

    def converted() -> Mapping[int, Tensor]:
        return {
            tensor: ops.convert_to_tensor(value, str(value.dtype)) for tensor, value in run.literals.items()
        }

    if BACKEND != "torch":
        return converted
    found = converted()
    return lambda: found


def single(items: Sequence[Any]) -> Any:
    """Keras takes and gives a single tensor by itself."""
    return items[0] if len(items) == 1 else list(items)
