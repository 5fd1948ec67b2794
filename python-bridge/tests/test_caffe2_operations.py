"""Plans of operations on Caffe2: answers beside NumPy's float64, and gradients beside differences of those."""

from __future__ import annotations

import math
import unittest
from dataclasses import replace
from typing import Any, Callable, Dict, List, Mapping, Sequence, Tuple, Union

import numpy as np

from touchstone_bridge.artefact import Array

try:
    from touchstone_bridge.frameworks.caffe2.models import Caffe2Inference, Caffe2Training
except ImportError as missing:
    raise unittest.SkipTest("Caffe2 is not in this environment") from missing

from .graphs import make_graph, make_model, make_node, random, sgd
from .plans import constant
from .training_contract import CLASSES, central_differences, cross_entropy, labels

BATCH = 3
Function = Callable[..., Any]


class Chain:
    """A plan under way, each operation with what it is in NumPy."""

    def __init__(self, x: Array) -> None:
        self.weights: Dict[str, Array] = {}
        self.x = x
        self._values: List[Array] = [x]
        self._constants: List[Dict[str, Any]] = []
        self._operations: List[Dict[str, Any]] = []
        self._calls: List[Callable[[List[Array], Mapping[str, Array]], None]] = []

    def weight(self, name: str, array: Array, part: Tuple[slice, ...] = (), trained: bool = True) -> int:
        """A weight that is trained, or a part of it."""
        self.weights[name] = array
        tensor = len(self._values)
        planned = constant(tensor, name, array, part or None, trained)
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

    def value(self, tensor: int, weights: Mapping[str, Array]) -> Array:
        """In float64, of other weights."""
        values = [self.x]
        for call in self._calls:
            call(values, weights)
        return values[tensor]

    def model(self, output: int, learning: bool, nodes: Sequence[Any] = ()) -> Any:
        result = self._values[output]
        plan = {
            "inputs": [port("x", 0, self.x)],
            "constants": self._constants,
            "operations": self._operations,
            "outputs": [port("logits", output, result)],
        }
        parameters = list(self.weights) if learning else []
        graph = make_graph(nodes, {"x": self.x}, self.weights, {"logits": result}, ["logits"], parameters)
        inputs = {"x": self.x, **({"labels": labels(len(result), 0)} if learning else {})}
        optimiser = sgd(0.1, 0.9) if learning else None
        return replace(make_model(graph, self.weights, [inputs], optimiser), plan=plan)

    def _constant(self, array: Array, planned: Any, of: Callable[[Mapping[str, Array]], Array]) -> int:
        self._values.append(array)
        self._constants.append(planned)
        self._calls.append(lambda values, weights: values.append(of(weights)))
        return len(self._values) - 1


def native(array: Array) -> str:
    return "float32" if array.dtype == np.float64 else str(array.dtype)


def port(name: str, tensor: int, array: Array) -> Dict[str, Any]:
    kind, axes = native(array), list(range(array.ndim))
    shape = list(array.shape)
    return {
        "name": name,
        "tensor": tensor,
        "onnxType": kind,
        "type": kind,
        "onnxShape": shape,
        "axes": axes,
    }


class Case(unittest.TestCase):
    def answers(self, chain: Chain, output: int) -> None:
        inference = Caffe2Inference(chain.model(output, learning=False))
        found = inference.read(inference.run(0))["logits"]
        wanted = chain.value(output, chain.weights)
        self.assertEqual(found.shape, wanted.shape)
        np.testing.assert_allclose(found, wanted, rtol=2e-5, atol=2e-5)
        inference.dispose()

    def learns(
        self,
        chain: Chain,
        logits: int,
        nodes: Sequence[Any] = (),
        frozen: Union[Mapping[str, Any], None] = None,
    ) -> None:
        """@param frozen: of these weights a part that does not learn"""
        learner = Caffe2Training(chain.model(logits, learning=True, nodes=nodes))
        classes = labels(BATCH, 0)
        wanted_logits = chain.value(logits, chain.weights)
        np.testing.assert_allclose(learner.output(0)["logits"], wanted_logits, rtol=2e-5, atol=2e-5)
        for name, array in learner.weights().items():
            np.testing.assert_array_equal(array, chain.weights[name], name)
        found = learner.gradients(0)
        wide = {name: array.astype(np.float64) for name, array in chain.weights.items()}
        for name in chain.weights:
            slopes = central_differences(
                lambda weights: cross_entropy(chain.value(logits, weights), classes), wide, name
            )
            slopes[(frozen or {}).get(name, np.s_[:0])] = 0
            scale = max(float(np.abs(slopes).max()), 1e-3)
            np.testing.assert_allclose(found[name] / scale, slopes / scale, atol=3e-4, err_msg=name)
        learner.dispose()


