"""What Caffe2 reports of itself and of a net, refusals, and that models neither meet nor stay."""

from __future__ import annotations

import unittest
from dataclasses import replace

import numpy as np

from touchstone_bridge.errors import UnsupportedError

try:
    from touchstone_bridge.frameworks.caffe2 import open_framework
    from touchstone_bridge.frameworks.caffe2.models import Caffe2Inference, Caffe2Training
except ImportError as missing:
    raise unittest.SkipTest("Caffe2 is not in this environment") from missing

from .chains import Chain, begin, end
from .graphs import random
from .recurrences import BATCH, STEPS, VALUES, Layer
from .steps_contract import linear_model
from .test_caffe2_windows import pooling


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

    def test_reports_the_threads_of_a_recurrent_net(self) -> None:
        chain, x = begin((STEPS, BATCH, VALUES))
        last = Layer("LSTM", "forward", "ifoc").add(chain, x, ["last"])[1]
        settings = Caffe2Training(chain.model(end(chain, last), learning=True), threads=2).configuration
        self.assertEqual(settings["threadsOfRecurrentNetwork"], 2)
        self.assertEqual(settings["threadsOfRecurrentNetworkGradient"], 2)

    def test_reports_the_kernel_libraries_of_a_net(self) -> None:
        chain, x = begin((BATCH, 1, 4, 4))
        pooled = pooling("MaxPool", [2, 2], 2, [[0, 0], [0, 0]])(chain, x)
        settings = Caffe2Training(chain.model(end(chain, pooled), learning=True)).configuration
        self.assertEqual(settings["kernelLibrary"], "MKL, Eigen, oneDNN")
        self.assertNotIn("kernelLibrary", Caffe2Inference(chain.model(pooled)).configuration)

    def test_models_are_independent(self) -> None:
        first, second = Caffe2Training(linear_model()), Caffe2Training(linear_model())
        untouched = second.output(0)["logits"]
        first.step(0)
        np.testing.assert_array_equal(second.output(0)["logits"], untouched)
        first.dispose()
        np.testing.assert_array_equal(second.output(0)["logits"], untouched)
        second.dispose()

    def test_a_model_that_is_disposed_of_answers_no_more(self) -> None:
        chain = Chain(random(2, 3))
        model = Caffe2Inference(chain.model(chain.add("Relu", [0], lambda x: np.maximum(x, 0))))
        np.testing.assert_array_equal(model.run(0), np.maximum(chain.x, 0))
        model.dispose()
        with self.assertRaises((RuntimeError, AttributeError)):
            model.run(0)

    def test_an_operation_that_is_not_supported_is_named(self) -> None:
        chain = Chain(random(2, 3))
        with self.assertRaisesRegex(UnsupportedError, "node is planned as Det"):
            Caffe2Inference(chain.model(chain.add("Det", [0], np.negative)))

    def test_an_output_may_be_read_within_the_net_too(self) -> None:
        chain = Chain(random(2, 3))
        relu = chain.add("Relu", [0], lambda x: np.maximum(x, 0))
        product = chain.add("Mul", [relu, 0], np.multiply)
        model = chain.model(product)
        first = chain.model(relu).plan["outputs"][0]
        both = {**model.plan, "outputs": [*model.plan["outputs"], {**first, "name": "relu"}]}
        found = Caffe2Inference(replace(model, plan=both))
        tensors = found.read(found.run(0))
        np.testing.assert_allclose(tensors["logits"], np.maximum(chain.x, 0) * chain.x, rtol=1e-6)
        np.testing.assert_array_equal(tensors["relu"], np.maximum(chain.x, 0))


if __name__ == "__main__":
    unittest.main()
