"""`torch.compile` with its defaults, as its tutorial shows: TorchInductor, which builds C++ on the CPU."""

from __future__ import annotations

import torch
from torch import nn

from ...framework import Configuration


def compile_module(module: nn.Module) -> nn.Module:
    """Compiled at the first call. Shapes are static: the graph's are."""
    compiled: nn.Module = torch.compile(module)
    return compiled


def compiled_configuration() -> Configuration:
    """What the compiler made of the model: where it gave up, PyTorch runs the rest eagerly (as with `nn.LSTM`)."""
    from torch._dynamo.utils import counters

    breaks = sum(counters["graph_break"].values())
    graphs = counters["stats"]["unique_graphs"]
    execution = "compiled" if breaks == 0 else "compiled in part"
    return {
        "execution": execution if graphs else "eager",
        "compiler": "TorchInductor",
        "compilationCache": "persistent",
        "compiledGraphs": graphs,
        "graphBreaks": breaks,
    }
