"""What a module under `frameworks/` provides; mirrors adapters/adapter.ts.

Such a module defines `open_framework(target: str, threads: int) -> Framework` and imports its framework at the top:
importing the module and calling `open_framework` is the `import` phase.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Mapping, Protocol, Union, runtime_checkable

if TYPE_CHECKING:
    from pathlib import Path

    # The worker says hello before anything but the standard library is imported.
    from .artefact import Model, Tensors

Setting = Union[str, int, float, bool, None]
Configuration = Mapping[str, Setting]


@dataclass(frozen=True)
class Device:
    """What computes, as the framework reports it; the fields are those of common/run/device.ts."""

    kind: str
    index: int
    name: str
    driver: str | None
    software: bool


@dataclass(frozen=True)
class Description:
    """The effective versions, settings and device, read from inside.

    `configuration` has the named keys of `Configuration` in adapter.ts; `device` is "cpu" where the processors compute.
    """

    versions: Mapping[str, str]
    configuration: Configuration
    device: Device | Literal["cpu"]


class InferenceModel(Protocol):
    """Ready to answer. `run` is the timed path: input prepared by load → whole output in host memory."""

    @property
    def configuration(self) -> Configuration:
        """Settings that hold for this model only."""

    def run(self, buffer: int) -> Any:
        """Timed. The output in the framework's own container."""

    def read(self, output: Any) -> Tensors:
        """Untimed. What `run` returned, by ONNX name and in ONNX layout."""

    def dispose(self) -> None:
        """Lets go of everything that load made."""


class TrainingModel(Protocol):
    """Ready to learn. `step` is the timed path: forward, loss, backward, update; ends with the loss on the host."""

    @property
    def configuration(self) -> Configuration:
        """Settings that hold for this model only."""

    def step(self, buffer: int) -> float:
        """Timed. The loss before the update."""

    def reset(self) -> None:
        """Untimed. The first weights, and an optimiser that has seen nothing."""

    def output(self, buffer: int) -> Tensors:
        """Untimed. The graph's outputs with the present weights."""

    def gradients(self, buffer: int) -> Tensors | None:
        """Untimed. Gradient of the mean loss by parameter name; None where the framework does not expose it."""

    def weights(self) -> Tensors:
        """Untimed. Present weights by parameter name, in ONNX layout."""

    def dispose(self) -> None:
        """Lets go of everything that load made."""


class Framework(Protocol):
    """A framework that has been imported and set up in this process."""

    def describe(self) -> Description:
        """What really runs."""

    def load_inference(self, model: Model) -> InferenceModel:
        """UnsupportedError where the model cannot be lowered."""

    def load_training(self, model: Model) -> TrainingModel:
        """UnsupportedError where the framework cannot train, or not this model."""


@runtime_checkable
class ReportsDeviceMemory(Protocol):
    """A framework that also reports how much memory of its device this process has taken."""

    def device_bytes(self) -> int | None:
        """At its highest, in bytes; None where it is not known."""


@runtime_checkable
class Converts(Protocol):
    """A framework whose models are converted by another program before it loads them."""

    def prepare(self, folder: Path, plan: Path) -> None:
        """Untimed; called before the model of an artefact is loaded. UnsupportedError where it cannot be converted."""
