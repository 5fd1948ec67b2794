"""What `activation=` of a layer takes for a fused activation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Union

from ....lowering.operations import Activation
from ..builder import Step
from ..operations import function_of

# Keras's names of those that have no settings here, or their usual ones.
NAMES: Mapping[str, str] = {
    "HardSigmoid": "hard_sigmoid",
    "HardSwish": "hard_silu",
    "Mish": "mish",
    "Relu": "relu",
    "Selu": "selu",
    "Sigmoid": "sigmoid",
    "Softmax": "softmax",
    "Softplus": "softplus",
    "Softsign": "softsign",
    "Swish": "silu",
    "Tanh": "tanh",
}


def activation_of(step: Step) -> Union[str, Callable[[Any], Any], None]:
    """Its name, a function where Keras has no name for these settings, or None for none."""
    activation = step.operation.activation
    return None if activation is None else named(activation)


def named(activation: Activation) -> Union[str, Callable[[Any], Any]]:
    kind, settings = activation.kind, activation.settings
    if kind in ("Celu", "Elu") and settings["alpha"] == 1:
        return kind.lower()
    if kind == "Gelu" and settings["approximate"] == "none":
        return "gelu"
    if kind == "Clip" and (settings["low"], settings["high"]) == (0, 6):
        return "relu6"
    return NAMES.get(kind) or function_of(activation)
