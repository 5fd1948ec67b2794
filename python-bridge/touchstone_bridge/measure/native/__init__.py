"""The workloads as each framework's users write them by hand: what our lowerings are held against.

One module for each framework, named for it: `build(model, target, threads)` gives the call for a buffer, which does
what the timed path of an adapter does, on the same inputs. Its weights are the artefact's, taken by their names;
nothing here knows how our lowering plans. NoNetError where there is none for the workload. `DIFFERENCES`, optional,
says of a (workload, mode) what the framework's own training does otherwise than ONNX defines: then only the first loss
has to agree.
"""

from __future__ import annotations

from typing import Mapping, TypeVar

Net = TypeVar("Net")


class NoNetError(LookupError):
    """There is no hand-written net for the workload."""


def net_for(workload: str, nets: Mapping[str, Net]) -> Net:
    if workload not in nets:
        raise NoNetError(f"there is no hand-written {workload} for this framework")
    return nets[workload]