def begin(shape: Sequence[int], scale: float = 1.0) -> "tuple[Chain, int]":
    """x + offset, of which the offset learns: its gradient is that of what comes behind."""
    chain = Chain(random(*shape) * np.float32(scale))
    offset = chain.weight("offset", random(*shape, seed=9) * np.float32(0.1))
    return chain, chain.add("Add", [0, offset], np.add)


def end(chain: Chain, result: int) -> int:
    """As many rows as there are labels, and a product to classes."""
    columns = chain.value(result, chain.weights).size // BATCH
    flat = chain.add("Reshape", [result], lambda x: x.reshape(BATCH, columns), shape=[BATCH, columns])
    dense = chain.weight("dense", random(columns, CLASSES, seed=3))
    return chain.add("MatMul", [flat, dense], np.matmul)


Build = Callable[[Chain, int], int]


def unary(kind: str, function: Function, **settings: Any) -> Build:
    return lambda chain, x: chain.add(kind, [x], function, **settings)


def softmax(x: Array, axis: int) -> Array:
    raised = np.exp(x - x.max(axis=axis, keepdims=True))
    return raised / raised.sum(axis=axis, keepdims=True)


def where(chain: Chain, x: int) -> int:
    condition = chain.add("Greater", [x, chain.number(0.1)], np.greater)
    return chain.add("Where", [condition, x, chain.add("Neg", [x], np.negative)], np.where)


def masked(chain: Chain, x: int) -> int:
    """What is not looked at is infinitely far away, and nothing becomes NaN by that."""
    mask = chain.literal(np.tri(4, dtype=bool))
    found = chain.add("Where", [mask, x, chain.number(-math.inf)], np.where)
    return chain.add("Softmax", [found], lambda x: softmax(x, -1), axis=2)


def part(chain: Chain, x: int) -> int:
    return chain.add_several("Split", [x], lambda x: np.split(x, [1, 3], 2), axis=2, sizes=[1, 2, 1])[1]


def whole_split(chain: Chain, x: int) -> int:
    first, second = chain.add_several("Split", [x], lambda x: np.split(x, 2, 2), axis=2, sizes=[2, 2])
    return chain.add("Mul", [first, second], np.multiply)


def gathered(axis: int, indices: Any) -> Build:
    def build(chain: Chain, x: int) -> int:
        places = chain.literal(np.array(indices, np.int64))
        return chain.add("Gather", [x, places], lambda x, at: np.take(x, at, axis), axis=axis)

    return build


def with_itself(kind: str, function: Function, *before: Any) -> Build:
    """`kind` of an operand and what another operation makes of it."""
    return lambda chain, x: chain.add(kind, [x, before[0](chain, x)], function)


def counted(chain: Chain, x: int) -> int:
    """A comparison as a number: no gradient comes through that."""
    above = chain.add("Greater", [x, chain.number(0)], np.greater)
    return chain.add("Mul", [x, chain.add("Cast", [above], np.float64, to="float32")], np.multiply)


def from_scalar(chain: Chain, x: int) -> int:
    mean = chain.add("ReduceMean", [x], np.mean, axes=[0, 1, 2], keepdims=False)
    single = chain.add("Reshape", [mean], lambda x: x.reshape(1, 1, 1), shape=[1, 1, 1])
    wide = chain.add("Expand", [single], lambda x: np.broadcast_to(x, (BATCH, 2, 4)), shape=[BATCH, 2, 4])
    return chain.add("Mul", [wide, x], np.multiply)


