"""Normalisations, channels second."""

from __future__ import annotations

from typing import Dict

from mxnet import symbol

from .operation_builder import Build, Step, legacy
from .symbol_builder import Symbol

np, npx = symbol.np, symbol.npx


def batch_normalisation(step: Step) -> Symbol:
    """By learnt statistics. Its own operator wants these as what it may move itself."""
    builder, settings = step.builder, step.settings
    owned = [builder.own(tensor) for tensor in step.operation.inputs[1:]]
    if None in owned:
        return by_hand(step)
    arrays = [builder.array(constant) for constant in owned if constant is not None]
    return npx.batch_norm(
        step.x,
        *map(builder.parameter, arrays),
        axis=settings["axis"],
        eps=settings["epsilon"],
        fix_gamma=False,
        use_global_stats=True,
    )


def by_hand(step: Step) -> Symbol:
    x, scale, bias, mean, variance = step.operands
    axis = step.settings["axis"]
    x = np.moveaxis(x, axis, -1)
    factor = np.true_divide(scale, np.sqrt(np.add(variance, step.settings["epsilon"])))
    found = np.add(np.multiply(np.subtract(x, mean), factor), bias)
    return np.moveaxis(found, -1, axis)


def layer_normalisation(step: Step) -> Symbol:
    x, scale, *rest = step.operands
    bias = rest[0] if rest else np.zeros_like(scale)
    return npx.layer_norm(x, scale, bias, axis=-1, eps=step.settings["epsilon"])


def instance_normalisation(step: Step) -> Symbol:
    return legacy(symbol.InstanceNorm, *step.operands, eps=step.settings["epsilon"])


def local_response_normalisation(step: Step) -> Symbol:
    settings = step.settings
    return legacy(
        symbol.LRN,
        step.x,
        nsize=settings["size"],
        alpha=settings["alpha"],
        beta=settings["beta"],
        knorm=settings["bias"],
    )


NORMALISATION: Dict[str, Build] = {
    "BatchNormalization": batch_normalisation,
    "LayerNormalization": layer_normalisation,
    "InstanceNormalization": instance_normalisation,
    "LRN": local_response_normalisation,
}
