"""`python -m touchstone_bridge.measure <module> <request>`: measuring process for Python targets.

`module` is the target's under `frameworks/`, `request` the path of a request; its last line of output is an outcome:
`scripts/measure/paired/messages.ts`.

* fidelity: our timed loop against the framework's own timer, on the same loaded model.
* lowering: our lowered model against a hand-written native one (`native/`), both under the framework's own timer.
"""

from __future__ import annotations

import gc
import importlib
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Dict, Optional

import numpy as np

from ..artefact import Model, Tensors, load_model
from ..load_framework import load_framework
from ..session import module_of
from .contenders import Effort, Rounds, Slow, interleave
from .native import NoNetError
from .timers import Call, our_clock, own_timer
from .verify import Wrong, verify

Outcome = Dict[str, Any]


@dataclass(frozen=True)
class Net:
    """A net, lowered or written by hand. In training `call` returns the loss."""

    call: Call
    read: Callable[[Any], Tensors]
    form: Optional[str] = None
    # What its training does otherwise than the artefact expects, where that is known.
    difference: Optional[str] = None


def main(module: str, path: str) -> None:
    request = json.loads(Path(path).read_text("utf-8"))
    target, threads = request["target"], request["threads"]
    framework = load_framework(module_of(target, module)).open_framework(target, threads)
    model = load_model(Path(request["folder"]), Path(request["plan"]))
    effort = Effort(request["pairs"], request["blockMs"] * 1e6, request["budgetMs"] * 1e6)
    gc.freeze()
    ours = lowered(framework, model)
    if request["kind"] == "fidelity":
        result = fidelity(ours, model, target, threads, effort)
    else:
        result = lowering(ours, model, target, threads, effort, request["clock"])
    print(f"\n{json.dumps(result)}")


def fidelity(ours: Net, model: Model, target: str, threads: int, effort: Effort) -> Outcome:
    buffers, name = model.manifest.buffers, framework_of(target)
    contenders = [our_clock(ours.call, buffers), own_timer(name, ours.call, buffers, threads)]
    timer = "torch.utils.benchmark" if name == "pytorch" else "bare loop"
    return outcome(interleave(contenders, effort), ["our clock", timer])


def lowering(ours: Net, model: Model, target: str, threads: int, effort: Effort, clock: str) -> Outcome:
    try:
        theirs = hand_written(model, target, threads)
    except NoNetError as error:
        return {"state": "refused", "reason": str(error)}
    for name, net in (("hand-written", theirs), ("lowered", ours)):
        try:
            losses = None if net.difference is None else 1
            slow = verify(net.call, net.read, model, effort.max_iteration_ns(2), losses)
        except Wrong as error:
            return {"state": "refused", "reason": f"the {name} net is wrong: {error}"}
        if slow is not None:
            return outcome(slow, [])
    buffers, framework = model.manifest.buffers, framework_of(target)
    contenders = [own_timer(framework, net.call, buffers, threads, clock) for net in (ours, theirs)]
    measured = outcome(interleave(contenders, effort), ["lowered", "hand-written"])
    return {**measured, "form": ours.form, "note": theirs.difference or ""}


def outcome(measured: Rounds | Slow, contenders: list[str]) -> Outcome:
    if isinstance(measured, Slow):
        return {"state": "slow", "iterationNs": measured.iteration_ns}
    return {"state": "measured", "contenders": contenders, "rounds": measured, "form": None, "note": ""}


def lowered(framework: Any, model: Model) -> Net:
    """The timed path of the adapter."""
    if model.manifest.training is None:
        answering = framework.load_inference(model)
        return Net(answering.run, answering.read, model.plan["form"])
    learner = framework.load_training(model)
    learner.reset()
    return Net(learner.step, lambda _: {}, model.plan["form"])


def hand_written(model: Model, target: str, threads: int) -> Net:
    native = importlib.import_module(f".native.{framework_of(target)}", __package__)
    output = model.graph.outputs[0]
    return Net(
        native.build(model, target, threads),
        lambda values: {output.name: np.asarray(values, np.float32).reshape(output.shape)},
        difference=getattr(native, "DIFFERENCES", {}).get((model.manifest.workload, model.manifest.mode)),
    )


def framework_of(target: str) -> str:
    return target.partition("/")[0].partition("@")[0]


main(*sys.argv[1:])