def broadcast_product(chain: Chain, x: int) -> int:
    matrices = chain.weight("matrices", random(2, 1, 4, 2))
    return chain.add("Transpose", [chain.add("MatMul", [x, matrices], np.matmul)], turned, perm=[1, 0, 2, 3])


def turned(x: Array) -> Array:
    return x.transpose(1, 0, 2, 3)


def top(chain: Chain, x: int) -> int:
    def largest(x: Array) -> "tuple[Array, Array]":
        places = np.argsort(x, axis=-1, kind="stable")[..., :2]
        return np.take_along_axis(x, places, -1), places

    return chain.add_several("TopK", [x], largest, k=2, largest=False)[0]


def power(chain: Chain, x: int) -> int:
    base = chain.add("Add", [chain.add("Abs", [x], np.abs), chain.number(0.5)], np.add)
    return chain.add("Pow", [base, chain.weight("exponents", random(2, 1))], np.power)


def standardised(x: Array, axes: "tuple[int, ...]", epsilon: float) -> Array:
    deviation = np.sqrt(x.var(axis=axes, keepdims=True) + epsilon)
    return (x - x.mean(axis=axes, keepdims=True)) / deviation


def normalised(kind: str, over: "tuple[int, ...]", shape: "tuple[int, ...]", **settings: Any) -> Build:
    def build(chain: Chain, x: int) -> int:
        scale, bias = (chain.weight(name, random(*shape)) for name in ("scale", "bias"))
        spread = [*shape, *([1] * (2 if kind[0] != "L" else 0))]

        def function(x: Array, scale: Array, bias: Array) -> Array:
            groups = settings.get("groups")
            apart = x if groups is None else x.reshape(len(x), groups, -1)
            result = standardised(apart, over, 1e-2).reshape(x.shape)
            return result * scale.reshape(spread) + bias.reshape(spread)

        return chain.add(kind, [x, scale, bias], function, epsilon=1e-2, **settings)

    return build


def local_response(x: Array) -> Array:
    squares = np.pad(x * x, [(0, 0), (1, 1), (0, 0), (0, 0)])
    total = squares[:, :-2] + squares[:, 1:-1] + squares[:, 2:]
    return x / (1.5 + 0.6 / 3 * total) ** 0.75


def sliced(chain: Chain, x: int) -> int:
    settings = {"begins": [0, 1, 0], "ends": [BATCH, 2, 4], "strides": [1, 1, 3]}
    return chain.add("Slice", [x], lambda x: x[:, 1:2, ::3], **settings)


def joined(chain: Chain, x: int) -> int:
    return chain.add("Concat", [x, x, chain.literal(random(BATCH, 2, 1))], concatenated, axis=2)


def concatenated(*arrays: Array) -> Array:
    return np.concatenate(arrays, 2)


def bilinear(x: Array) -> Array:
    """Twice as high; the corners stay where they are."""
    rows = np.linspace(0, x.shape[2] - 1, 2 * x.shape[2])
    low = np.minimum(rows.astype(int), x.shape[2] - 2)
    part_above = (rows - low)[:, None]
    return x[:, :, low] * (1 - part_above) + x[:, :, low + 1] * part_above


def running(x: Array) -> Array:
    """From the end, without the own."""
    total = np.flip(np.cumsum(np.flip(x, 2), 2), 2)
    return total - x


