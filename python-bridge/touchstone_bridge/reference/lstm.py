"""ONNX's LSTM written out in float64, from the operator's definition (onnx/docs/Operators.md#LSTM, versions 7 to 22).

The ONNX project's own evaluator leaves `activations`, `clip`, `input_forget` and `sequence_lens` out (op_lstm.py of
1.23: "TODO: support overridden attributes"), and answers as if they were not there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Iterator, Optional, Sequence

import numpy as np
import numpy.typing as npt
from onnx.reference.op_run import OpRun

Array = npt.NDArray[Any]
Function = Callable[[Array], Array]

# Functions of one argument; those of alpha and beta with their defaults.
PLAIN: dict[str, Function] = {
    "relu": lambda x: np.maximum(x, 0),
    "tanh": np.tanh,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "softsign": lambda x: x / (1 + np.abs(x)),
    "softplus": lambda x: np.log1p(np.exp(x)),
}
WITH_ALPHA: dict[str, tuple[Optional[float], Callable[[Array, float], Array]]] = {
    "leakyrelu": (0.01, lambda x, alpha: np.where(x >= 0, x, alpha * x)),
    "thresholdedrelu": (1.0, lambda x, alpha: np.where(x >= alpha, x, 0)),
    "elu": (1.0, lambda x, alpha: np.where(x >= 0, x, alpha * (np.exp(x) - 1))),
}
WITH_BOTH: dict[str, tuple[float, float, Callable[[Array, float, float], Array]]] = {
    "affine": (1.0, 0.0, lambda x, alpha, beta: alpha * x + beta),
    "scaledtanh": (1.0, 1.0, lambda x, alpha, beta: alpha * np.tanh(beta * x)),
    "hardsigmoid": (0.2, 0.5, lambda x, alpha, beta: np.clip(alpha * x + beta, 0, 1)),
}


@dataclass(frozen=True)
class Cell:
    """One direction: W [4H, I], R [4H, H] and biases in the order i, o, f, c; peepholes in the order i, o, f."""

    w: Array
    r: Array
    b: Array
    p: Array
    f: Function
    g: Function
    h: Function
    clip: Optional[float]
    couples: bool

    def step(self, x: Array, h: Array, c: Array) -> tuple[Array, Array]:
        gates = x @ self.w.T + h @ self.r.T + np.add(*np.split(self.b, 2))
        i, o, f, new = np.split(gates, 4, axis=-1)
        p_i, p_o, p_f = np.split(self.p, 3)
        i = self.f(self.clipped(i + p_i * c))
        f = 1 - i if self.couples else self.f(self.clipped(f + p_f * c))
        c = f * c + i * self.g(self.clipped(new))
        o = self.f(self.clipped(o + p_o * c))
        return o * self.h(c), c

    def clipped(self, x: Array) -> Array:
        return x if self.clip is None else np.clip(x, -self.clip, self.clip)


class LSTM(OpRun):  # type: ignore[misc]
    """In place of the evaluator's own."""

    op_domain = ""

    def _run(
        self,
        x: Array,
        w: Array,
        r: Array,
        b: Optional[Array] = None,
        sequence_lens: Optional[Array] = None,
        initial_h: Optional[Array] = None,
        initial_c: Optional[Array] = None,
        p: Optional[Array] = None,
        activation_alpha: Any = None,
        activation_beta: Any = None,
        activations: Any = None,
        clip: Any = None,
        direction: Any = None,
        hidden_size: Any = None,
        input_forget: Any = None,
        layout: Any = None,
    ) -> tuple[Array, ...]:
        directions, hidden = w.shape[0], r.shape[-1]
        x = np.swapaxes(x, 0, 1) if layout else x
        steps, batch = x.shape[:2]
        states = []
        for given in (initial_h, initial_c):
            blank = np.zeros((directions, batch, hidden), x.dtype)
            states.append(blank if given is None else np.swapaxes(given, 0, 1) if layout else given)
        b = np.zeros((directions, 8 * hidden), x.dtype) if b is None else b
        p = np.zeros((directions, 3 * hidden), x.dtype) if p is None else p
        lengths = np.full(batch, steps) if sequence_lens is None else sequence_lens
        functions = iterate_functions(
            activations, activation_alpha, activation_beta, ["Sigmoid", "Tanh", "Tanh"] * directions
        )
        y = np.zeros((steps, directions, batch, hidden), x.dtype)
        y_h, y_c = states[0].copy(), states[1].copy()
        for d in range(directions):
            cell = Cell(
                *(w[d], r[d], b[d], p[d], next(functions), next(functions), next(functions)),
                clip=clip or None,
                couples=bool(input_forget),
            )
            backwards = direction == "reverse" or d == 1
            for row, length in enumerate(lengths):
                h, c = states[0][d, row], states[1][d, row]
                for step in reversed(range(length)) if backwards else range(length):
                    h, c = cell.step(x[step, row], h, c)
                    y[step, d, row] = h
                y_h[d, row], y_c[d, row] = h, c
        if layout:
            y, y_h, y_c = np.transpose(y, (2, 0, 1, 3)), np.swapaxes(y_h, 0, 1), np.swapaxes(y_c, 0, 1)
        return (y, y_h, y_c)[: len(self.onnx_node.output)]


def iterate_functions(
    names: Optional[Sequence[str]],
    alphas: Optional[Sequence[float]],
    betas: Optional[Sequence[float]],
    usual: Sequence[str],
) -> Iterator[Function]:
    """Those of each direction, in order; alphas and betas go, in order, to the functions that take them."""
    alpha, beta = iter(alphas or ()), iter(betas or ())
    for name in names or usual:
        key = name.lower()
        if key in PLAIN:
            yield PLAIN[key]
        elif key in WITH_ALPHA:
            default, function = WITH_ALPHA[key]
            yield bind_alpha(function, next(alpha, default))
        elif key in WITH_BOTH:
            first, second, function_of_both = WITH_BOTH[key]
            yield bind_both(function_of_both, next(alpha, first), next(beta, second))
        else:
            raise ValueError(f"a recurrent layer with the activation {name}")


def bind_alpha(function: Callable[[Array, float], Array], alpha: Any) -> Function:
    return lambda x: function(x, alpha)


def bind_both(function: Callable[[Array, float, float], Array], alpha: float, beta: float) -> Function:
    return lambda x: function(x, alpha, beta)
