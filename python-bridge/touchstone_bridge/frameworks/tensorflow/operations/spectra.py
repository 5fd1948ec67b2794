"""Fourier transforms, which TensorFlow has along the last axis."""

from __future__ import annotations

from typing import Mapping

import tensorflow as tf

from .call import Call, Settings, Tensor


def parts(spectrum: Tensor) -> Tensor:
    return tf.stack([tf.math.real(spectrum), tf.math.imag(spectrum)], axis=-1)


def complex_of(x: Tensor) -> Tensor:
    """Of real values, without an imaginary part."""
    return tf.complex(x, tf.zeros_like(x))


def transform(settings: Settings, x: Tensor) -> Tensor:
    axis, rank = settings["axis"], len(x.shape) - 1
    # The axis at the end, and back: the same exchange of two axes.
    exchange = [rank - 1 if each == axis else axis if each == rank - 1 else each for each in range(rank)]
    real = tf.transpose(x[..., 0], exchange)
    if settings["onesided"]:
        return parts(tf.transpose(tf.signal.rfft(real), exchange))
    values = complex_of(real) if x.shape[-1] == 1 else tf.complex(real, tf.transpose(x[..., 1], exchange))
    function = tf.signal.ifft if settings["inverse"] else tf.signal.fft
    return parts(tf.transpose(function(values), exchange))


def short_time_transform(settings: Settings, signal: Tensor, window: Tensor) -> Tensor:
    frames = tf.signal.frame(signal, window.shape[0], settings["step"]) * window
    return parts(tf.signal.rfft(frames) if settings["onesided"] else tf.signal.fft(complex_of(frames)))


SPECTRA: Mapping[str, Call] = {"DFT": transform, "STFT": short_time_transform}