ROWS: Mapping[str, Build] = {
    "a condition that is computed": where,
    "masks of infinities": masked,
    "a part of which the others are not read": part,
    "all parts": whole_split,
    "columns, some twice": gathered(2, [[3, 0], [3, 1]]),
    "a column": gathered(2, 1),
    "strides": sliced,
    "joined": joined,
    "tiled": unary("Tile", lambda x: np.tile(x, (1, 2, 3)), repeats=[1, 2, 3]),
    "padded": unary(
        "Pad",
        lambda x: np.pad(x, [(0, 0), (1, 0), (0, 2)], constant_values=2),
        value=2,
        pads=[[0, 0], [1, 0], [0, 2]],
    ),
    "running sums": unary("CumSum", running, axis=2, exclusive=True, reverse=True),
    "the logarithm of a softmax": unary("LogSoftmax", lambda x: np.log(softmax(x, 1)), axis=1),
    "a softmax along the middle": unary("Softmax", lambda x: softmax(x, 1), axis=1),
    "the logarithm of a sum": unary(
        "ReduceLogSumExp", lambda x: np.log(np.exp(x).sum(axis=2)), axes=[2], keepdims=False
    ),
    "the largest": unary("ReduceMax", lambda x: x.max(axis=(1, 2)), axes=[1, 2], keepdims=False),
    "the smallest": unary("ReduceMin", lambda x: x.min(axis=2, keepdims=True), axes=[2], keepdims=True),
    "the smallest two": top,
    "steps": with_itself("Mul", np.multiply, unary("Floor", np.floor)),
    "signs": with_itself("Mul", np.multiply, unary("Sign", np.sign)),
    "a comparison as a number": counted,
    "a scalar on the way": from_scalar,
    "powers": power,
    "a layer of one axis": normalised("LayerNormalization", (2,), (4,), axes=[2]),
    "a layer of two axes": normalised("LayerNormalization", (1, 2), (2, 4), axes=[1, 2]),
}

PICTURES: Mapping[str, Build] = {
    "rows of matrices": gathered(0, [[2, 0], [2, 2], [1, 0]]),
    "each picture": normalised("InstanceNormalization", (2, 3), (4,)),
    "groups": normalised("GroupNormalization", (2,), (4,), groups=2),
    "neighbours": unary("LRN", local_response, axis=1, size=3, alpha=0.6, beta=0.75, bias=1.5),
    "a picture with a frame": unary(
        "Pad",
        lambda x: np.pad(x, [(0, 0), (0, 0), (1, 2), (0, 1)], constant_values=1),
        value=1,
        pads=[[0, 0], [0, 0], [1, 2], [0, 1]],
    ),
    "larger, by what is nearest": unary(
        "Resize",
        lambda x: x.repeat(2, 2).repeat(3, 3),
        mode="nearest",
        sizes=[6, 12],
        coordinates="asymmetric",
        nearest="floor",
    ),
    "larger, by lines": unary(
        "Resize", bilinear, mode="linear", sizes=[6, 4], coordinates="align_corners", nearest=""
    ),
    "a picture turned": unary("Transpose", lambda x: x.transpose(2, 0, 3, 1), perm=[2, 0, 3, 1]),
}


class Gradients(Case):
    def test_of_rows(self) -> None:
        for name, build in ROWS.items():
            with self.subTest(name):
                shape = (BATCH, 4, 4) if name == "masks of infinities" else (BATCH, 2, 4)
                chain, x = begin(shape)
                result = build(chain, x)
                self.answers(chain, result)
                self.learns(chain, end(chain, result))

    def test_of_pictures(self) -> None:
        for name, build in PICTURES.items():
            with self.subTest(name):
                chain, x = begin((BATCH, 4, 3, 4))
                result = build(chain, x)
                self.answers(chain, result)
                self.learns(chain, end(chain, result))

    def test_of_products_that_broadcast(self) -> None:
        chain, x = begin((BATCH, 2, 4))
        result = broadcast_product(chain, x)
        self.answers(chain, result)
        self.learns(chain, end(chain, result))

    def test_the_first_of_equal_values_has_it(self) -> None:
        chain = Chain(np.zeros((BATCH, 4), np.float32))
        moved = chain.add("Add", [0, chain.weight("offset", np.ones((BATCH, 4), np.float32))], np.add)
        most = chain.add("ReduceMax", [moved], lambda x: x.max(1, keepdims=True), axes=[1], keepdims=True)
        logits = end(chain, most)
        learner = Caffe2Training(chain.model(logits, learning=True))
        gradient = learner.gradients(0)["offset"]
        self.assertTrue((gradient[:, 0] != 0).all())
        np.testing.assert_array_equal(gradient[:, 1:], 0)


