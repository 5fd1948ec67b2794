"""What every framework must satisfy, through its public entry points only: `open_framework` and what it loads.

Models are artefacts with the target's own plan; expected values are NumPy float64. A test module derives from these
classes, and runs on the target in `TOUCHSTONE_TEST_TARGET`.
"""

from __future__ import annotations

import tempfile
import unittest
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from touchstone_bridge.artefact import Adam, Array, Model, Momentum, RMSProp
from touchstone_bridge.errors import UnsupportedError
from touchstone_bridge.generation import generating

from .fixtures import load_fixture, open_target, with_unknown_kind
from .numpy_networks import NETWORKS, cross_entropy, gradients, in_float64, linear, softmax


def parameters_of(model: Model) -> dict[str, Array]:
    return {name: model.weights[name] for name in model.graph.parameters}


def assert_close(found: Mapping[str, Array], expected: Mapping[str, Array], rtol: float) -> None:
    assert set(found) == set(expected), f"{sorted(found)} instead of {sorted(expected)}"
    for name, array in expected.items():
        assert found[name].shape == array.shape, f"{name} has shape {found[name].shape}"
        np.testing.assert_allclose(found[name], array, rtol=rtol, atol=1e-6, err_msg=name)


class FrameworkCase(unittest.TestCase):
    """Base of the classes below."""

    framework: Any

    @classmethod
    def setUpClass(cls) -> None:
        cls.framework = open_target()

    def training(self, name: str) -> tuple[Model, Any]:
        model = load_fixture(name)
        loaded = self.framework.load_training(model)
        self.addCleanup(loaded.dispose)
        return model, loaded


class Answers(FrameworkCase):
    """What every inference model satisfies, whatever it is made of."""

    def test_outputs_of_every_buffer(self) -> None:
        for name, network in NETWORKS.items():
            model = load_fixture(f"{name}-inference")
            loaded = self.framework.load_inference(model)
            self.addCleanup(loaded.dispose)
            (output,) = model.graph.outputs
            for buffer, inputs in enumerate(model.inputs):
                with self.subTest(network=name, buffer=buffer):
                    found = loaded.read(loaded.run(buffer))
                    logits = network(in_float64(model.weights), inputs["x"].astype(np.float64))
                    assert_close(found, {output.name: softmax(logits)}, rtol=1e-5)

    def test_generation_feeds_outputs_back(self) -> None:
        model = load_fixture("generation")
        loop = generating(model, self.framework.load_inference(model))
        self.addCleanup(loop.dispose)
        assert model.manifest.generation is not None
        state = model.inputs[1]["state"].astype(np.float64)
        for _ in range(model.manifest.generation.steps):
            state = np.tanh(linear(in_float64(model.weights), state))
        # A second iteration starts from the same inputs.
        for _ in range(2):
            assert_close(loop.read(loop.run(1)), {"next": state}, rtol=1e-5)


class Inference(Answers):
    """Of models that are built from a plan."""

    def test_unknown_step_of_a_plan_is_rejected_by_name(self) -> None:
        model = with_unknown_kind(load_fixture("linear-inference"), "NoSuchKind")
        # By `load`, or by the first call in frameworks that trace lazily.
        with self.assertRaisesRegex(UnsupportedError, "NoSuchKind"):
            self.framework.load_inference(model).run(0)


class NativeImport(Answers):
    """Of runtimes that import the file by themselves."""

    def test_an_output_stays_what_it_was(self) -> None:
        model = load_fixture("linear-inference")
        loaded = self.framework.load_inference(model)
        self.addCleanup(loaded.dispose)
        first = loaded.run(0)
        before = {name: array.copy() for name, array in loaded.read(first).items()}
        loaded.run(1)
        assert_close(loaded.read(first), before, rtol=0)

    def test_operator_that_it_does_not_know_is_unsupported_in_its_own_words(self) -> None:
        model = load_fixture("linear-inference")
        with tempfile.TemporaryDirectory() as folder:
            unknown = Path(folder) / "model.onnx"
            # Of the same length, so that the rest of the file stays valid.
            unknown.write_bytes(model.model_path.read_bytes().replace(b"Softmax", b"Softmix"))
            with self.assertRaisesRegex(UnsupportedError, f"^{self.framework.title}: .*Softmix"):
                self.framework.load_inference(replace(model, model_path=unknown))

    def test_has_no_training(self) -> None:
        with self.assertRaisesRegex(UnsupportedError, "no training API"):
            self.framework.load_training(load_fixture("linear-training"))


