"""What a lowered layer is: a pure function of tensors."""

from __future__ import annotations

from typing import Any, Callable, Mapping, Sequence

import jax
import jax.numpy as jnp

# A traced array: the bridge's types do not know JAX.
Tensor = Any
# What a layer makes of its inputs and its own weights.
Operation = Callable[[Sequence[Tensor], Sequence[Tensor]], Sequence[Tensor]]

ACTIVATIONS: Mapping[str, Callable[[Tensor], Tensor]] = {
    "linear": lambda x: x,
    "relu": jax.nn.relu,
    "sigmoid": jax.nn.sigmoid,
    "hardSigmoid": lambda x: jnp.clip(0.2 * x + 0.5, 0, 1),
    "tanh": jnp.tanh,
    "softmax": lambda x: jax.nn.softmax(x, axis=-1),
}