class Answers(Case):
    def test_booleans_are_moved(self) -> None:
        chain = Chain(random(2, 1, 3))
        above = chain.add("Greater", [0, chain.number(0)], np.greater)
        turned_around = chain.add("Transpose", [above], lambda x: x.transpose(2, 1, 0), perm=[2, 1, 0])
        wide = chain.add("Expand", [turned_around], lambda x: np.broadcast_to(x, (3, 2, 2)), shape=[3, 2, 2])
        tiled = chain.add("Tile", [wide], lambda x: np.tile(x, (1, 1, 2)), repeats=[1, 1, 2])
        self.answers(chain, chain.add("Cast", [tiled], np.int64, to="int64"))

    def test_scattered_elements(self) -> None:
        chain = Chain(random(3, 4))
        places = np.array([[1, 0, 2, 0], [0, 2, 1, 1]], np.int64)

        def scatter(x: Array, at: Array, updates: Array) -> Array:
            result = x.copy()
            np.put_along_axis(result, at, updates, 0)
            return result

        inputs = [0, chain.literal(places), chain.literal(random(2, 4))]
        self.answers(chain, chain.add("ScatterElements", inputs, scatter, axis=0, reduction="none"))

    def test_scattered_slices(self) -> None:
        chain = Chain(random(3, 4, 2))
        places = np.array([[1, 3], [0, 2], [2, 0]], np.int64)

        def scatter(x: Array, at: Array, updates: Array) -> Array:
            result = x.copy()
            result[tuple(at.T)] = updates
            return result

        inputs = [0, chain.literal(places), chain.literal(random(3, 2))]
        self.answers(chain, chain.add("ScatterND", inputs, scatter, reduction="none"))

    def test_the_largest_of_two_axes(self) -> None:
        chain = Chain(random(2, 3, 4))
        self.answers(
            chain, chain.add("ReduceMax", [0], lambda x: x.max(axis=(0, 2)), axes=[0, 2], keepdims=False)
        )

    def test_half_precision_is_stored(self) -> None:
        chain = Chain(random(2, 3))
        half = chain.add("Cast", [0], lambda x: x.astype(np.float16), to="float16")
        joined = chain.add("Concat", [half, half], lambda *arrays: np.concatenate(arrays), axis=0)
        self.answers(chain, chain.add("Cast", [joined], lambda x: x.astype(np.float32), to="float32"))

    def test_infinities_are_within_bounds_that_are_not_there(self) -> None:
        chain = Chain(np.array([-np.inf, 0, np.inf], np.float32))
        self.answers(chain, chain.add("Clip", [0], lambda x: np.maximum(x, -1), low=-1, high=None))


STEPS, VALUES, HIDDEN = 4, 2, 3
GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}


