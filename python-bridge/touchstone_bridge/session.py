"""What a worker knows between requests, and how it answers each of them. Standard library until `describe`."""

from __future__ import annotations

import dataclasses
import gc
import importlib
import math
import os
import platform
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable, Dict, List, Literal, Sequence, Union

from . import protocol, witness
from .clock import Limits, Timing, time_loop, time_span
from .collector import Collector
from .errors import ProtocolError, UnavailableError
from .finished import finished_loop
from .framework import Converts
from .load_framework import load_framework
from .memory import allocator, bound_cpus, cpu_model, resident_bytes

if TYPE_CHECKING:
    from .artefact import Array, Manifest, Tensors, Training
    from .framework import Device, Framework, InferenceModel, TrainingModel

Result = Dict[str, Any]


@dataclass
class Answering:
    """A loaded inference model, with the outputs that its turns kept."""

    model: InferenceModel
    manifest: Manifest
    kept: List[Any] = field(default_factory=list)
    is_cold: bool = True
    # Whether it was seen, on iterations that were not its first, that its device has finished when they end.
    is_proved: bool = False


@dataclass
class Learning:
    """A loaded training model."""

    model: TrainingModel
    manifest: Manifest
    training: Training


Loaded = Union[Answering, Learning]


class Session:
    """One worker's state: hello → describe → (load … unload)* → memory → bye."""

    def __init__(self, module: str | None) -> None:
        self._module = module
        self._hello: protocol.Hello | None = None
        self._framework: Framework | None = None
        self._loaded: Loaded | None = None
        self._collector = Collector()
        self._handlers: Dict[type, Callable[[Any], Result]] = {
            protocol.Hello: self._greet,
            protocol.Describe: lambda _: self._describe(),
            protocol.Load: self._load,
            protocol.Warm: self._warm,
            protocol.Verify: self._verify,
            protocol.Turn: self._turn,
            protocol.Audit: self._audit,
            protocol.Epoch: self._epoch,
            protocol.Classify: self._classify,
            protocol.Unload: lambda _: self._unload(),
            protocol.Memory: lambda _: self._memory(),
        }

    def answer(self, request: protocol.RequestBody) -> Result:
        """The result of a request; whatever it raises becomes an error reply."""
        handler = self._handlers.get(type(request))
        return {} if handler is None else handler(request)

    def _greet(self, request: protocol.Hello) -> Result:
        if request.protocol != protocol.PROTOCOL_VERSION:
            raise ProtocolError(
                f"protocol {request.protocol}, but this worker speaks {protocol.PROTOCOL_VERSION}"
            )
        self._hello = request
        return {
            "protocol": protocol.PROTOCOL_VERSION,
            "pid": os.getpid(),
            "runtime": f"python {platform.python_version()}",
            "cpus": bound_cpus(),
        }

    def _describe(self) -> Result:
        if self._hello is None:
            raise ProtocolError("describe before hello")
        if self._framework is not None:
            raise ProtocolError("describe twice")
        begin = time.perf_counter_ns()
        framework = open_framework(module_of(self._hello.target, self._module), self._hello)
        import_ns = time.perf_counter_ns() - begin
        import_artefact()
        description = framework.describe()
        self._framework = framework
        gc.collect()
        self._collector.settle(model_loaded=False)
        return {
            "importNs": import_ns,
            "versions": dict(description.versions),
            "configuration": {**description.configuration, "allocator": allocator()},
            "device": device_record(description.device),
            "cpus": bound_cpus(),
        }

    def _load(self, request: protocol.Load) -> Result:
        """Times the framework's own work only: reading the artefact is the harness's."""
        from .artefact import load_model
        from .generation import generating

        if self._framework is None:
            raise ProtocolError("load before describe")
        if self._loaded is not None:
            raise ProtocolError("load while a model is loaded")
        model = load_model(Path(request.folder), request.plan)
        if model.manifest.mode != request.mode:
            raise ProtocolError(f"load for {request.mode} of an artefact made for {model.manifest.mode}")
        if isinstance(self._framework, Converts):
            self._framework.prepare(Path(request.folder), request.plan)
        begin = time.perf_counter_ns()
        if model.manifest.training is None:
            self._loaded = Answering(generating(model, self._framework.load_inference(model)), model.manifest)
        else:
            learner = self._framework.load_training(model)
            self._loaded = Learning(learner, model.manifest, model.manifest.training)
        load_ns = time.perf_counter_ns() - begin
        self._collector.settle(model_loaded=True)
        configuration = {"form": model.plan["form"], **self._loaded.model.configuration}
        return {"loadNs": load_ns, "configuration": configuration}

    def _warm(self, request: protocol.Warm) -> Result:
        limits = Limits(request.min_iterations, request.min_ns, math.inf, request.max_ns)
        loaded = self._present()
        if isinstance(loaded, Answering) and not loaded.is_proved:
            # Keeps its last output.
            samples = finished_loop(
                lambda own: self._time(loaded, 0, own, sys.maxsize),
                limits,
                loaded.model.read,
                is_cold=loaded.is_cold,
            )
            loaded.is_proved = not loaded.is_cold or len(samples) > 1
            loaded.is_cold = False
        else:
            samples = self._time(loaded, 0, limits, 0).samples_ns
        self._collector.settle(model_loaded=True)
        return {"samplesNs": samples}

    def _turn(self, request: protocol.Turn) -> Result:
        loaded = self._present()
        # Every turn of training is the same work, from the first weights on: it starts on buffer 0 whatever was asked.
        first = request.first_buffer if isinstance(loaded, Answering) else 0
        limits = Limits(1, request.min_ns, request.max_iterations, math.inf)
        before = witness.mark()
        timing = self._time(loaded, first, limits, request.audit_iteration)
        after = witness.mark()
        result: Result = {
            "samplesNs": timing.samples_ns,
            "cpuNs": timing.cpu_ns,
            "auditBuffer": (first + timing.kept_iteration) % loaded.manifest.buffers,
            "losses": [],
            "finite": True,
            "witness": witness.between(before, after),
        }
        if isinstance(loaded, Answering):
            loaded.kept.append(timing.kept)
        else:
            result["losses"] = [finite_or_none(loss) for loss in timing.outputs[: loaded.training.steps]]
            result["finite"] = all(map(math.isfinite, timing.outputs))
        return result

    def _time(self, loaded: Loaded, first_buffer: int, limits: Limits, keep_iteration: int) -> Timing[Any]:
        buffers = loaded.manifest.buffers
        if isinstance(loaded, Answering):
            return time_loop(loaded.model.run, buffers, first_buffer, limits, keep_iteration, keep_all=False)
        loaded.model.reset()
        return time_loop(loaded.model.step, buffers, first_buffer, limits, keep_iteration, keep_all=True)

    def _verify(self, request: protocol.Verify) -> Result:
        from .artefact import write_tensors

        loaded = self._present()
        tensors = verify_inference(loaded) if isinstance(loaded, Answering) else verify_training(loaded)
        write_tensors(Path(request.file), tensors)
        return {"buffers": loaded.manifest.buffers}

    def _audit(self, request: protocol.Audit) -> Result:
        from .artefact import write_tensors

        loaded = self._present()
        if isinstance(loaded, Learning):
            return {"outputs": 0}
        tensors = {
            f"{turn}/{name}": array
            for turn, output in enumerate(loaded.kept)
            for name, array in loaded.model.read(output).items()
        }
        write_tensors(Path(request.file), tensors)
        return {"outputs": len(loaded.kept)}

    def _epoch(self, request: protocol.Epoch) -> Result:
        model = self._learning(request.order).model
        if request.from_first_weights:
            model.reset()
        before = witness.mark()
        span = time_span(model.step, request.order)
        after = witness.mark()
        # What the first steps made is long-lived, as after `warm`: later epochs need not collect it again.
        self._collector.settle(model_loaded=True)
        return {
            "spanNs": span.span_ns,
            "firstStepNs": span.first_ns,
            "cpuNs": span.cpu_ns,
            "meanLoss": finite_or_none(sum(span.outputs) / len(span.outputs)),
            "witness": witness.between(before, after),
        }

    def _classify(self, request: protocol.Classify) -> Result:
        model = self._learning(request.buffers).model
        return {"classes": [classes_of(model.output(buffer)) for buffer in request.buffers]}

    def _learning(self, buffers: Sequence[int]) -> Learning:
        """ProtocolError where the model does not learn, or has no such buffer."""
        loaded = self._present()
        if not isinstance(loaded, Learning):
            raise ProtocolError("the model that is loaded does not learn")
        missing = [buffer for buffer in buffers if buffer >= loaded.manifest.buffers]
        if missing:
            raise ProtocolError(f"buffer {missing[0]} of a model that has {loaded.manifest.buffers}")
        return loaded

    def _memory(self) -> Result:
        now, peak = resident_bytes()
        return {"rssBytes": now, "peakRssBytes": peak, "deviceBytes": device_bytes_of(self._framework)}

    def _unload(self) -> Result:
        loaded = self._present()
        self._loaded = None
        loaded.model.dispose()
        del loaded
        self._collector.let_go()
        return {}

    def _present(self) -> Loaded:
        if self._loaded is None:
            raise ProtocolError("no model is loaded")
        return self._loaded


