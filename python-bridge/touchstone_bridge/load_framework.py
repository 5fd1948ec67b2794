"""Imports the module that drives a framework: one of `frameworks`, or a file outside the tree."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType


def load_framework(module: str) -> ModuleType:
    """`module` is the full name of a module, or the path of a file ending in `.py`.

    ImportError where it, or the framework that it imports, is not there.
    """
    if not module.endswith(".py"):
        return importlib.import_module(module)
    path = Path(module)
    # A sibling of the frameworks in the tree, so that relative imports (`from ..artefact import Model`) work alike.
    name = f"{__package__}.frameworks.{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{module} is not a Python module")
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[name] = loaded
    spec.loader.exec_module(loaded)
    return loaded
