"""Update rules of model/workload.ts, by the fused operations of TensorFlow's own optimisers."""

from __future__ import annotations

from typing import List, Protocol, Sequence

import tensorflow as tf

from ...artefact import Adam, Momentum, Optimiser, RMSProp
from .operations import Tensor


class Updates(Protocol):
    def apply(self, gradients: Sequence[Tensor]) -> None:
        """One step of every variable; to be traced."""

    def reset(self) -> None:
        """Forgets what was seen."""


def updates_of(rule: Optimiser, variables: Sequence[tf.Variable]) -> Updates:
    if isinstance(rule, Adam):
        return AdamUpdates(rule, variables)
    if isinstance(rule, RMSProp):
        return RMSPropUpdates(rule, variables)
    return MomentumUpdates(rule, variables)


class MomentumUpdates:
    """accumulator ← momentum·accumulator + g; w ← w − rate·accumulator."""

    def __init__(self, rule: Momentum, variables: Sequence[tf.Variable]) -> None:
        self._rule, self._variables = rule, variables
        self._velocity = like(variables)

    def apply(self, gradients: Sequence[Tensor]) -> None:
        for variable, velocity, gradient in zip(self._variables, self._velocity, gradients):
            tf.raw_ops.ResourceApplyMomentum(
                var=variable.handle,
                accum=velocity.handle,
                lr=self._rule.learning_rate,
                grad=gradient,
                momentum=self._rule.momentum,
            )

    def reset(self) -> None:
        forget(self._velocity)


class AdamUpdates:
    """w ← w − rate·√(1 − beta2ᵗ) / (1 − beta1ᵗ)·m / (√v + epsilon′).

    With epsilon′ = epsilon·√(1 − beta2ᵗ) that is Kingma and Ba's algorithm; Keras leaves the factor out.
    """

    def __init__(self, rule: Adam, variables: Sequence[tf.Variable]) -> None:
        self._rule, self._variables = rule, variables
        self._first, self._second = like(variables), like(variables)
        self._powers = [tf.Variable(1.0), tf.Variable(1.0)]

    def apply(self, gradients: Sequence[Tensor]) -> None:
        rule = self._rule
        power1, power2 = (
            power.assign(power * beta) for power, beta in zip(self._powers, (rule.beta1, rule.beta2))
        )
        epsilon = rule.epsilon * tf.sqrt(1.0 - power2)
        for variable, first, second, gradient in zip(self._variables, self._first, self._second, gradients):
            tf.raw_ops.ResourceApplyAdam(
                var=variable.handle,
                m=first.handle,
                v=second.handle,
                beta1_power=power1,
                beta2_power=power2,
                lr=rule.learning_rate,
                beta1=rule.beta1,
                beta2=rule.beta2,
                epsilon=epsilon,
                grad=gradient,
            )

    def reset(self) -> None:
        forget([*self._first, *self._second])
        for power in self._powers:
            power.assign(1.0)


class RMSPropUpdates:
    """The squares as in model/workload.ts; moved ← momentum·moved + rate·g / √(squares + epsilon′); w ← w − moved.

    Without momentum, what has moved is kept for nothing, but the operation asks for it.
    """

    def __init__(self, rule: RMSProp, variables: Sequence[tf.Variable]) -> None:
        self._rule, self._variables = rule, variables
        self._squares, self._moved = like(variables), like(variables)

    def apply(self, gradients: Sequence[Tensor]) -> None:
        for variable, squares, moved, gradient in zip(self._variables, self._squares, self._moved, gradients):
            tf.raw_ops.ResourceApplyRMSProp(
                var=variable.handle,
                ms=squares.handle,
                mom=moved.handle,
                lr=self._rule.learning_rate,
                rho=self._rule.decay,
                momentum=0.0,
                epsilon=self._rule.epsilon_in_root,
                grad=gradient,
            )

    def reset(self) -> None:
        forget([*self._squares, *self._moved])


def like(variables: Sequence[tf.Variable]) -> List[tf.Variable]:
    return [tf.Variable(tf.zeros_like(variable)) for variable in variables]


def forget(state: Sequence[tf.Variable]) -> None:
    for variable in state:
        variable.assign(tf.zeros_like(variable))
