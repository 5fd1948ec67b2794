"""Reductions, and operations along one axis."""

from __future__ import annotations

from typing import Any, Callable, Dict

from mxnet import symbol

from ..builder import Build, Step, Symbol

np, npx = symbol.np, symbol.npx


def reduction(function: Callable[..., Any]) -> Build:
    return lambda step: function(
        step.x, axis=tuple(step.settings["axes"]), keepdims=step.settings["keepdims"]
    )


def mean(step: Step) -> Symbol:
    """Over the whole of feature maps it is a pooling, which reads them in oneDNN's own layout."""
    axes = tuple(step.settings["axes"])
    if len(step.shapes[0]) != 4 or axes != (2, 3) or step.type != "float32":
        return np.mean(step.x, axis=axes, keepdims=step.settings["keepdims"])
    pooled = npx.pooling(step.x, kernel=(1, 1), pool_type="avg", global_pool=True)
    return pooled if step.settings["keepdims"] else np.reshape(pooled, step.result.shape)


def position(function: Callable[..., Any]) -> Build:
    """Its symbols have no `keepdims`."""

    def build(step: Step) -> Symbol:
        axis = step.settings["axis"]
        found = function(step.x, axis=axis)
        return np.expand_dims(found, axis) if step.settings["keepdims"] else found

    return build


def cumulative_sum(step: Step) -> Symbol:
    axis, backward = step.settings["axis"], step.settings["reverse"]
    x = np.flip(step.x, axis) if backward else step.x
    found = np.cumsum(x, axis)
    # Without its own element.
    found = np.subtract(found, x) if step.settings["exclusive"] else found
    return np.flip(found, axis) if backward else found


REDUCTIONS: Dict[str, Build] = {
    "ReduceSum": reduction(np.sum),
    "ReduceMean": mean,
    "ReduceMax": reduction(np.max),
    "ReduceMin": reduction(np.min),
    "ReduceProd": reduction(np.prod),
    "ArgMax": position(np.argmax),
    "ArgMin": position(np.argmin),
    "CumSum": cumulative_sum,
    "Softmax": lambda step: npx.softmax(step.x, axis=step.settings["axis"]),
    "LogSoftmax": lambda step: npx.log_softmax(step.x, axis=step.settings["axis"]),
}
