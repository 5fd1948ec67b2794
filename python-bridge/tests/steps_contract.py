"""What every framework that trains by plans of operations must hold: loss, momentum, reset, reading without effects;
against explicit equations in NumPy float64. Test modules derive from `Steps` and name the framework's models.
"""

from __future__ import annotations

import unittest
from typing import Any, Callable

import numpy as np

from touchstone_bridge.artefact import Array, Model

from .chains import Chain
from .definitions import CLASSES, cross_entropy
from .graphs import random


def linear() -> "tuple[Chain, int]":
    """logits = x · w + c"""
    chain = Chain(random(3, 4))
    product = chain.add("MatMul", [0, chain.weight("w", random(4, CLASSES))], np.matmul)
    return chain, chain.add("Add", [product, chain.weight("c", random(CLASSES))], np.add)


def linear_model(buffers: int = 1) -> Model:
    chain, logits = linear()
    return chain.model(logits, learning=True, buffers=buffers)


class Steps(unittest.TestCase):
    """Test modules import this module and not the class, which would be collected with them."""

    training: Callable[[Model], Any]

    def test_momentum_follows_the_written_definition(self) -> None:
        model = linear_model(buffers=2)
        learner = self.training(model)
        w, c = (model.weights[name].astype(np.float64) for name in ("w", "c"))
        velocity_w, velocity_c = np.zeros_like(w), np.zeros_like(c)
        for step in range(6):
            tensors = model.inputs[step % 2]
            logits = tensors["x"] @ w + c
            self.assertAlmostEqual(learner.step(step % 2), cross_entropy(logits, tensors["labels"]), places=5)
            shares = shares_of(logits, tensors["labels"])
            velocity_w = 0.9 * velocity_w + tensors["x"].T @ shares / 3
            velocity_c = 0.9 * velocity_c + shares.mean(axis=0)
            w, c = w - 0.1 * velocity_w, c - 0.1 * velocity_c
        np.testing.assert_allclose(learner.weights()["w"], w, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(learner.weights()["c"], c, rtol=1e-5, atol=1e-6)

    def test_reset_restores_weights_and_momentum(self) -> None:
        learner = self.training(linear_model())
        first = [learner.step(0) for _ in range(4)]
        learner.reset()
        self.assertEqual([learner.step(0) for _ in range(4)], first)
        self.assertLess(first[-1], first[0])

    def test_reading_gradients_changes_nothing(self) -> None:
        untouched, read = self.training(linear_model()), self.training(linear_model())
        read.gradients(0)
        self.assertEqual(untouched.step(0), read.step(0))
        read.gradients(0)
        self.assertEqual(untouched.step(0), read.step(0))

    def test_weights_do_not_change_under_the_reader(self) -> None:
        learner = self.training(linear_model())
        before = learner.weights()["w"]
        copy = before.copy()
        learner.step(0)
        np.testing.assert_array_equal(before, copy)
        self.assertTrue((learner.weights()["w"] != copy).any())

    def test_constants_that_are_not_trained_stay(self) -> None:
        chain = Chain(random(3, 4))
        product = chain.add("MatMul", [0, chain.weight("w", random(4, CLASSES), trained=False)], np.matmul)
        logits = chain.add("Add", [product, chain.weight("c", random(CLASSES))], np.add)
        learner = self.training(chain.model(logits, learning=True))
        self.assertEqual(set(learner.gradients(0)), {"c"})
        before = learner.output(0)["logits"] - chain.weights["c"]
        learner.step(0)
        after = learner.output(0)["logits"] - learner.weights()["c"]
        np.testing.assert_allclose(after, before, atol=1e-6)


def shares_of(logits: Array, classes: Array) -> Array:
    """softmax(logits), less one at each label: the gradient of the sum of cross-entropies."""
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    shares[np.arange(len(classes)), classes] -= 1
    return shares
