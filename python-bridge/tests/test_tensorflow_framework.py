"""TensorFlow through its public entry points."""

from __future__ import annotations

from . import framework_contract


class Opening(framework_contract.Opening):
    pass


class Inference(framework_contract.Inference):
    pass


class Training(framework_contract.Training):
    pass


class UpdateRules(framework_contract.UpdateRules):
    pass
