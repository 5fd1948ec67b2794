"""LeNet-5, the row LSTM and the text GRU, and where the artefact's weights go."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Tuple

from mxnet import gluon
from mxnet.gluon import nn, rnn

from ....artefact import Array
from ..gates import GRU_RZH, LSTM_IFCO, Recurrent, recurrent
from ..recipe import Recipe

Weights = Mapping[str, Array]
Placed = List[Tuple[Any, Dict[str, Array]]]
"""Arrays for the parameters of those names of a block."""


class Block(gluon.HybridBlock):
    def weights(self, given: Weights) -> Placed:
        raise NotImplementedError


def layer(weights: Weights, name: str) -> Dict[str, Array]:
    return {"weight": weights[f"{name}.weight"], "bias": weights[f"{name}.bias"]}


def gates(given: Recurrent) -> Dict[str, Array]:
    return {
        "l0_i2h_weight": given.kernel,
        "l0_h2h_weight": given.recurrent,
        "l0_i2h_bias": given.bias,
        "l0_h2h_bias": given.recurrent_bias,
    }


class LeNet5(Block):
    def __init__(self, given: Recipe) -> None:
        super().__init__()
        self.conv1 = nn.Conv2D(6, 5, padding=2, activation="relu")
        self.conv2 = nn.Conv2D(16, 5, activation="relu")
        self.fc1, self.fc2 = nn.Dense(120, activation="relu"), nn.Dense(84, activation="relu")
        self.fc3 = nn.Dense(10)
        self.net = nn.HybridSequential()
        self.net.add(self.conv1, nn.MaxPool2D(2, 2), self.conv2, nn.MaxPool2D(2, 2))
        self.net.add(nn.Flatten(), self.fc1, self.fc2, self.fc3)

    def hybrid_forward(self, F: Any, image: Any) -> Any:
        return self.net(image)

    def weights(self, given: Weights) -> Placed:
        return [(getattr(self, name), layer(given, name)) for name in ("conv1", "conv2", "fc1", "fc2", "fc3")]


class RowLstm(Block):
    def __init__(self, given: Recipe) -> None:
        super().__init__()
        self.lstm = rnn.LSTM(128, layout="NTC")
        # One trainable bias for each gate, as the workload defines it.
        self.lstm.l0_h2h_bias.grad_req = "null"
        self.head = nn.Dense(10)

    def hybrid_forward(self, F: Any, rows: Any) -> Any:
        return self.head(F.slice_axis(self.lstm(rows), axis=1, begin=-1, end=None).reshape((0, -1)))

    def weights(self, given: Weights) -> Placed:
        return [(self.lstm, gates(recurrent(given, "lstm", LSTM_IFCO))), (self.head, layer(given, "fc"))]


class TextGru(Block):
    def __init__(self, given: Recipe) -> None:
        super().__init__()
        self.embedding = nn.Embedding(*given.weights["embedding.weight"].shape)
        self.gru = rnn.GRU(given.weights["fc.weight"].shape[1], layout="NTC")
        self.gru.l0_h2h_bias.grad_req = "null"
        self.head = nn.Dense(2)

    def hybrid_forward(self, F: Any, words: Any) -> Any:
        states = self.gru(self.embedding(words))
        return self.head(F.slice_axis(states, axis=1, begin=-1, end=None).reshape((0, -1)))

    def weights(self, given: Weights) -> Placed:
        return [
            (self.embedding, {"weight": given["embedding.weight"]}),
            (self.gru, gates(recurrent(given, "gru", GRU_RZH))),
            (self.head, layer(given, "fc")),
        ]
