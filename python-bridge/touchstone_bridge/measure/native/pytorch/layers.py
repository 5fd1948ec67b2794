"""LeNet-5, the row LSTM and the text GRU: layers of `torch.nn` one behind the other."""

from __future__ import annotations

from typing import Mapping

import torch
from torch import Tensor, nn

from ....artefact import Array
from ..gates import GRU_RZH, LSTM_IFCO, Recurrent, recurrent


def put(module: nn.Module, **arrays: Array) -> None:
    """Weights into the parameters and buffers of those names."""
    state = {name: torch.from_numpy(array.copy()) for name, array in arrays.items()}
    module.load_state_dict(state, strict=False)


def put_layer(module: nn.Module, weights: Mapping[str, Array], name: str) -> None:
    put(module, weight=weights[f"{name}.weight"], bias=weights[f"{name}.bias"])


def put_gates(module: nn.Module, gates: Recurrent) -> None:
    put(
        module,
        weight_ih_l0=gates.kernel,
        weight_hh_l0=gates.recurrent,
        bias_ih_l0=gates.bias,
        bias_hh_l0=gates.recurrent_bias,
    )
    # One trainable bias for each gate, as the workloads define it.
    module.get_parameter("bias_hh_l0").requires_grad_(False)


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


def lenet5(weights: Mapping[str, Array]) -> nn.Module:
    net = LeNet5()
    places = {"features.0": "conv1", "features.3": "conv2"}
    places.update({"classifier.0": "fc1", "classifier.2": "fc2", "classifier.4": "fc3"})
    for place, name in places.items():
        put_layer(net.get_submodule(place), weights, name)
    return net


class RowLstm(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(28, 128, batch_first=True)
        self.head = nn.Linear(128, 10)

    def forward(self, rows: Tensor) -> Tensor:
        _, (hidden, _) = self.lstm(rows)
        logits: Tensor = self.head(hidden[-1])
        return logits


def row_lstm(weights: Mapping[str, Array]) -> nn.Module:
    net = RowLstm()
    put_gates(net.lstm, recurrent(weights, "lstm", LSTM_IFCO))
    put_layer(net.head, weights, "fc")
    return net


class TextGru(nn.Module):
    def __init__(self, vocabulary: int, width: int, hidden: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width)
        self.gru = nn.GRU(width, hidden, batch_first=True)
        self.head = nn.Linear(hidden, 2)

    def forward(self, words: Tensor) -> Tensor:
        _, hidden = self.gru(self.embedding(words))
        logits: Tensor = self.head(hidden[-1])
        return logits


def text_gru(weights: Mapping[str, Array]) -> nn.Module:
    table = weights["embedding.weight"]
    vocabulary, width = table.shape
    net = TextGru(vocabulary, width, weights["fc.weight"].shape[1])
    put(net.embedding, weight=table)
    put_gates(net.gru, recurrent(weights, "gru", GRU_RZH))
    put_layer(net.head, weights, "fc")
    return net