class Weights(Case):
    def test_one_in_two_layouts_learns_as_one(self) -> None:
        """logits = (x · w) · wᵀ · v"""
        chain = Chain(random(BATCH, 4))
        w = random(4, CLASSES)
        weight = chain.weight("w", w)
        product = chain.add("MatMul", [0, weight], np.matmul)
        turned = chain.add("Transpose", [weight], np.transpose, perm=[1, 0])
        product = chain.add("MatMul", [product, turned], np.matmul)
        self.learns(chain, chain.add("MatMul", [product, chain.weight("v", random(4, CLASSES))], np.matmul))

    def test_rows_of_a_table_are_an_embedding(self) -> None:
        chain = Chain(np.array([[1, 5], [1, 0], [3, 1]], np.int64))
        table = chain.weight("table", random(6, 4))
        rows = chain.add("Gather", [table, 0], lambda x, at: x[at], axis=0)
        self.learns(chain, end(chain, rows))

    def test_recurrent_layers_have_their_own(self) -> None:
        for kind in GATES:
            for direction in ("forward", "reverse", "bidirectional"):
                with self.subTest(kind=kind, direction=direction):
                    self.recurrent(kind, direction, False)

    def test_recurrent_layers_read_what_is_computed(self) -> None:
        for kind in GATES:
            with self.subTest(kind=kind):
                self.recurrent(kind, "bidirectional", True)

    def recurrent(self, kind: str, direction: str, shared: bool) -> None:
        """@param shared: the bias and R are multiplied by one before the layer reads them"""
        count, gates = 1 + (direction == "bidirectional"), GATES[kind] * HIDDEN
        chain = Chain(random(STEPS, BATCH, VALUES))
        bias = random(count, 2 * gates)
        bias[:, gates:] = 0
        inputs = [
            chain.weight("w", random(count, gates, VALUES)),
            chain.weight("r", random(count, gates, HIDDEN)),
        ]
        halves = [
            chain.weight("b", bias, np.s_[:, :gates]),
            chain.weight("b", bias, np.s_[:, gates:], trained=False),
        ]
        inputs.append(chain.add("Concat", halves, lambda *parts: np.concatenate(parts, 1), axis=1))
        if shared:
            inputs[1:] = [chain.add("Mul", [each, chain.number(1)], np.multiply) for each in inputs[1:]]
        settings = {
            "hidden": HIDDEN,
            "direction": direction,
            "given": ["bias", "initialH"],
            "read": ["sequence"],
        }
        if kind == "GRU":
            settings["linearBeforeReset"] = not shared
        inputs.append(chain.weight("h", random(count, BATCH, HIDDEN)))

        def function(x: Array, w: Array, r: Array, b: Array, h: Array) -> List[Array]:
            return layer(kind, direction, x, (w, r, b, h), not shared)

        sequence = chain.add_several(kind, [0, *inputs], function, **settings)[0]
        moved = chain.add("Transpose", [sequence], lambda x: x.transpose(2, 0, 1, 3), perm=[2, 0, 1, 3])
        frozen = {"b": np.s_[:, gates:]}
        node = make_node(kind, ["x", "w", "r", "b"], ["y"])
        self.learns(chain, end(chain, moved), [node], frozen)


def sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def layer(
    kind: str, direction: str, x: Array, weights: Sequence[Array], linear_before_reset: bool
) -> List[Array]:
    """The definition of ONNX's recurrent operators: every state, the last one, and the last cell of an LSTM."""
    runs = {"forward": [1], "reverse": [-1], "bidirectional": [1, -1]}[direction]
    sequences, lasts, cells = [], [], []
    for place, order in enumerate(runs):
        w, r, b, h = (each[place] for each in weights)
        own, recurrent_bias = np.split(b, 2)
        c, states = np.zeros_like(h), []
        for step in x[::order]:
            h, c = next_state(kind, step @ w.T + own, r, recurrent_bias, h, c, linear_before_reset)
            states.append(h)
        sequences.append(np.stack(states[::order]))
        lasts.append(h)
        cells.append(c)
    found = [np.stack(sequences, 1), np.stack(lasts)]
    return [*found, np.stack(cells)] if kind == "LSTM" else found


def next_state(
    kind: str, x: Array, r: Array, b: Array, h: Array, c: Array, linear_before_reset: bool
) -> "tuple[Array, Array]":
    if kind == "GRU":
        update, reset = (
            sigmoid(x[:, at] + h @ r[at].T + b[at]) for at in (np.s_[:HIDDEN], np.s_[HIDDEN:-HIDDEN])
        )
        own, offset = r[-HIDDEN:].T, b[-HIDDEN:]
        inner = reset * (h @ own + offset) if linear_before_reset else (reset * h) @ own + offset
        return (1 - update) * np.tanh(x[:, -HIDDEN:] + inner) + update * h, c
    sums = x + h @ r.T + b
    if kind == "RNN":
        return np.tanh(sums), c
    entry, out, forget, fresh = np.split(sums, 4, axis=1)
    c = sigmoid(forget) * c + sigmoid(entry) * np.tanh(fresh)
    return sigmoid(out) * np.tanh(c), c


if __name__ == "__main__":
    unittest.main()
