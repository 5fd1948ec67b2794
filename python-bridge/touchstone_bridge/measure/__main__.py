"""`python -m touchstone_bridge.measure fidelity|lowering <target> <artefact folder> <threads> <pairs> <block ms>`

Prints one line of JSON: `{"pairs": [[ours, theirs], …]}`, nanoseconds per iteration.

* fidelity: our timed loop against the framework's own timer, torch.utils.benchmark, on the same loaded model.
* lowering: our lowered model against a hand-written native one, both under torch.utils.benchmark.
"""

from __future__ import annotations

import gc
import importlib
import itertools
import json
import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch.utils.benchmark import Timer

from ..artefact import Model, load_model
from ..clock import Limits, time_loop
from . import native_pytorch
from .pairs import Contender, interleave


def main(arguments: list[str]) -> None:
    kind, target, folder, threads, pairs, block_ms = arguments
    module = importlib.import_module(f"touchstone_bridge.frameworks.{target.partition('/')[0]}")
    framework = module.open_framework(target, int(threads))
    model = load_model(Path(folder))
    gc.freeze()
    ours = lowered(framework, model)
    buffers = model.manifest.buffers
    if kind == "fidelity":
        first, second = our_clock(ours, buffers), their_timer(ours, buffers, int(threads))
    else:
        native = native_call(model)
        first, second = their_timer(ours, buffers, int(threads)), their_timer(native, buffers, int(threads))
    print(json.dumps({"pairs": interleave(first, second, int(pairs), float(block_ms) * 1e6)}))


def lowered(framework: Any, model: Model) -> Callable[[int], Any]:
    if model.manifest.training is None:
        run: Callable[[int], Any] = framework.load_inference(model).run
        return run
    learner = framework.load_training(model)
    learner.reset()
    step: Callable[[int], Any] = learner.step
    return step


def our_clock(call: Callable[[int], Any], buffers: int) -> Contender:
    """The mean of the samples of the very loop that the worker runs in a turn."""

    def contender(iterations: int) -> float:
        # Their Timer runs so many iterations before its clock starts; ours would be charged for waking the caches up.
        warm = max(iterations // 100, 2)
        limits = Limits(iterations + warm, 0, iterations + warm, math.inf)
        samples = time_loop(call, buffers, 0, limits, 0, keep_all=False).samples_ns[warm:]
        return sum(samples) / len(samples)

    return contender


def their_timer(call: Callable[[int], Any], buffers: int, threads: int) -> Contender:
    """torch.utils.benchmark over the same buffers in the same rotation.

    It comes from timeit, which switches the garbage collector off; users run with it on, and so does our clock, so it
    is switched on in the set-up, as timeit's documentation says. Both begin after a collection.
    """
    timer = Timer(
        "call(next(rotation))",
        setup="gc.enable(); rotation = itertools.cycle(range(buffers))",
        globals={"call": call, "buffers": buffers, "itertools": itertools, "gc": gc},
        num_threads=threads,
    )

    def contender(iterations: int) -> float:
        gc.collect()
        return timer.timeit(iterations).mean * 1e9

    return contender


def native_call(model: Model) -> Callable[[int], Any]:
    name = model.graph.inputs[0].name
    batches = [torch.from_numpy(tensors[name].copy()) for tensors in model.inputs]
    training = model.manifest.training
    if training is None:
        return native_pytorch.inference(model.manifest.workload, batches)
    labels = [torch.from_numpy(tensors["labels"].copy()).long() for tensors in model.inputs]
    optimiser = training.optimiser
    return native_pytorch.training(
        model.manifest.workload, batches, labels, optimiser.learning_rate, optimiser.momentum
    )


main(sys.argv[1:])
