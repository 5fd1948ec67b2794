"""Plans of operations with the NumPy function of each: answers are compared with NumPy's in float64, gradients with
central differences of those. Test modules derive from `ChainCase` and name the framework's models.
"""

from __future__ import annotations

import unittest
from dataclasses import replace
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Tuple

import numpy as np

from touchstone_bridge.artefact import Array, Model

from .definitions import CLASSES, central_differences, cross_entropy, labels
from .graphs import make_graph, make_model, random, sgd
from .plans import constant

BATCH = 3
Function = Callable[..., Any]


class Chain:
    """A plan under construction. Tensor 0 is its input x."""

    def __init__(self, x: Array) -> None:
        self.weights: Dict[str, Array] = {}
        self.x = x
        self._values: List[Array] = [x]
        self._constants: List[Dict[str, Any]] = []
        self._operations: List[Dict[str, Any]] = []
        self._calls: List[Callable[[List[Array], Mapping[str, Array]], None]] = []

    def weight(self, name: str, array: Array, part: Tuple[slice, ...] = (), trained: bool = True) -> int:
        """A weight, or a part of it; trained unless said otherwise."""
        self.weights[name] = array
        planned = constant(len(self._values), name, array, part or None, trained)
        return self._constant(array[part], planned, lambda weights: weights[name][part])

    def literal(self, array: Array) -> int:
        data = [each if np.isfinite(each) else str(each) for each in array.reshape(-1).tolist()]
        planned = {
            "tensor": len(self._values),
            "type": native(array),
            "shape": list(array.shape),
            "trained": False,
            "source": {"kind": "literal", "data": data},
        }
        return self._constant(array, planned, lambda _: array)

    def number(self, value: float) -> int:
        return self.literal(np.array(value, np.float32))

    def add(self, kind: str, inputs: Sequence[int], function: Function, **settings: Any) -> int:
        """An operation of one result."""
        return self.add_several(kind, inputs, lambda *arrays: (function(*arrays),), **settings)[0]

    def add_several(self, kind: str, inputs: Sequence[int], function: Function, **settings: Any) -> List[int]:
        results = [np.asarray(each) for each in function(*(self._values[each] for each in inputs))]
        outputs = [len(self._values) + place for place in range(len(results))]
        self._values += results
        self._operations.append(
            {
                "node": "node",
                "kind": kind,
                "settings": settings,
                "inputs": list(inputs),
                "outputs": outputs,
                "results": [{"type": native(each), "shape": list(each.shape)} for each in results],
            }
        )

        def call(values: List[Array], _weights: Mapping[str, Array]) -> None:
            values += [np.asarray(each) for each in function(*(values[each] for each in inputs))]

        self._calls.append(call)
        return outputs

    def fuse(self, kind: str, **settings: Any) -> None:
        """An activation within the last operation, whose function applies it."""
        self._operations[-1]["activation"] = {"kind": kind, "settings": settings}

    def shape(self, tensor: int) -> Tuple[int, ...]:
        return self._values[tensor].shape

    def value(self, tensor: int, weights: Mapping[str, Array], x: Optional[Array] = None) -> Array:
        """With other weights, or another input; in float64 where those are."""
        values = [self.x if x is None else x]
        for call in self._calls:
            call(values, weights)
        return values[tensor]

    def model(self, output: int, learning: bool = False, buffers: int = 1) -> Model:
        """@param buffers: inputs, the first of which is x"""
        result = self._values[output]
        plan = {
            "form": "",
            "inputs": [port("x", 0, self.x)],
            "constants": self._constants,
            "operations": self._operations,
            "outputs": [port("logits", output, result)],
        }
        names = [each["source"].get("weight", {}).get("name") for each in self._constants if each["trained"]]
        parameters = list(dict.fromkeys(names)) if learning else []
        graph = make_graph([], {"x": self.x}, self.weights, {"logits": result}, ["logits"], parameters)
        inputs = [self.input(buffer, len(result), learning) for buffer in range(buffers)]
        optimiser = sgd(0.1, 0.9) if learning else None
        return replace(make_model(graph, self.weights, inputs, optimiser), plan=plan)

    def input(self, buffer: int, rows: int, learning: bool) -> Dict[str, Array]:
        x = self.x if buffer == 0 else random(*self.x.shape, seed=100 + buffer)
        return {"x": x, **({"labels": labels(rows, buffer)} if learning else {})}

    def _constant(self, array: Array, planned: Any, of: Callable[[Mapping[str, Array]], Array]) -> int:
        self._values.append(array)
        self._constants.append(planned)
        self._calls.append(lambda values, weights: values.append(of(weights)))
        return len(self._values) - 1


