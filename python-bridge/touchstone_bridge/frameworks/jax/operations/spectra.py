"""Fourier transforms."""

from __future__ import annotations

from typing import Mapping

import jax.numpy as jnp
import numpy as np
from jax import lax

from .call import Call, Settings, Tensor


def parts(spectrum: Tensor) -> Tensor:
    return jnp.stack([spectrum.real, spectrum.imag], axis=-1)


def transform(settings: Settings, x: Tensor) -> Tensor:
    values = x[..., 0] if x.shape[-1] == 1 else lax.complex(x[..., 0], x[..., 1])
    if settings["onesided"]:
        return parts(jnp.fft.rfft(values, axis=settings["axis"]))
    function = jnp.fft.ifft if settings["inverse"] else jnp.fft.fft
    return parts(function(values, axis=settings["axis"]))


def short_time_transform(settings: Settings, signal: Tensor, window: Tensor) -> Tensor:
    (frame,), (_, length) = window.shape, signal.shape
    begins = np.arange(0, length - frame + 1, settings["step"])
    frames = signal[:, begins[:, None] + np.arange(frame)] * window
    return parts((jnp.fft.rfft if settings["onesided"] else jnp.fft.fft)(frames))


SPECTRA: Mapping[str, Call] = {"DFT": transform, "STFT": short_time_transform}
