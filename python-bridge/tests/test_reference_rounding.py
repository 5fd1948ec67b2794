"""What the reference says besides an output: the rounding of float32, and what decides its integers."""

from __future__ import annotations

import tempfile
import unittest
from pathlib import Path
from typing import Any, List, Tuple

import numpy as np

try:
    import onnx
    from onnx import helper

    from touchstone_bridge.reference.compact import compact
    from touchstone_bridge.reference.forward import expected_outputs
except ImportError as missing:
    raise unittest.SkipTest("ONNX is not in this environment") from missing

from touchstone_bridge.artefact import Array, Graph, Manifest, Model, Node, TensorInfo

TYPES = {
    "float32": onnx.TensorProto.FLOAT,
    "int64": onnx.TensorProto.INT64,
    "uint8": onnx.TensorProto.UINT8,
    "bool": onnx.TensorProto.BOOL,
}
Definition = Tuple[str, List[str], List[TensorInfo], Any]


def outputs_of(x: Array, nodes: List[Definition], outputs: List[str]) -> dict[str, Array]:
    """Expected values of a graph of one input `x`."""
    own = TensorInfo("x", "float32", x.shape)
    values = {"x": own, **{info.name: info for _, _, infos, _ in nodes for info in infos}}
    proto = helper.make_graph(
        [
            helper.make_node(kind, inputs, [info.name for info in infos], **attributes)
            for kind, inputs, infos, attributes in nodes
        ],
        "test",
        [described(own)],
        [described(values[name]) for name in outputs],
        [onnx.numpy_helper.from_array(np.array([2]), "k")],
    )
    graph = Graph(
        "test",
        17,
        (own,),
        tuple(values[name] for name in outputs),
        (),
        (),
        tuple(
            Node(kind, kind, tuple(inputs), tuple(info.name for info in infos), attributes)
            for kind, inputs, infos, attributes in nodes
        ),
        values,
    )
    manifest = Manifest("id", "test", "inference", 1, "float32", 1, None)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        onnx.save(helper.make_model(proto, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
        return compact(expected_outputs(Model(manifest, graph, {}, ({"x": x},), path)))


def described(info: TensorInfo) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(info.name, TYPES[info.type], info.shape)


def top(x: str, shape: Tuple[int, ...], **attributes: Any) -> Definition:
    infos = [TensorInfo("values", "float32", shape), TensorInfo("indices", "int64", shape)]
    return ("TopK", [x, "k"], infos, attributes)


def to_8_bits(count: int) -> List[Definition]:
    """`rounded` is x through DynamicQuantizeLinear and back, `exact` its negative."""
    steps = [TensorInfo("steps", "uint8", (count,)), TensorInfo("scale", "float32", ())]
    return [
        ("DynamicQuantizeLinear", ["x"], [*steps, TensorInfo("zero", "uint8", ())], {}),
        (
            "DequantizeLinear",
            ["steps", "scale", "zero"],
            [TensorInfo("rounded", "float32", (count,))],
            {},
        ),
        ("Neg", ["x"], [TensorInfo("exact", "float32", (count,))], {}),
    ]


class Rounding(unittest.TestCase):
    def test_of_an_exact_output_is_zero_and_of_a_computed_one_its_error_in_float32(self) -> None:
        x = np.linspace(0.1, 0.9, 6, dtype=np.float32).reshape(2, 3)
        nodes: List[Definition] = [
            ("Neg", ["x"], [TensorInfo("exact", "float32", (2, 3))], {}),
            ("Exp", ["x"], [TensorInfo("computed", "float32", (2, 3))], {}),
        ]
        found = outputs_of(x, nodes, ["exact", "computed"])
        self.assertEqual(found["rounding/0/exact"], 0)
        error = np.abs(np.exp(x).astype(np.float64) - np.exp(x.astype(np.float64))).max()
        self.assertEqual(found["rounding/0/computed"], error)
        self.assertGreater(error, 0)

    def test_indices_have_the_values_that_they_rank_behind_what_leaves_them_in_order(self) -> None:
        x = np.array([[[1, 5], [3, 4], [2, 6]]], dtype=np.float32)
        nodes: List[Definition] = [
            top("x", (1, 2, 2), axis=1),
            ("Reshape", ["indices", "shape"], [TensorInfo("flat", "int64", (4,))], {}),
        ]
        nodes[1:1] = [("Constant", [], [TensorInfo("shape", "int64", (1,))], {"value_ints": [4]})]
        found = outputs_of(x, nodes, ["flat"])
        np.testing.assert_array_equal(found["output/0/flat"], [1, 2, 2, 0])
        np.testing.assert_array_equal(found["ranked/0/flat"], x.reshape(1, 3, 2))
        self.assertEqual(found["ranked/0/flat"].dtype, np.float64)
        self.assertEqual(found["rounding/0/flat"], 0)

    def test_zeros_of_either_sign_are_ranked_by_their_index(self) -> None:
        x = np.array([[-0.0, 0.0, -0.0, -1]], dtype=np.float32)
        found = outputs_of(x, [top("x", (1, 2))], ["indices"])
        np.testing.assert_array_equal(found["output/0/indices"], [[0, 1]])

    def test_integer_parts_have_the_values_that_they_are_parts_of(self) -> None:
        x = np.array([1.5, -2.25], dtype=np.float32)
        nodes: List[Definition] = [("Cast", ["x"], [TensorInfo("y", "int64", (2,))], {"to": TYPES["int64"]})]
        found = outputs_of(x, nodes, ["y"])
        np.testing.assert_array_equal(found["truncated/0/y"], x)

    def test_in_half_precision_is_not_computed(self) -> None:
        nodes: List[Definition] = [
            ("Cast", ["x"], [TensorInfo("half", "float16", (2,))], {"to": onnx.TensorProto.FLOAT16}),
            ("Cast", ["half"], [TensorInfo("y", "float32", (2,))], {"to": TYPES["float32"]}),
        ]
        found = outputs_of(np.array([1.1, 0], dtype=np.float32), nodes, ["y"])
        self.assertEqual(sorted(found), ["output/0/y"])

    def test_to_other_steps_changes_what_is_between_them(self) -> None:
        on_steps = np.arange(256, dtype=np.float32)
        found = outputs_of(on_steps, to_8_bits(256), ["rounded", "exact"])
        self.assertEqual(found["spread/0/rounded"], 0)
        between = np.linspace(0, 255, 300, dtype=np.float32)
        found = outputs_of(between, to_8_bits(300), ["rounded", "exact"])
        self.assertEqual(found["spread/0/exact"], 0)
        # Half a step in the root mean square, of values whose own is 255 / √3.
        self.assertAlmostEqual(float(found["spread/0/rounded"]), 0.5 / (255 / 3**0.5), delta=5e-4)

    def test_booleans_and_counts_have_nothing_but_their_values(self) -> None:
        nodes: List[Definition] = [
            ("Cast", ["x"], [TensorInfo("flags", "bool", (2,))], {"to": TYPES["bool"]}),
            ("Shape", ["x"], [TensorInfo("shape", "int64", (1,))], {}),
        ]
        found = outputs_of(np.array([1, 0], dtype=np.float32), nodes, ["flags", "shape"])
        self.assertEqual(sorted(found), ["output/0/flags", "output/0/shape"])


if __name__ == "__main__":
    unittest.main()
