"""ResNet-18: convolutions of `jax.lax` and batch normalisation by its formula."""

from __future__ import annotations

from typing import Any, Dict, Tuple

import jax
import jax.numpy as jnp

from ..recipe import Recipe
from .layers import convolve, dense, dense_arrays, kernel, max_pool

PARTS = ("weight", "bias", "running_mean", "running_var")


def resnet18(given: Recipe) -> Tuple[Any, Dict[str, Any]]:
    own = given.weights
    names = [name[: -len(".weight")] for name in own if own[name].ndim == 4]
    # Training normalises by the batch; the running statistics that it moves are not read, and are left out.
    parts = PARTS[:2] if given.trains else PARTS
    arrays = {f"{name}.{part}": own[f"{name}.bn.{part}"] for name in names for part in parts}
    kernels = {name: kernel(own, name) for name in names}

    def normalised(parameters: Any, name: str, x: Any, stride: int) -> Any:
        pad = (kernels[name].shape[0] - 1) // 2
        y = convolve(x, parameters[name], stride, [(pad, pad), (pad, pad)])
        if given.trains:
            mean, variance = jnp.mean(y, (0, 1, 2)), jnp.var(y, (0, 1, 2))
        else:
            mean, variance = parameters[f"{name}.running_mean"], parameters[f"{name}.running_var"]
        scale = parameters[f"{name}.weight"] * jax.lax.rsqrt(variance + 1e-5)
        return (y - mean) * scale + parameters[f"{name}.bias"]

    def block(parameters: Any, name: str, x: Any, stride: int) -> Any:
        y = jax.nn.relu(normalised(parameters, f"{name}.conv1", x, stride))
        y = normalised(parameters, f"{name}.conv2", y, 1)
        if f"{name}.downsample" in kernels:
            x = normalised(parameters, f"{name}.downsample", x, stride)
        return jax.nn.relu(y + x)

    def apply(parameters: Any, x: Any) -> Any:
        x = jax.nn.relu(normalised(parameters, "conv1", x, 2))
        x = max_pool(x, 3, ((0, 0), (1, 1), (1, 1), (0, 0)))
        for stage in range(4):
            x = block(parameters, f"layer{stage + 1}.0", x, 1 if stage == 0 else 2)
            x = block(parameters, f"layer{stage + 1}.1", x, 1)
        return dense(parameters, "fc", jnp.mean(x, (1, 2)))

    return apply, {**kernels, **arrays, **dense_arrays(own, "fc")}
