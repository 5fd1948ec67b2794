"""Small graphs for tests: nodes as tuples, shapes taken from the expected arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from touchstone_bridge.artefact import (
    Array,
    Attribute,
    Graph,
    Manifest,
    Model,
    Momentum,
    Node,
    TensorInfo,
    Training,
)


def info(name: str, array: Array) -> TensorInfo:
    return TensorInfo(name, str(array.dtype), array.shape)


def make_node(
    operator: str,
    inputs: Sequence[str],
    outputs: Sequence[str],
    attributes: Mapping[str, Attribute] | None = None,
) -> Node:
    name = next(output for output in outputs if output)
    return Node(f"node {name}", operator, tuple(inputs), tuple(outputs), attributes or {})


def make_graph(
    nodes: Sequence[Node],
    inputs: Mapping[str, Array],
    weights: Mapping[str, Array],
    values: Mapping[str, Array],
    outputs: Sequence[str],
    parameters: Sequence[str] = (),
    opset: int = 17,
) -> Graph:
    """`values` are the expected intermediate and output arrays; only their shapes and types count."""
    every = {name: info(name, array) for name, array in {**inputs, **weights, **values}.items()}
    return Graph(
        name="test",
        opset=opset,
        inputs=tuple(every[name] for name in inputs),
        outputs=tuple(every[name] for name in outputs),
        weights=tuple(every[name] for name in weights),
        parameters=tuple(parameters),
        nodes=tuple(nodes),
        values=every,
    )


def make_model(
    graph: Graph,
    weights: Mapping[str, Array],
    inputs: Sequence[Mapping[str, Array]],
    training: Training | None,
) -> Model:
    manifest = Manifest(
        id="0" * 64,
        workload="test",
        mode="inference" if training is None else "training",
        batch=1,
        precision="float32",
        buffers=len(inputs),
        training=training,
    )
    return Model(manifest, graph, weights, tuple(inputs), Path("unused"))


def sgd(learning_rate: float, momentum: float, steps: int = 3) -> Training:
    return Training("softmax-cross-entropy", Momentum(learning_rate, momentum), steps)


def random(*shape: int, seed: int = 0) -> Array:
    return np.random.default_rng(seed + sum(shape)).uniform(-1, 1, shape).astype(np.float32)
