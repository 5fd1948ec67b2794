"""ONNX's recurrent layers in NumPy, from their definitions (onnx/docs/Operators.md, versions 7 to 22).

The ONNX project's evaluator ignores `sequence_lens`, `clip`, `input_forget` and most `activations` (op_lstm.py,
op_gru.py and op_rnn.py of 1.23).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Iterator, Optional, Sequence

import numpy as np
import numpy.typing as npt
from onnx.reference.op_run import OpRun

Array = npt.NDArray[Any]
Function = Callable[[Array], Array]

# Activations without parameters, with alpha, and with alpha and beta; with the defaults of the parameters.
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
    """One direction: W [gates·H, I], R [gates·H, H], both biases, and peepholes of an LSTM in the order i, o, f."""

    w: Array
    r: Array
    b: Array
    p: Array
    functions: Sequence[Function]
    clip: Optional[float]
    input_forget: bool
    linear_before_reset: bool

    def clipped(self, x: Array) -> Array:
        return x if self.clip is None else np.clip(x, -self.clip, self.clip)


class Recurrent(OpRun):  # type: ignore[misc]
    """Replaces the evaluator's implementation."""

    op_domain = ""
    gates = 1
    states = 1
    default_activations = ["Tanh"]

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
        linear_before_reset: Any = None,
    ) -> tuple[Array, ...]:
        directions, hidden = w.shape[0], r.shape[-1]
        x = np.swapaxes(x, 0, 1) if layout else x
        steps, batch = x.shape[:2]
        last = []
        for given in (initial_h, initial_c)[: self.states]:
            zeros = np.zeros((directions, batch, hidden), x.dtype)
            last.append(zeros if given is None else (np.swapaxes(given, 0, 1) if layout else given).copy())
        b = np.zeros((directions, 2 * self.gates * hidden), x.dtype) if b is None else b
        p = np.zeros((directions, 3 * hidden), x.dtype) if p is None else p
        lengths = np.full(batch, steps) if sequence_lens is None else sequence_lens
        defaults = self.default_activations * directions
        functions = iterate_functions(activations, activation_alpha, activation_beta, defaults)
        y = np.zeros((steps, directions, batch, hidden), x.dtype)
        for d in range(directions):
            own = [next(functions) for _ in self.default_activations]
            settings = (clip or None, bool(input_forget), bool(linear_before_reset))
            cell = Cell(w[d], r[d], b[d], p[d], own, *settings)
            backwards = direction == "reverse" or d == 1
            for step in range(steps):
                rows = np.flatnonzero(lengths > step)
                if len(rows) == 0:
                    break
                for row, h in zip(rows, self.read(last[0][d, rows])):
                    place = lengths[row] - 1 - step if backwards else step
                    after = self.step(cell, x[place, row], h, *(state[d, row] for state in last[1:]))
                    y[place, d, row] = after[0]
                    for state, value in zip(last, after):
                        state[d, row] = value
        if layout:
            y, last = np.transpose(y, (2, 0, 1, 3)), [np.swapaxes(state, 0, 1) for state in last]
        return (y, *last)[: len(self.onnx_node.output)]

    def read(self, h: Array) -> Array:
        """The hidden states [examples, hidden] of those that a step goes on with, as it reads them."""
        return h

    def step(self, cell: Cell, x: Array, h: Array, *more: Array) -> tuple[Array, ...]:
        """The states after one step of one example."""
        raise NotImplementedError


class RNN(Recurrent):
    """H = f(X·Wᵀ + H·Rᵀ + Wb + Rb)."""

    def step(self, cell: Cell, x: Array, h: Array, *more: Array) -> tuple[Array, ...]:
        (f,) = cell.functions
        return (f(cell.clipped(cell.w @ x + cell.r @ h + np.add(*np.split(cell.b, 2)))),)


class GRU(Recurrent):
    """z, r = f(X·Wᵀ + H·Rᵀ + Wb + Rb); h = g(X·Whᵀ + (r ⊙ H)·Rhᵀ + Rbh + Wbh), or with `linear_before_reset`
    g(X·Whᵀ + r ⊙ (H·Rhᵀ + Rbh) + Wbh); H = (1 − z) ⊙ h + z ⊙ H. Gates in the order z, r, h.
    """

    gates = 3
    default_activations = ["Sigmoid", "Tanh"]

    def step(self, cell: Cell, x: Array, h: Array, *more: Array) -> tuple[Array, ...]:
        f, g = cell.functions
        (w_z, w_r, w_h), (r_z, r_r, r_h) = np.split(cell.w, 3), np.split(cell.r, 3)
        w_bz, w_br, w_bh, r_bz, r_br, r_bh = np.split(cell.b, 6)
        update = f(cell.clipped(w_z @ x + r_z @ h + w_bz + r_bz))
        reset = f(cell.clipped(w_r @ x + r_r @ h + w_br + r_br))
        recurrent = reset * (r_h @ h + r_bh) if cell.linear_before_reset else r_h @ (reset * h) + r_bh
        return ((1 - update) * g(cell.clipped(w_h @ x + recurrent + w_bh)) + update * h,)


class LSTM(Recurrent):
    """Gates in the order i, o, f, c, with peepholes from the cell."""

    gates = 4
    states = 2
    default_activations = ["Sigmoid", "Tanh", "Tanh"]

    def step(self, cell: Cell, x: Array, h: Array, *more: Array) -> tuple[Array, ...]:
        (c,) = more
        to_gate, to_new, to_output = cell.functions
        sums = cell.w @ x + cell.r @ h + np.add(*np.split(cell.b, 2))
        i, o, f, new = np.split(sums, 4)
        p_i, p_o, p_f = np.split(cell.p, 3)
        i = to_gate(cell.clipped(i + p_i * c))
        f = 1 - i if cell.input_forget else to_gate(cell.clipped(f + p_f * c))
        c = f * c + i * to_new(cell.clipped(new))
        o = to_gate(cell.clipped(o + p_o * c))
        return o * to_output(c), c


def iterate_functions(
    names: Optional[Sequence[str]],
    alphas: Optional[Sequence[float]],
    betas: Optional[Sequence[float]],
    defaults: Sequence[str],
) -> Iterator[Function]:
    """The activations of all directions in order. Alphas and betas are assigned in order to those that have them."""
    alpha, beta = iter(alphas or ()), iter(betas or ())
    for name in names or defaults:
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
            raise ValueError(f"activation {name} of a recurrent layer is not supported")


def bind_alpha(function: Callable[[Array, float], Array], alpha: Any) -> Function:
    return lambda x: function(x, alpha)


def bind_both(function: Callable[[Array, float, float], Array], alpha: float, beta: float) -> Function:
    return lambda x: function(x, alpha, beta)