Build = Callable[[Chain, int], int]
"""Adds operations behind a tensor; returns the last result."""


def native(array: Array) -> str:
    return "float32" if array.dtype == np.float64 else str(array.dtype)


def port(name: str, tensor: int, array: Array) -> Dict[str, Any]:
    kind, axes, shape = native(array), list(range(array.ndim)), list(array.shape)
    return {
        "name": name,
        "tensor": tensor,
        "onnxType": kind,
        "type": kind,
        "onnxShape": shape,
        "axes": axes,
    }


def unary(kind: str, function: Function, **settings: Any) -> Build:
    return lambda chain, x: chain.add(kind, [x], function, **settings)


def begin(shape: Sequence[int], scale: float = 1.0) -> Tuple[Chain, int]:
    """x + offset. The offset is trained: its gradient is that of the operand of what comes behind."""
    chain = Chain(random(*shape) * np.float32(scale))
    offset = chain.weight("offset", random(*shape, seed=9) * np.float32(0.1))
    return chain, chain.add("Add", [0, offset], np.add)


def end(chain: Chain, result: int) -> int:
    """As many rows as there are labels, and a product to classes."""
    shape = chain.shape(result)
    columns = int(np.prod(shape)) // BATCH
    flat = chain.add("Reshape", [result], lambda x: x.reshape(BATCH, columns), shape=[BATCH, columns])
    dense = chain.weight("dense", random(columns, CLASSES, seed=3))
    return chain.add("MatMul", [flat, dense], np.matmul)


class ChainCase(unittest.TestCase):
    """Test modules import this module and not the class, which would be collected with them."""

    # Takes the model.
    inference: Callable[[Model], Any]
    training: Callable[[Model], Any]

    def answers(self, chain: Chain, output: int) -> None:
        model = self.inference(chain.model(output))
        found = model.read(model.run(0))["logits"]
        wanted = chain.value(output, chain.weights)
        self.assertEqual(found.shape, wanted.shape)
        np.testing.assert_allclose(found, wanted, rtol=2e-5, atol=2e-5)
        model.dispose()

    def learns(self, chain: Chain, logits: int, frozen: Optional[Mapping[str, Any]] = None) -> None:
        """@param frozen: parts of weights that training does not update"""
        model = chain.model(logits, learning=True)
        learner = self.training(model)
        classes = labels(BATCH, 0)
        wanted_logits = chain.value(logits, chain.weights)
        np.testing.assert_allclose(learner.output(0)["logits"], wanted_logits, rtol=2e-5, atol=2e-5)
        found, present = learner.gradients(0), learner.weights()
        self.assertEqual(set(found), set(model.graph.parameters))
        self.assertEqual(set(present), set(model.graph.parameters))
        wide = {name: array.astype(np.float64) for name, array in chain.weights.items()}
        for name in found:
            slopes = central_differences(
                lambda weights: cross_entropy(chain.value(logits, weights), classes), wide, name
            )
            # What training does not update is zero in both.
            start = chain.weights[name].copy()
            if frozen and name in frozen:
                slopes[frozen[name]] = start[frozen[name]] = 0
            np.testing.assert_array_equal(present[name], start, name)
            scale = max(float(np.abs(slopes).max()), 1e-3)
            np.testing.assert_allclose(found[name] / scale, slopes / scale, atol=3e-4, err_msg=name)
        learner.dispose()

    def both(self, build: Build, *shape: int, scale: float = 1.0) -> None:
        """Answers, and gradients of the operand and of every trained weight."""
        chain, x = begin(shape, scale)
        result = build(chain, x)
        self.answers(chain, result)
        self.learns(chain, end(chain, result))
