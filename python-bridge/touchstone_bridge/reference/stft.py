"""STFT (operator set 17), also of a signal [batch, length], which ONNX Runtime takes as real."""

from __future__ import annotations

from typing import Any, Optional

import numpy as np
import numpy.typing as npt
from onnx.reference.op_run import OpRun

Array = npt.NDArray[Any]


class STFT(OpRun):  # type: ignore[misc]
    """The evaluator of onnx 1.23 takes the batch of [batch, length] for its length."""

    op_domain = ""

    def _run(
        self,
        signal: Array,
        frame_step: Array,
        window: Optional[Array] = None,
        frame_length: Optional[Array] = None,
        onesided: Optional[int] = None,
    ) -> tuple[Array]:
        is_complex = signal.ndim == 3 and signal.shape[2] == 2
        values = signal[..., 0] + 1j * signal[..., 1] if is_complex else signal.reshape(signal.shape[:2])
        given = frame_length if window is None else len(window)
        length = values.shape[1] if given is None else int(given)
        frames = np.lib.stride_tricks.sliding_window_view(values, length, axis=1)[:, :: int(frame_step)]
        spectrum = np.fft.fft(frames if window is None else frames * window)
        found = spectrum if onesided == 0 else spectrum[..., : length // 2 + 1]
        return (np.stack([found.real, found.imag], axis=-1).astype(signal.dtype),)
