"""ONNX's GRU and RNN written out in float64, from their definitions (onnx/docs/Operators.md, versions 7 to 22).

The ONNX project's own evaluator leaves `sequence_lens`, `clip` and most of `activations` out (op_gru.py and op_rnn.py
of 1.23), and answers as if they were not there.
"""

from __future__ import annotations

from typing import Any, Callable, Iterator, Optional

import numpy as np
import numpy.typing as npt
from onnx.reference.op_run import OpRun

from .lstm import Function, iterate_functions

Array = npt.NDArray[Any]
# From the input of a step and the state before it to the state after it.
Step = Callable[[Array, Array], Array]


class _Recurrent(OpRun):  # type: ignore[misc]
    """A layer with one state."""

    op_domain = ""
    gates = 1
    usual = ["Tanh"]

    def _run(
        self,
        x: Array,
        w: Array,
        r: Array,
        b: Optional[Array] = None,
        sequence_lens: Optional[Array] = None,
        initial_h: Optional[Array] = None,
        activation_alpha: Any = None,
        activation_beta: Any = None,
        activations: Any = None,
        clip: Any = None,
        direction: Any = None,
        hidden_size: Any = None,
        layout: Any = None,
        linear_before_reset: Any = None,
    ) -> tuple[Array, ...]:
        directions, hidden = w.shape[0], r.shape[-1]
        x = np.swapaxes(x, 0, 1) if layout else x
        steps, batch = x.shape[:2]
        y_h = np.zeros((directions, batch, hidden), x.dtype)
        if initial_h is not None:
            y_h = (np.swapaxes(initial_h, 0, 1) if layout else initial_h).copy()
        b = np.zeros((directions, 2 * self.gates * hidden), x.dtype) if b is None else b
        lengths = np.full(batch, steps) if sequence_lens is None else sequence_lens
        usual = self.usual * directions
        functions = iterate_functions(activations, activation_alpha, activation_beta, usual)
        y = np.zeros((steps, directions, batch, hidden), x.dtype)
        for d in range(directions):
            step_from = self.cell(w[d], r[d], b[d], functions, clip or None, bool(linear_before_reset))
            backwards = direction == "reverse" or d == 1
            for row, length in enumerate(lengths):
                for step in reversed(range(length)) if backwards else range(length):
                    y_h[d, row] = y[step, d, row] = step_from(x[step, row], y_h[d, row])
        if layout:
            y, y_h = np.transpose(y, (2, 0, 1, 3)), np.swapaxes(y_h, 0, 1)
        return (y, y_h)[: len(self.onnx_node.output)]

    def cell(
        self, w: Array, r: Array, b: Array, functions: Iterator[Function], clip: Optional[float], linear: bool
    ) -> Step:
        raise NotImplementedError


class RNN(_Recurrent):
    """H = f(X·Wᵀ + H·Rᵀ + Wb + Rb)."""

    def cell(
        self, w: Array, r: Array, b: Array, functions: Iterator[Function], clip: Optional[float], linear: bool
    ) -> Step:
        f, bias = next(functions), np.add(*np.split(b, 2))
        return lambda x, h: f(clipped(w @ x + r @ h + bias, clip))


class GRU(_Recurrent):
    """z, r = f(X·Wᵀ + H·Rᵀ + Wb + Rb); h = g(X·Whᵀ + (r ⊙ H)·Rhᵀ + Rbh + Wbh), or with `linear_before_reset`
    g(X·Whᵀ + r ⊙ (H·Rhᵀ + Rbh) + Wbh); H = (1 − z) ⊙ h + z ⊙ H. Gates in the order z, r, h.
    """

    gates = 3
    usual = ["Sigmoid", "Tanh"]

    def cell(
        self, w: Array, r: Array, b: Array, functions: Iterator[Function], clip: Optional[float], linear: bool
    ) -> Step:
        f, g = next(functions), next(functions)
        (w_z, w_r, w_h), (r_z, r_r, r_h) = np.split(w, 3), np.split(r, 3)
        w_bz, w_br, w_bh, r_bz, r_br, r_bh = np.split(b, 6)

        def step(x: Array, h: Array) -> Array:
            update = f(clipped(w_z @ x + r_z @ h + w_bz + r_bz, clip))
            reset = f(clipped(w_r @ x + r_r @ h + w_br + r_br, clip))
            fed = reset * (r_h @ h + r_bh) if linear else r_h @ (reset * h) + r_bh
            return (1 - update) * g(clipped(w_h @ x + fed + w_bh, clip)) + update * h

        return step


def clipped(x: Array, clip: Optional[float]) -> Array:
    return x if clip is None else np.clip(x, -clip, clip)
