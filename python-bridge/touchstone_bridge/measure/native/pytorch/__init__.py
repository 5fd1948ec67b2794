"""The workloads as a PyTorch user writes them by hand, from its documentation: modules of `torch.nn`."""

from __future__ import annotations

from typing import Any, Callable, List, Mapping

import torch
from torch import Tensor, nn

from ....artefact import Array, Model, Momentum
from .. import net_for
from ..recipe import Recipe, recipe
from .attention import attention_cnn
from .layers import lenet5, row_lstm, text_gru
from .resnet import resnet18

Prepare = Callable[[nn.Module], Any]

nets: Mapping[str, Callable[[Mapping[str, Array]], nn.Module]] = {
    "lenet5": lenet5,
    "row-lstm": row_lstm,
    "resnet18": resnet18,
    "attention-cnn": attention_cnn,
    "text-gru": text_gru,
}


def as_it_is(module: nn.Module) -> nn.Module:
    return module


def build(model: Model, target: str, threads: int) -> Callable[[int], Any]:
    """The call for a buffer: probabilities, or the loss of a step."""
    given = recipe(model, channels_last=False)
    batches = [torch.from_numpy(array) for array in given.inputs]
    module = net_for(given.workload, nets)(given.weights)
    prepare: Prepare = torch.compile if target.endswith("/compile") else as_it_is
    if given.optimiser is None:
        return inference(module, batches, prepare)
    return training(module, batches, given, given.optimiser, prepare)


def inference(module: nn.Module, batches: List[Tensor], prepare: Prepare) -> Callable[[int], Tensor]:
    """Probabilities for batch i."""
    model = prepare(module.eval())

    def run(batch: int) -> Tensor:
        with torch.inference_mode():
            return torch.softmax(model(batches[batch]), dim=1)

    return run


def training(
    module: nn.Module, batches: List[Tensor], given: Recipe, rule: Momentum, prepare: Prepare
) -> Callable[[int], float]:
    """One step on batch i; the loss before it."""
    model = prepare(module.train())
    labels = [torch.from_numpy(array).long() for array in given.labels]
    trainable = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimiser = torch.optim.SGD(trainable, lr=rule.learning_rate, momentum=rule.momentum)
    criterion = nn.CrossEntropyLoss()

    def step(batch: int) -> float:
        optimiser.zero_grad()
        loss = criterion(model(batches[batch]), labels[batch])
        loss.backward()
        optimiser.step()
        return float(loss.item())

    return step
