"""The update rules of model/workload.ts, for NumPy arrays and PyTorch tensors."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..artefact import Momentum, Optimiser, RMSProp


@dataclass
class UpdateRule:
    """An optimiser with its state by parameter name, which is zero before the first step."""

    optimiser: Optimiser
    step: int = 0
    first: dict[str, Any] = field(default_factory=dict)
    second: dict[str, Any] = field(default_factory=dict)

    def apply(self, weights: dict[str, Any], gradients: dict[str, Any]) -> None:
        """One step: replaces the weights that have a gradient."""
        self.step += 1
        for name, gradient in gradients.items():
            weights[name] = weights[name] - self.optimiser.learning_rate * self._direction(name, gradient)

    def _direction(self, name: str, gradient: Any) -> Any:
        rule = self.optimiser
        if isinstance(rule, Momentum):
            self.first[name] = rule.momentum * self.first.get(name, 0.0) + gradient
            return self.first[name]
        if isinstance(rule, RMSProp):
            self.second[name] = rule.decay * self.second.get(name, 0.0) + (1 - rule.decay) * gradient**2
            return gradient / (self.second[name] ** 0.5 + rule.epsilon)
        self.first[name] = rule.beta1 * self.first.get(name, 0.0) + (1 - rule.beta1) * gradient
        self.second[name] = rule.beta2 * self.second.get(name, 0.0) + (1 - rule.beta2) * gradient**2
        mean = self.first[name] / (1 - rule.beta1**self.step)
        square = self.second[name] / (1 - rule.beta2**self.step)
        return mean / (square**0.5 + rule.epsilon)
