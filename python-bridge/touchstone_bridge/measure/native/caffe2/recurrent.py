"""The row LSTM and the text GRU: `rnn_cell.LSTM` and `gru_cell.GRU`."""

from __future__ import annotations

from typing import Any, Dict

import numpy as np
from caffe2.python import brew, gru_cell, recurrent, rnn_cell, workspace

from ....artefact import Array
from .. import gates
from ..recipe import Recipe
from .layers import layer

GRU_PRODUCTS = ("reset_gate_t", "update_gate_t", "output_gate_t")


def row_lstm(model: Any, given: Recipe, threads: int) -> Any:
    rows = model.net.Transpose("data", "rows", axes=[1, 0, 2])
    zeros = first_state(given, 128)
    _, last, _, _ = rnn_cell.LSTM(
        *(model, rows, None, (zeros, zeros), 28, 128, "lstm"),
        outputs_with_grads=[1],
        forward_only=not given.trains,
    )
    keep_first_bias(model, "lstm", ("gates_t",), threads)
    logits = brew.fc(model, model.net.Squeeze(last, "hidden", dims=[0]), "fc", dim_in=128, dim_out=10)
    lstm = gates.recurrent(given.weights, "lstm", gates.LSTM_IFOC)
    arrays = {"lstm/gates_t_w": lstm.recurrent, "lstm/gates_t_b": lstm.recurrent_bias}
    return logits, {**of_input("lstm", lstm), **arrays, **layer(given.weights, "fc")}


def text_gru(model: Any, given: Recipe, threads: int) -> Any:
    table = given.weights["embedding.weight"]
    hidden = given.weights["fc.weight"].shape[1]
    model.AddParameter(model.param_init_net.ConstantFill([], "table", shape=table.shape, value=0.0))
    batch, steps = given.inputs[0].shape
    words, _ = model.net.Reshape("data", ["words", "words_old"], shape=[-1])
    # Momentum moves every row of the table, also those of words that are not in the batch.
    rows = model.net.Gather(["table", words], "rows", dense_gradient=True)
    shape = [batch, steps, table.shape[1]]
    vectors, _ = model.net.Reshape(rows, ["vectors", "vectors_old"], shape=shape)
    _, last = gru_cell.GRU(
        *(model, model.net.Transpose(vectors, "steps", axes=[1, 0, 2]), None),
        *((first_state(given, hidden),), table.shape[1], hidden, "gru"),
        outputs_with_grads=[1],
        forward_only=not given.trains,
        linear_before_reset=True,
    )
    keep_first_bias(model, "gru", GRU_PRODUCTS, threads)
    logits = brew.fc(model, model.net.Squeeze(last, "hidden", dims=[0]), "fc", dim_in=hidden, dim_out=2)
    gru = gates.recurrent(given.weights, "gru", gates.GRU_RZH)
    products = {
        f"gru/{name}_{part}": array
        for part, whole in (("w", gru.recurrent), ("b", gru.recurrent_bias))
        for name, array in zip(GRU_PRODUCTS, np.split(whole, 3))
    }
    return logits, {"table": table, **of_input("gru", gru), **products, **layer(given.weights, "fc")}


def first_state(given: Recipe, hidden: int) -> str:
    workspace.FeedBlob("zeros", np.zeros((1, len(given.inputs[0]), hidden), np.float32))
    return "zeros"


def of_input(scope: str, given: gates.Recurrent) -> Dict[str, Array]:
    return {f"{scope}/i2h_w": given.kernel, f"{scope}/i2h_b": given.bias}


def keep_first_bias(model: Any, scope: str, products: "tuple[str, ...]", threads: int) -> None:
    """One trainable bias for each gate, as the workloads define it; the executor has the budget's threads."""
    for operator in model.net.Proto().op:
        if operator.type == "RecurrentNetwork":
            recurrent.set_rnn_executor_config(operator, num_threads=threads)
    frozen = [f"{scope}/{name}_b" for name in products]
    model.params[:] = [blob for blob in model.params if str(blob) not in frozen]
