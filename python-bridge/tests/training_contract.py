"""What every framework that learns must hold: loss, gradients, optimiser and reset, against explicit equations in NumPy
float64 and central differences. Test modules derive from these classes and name the framework's training model.
"""

from __future__ import annotations

import unittest
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from touchstone_bridge.artefact import Array, Model
from touchstone_bridge.errors import UnsupportedError

from .definitions import CLASSES, central_differences, cross_entropy, labels
from .graphs import make_graph, make_model, make_node, random, sgd
from .lstm_contract import BATCH, HIDDEN, INPUT, STEPS, reference


def linear_model(momentum: float = 0.9) -> Model:
    """One Gemm: logits = x·w + c."""
    weights = {"w": random(4, CLASSES), "c": random(CLASSES)}
    inputs = [{"x": random(3, 4, seed=buffer), "labels": labels(3, buffer)} for buffer in range(2)]
    nodes = [make_node("Gemm", ["x", "w", "c"], ["logits"])]
    values = {"logits": random(3, CLASSES)}
    graph = make_graph(nodes, {"x": inputs[0]["x"]}, weights, values, ["logits"], ["w", "c"])
    return make_model(graph, weights, inputs, sgd(0.1, momentum))


def lstm_model(hidden_bias: bool = False) -> Model:
    """Transpose, LSTM, Squeeze, Gemm: as suites/lstm/row-lstm.ts has it."""
    bias = random(1, 8 * HIDDEN)
    if not hidden_bias:
        bias[:, 4 * HIDDEN :] = 0
    weights = {
        "w": random(1, 4 * HIDDEN, INPUT),
        "r": random(1, 4 * HIDDEN, HIDDEN),
        "b": bias,
        "dense": random(CLASSES, HIDDEN),
        "offset": random(CLASSES),
        "axes": np.array([0], np.int64),
    }
    nodes = [
        make_node("Transpose", ["rows"], ["x"], {"perm": [1, 0, 2]}),
        make_node("LSTM", ["x", "w", "r", "b"], ["", "yh"], {"hidden_size": HIDDEN}),
        make_node("Squeeze", ["yh", "axes"], ["h"]),
        make_node("Gemm", ["h", "dense", "offset"], ["logits"], {"transB": 1}),
    ]
    inputs = [{"rows": random(BATCH, STEPS, INPUT), "labels": labels(BATCH, 0)}]
    values = {
        "x": random(STEPS, BATCH, INPUT),
        "yh": random(1, BATCH, HIDDEN),
        "h": random(BATCH, HIDDEN),
        "logits": random(BATCH, CLASSES),
    }
    parameters = ["w", "r", "b", "dense", "offset"]
    graph = make_graph(nodes, {"rows": inputs[0]["rows"]}, weights, values, ["logits"], parameters)
    return make_model(graph, weights, inputs, sgd(0.05, 0.9))


def lstm_loss(model: Model, weights: Mapping[str, Array]) -> float:
    """Loss of `lstm_model` in float64 by the equations of the operators."""
    tensors = model.inputs[0]
    sequence = tensors["rows"].astype(np.float64).transpose(1, 0, 2)
    hidden = reference(sequence, weights)["yh"][0]
    return cross_entropy(hidden @ weights["dense"].T + weights["offset"], tensors["labels"])


def conv_model() -> Model:
    """Conv, Relu, MaxPool, Flatten, MatMul + Add."""
    weights = {"k": random(2, 1, 3, 3), "kb": random(2), "m": random(8, CLASSES), "mb": random(CLASSES)}
    nodes = [
        make_node("Conv", ["image", "k", "kb"], ["conv"]),
        make_node("Relu", ["conv"], ["relu"]),
        make_node("MaxPool", ["relu"], ["pool"], {"kernel_shape": [2, 2], "strides": [2, 2]}),
        make_node("Flatten", ["pool"], ["flat"]),
        make_node("MatMul", ["flat", "m"], ["product"]),
        make_node("Add", ["product", "mb"], ["logits"]),
    ]
    inputs = [{"image": random(3, 1, 6, 6), "labels": labels(3, 0)}]
    values = {
        "conv": random(3, 2, 4, 4),
        "relu": random(3, 2, 4, 4),
        "pool": random(3, 2, 2, 2),
        "flat": random(3, 8),
        "product": random(3, CLASSES),
        "logits": random(3, CLASSES),
    }
    graph = make_graph(nodes, {"image": inputs[0]["image"]}, weights, values, ["logits"], list(weights))
    return make_model(graph, weights, inputs, sgd(0.05, 0.9))


def conv_loss(model: Model, weights: Mapping[str, Array]) -> float:
    """Loss of `conv_model` in float64 by plain loops."""
    image, kernel = model.inputs[0]["image"].astype(np.float64)[:, 0], weights["k"][:, 0]
    conv = np.zeros((3, 2, 4, 4)) + weights["kb"][:, None, None]
    for i in range(3):
        for j in range(3):
            conv += kernel[None, :, i, j, None, None] * image[:, None, i : i + 4, j : j + 4]
    pool = np.maximum(conv, 0).reshape(3, 2, 2, 2, 2, 2).max(axis=(3, 5))
    return cross_entropy(pool.reshape(3, 8) @ weights["m"] + weights["mb"], model.inputs[0]["labels"])


class Learning(unittest.TestCase):
    """Base of the classes below."""

    learner: Callable[[Model], Any]


