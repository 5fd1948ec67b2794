"""The timed path of LiteRT: `set_tensor`, `invoke`, `get_tensor`."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any, Dict, List, Sequence

from ...artefact import Array, Model, Tensors
from ...framework import Configuration
from ...lowering.operations import read_operation_plan

#: What XNNPACK has taken over is one operator of this name for each part of the graph.
DELEGATED = "DELEGATE"
#: As `to_litert` names them.
INPUT = re.compile(r"input_(\d+)")


class LiteRtInference:
    """Inputs are NumPy arrays, which `set_tensor` copies in; `get_tensor` copies the outputs out."""

    def __init__(self, model: Model, interpreter: Any) -> None:
        plan = read_operation_plan(model)
        self._outputs = plan.outputs
        self._interpreter = interpreter
        # Every input is said to have its shape already: nothing is resized.
        interpreter.allocate_tensors()
        indices = indices_of(interpreter)
        if len(indices) != len(plan.inputs):
            raise RuntimeError(f"the file has {len(indices)} inputs, the model {len(plan.inputs)}")
        self._inputs = [indices[place] for place in range(len(plan.inputs))]
        self._results = [each["index"] for each in interpreter.get_output_details()]
        if len(self._results) != len(plan.outputs):
            raise RuntimeError(f"the file has {len(self._results)} outputs, the model {len(plan.outputs)}")
        self.inputs = [[port.to_native(tensors) for port in plan.inputs] for tensors in model.inputs]
        self.configuration: Configuration = delegation_of(interpreter)
        self.run(0)

    def run(self, buffer: int) -> List[Array]:
        return self.call(self.inputs[buffer])

    def call(self, inputs: Sequence[Array]) -> List[Array]:
        interpreter = self._interpreter
        for index, value in zip(self._inputs, inputs):
            interpreter.set_tensor(index, value)
        interpreter.invoke()
        return [interpreter.get_tensor(index) for index in self._results]

    def read(self, output: Sequence[Array]) -> Tensors:
        return {port.name: port.to_onnx(value) for port, value in zip(self._outputs, output)}

    def dispose(self) -> None:
        del self._interpreter, self.inputs


def indices_of(interpreter: Any) -> Dict[int, int]:
    """Tensors of the inputs by place: `input_0`, or `serving_default_input_0:0` where the model has no weights."""
    found = ((INPUT.search(each["name"]), each["index"]) for each in interpreter.get_input_details())
    return {int(name.group(1)): index for name, index in found if name}


def delegation_of(interpreter: Any) -> Configuration:
    """What is left to LiteRT's own kernels, by the only means that it has: a method that is private by its name."""
    kinds = Counter(each["op_name"] for each in interpreter._get_ops_details())
    delegates = kinds.pop(DELEGATED, 0)
    own = ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items()))
    return {"xnnpackPartitions": delegates, "ownKernels": own or "none"}
