"""The workloads as a PyTorch user writes them by hand, from its documentation: what our lowering is held against."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from ...artefact import Model, Momentum


class LeNet5(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 6, 5, padding=2),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(6, 16, 5),
            nn.ReLU(),
            nn.MaxPool2d(2),
        )
        self.classifier = nn.Sequential(
            nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10)
        )

    def forward(self, image: Tensor) -> Tensor:
        logits: Tensor = self.classifier(torch.flatten(self.features(image), 1))
        return logits


class RowLstm(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(28, 128, batch_first=True)
        self.head = nn.Linear(128, 10)
        # One trainable bias a gate, as the workload defines it.
        self.lstm.get_parameter("bias_hh_l0").requires_grad_(False)
        nn.init.zeros_(self.lstm.get_parameter("bias_hh_l0"))

    def forward(self, rows: Tensor) -> Tensor:
        _, (hidden, _) = self.lstm(rows)
        logits: Tensor = self.head(hidden[-1])
        return logits


Prepare = Callable[[nn.Module], Any]


def as_it_is(module: nn.Module) -> nn.Module:
    return module


def build(model: Model, target: str, threads: int) -> Callable[[int], Any]:
    """The call for a buffer: probabilities, or the loss of a step."""
    name = model.graph.inputs[0].name
    batches = [torch.from_numpy(tensors[name].copy()) for tensors in model.inputs]
    prepare = torch.compile if target.endswith("/compile") else as_it_is
    training_recipe = model.manifest.training
    if training_recipe is None:
        return inference(model.manifest.workload, batches, prepare)
    labels = [torch.from_numpy(tensors["labels"].copy()).long() for tensors in model.inputs]
    optimiser = training_recipe.optimiser
    assert isinstance(optimiser, Momentum)
    return training(
        model.manifest.workload, batches, labels, optimiser.learning_rate, optimiser.momentum, prepare
    )


models: dict[str, Callable[[], nn.Module]] = {"lenet5": LeNet5, "row-lstm": RowLstm}


def inference(workload: str, batches: list[Tensor], prepare: Prepare) -> Callable[[int], Tensor]:
    """Probabilities for batch i."""
    model = prepare(models[workload]().eval())

    def run(batch: int) -> Tensor:
        with torch.inference_mode():
            return torch.softmax(model(batches[batch]), dim=1)

    return run


def training(
    workload: str,
    batches: list[Tensor],
    labels: list[Tensor],
    learning_rate: float,
    momentum: float,
    prepare: Prepare,
) -> Callable[[int], float]:
    """One step on batch i; the loss before it."""
    model = prepare(models[workload]().train())
    trainable = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimiser = torch.optim.SGD(trainable, lr=learning_rate, momentum=momentum)
    criterion = nn.CrossEntropyLoss()

    def step(batch: int) -> float:
        optimiser.zero_grad()
        loss = criterion(model(batches[batch]), labels[batch])
        loss.backward()
        optimiser.step()
        return float(loss.item())

    return step