def device_record(device: Device | Literal["cpu"]) -> Result:
    """The effective device as the protocol names it."""
    if device == "cpu":
        return {"kind": "cpu", "index": 0, "name": cpu_model(), "driver": None, "software": False}
    return dataclasses.asdict(device)


def device_bytes_of(framework: Framework | None) -> int | None:
    """Memory of the device; None where no framework is open, or it does not report any."""
    # Imported only now: the worker says hello before anything but the standard library is imported.
    from .framework import ReportsDeviceMemory

    return framework.device_bytes() if isinstance(framework, ReportsDeviceMemory) else None


def module_of(target: str, module: str | None) -> str:
    """The module that drives a target: the one named at start, else the one named like the target's framework."""
    name = module or target.partition("/")[0].replace("-", "_")
    if name.endswith(".py"):
        return name
    if not all(part.isidentifier() for part in name.split(".")):
        raise ProtocolError(f"{name!r} is not the name of a module")
    # A dotted name is a module outside this package, such as a test's.
    return name if "." in name else f"{__package__}.frameworks.{name}"


def open_framework(module: str, hello: protocol.Hello) -> Framework:
    """Imports the module, and the framework with it. UnavailableError where that fails."""
    try:
        opened: Framework = load_framework(module).open_framework(hello.target, hello.threads)
    # A framework whose shared library does not load raises OSError (ctypes) as often as ImportError.
    except (ImportError, OSError) as error:
        raise UnavailableError(f"{hello.target} cannot be imported: {error}") from error
    return opened


