"""Artefacts with the plans of a target, written by tests/python-bridge/framework-fixtures.ts."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from touchstone_bridge.artefact import Model, load_model
from touchstone_bridge.load_framework import load_framework

#: The target that these tests run on, such as `jax/cpu`.
TARGET = os.environ["TOUCHSTONE_TEST_TARGET"]
_ROOT = Path(os.environ["TOUCHSTONE_TEST_FIXTURES"])


def open_target(target: str = TARGET) -> Any:
    """The target's framework, as a worker opens it."""
    module = load_framework(f"touchstone_bridge.frameworks.{TARGET.partition('/')[0]}")
    return module.open_framework(target, 1)


def load_fixture(name: str) -> Model:
    """The artefact of that name with the plan of `TARGET`."""
    lowered = json.loads((_ROOT / "plans.json").read_text("utf-8"))[TARGET][name]
    if "plan" not in lowered:
        raise AssertionError(f"{TARGET} does not support {name}: {lowered['unsupported']}")
    return load_model(_ROOT / name, Path(lowered["plan"]))


def with_unknown_kind(model: Model, kind: str) -> Model:
    """The model with the last step, of its graph and of its plan, replaced by a kind that no framework has."""
    nodes = (*model.graph.nodes[:-1], replace(model.graph.nodes[-1], operator=kind))
    plan = json.loads(json.dumps(model.plan))
    for step in plan.get("operations", [])[-1:]:
        step.update(kind=kind)
    return replace(model, graph=replace(model.graph, nodes=nodes), plan=plan)
