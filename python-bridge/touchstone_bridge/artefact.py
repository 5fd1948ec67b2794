"""Reads an artefact folder (model/artefact/manifest.ts, model/graph.ts)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, List, Mapping, Union

import numpy as np
from safetensors.numpy import load_file, save_file

if TYPE_CHECKING:
    from typing import TypeAlias

    import numpy.typing as npt

Array: TypeAlias = "npt.NDArray[Any]"
Tensors = Mapping[str, Array]
Attribute = Union[int, float, str, List[int], List[float], List[str]]


@dataclass(frozen=True)
class TensorInfo:
    name: str
    type: str
    shape: tuple[int, ...]


@dataclass(frozen=True)
class Node:
    name: str
    operator: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Attribute]


@dataclass(frozen=True)
class Graph:
    name: str
    opset: int
    inputs: tuple[TensorInfo, ...]
    outputs: tuple[TensorInfo, ...]
    weights: tuple[TensorInfo, ...]
    parameters: tuple[str, ...]
    nodes: tuple[Node, ...]
    values: Mapping[str, TensorInfo]
    # For parameters that are trained in part: the half-open index range of that part along each axis.
    trainable_ranges: Mapping[str, tuple[slice, ...]] = field(default_factory=dict)
    # Names of the LSTM nodes that round their hidden state to 8 bits before every step.
    quantised_states: frozenset[str] = frozenset()
    # Whether it is a file that no graph describes: `model.onnx` is the file.
    is_whole: bool = False

    def trainable(self, name: str) -> tuple[slice, ...]:
        """The part of a parameter that training updates."""
        return self.trainable_ranges.get(name, ())


@dataclass(frozen=True)
class Momentum:
    """SGD, with momentum unless that is 0; model/workload.ts defines the rule."""

    learning_rate: float
    momentum: float


@dataclass(frozen=True)
class Adam:
    """Adam by Kingma and Ba; model/workload.ts defines the rule."""

    learning_rate: float
    beta1: float
    beta2: float
    epsilon: float


@dataclass(frozen=True)
class RMSProp:
    """RMSProp by Tieleman and Hinton, with epsilon outside the square root; model/workload.ts defines the rule."""

    learning_rate: float
    decay: float
    epsilon: float

    @property
    def epsilon_in_root(self) -> float:
        """Epsilon for frameworks that add it under the square root: equal for a zero square, negligible otherwise."""
        return self.epsilon**2


Optimiser = Union[Momentum, Adam, RMSProp]


@dataclass(frozen=True)
class Training:
    # A loss of model/workload.ts.
    loss: str
    optimiser: Optimiser
    steps: int


@dataclass(frozen=True)
class Generation:
    """A generation loop: outputs of a run are inputs of the next."""

    steps: int
    # By input name, the output that is fed back.
    feedback: Mapping[str, str]


@dataclass(frozen=True)
class Manifest:
    id: str
    workload: str
    mode: str
    batch: int
    precision: str
    buffers: int
    training: Training | None
    generation: Generation | None = None


@dataclass(frozen=True)
class Model:
    """The model of one cell: `inputs[buffer]` has the graph's inputs by name; in training also `labels`."""

    manifest: Manifest
    graph: Graph
    weights: Tensors
    inputs: tuple[Tensors, ...]
    # As it was normalised, which the reference computes; of a file that no graph describes, the file.
    model_path: Path
    # The target's plan as parsed JSON; None without a target.
    plan: Any = None

    @property
    def file(self) -> Path:
        """What a runtime that imports ONNX itself is given: the user's own file where there is one."""
        given = self.model_path.with_name("file.onnx")
        return given if given.exists() else self.model_path


