"""ConvTranspose against explicit loops, and against the ONNX project's where that is correct."""

from __future__ import annotations

import unittest
from typing import Any

import numpy as np

try:
    from onnx import TensorProto, helper
    from onnx.reference import ReferenceEvaluator

    from touchstone_bridge.reference.conv_transpose import ConvTranspose
except ImportError as missing:
    raise unittest.SkipTest("ONNX is not in this environment") from missing

from touchstone_bridge.artefact import Array

from .conv_transpose_cases import CASES, Case, convolve_transposed


def evaluate(arrays: dict[str, Array], attributes: dict[str, Any], own: bool) -> Array:
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.DOUBLE, array.shape) for name, array in arrays.items()
    ]
    node = helper.make_node("ConvTranspose", list(arrays), ["y"], **attributes)
    outputs = [helper.make_tensor_value_info("y", TensorProto.DOUBLE, None)]
    model = helper.make_model(
        helper.make_graph([node], "test", inputs, outputs), opset_imports=[helper.make_opsetid("", 17)]
    )
    result: Array = ReferenceEvaluator(model, new_ops=[ConvTranspose] if own else []).run(None, arrays)[0]
    return result


class TransposedConvolution(unittest.TestCase):
    def test_every_element(self) -> None:
        for case in CASES:
            with self.subTest(case=case):
                arrays = case.arrays()
                found = evaluate(arrays, case.attributes(), own=True)
                np.testing.assert_allclose(found, convolve_transposed(case, arrays), rtol=1e-12, atol=1e-12)

    def test_auto_pad_agrees_with_the_onnx_project(self) -> None:
        arrays = Case((3, 2), (2, 3), (), (), (1, 1)).arrays()
        for attributes in (
            {"auto_pad": "SAME_UPPER", "strides": [2, 3]},
            {"auto_pad": "SAME_LOWER", "strides": [2, 3]},
            {"auto_pad": "SAME_LOWER", "strides": [2, 1], "output_shape": [7, 3]},
            {"auto_pad": "VALID", "strides": [2, 3]},
            {},
        ):
            with self.subTest(attributes=attributes):
                found = evaluate(arrays, attributes, own=True)
                np.testing.assert_allclose(found, evaluate(arrays, attributes, own=False), atol=1e-12)

    def test_output_shape_determines_the_pads(self) -> None:
        """Total pads 3 and 1: without `auto_pad` the larger half is at the begin."""
        case = Case((3, 2), (2, 2), (2, 1, 1, 0), (0, 0), (1, 1))
        arrays = case.arrays()
        found = evaluate(arrays, {"strides": [2, 2], "output_shape": [6, 5]}, own=True)
        np.testing.assert_allclose(found, convolve_transposed(case, arrays), atol=1e-12)


if __name__ == "__main__":
    unittest.main()
