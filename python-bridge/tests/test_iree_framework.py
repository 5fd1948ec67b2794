"""IREE through its public entry points."""

from __future__ import annotations

from . import framework_contract


class Opening(framework_contract.Opening):
    pass


class NativeImport(framework_contract.NativeImport):
    pass