def load_model(folder: Path, plan: Path | None = None) -> Model:
    """Reads everything except the expected values into host memory, and the plan.

    Raises ValueError for an incomplete or unsupported artefact.
    """
    manifest = _manifest(json.loads((folder / "artefact.json").read_text("utf-8")))
    graph = _graph(json.loads((folder / "graph.json").read_text("utf-8")))
    weights = load_file(folder / "weights.safetensors")
    inputs = _inputs(load_file(folder / "inputs.safetensors"), manifest.buffers)
    needed = {info.name for info in graph.inputs} | ({"labels"} if manifest.training else set())
    for number, tensors in enumerate(inputs):
        missing = needed - tensors.keys()
        if missing:
            raise ValueError(f"{folder}: buffer {number} has no {', '.join(sorted(missing))}")
    missing = {info.name for info in graph.weights} - weights.keys()
    if missing:
        raise ValueError(f"{folder}: weights.safetensors has no {', '.join(sorted(missing))}")
    planned = None if plan is None else json.loads(plan.read_text("utf-8"))
    return Model(manifest, graph, weights, inputs, folder / "model.onnx", planned)


def write_tensors(file: Path, tensors: Tensors) -> None:
    """Writes a safetensors file, row-major."""
    # Not `ascontiguousarray`, which turns a scalar into a vector.
    save_file({name: np.asarray(array, order="C") for name, array in tensors.items()}, file)


def _manifest(raw: Mapping[str, Any]) -> Manifest:
    if raw.get("version") != 1:
        raise ValueError(f"artefact.json has version {raw.get('version')!r}; this bridge reads version 1")
    training, generation = raw.get("training"), raw.get("generation")
    return Manifest(
        id=raw["id"],
        workload=raw["workload"],
        mode=raw["mode"],
        batch=raw["batch"],
        precision=raw["precision"],
        buffers=raw["buffers"],
        training=None if training is None else _training(training),
        generation=None if generation is None else Generation(generation["steps"], generation["feedback"]),
    )


def _training(raw: Mapping[str, Any]) -> Training:
    return Training(raw["loss"], _optimiser(raw["optimiser"]), raw["steps"])


def _optimiser(raw: Mapping[str, Any]) -> Optimiser:
    # JSON does not distinguish 1 from 1.0, and Keras requires a float as momentum.
    if raw["name"] == "sgd":
        return Momentum(float(raw["learningRate"]), float(raw["momentum"]))
    if raw["name"] == "adam":
        return Adam(*(float(raw[name]) for name in ("learningRate", "beta1", "beta2", "epsilon")))
    if raw["name"] == "rmsprop":
        return RMSProp(*(float(raw[name]) for name in ("learningRate", "decay", "epsilon")))
    raise ValueError(f"optimiser {raw['name']!r} is not supported")


def _graph(raw: Mapping[str, Any]) -> Graph:
    return Graph(
        name=raw["name"],
        opset=raw["opset"],
        inputs=tuple(map(_info, raw["inputs"])),
        outputs=tuple(map(_info, raw["outputs"])),
        weights=tuple(map(_info, raw["weights"])),
        parameters=tuple(raw["parameters"]),
        nodes=tuple(map(_node, raw["nodes"])),
        values={name: _info(value) for name, value in raw["values"].items()},
        trainable_ranges={
            name: tuple(map(slice, given["begins"], given["ends"]))
            for name, given in raw.get("trainableRanges", {}).items()
        },
        quantised_states=frozenset(raw.get("quantisedStates", ())),
        is_whole="whole" in raw,
    )


def _info(raw: Mapping[str, Any]) -> TensorInfo:
    return TensorInfo(raw["name"], raw["type"], tuple(raw["shape"]))


def _node(raw: Mapping[str, Any]) -> Node:
    return Node(
        raw["name"], raw["operator"], tuple(raw["inputs"]), tuple(raw["outputs"]), dict(raw["attributes"])
    )


def _inputs(tensors: Tensors, buffers: int) -> tuple[Tensors, ...]:
    """Splits `<buffer>/<name>` by buffer."""
    by_buffer: list[dict[str, Array]] = [{} for _ in range(buffers)]
    for key, array in tensors.items():
        buffer, _, name = key.partition("/")
        if buffer.isdecimal() and int(buffer) < buffers:
            by_buffer[int(buffer)][name] = array
    return tuple(by_buffer)