class Training(FrameworkCase):
    def test_starts_with_the_given_weights_in_onnx_layout(self) -> None:
        for name in NETWORKS:
            with self.subTest(network=name):
                model, loaded = self.training(f"{name}-training")
                assert_close(loaded.weights(), parameters_of(model), rtol=1e-7)

    def test_outputs_are_logits(self) -> None:
        for name, network in NETWORKS.items():
            with self.subTest(network=name):
                model, loaded = self.training(f"{name}-training")
                (output,) = model.graph.outputs
                logits = network(in_float64(model.weights), model.inputs[1]["x"].astype(np.float64))
                assert_close(loaded.output(1), {output.name: logits}, rtol=1e-5)

    def test_gradients_agree_with_central_differences(self) -> None:
        for name, network in NETWORKS.items():
            with self.subTest(network=name):
                model, loaded = self.training(f"{name}-training")
                inputs = model.inputs[0]
                x = inputs["x"].astype(np.float64)
                expected = gradients(network, parameters_of(model), x, inputs["labels"])
                found = loaded.gradients(0)
                assert found is not None
                assert_close(found, expected, rtol=1e-4)

    def test_step_returns_the_loss_before_the_update(self) -> None:
        for name, network in NETWORKS.items():
            with self.subTest(network=name):
                model, loaded = self.training(f"{name}-training")
                inputs = model.inputs[0]
                logits = network(in_float64(model.weights), inputs["x"].astype(np.float64))
                self.assertAlmostEqual(loaded.step(0), cross_entropy(logits, inputs["labels"]), places=5)

    def test_reading_does_not_change_training(self) -> None:
        _, read = self.training("lstm-training")
        _, untouched = self.training("lstm-training")
        for _ in range(2):
            read.gradients(0)
            read.output(0)
            read.weights()
            self.assertEqual(read.step(0), untouched.step(0))

    def test_reset_restores_weights_and_optimiser(self) -> None:
        for name in ("lstm-training", "linear-adam"):
            with self.subTest(fixture=name):
                model, loaded = self.training(name)
                losses = [loaded.step(0) for _ in range(4)]
                self.assertLess(losses[-1], losses[0])
                loaded.reset()
                assert_close(loaded.weights(), parameters_of(model), rtol=1e-7)
                self.assertEqual([loaded.step(0) for _ in range(4)], losses)

    def test_recurrent_bias_is_not_trained(self) -> None:
        model, loaded = self.training("lstm-training")
        for _ in range(3):
            loaded.step(0)
        bias = loaded.weights()["lstm.B"]
        half = bias.shape[1] // 2
        np.testing.assert_array_equal(bias[:, half:], 0)
        self.assertTrue((bias[:, :half] != model.weights["lstm.B"][:, :half]).any())

    def test_unknown_step_of_a_plan_is_rejected_by_name(self) -> None:
        model = with_unknown_kind(load_fixture("linear-training"), "NoSuchKind")
        with self.assertRaisesRegex(UnsupportedError, "NoSuchKind"):
            self.framework.load_training(model).step(0)


class UpdateRules(FrameworkCase):
    """Three steps on a linear layer, computed from the definitions in model/workload.ts."""

    def test_sgd(self) -> None:
        self.check("linear-sgd")

    def test_momentum(self) -> None:
        self.check("linear-momentum")

    def test_adam(self) -> None:
        self.check("linear-adam")

    def test_rmsprop(self) -> None:
        self.check("linear-rmsprop")

    def check(self, name: str) -> None:
        model, loaded = self.training(name)
        training = model.manifest.training
        assert training is not None
        weights = in_float64(parameters_of(model))
        first = {key: np.zeros_like(array) for key, array in weights.items()}
        second = {key: np.zeros_like(array) for key, array in weights.items()}
        rule = training.optimiser
        for step in range(1, 4):
            inputs = model.inputs[step % 2]
            loaded.step(step % 2)
            slopes = gradients(linear, weights, inputs["x"].astype(np.float64), inputs["labels"])
            for key, slope in slopes.items():
                if isinstance(rule, Momentum):
                    first[key] = rule.momentum * first[key] + slope
                    change = first[key]
                elif isinstance(rule, RMSProp):
                    second[key] = rule.decay * second[key] + (1 - rule.decay) * slope**2
                    change = slope / (np.sqrt(second[key]) + rule.epsilon)
                else:
                    assert isinstance(rule, Adam)
                    first[key] = rule.beta1 * first[key] + (1 - rule.beta1) * slope
                    second[key] = rule.beta2 * second[key] + (1 - rule.beta2) * slope**2
                    mean = first[key] / (1 - rule.beta1**step)
                    change = mean / (np.sqrt(second[key] / (1 - rule.beta2**step)) + rule.epsilon)
                weights[key] = weights[key] - rule.learning_rate * change
        assert_close(loaded.weights(), weights, rtol=1e-4)
        moved = max(np.abs(weights[key] - model.weights[key]).max() for key in weights)
        self.assertGreater(moved, 0.01)


class Opening(FrameworkCase):
    def test_describes_versions_and_configuration(self) -> None:
        description = self.framework.describe()
        self.assertIn("numpy", description.versions)
        # None where the framework does not report it.
        self.assertIn(description.configuration["threads"], (1, None))
        self.assertEqual(description.device, "cpu")

    def test_rejects_targets_of_others_by_name(self) -> None:
        with self.assertRaisesRegex(UnsupportedError, "nosuch/backend"):
            open_target("nosuch/backend")
