"""Update rules of model/workload.ts over trees of parameters, to be traced into the step."""

from __future__ import annotations

import math
from typing import Any, Callable, Tuple

import jax
import jax.numpy as jnp

from ...artefact import Adam, Momentum, Optimiser, RMSProp

# Takes the optimiser's state, the parameters and their gradients; returns the next state and parameters.
Update = Callable[[Any, Any, Any], Tuple[Any, Any]]


def update_of(rule: Optimiser) -> Update:
    if isinstance(rule, Adam):
        return adam(rule)
    return rmsprop(rule) if isinstance(rule, RMSProp) else momentum(rule)


def nothing_seen(rule: Optimiser, trained: Any) -> Any:
    """What `update_of` keeps, before the first step."""
    if isinstance(rule, Adam):
        return zeros_like(trained), zeros_like(trained), jnp.zeros((), jnp.float32)
    return zeros_like(trained)


def momentum(rule: Momentum) -> Update:
    def update(velocity: Any, trained: Any, gradients: Any) -> Tuple[Any, Any]:
        velocity = jax.tree.map(lambda v, g: rule.momentum * v + g, velocity, gradients)
        return velocity, jax.tree.map(lambda w, v: w - rule.learning_rate * v, trained, velocity)

    return update


def corrected(beta: float, step: Any) -> Any:
    """1 - beta^step, of which float32 has five digits where it is taken from one: 0.999 is no float32."""
    return -jnp.expm1(step * math.log(beta))


def adam(rule: Adam) -> Update:
    def update(kept: Any, trained: Any, gradients: Any) -> Tuple[Any, Any]:
        first, second, step = kept
        step = step + 1
        first = jax.tree.map(lambda m, g: rule.beta1 * m + (1 - rule.beta1) * g, first, gradients)
        second = jax.tree.map(lambda v, g: rule.beta2 * v + (1 - rule.beta2) * g**2, second, gradients)

        def moved(weight: Any, m: Any, v: Any) -> Any:
            mean, square = m / corrected(rule.beta1, step), v / corrected(rule.beta2, step)
            return weight - rule.learning_rate * mean / (jnp.sqrt(square) + rule.epsilon)

        return (first, second, step), jax.tree.map(moved, trained, first, second)

    return update


def rmsprop(rule: RMSProp) -> Update:
    def update(squares: Any, trained: Any, gradients: Any) -> Tuple[Any, Any]:
        squares = jax.tree.map(lambda v, g: rule.decay * v + (1 - rule.decay) * g**2, squares, gradients)

        def moved(weight: Any, v: Any, g: Any) -> Any:
            return weight - rule.learning_rate * g / (jnp.sqrt(v) + rule.epsilon)

        return squares, jax.tree.map(moved, trained, squares, gradients)

    return update


def zeros_like(tree: Any) -> Any:
    return jax.tree.map(jnp.zeros_like, tree)
