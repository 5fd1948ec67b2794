"""Fourier transforms."""

from __future__ import annotations

import torch
from torch import fx

from ..builder import Build, Step


def complex_of(step: Step) -> fx.Node:
    """An operand [..., 1] as it is without its last axis, or [..., 2] as complex numbers."""
    if step.builder.shape(step.inputs[0])[-1] == 1:
        return step.call(torch.squeeze, step.x, -1)
    return step.call(torch.view_as_complex, step.call(torch.Tensor.contiguous, step.x))


def transform(step: Step) -> fx.Node:
    settings = step.settings
    function = torch.fft.ifft if settings["inverse"] else torch.fft.fft
    if settings["onesided"]:
        function = torch.fft.rfft
    return step.call(torch.view_as_real, step.call(function, complex_of(step), None, settings["axis"]))


def short_time_transform(step: Step) -> fx.Node:
    signal, window = step.operands
    frame = step.builder.shape(step.inputs[1])[0]
    spectrum = step.call(
        torch.stft,
        signal,
        frame,
        hop_length=step.settings["step"],
        window=window,
        center=False,
        onesided=step.settings["onesided"],
        return_complex=True,
    )
    # Frequencies before frames, as PyTorch has them, to ONNX's order.
    return step.call(torch.view_as_real, step.call(torch.transpose, spectrum, 1, 2))


SPECTRA: dict[str, Build] = {"DFT": transform, "STFT": short_time_transform}
