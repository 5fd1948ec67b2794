"""OpenVINO through its public entry points, and what its layers say of themselves."""

from __future__ import annotations

import unittest

from touchstone_bridge.frameworks.openvino.layers import Layer, settings_of

from . import framework_contract
from .fixtures import load_fixture


class Opening(framework_contract.Opening):
    def test_asks_for_float32(self) -> None:
        self.assertEqual(self.framework.describe().configuration["arithmetic"], "float32")


class NativeImport(framework_contract.NativeImport):
    def test_says_what_its_layers_computed_in(self) -> None:
        loaded = self.framework.load_inference(load_fixture("convolutional-inference"))
        self.addCleanup(loaded.dispose)
        self.assertEqual(loaded.configuration["arithmetic"], "float32")
        self.assertIn("1 Convolution", loaded.configuration["layers"])
        self.assertEqual(loaded.configuration["threads"], 1)


class Layers(unittest.TestCase):
    def test_precision_and_instructions_are_those_of_the_kernels(self) -> None:
        layers = [
            Layer("Convolution", "bf16", "brgconv_avx512_bf16"),
            Layer("FullyConnected", "f32", "gemm_mlas_f32"),
            Layer("Gather", "i32", "jit_avx2_i32"),
        ]
        settings = settings_of(layers)
        self.assertEqual(settings["arithmetic"], "bfloat16, float32")
        self.assertEqual(settings["instructionSet"], "avx512")
