"""What Caffe2 tells of itself, whole graphs, refusals, and that models neither meet nor stay."""

from __future__ import annotations

import unittest

import numpy as np

from touchstone_bridge.artefact import Attribute
from touchstone_bridge.errors import UnsupportedError

try:
    from caffe2.python import workspace

    from touchstone_bridge.frameworks.caffe2 import open_framework
    from touchstone_bridge.frameworks.caffe2.models import Caffe2Inference, Caffe2Training
except ImportError as missing:
    raise unittest.SkipTest("Caffe2 is not in this environment") from missing

from . import operators_contract
from .graphs import make_graph, make_model, make_node, random
from .training_contract import conv_model, linear_model, lstm_model


class Framework(unittest.TestCase):
    def test_describes_itself(self) -> None:
        with self.assertRaisesRegex(UnsupportedError, "caffe2/cuda"):
            open_framework("caffe2/cuda", 1)
        description = open_framework("caffe2/cpu", 1).describe()
        self.assertEqual(description.versions["caffe2"], "1.8.1")
        self.assertRegex(description.versions["MKL"], r"^20\d\d\.")
        settings = description.configuration
        self.assertEqual((settings["threads"], settings["mklThreads"]), (1, 1))
        self.assertEqual((settings["execution"], settings["netType"]), ("graph", "simple"))
        self.assertIs(settings["flushToZero"], False)

    def test_says_what_a_net_uses(self) -> None:
        settings = Caffe2Training(lstm_model(), threads=2).configuration
        self.assertEqual(settings["threadsOfRecurrentNetwork"], 2)
        self.assertEqual(settings["threadsOfRecurrentNetworkGradient"], 2)
        self.assertEqual(Caffe2Training(conv_model()).configuration["kernelLibrary"], "MKL, Eigen, oneDNN")
        self.assertNotIn("kernelLibrary", Caffe2Training(linear_model()).configuration)

    def test_models_are_apart_and_go(self) -> None:
        first, second = Caffe2Training(linear_model()), Caffe2Training(linear_model())
        untouched = second.output(0)["logits"]
        first.step(0)
        np.testing.assert_array_equal(second.output(0)["logits"], untouched)
        first.dispose()
        np.testing.assert_array_equal(second.output(0)["logits"], untouched)
        second.dispose()

    def test_nothing_of_a_model_stays(self) -> None:
        x = random(2, 3)
        graph = make_graph([make_node("Relu", ["x"], ["y"])], {"x": x}, {}, {"y": x}, ["y"])
        model = Caffe2Inference(make_model(graph, {}, [{"x": x}], None))
        net, output = model._net, model._outputs[0]
        np.testing.assert_array_equal(model.run(0), np.maximum(x, 0))
        model.dispose()
        with self.assertRaisesRegex(RuntimeError, "(?i)net"):
            workspace.RunNet(net)
        # Of a blob without contents it gives a sentence.
        self.assertIn("nullptr", str(workspace.FetchBlob(output)))


class Whole(operators_contract.Whole):
    model = Caffe2Inference

    def test_refusals_name_the_operator(self) -> None:
        x = random(1, 1, 4, 4)
        refused: list[tuple[str, dict[str, Attribute], str]] = [
            ("NonMaxSuppression", {}, "NonMaxSuppression"),
            ("LogSoftmax", {}, "LogSoftmax"),
            ("AveragePool", {"kernel_shape": [2, 2], "pads": [0, 0, 2, 1]}, "pads as wide"),
            ("AveragePool", {"kernel_shape": [2, 2], "dilations": [2, 2]}, "dilations"),
            ("MaxPool", {"kernel_shape": [2, 2], "dilations": [2, 2]}, "dilations"),
            ("AveragePool", {"kernel_shape": [2, 2], "ceil_mode": 1, "count_include_pad": 1}, "ceil_mode"),
        ]
        for operator, attributes, reason in refused:
            with self.subTest(operator=operator), self.assertRaisesRegex(UnsupportedError, reason):
                self.run_node(operator, {"x": x}, {}, x, attributes)
        with self.assertRaisesRegex(UnsupportedError, "not a constant"):
            self.run_node("Conv", {"x": x, "w": random(1, 1, 2, 2)}, {}, x)
        with self.assertRaisesRegex(UnsupportedError, "broadcast"):
            self.run_node("Pow", {"x": x}, {"e": random(4)}, x)
        with self.assertRaisesRegex(UnsupportedError, "two vectors"):
            self.run_node("MatMul", {"x": random(4), "z": random(4)}, {}, np.float32(1.0) * np.zeros(()))


if __name__ == "__main__":
    unittest.main()
