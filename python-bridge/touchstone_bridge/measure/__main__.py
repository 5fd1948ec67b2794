"""`python -m touchstone_bridge.measure <kind> <target> <folder> <threads> <pairs> <block ms> <module> [<plan>]`

`kind` is `fidelity` or `lowering`, `folder` the artefact's, `module` the target's under `frameworks/`, `plan` a JSON
file with what its descriptor planned. Prints one line of JSON: `{"pairs": [[ours, theirs], …]}`, in nanoseconds per
iteration.

* fidelity: our timed loop against the framework's own timer, on the same loaded model.
* lowering: our lowered model against a hand-written native one (`native/`), both under the framework's own timer.
"""

from __future__ import annotations

import gc
import importlib
import json
import sys
from pathlib import Path
from typing import Any

from ..load_framework import load_framework
from ..session import module_of
from .pairs import interleave
from .timers import Call, our_clock, own_timer


def main(arguments: list[str]) -> None:
    kind, target, folder, threads, pairs, block_ms, module, *plan = arguments
    framework = load_framework(module_of(target, module)).open_framework(target, int(threads))
    from ..artefact import load_model

    model = load_model(Path(folder), json.loads(Path(plan[0]).read_text("utf-8")) if plan else None)
    gc.freeze()
    ours = lowered(framework, model)
    buffers = model.manifest.buffers
    name = target.partition("/")[0].partition("@")[0]
    timed = own_timer(name, ours, buffers, int(threads))
    if kind == "fidelity":
        first, second = our_clock(ours, buffers), timed
    else:
        native = importlib.import_module(f".native.{name}", __package__).build(model, target, int(threads))
        first, second = timed, own_timer(name, native, buffers, int(threads))
    print(json.dumps({"pairs": interleave(first, second, int(pairs), float(block_ms) * 1e6)}))


def lowered(framework: Any, model: Any) -> Call:
    """The timed path of the adapter."""
    if model.manifest.training is None:
        run: Call = framework.load_inference(model).run
        return run
    learner = framework.load_training(model)
    learner.reset()
    step: Call = learner.step
    return step


main(sys.argv[1:])