def import_artefact() -> None:
    """NumPy and safetensors, now rather than inside the first load."""
    try:
        importlib.import_module(f"{__package__}.artefact")
    except ImportError as error:
        raise UnavailableError(f"this environment cannot read artefacts: {error}") from error


def verify_inference(loaded: Answering) -> dict[str, Array]:
    """`output/<buffer>/<name>` for every buffer."""
    return {
        f"output/{buffer}/{name}": array.copy()
        for buffer in range(loaded.manifest.buffers)
        for name, array in loaded.model.read(loaded.model.run(buffer)).items()
    }


def verify_training(loaded: Learning) -> dict[str, Array]:
    """From the first weights: output and gradients on buffer 0, then losses and weights after the steps."""
    import numpy as np

    model = loaded.model
    model.reset()
    tensors = {f"output/0/{name}": array.copy() for name, array in model.output(0).items()}
    gradients = model.gradients(0)
    if gradients is not None:
        tensors.update({f"gradient/{name}": array.copy() for name, array in gradients.items()})
    losses = [model.step(step % loaded.manifest.buffers) for step in range(loaded.training.steps)]
    tensors["losses"] = np.asarray(losses, dtype=np.float64)
    tensors.update({f"weight/{name}": array.copy() for name, array in model.weights().items()})
    return tensors


def classes_of(outputs: Tensors) -> list[int]:
    """The place of the largest logit of each example, the first one of equals."""
    logits = next(iter(outputs.values()))
    largest: list[int] = logits.reshape(-1, logits.shape[-1]).argmax(axis=1).tolist()
    return largest


def finite_or_none(loss: float) -> float | None:
    """JSON has no NaN."""
    return loss if math.isfinite(loss) else None