class Gradients(Learning):
    def compare(self, model: Model, loss: Callable[[Model, Mapping[str, Array]], float]) -> None:
        found = self.learner(model).gradients(0)
        self.assertEqual(set(found), set(model.graph.parameters))
        for name in model.graph.parameters:
            expected = central_differences(lambda weights: loss(model, weights), model.weights, name)
            if name == "b":
                expected[:, 4 * HIDDEN :] = 0  # the frozen half
            self.assertEqual(found[name].shape, expected.shape, name)
            np.testing.assert_allclose(found[name], expected, rtol=1e-4, atol=1e-6, err_msg=name)

    def test_convolution(self) -> None:
        self.compare(conv_model(), conv_loss)

    def test_lstm(self) -> None:
        self.compare(lstm_model(), lstm_loss)

    def test_reading_gradients_changes_nothing(self) -> None:
        untouched, read = self.learner(lstm_model()), self.learner(lstm_model())
        read.gradients(0)
        self.assertEqual(untouched.step(0), read.step(0))
        self.assertEqual(untouched.step(0), read.step(0))


class Steps(Learning):
    def test_momentum_follows_the_written_definition(self) -> None:
        model = linear_model(momentum=0.9)
        learner = self.learner(model)
        w, c = (model.weights[name].astype(np.float64) for name in ("w", "c"))
        velocity_w, velocity_c = np.zeros_like(w), np.zeros_like(c)
        for step in range(6):
            tensors = model.inputs[step % 2]
            logits = tensors["x"] @ w + c
            self.assertAlmostEqual(learner.step(step % 2), cross_entropy(logits, tensors["labels"]), places=5)
            shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
            shares[np.arange(3), tensors["labels"]] -= 1
            velocity_w = 0.9 * velocity_w + tensors["x"].T @ shares / 3
            velocity_c = 0.9 * velocity_c + shares.mean(axis=0)
            w, c = w - 0.1 * velocity_w, c - 0.1 * velocity_c
        np.testing.assert_allclose(learner.weights()["w"], w, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(learner.weights()["c"], c, rtol=1e-5, atol=1e-6)

    def test_reset_brings_back_weights_and_momentum(self) -> None:
        learner = self.learner(lstm_model())
        first = [learner.step(0) for _ in range(4)]
        learner.reset()
        self.assertEqual([learner.step(0) for _ in range(4)], first)
        self.assertLess(first[-1], first[0])

    def test_weights_are_in_onnx_layout(self) -> None:
        for model in (lstm_model(), conv_model(), linear_model()):
            found = self.learner(model).weights()
            self.assertEqual(set(found), set(model.graph.parameters))
            for name, array in found.items():
                np.testing.assert_array_equal(array, model.weights[name], err_msg=name)

    def test_weights_do_not_change_under_the_reader(self) -> None:
        learner = self.learner(linear_model())
        before = learner.weights()["w"]
        copy = before.copy()
        learner.step(0)
        np.testing.assert_array_equal(before, copy)

    def test_two_lstm_biases_train_as_one(self) -> None:
        model = lstm_model(hidden_bias=True)
        learner = self.learner(model)
        bias = model.weights["b"]
        summed = bias[:, : 4 * HIDDEN] + bias[:, 4 * HIDDEN :]
        np.testing.assert_array_equal(learner.weights()["b"][:, : 4 * HIDDEN], summed)
        self.assertAlmostEqual(learner.step(0), lstm_loss(model, model.weights), places=5)
        self.assertFalse(learner.weights()["b"][:, 4 * HIDDEN :].any())

    def test_constants_stay(self) -> None:
        weights = {"w": random(4, CLASSES), "c": random(CLASSES)}
        inputs = [{"x": random(3, 4), "labels": labels(3, 0)}]
        values = {"logits": random(3, CLASSES)}
        nodes = [make_node("Gemm", ["x", "w", "c"], ["logits"])]
        graph = make_graph(nodes, {"x": inputs[0]["x"]}, weights, values, ["logits"], ["c"])
        learner = self.learner(make_model(graph, weights, inputs, sgd(0.1, 0.9)))
        self.assertEqual(set(learner.gradients(0)), {"c"})
        before = learner.output(0)["logits"] - weights["c"]
        learner.step(0)
        after = learner.output(0)["logits"] - learner.weights()["c"]
        np.testing.assert_allclose(after, before, atol=1e-6)


class Refusals(Learning):
    def test_a_shared_weight(self) -> None:
        w = {"w": random(CLASSES, CLASSES)}
        x, y = random(3, CLASSES), random(3, CLASSES)
        nodes = [make_node("MatMul", ["x", "w"], ["h"]), make_node("MatMul", ["h", "w"], ["y"])]
        graph = make_graph(nodes, {"x": x}, w, {"h": y, "y": y}, ["y"], ["w"])
        with self.assertRaisesRegex(UnsupportedError, "share"):
            self.learner(make_model(graph, w, [{"x": x, "labels": labels(3, 0)}], sgd(0.1, 0.9)))

    def test_dropout_and_batch_normalisation(self) -> None:
        x = random(3, CLASSES)
        weights = {name: random(CLASSES) + 1.5 for name in "sbmv"}
        for operator, names in (("Dropout", []), ("BatchNormalization", list("sbmv"))):
            nodes = [make_node(operator, ["x", *names], ["y"])]
            graph = make_graph(nodes, {"x": x}, weights, {"y": x}, ["y"])
            model = make_model(graph, weights, [{"x": x, "labels": labels(3, 0)}], sgd(0.1, 0.9))
            with self.subTest(operator=operator), self.assertRaisesRegex(UnsupportedError, operator):
                self.learner(model)
