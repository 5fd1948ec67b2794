"""What the functional model of a plan is built with."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Optional, Union

import keras

from ...artefact import Tensors
from ...lowering.operations import Constant, Operation, OperationPlan
from .custom_layer import CustomLayer, Run, single
from .held import Held
from .operations.call import BACKEND

# On JAX, constants of at most so many elements that are not trained are literals of the trace, not arguments.
MAX_LITERAL = 1024


class Builder:
    """The model of one plan. Tensors go by the numbers that the plan gives them."""

    def __init__(self, plan: OperationPlan, weights: Tensors, training: bool) -> None:
        self.training = training
        self.weights = weights
        self.held: list[Held] = []
        self._constants = {constant.tensor: constant for constant in plan.constants}
        self._reads = Counter(tensor for operation in plan.operations for tensor in operation.inputs)
        self._reads.update(port.tensor for port in plan.outputs)
        self._inputs = {
            port.tensor: keras.Input(batch_shape=port.native_shape, dtype=port.type) for port in plan.inputs
        }
        self._values: dict[int, Any] = dict(self._inputs)
        self._results = plan.results()
        # Variables of custom layers, which may share them.
        self._variables: dict[int, Any] = {}
        self._waiting: list[Operation] = []

    def type(self, tensor: int) -> str:
        return self._results[tensor].type

    def shape(self, tensor: int) -> tuple[int, ...]:
        return self._results[tensor].shape

    def constant(self, tensor: int) -> Optional[Constant]:
        """None for what is computed."""
        return self._constants.get(tensor)

    def owns(self, *tensors: int) -> bool:
        """Whether a layer can have all of them as variables of its own: one that learns has a single reader."""
        constants = [self._constants.get(tensor) for tensor in tensors]
        return all(
            each is not None
            and each.type == "float32"
            and (not each.trained or self._reads[each.tensor] == 1)
            for each in constants
        )

    def value(self, tensor: int) -> Any:
        """The tensor of the functional model; what waits is built for it."""
        if tensor not in self._values and tensor in self._constants:
            self._values[tensor] = self._custom([], [tensor])[0]
        if tensor not in self._values:
            waiting, self._waiting = self._waiting, []
            outputs = self._read_elsewhere(waiting)
            self._values.update(zip(outputs, self._custom(waiting, outputs)))
        return self._values[tensor]

    def wait(self, operation: Operation) -> None:
        """Leaves an operation to the next custom layer."""
        self._waiting.append(operation)

    def define(self, operation: Operation, results: Sequence[Any]) -> None:
        self._values.update(zip(operation.outputs, results))

    def hold(self, held: Sequence[Held]) -> None:
        for each in held:
            each.assign(self.weights, self.training)
        self.held += held

    def model(self, outputs: Sequence[int]) -> keras.Model:
        results = [self.value(tensor) for tensor in outputs]
        return keras.Model(single(list(self._inputs.values())), single(results))

    def _read_elsewhere(self, operations: Sequence[Operation]) -> list[int]:
        own = Counter(tensor for operation in operations for tensor in operation.inputs)
        made = [tensor for operation in operations for tensor in operation.outputs]
        return [tensor for tensor in made if self._reads[tensor] > own[tensor]]

    def _custom(self, operations: Sequence[Operation], outputs: Sequence[int]) -> list[Any]:
        made = {tensor for operation in operations for tensor in operation.outputs}
        read = dict.fromkeys([*(tensor for each in operations for tensor in each.inputs), *outputs])
        constants = [self._constants[tensor] for tensor in read if tensor in self._constants]
        inputs = [tensor for tensor in read if tensor not in made and tensor not in self._constants]
        run = Run(
            operations=operations,
            # A layer that reads constants alone still has its place behind an input.
            inputs=inputs or list(self._inputs)[:1],
            outputs=outputs,
            results=[self._results[tensor] for tensor in outputs],
            literals={
                each.tensor: each.to_native(self.weights) for each in constants if self._is_literal(each)
            },
            variables={each.tensor: self._variable(each) for each in constants if not self._is_literal(each)},
        )
        found = CustomLayer(run)(single([self._values[tensor] for tensor in run.inputs]))
        return list(found) if isinstance(found, (list, tuple)) else [found]

    def _is_literal(self, constant: Constant) -> bool:
        if constant.trained:
            return False
        if constant.name is None or BACKEND == "torch":
            return True
        return BACKEND == "jax" and math.prod(constant.shape) <= MAX_LITERAL

    def _variable(self, constant: Constant) -> Any:
        if constant.tensor not in self._variables:
            native = constant.to_native(self.weights)
            name = f"constant_{constant.tensor}"
            variable = keras.Variable(native, dtype=constant.type, autocast=False, name=name)
            self._variables[constant.tensor] = variable
            self.hold([Held(variable, (constant,))])
        return self._variables[constant.tensor]


@dataclass(frozen=True)
class Step:
    """One operation of the plan, as the function that chooses its layer sees it."""

    builder: Builder
    operation: Operation

    @property
    def settings(self) -> Mapping[str, Any]:
        return self.operation.settings

    @property
    def inputs(self) -> tuple[int, ...]:
        return self.operation.inputs

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        return [self.builder.shape(tensor) for tensor in self.inputs]

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the first operand."""
        return self.builder.shape(self.inputs[0])

    @property
    def x(self) -> Any:
        """The first operand."""
        return self.builder.value(self.inputs[0])

    @property
    def operands(self) -> list[Any]:
        return [self.builder.value(tensor) for tensor in self.inputs]

    def constants(self, *tensors: int) -> tuple[Constant, ...]:
        found = [self.builder.constant(tensor) for tensor in tensors]
        return tuple(each for each in found if each is not None)

    def call(self, layer: keras.Layer, *groups: Sequence[int], **options: Any) -> Any:
        """As `call_on`, for the first operand."""
        return self.call_on(self.x, layer, *groups, **options)

    def call_on(
        self, x: Any, layer: keras.Layer, *groups: Sequence[int], summed: bool = False, **options: Any
    ) -> Any:
        """The layer's result.

        @param groups: the constants that each of its variables holds, in the order of `layer.weights`
        @param summed: whether a variable is the sum of its constants; else they are one behind the other in it
        """
        result = layer(x, **options)
        pairs = zip(layer.weights, groups)
        self.builder.hold([Held(variable, self.constants(*each), summed) for variable, each in pairs])
        return result


# Makes the layer and calls it.
Apply = Callable[[], Union[Any, Sequence[Any]]]
# None where Keras has no layer for these settings and operands.
Choose = Callable[[Step], Optional[Apply]]
