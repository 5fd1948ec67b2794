"""The directions of a planned LSTM, GRU or RNN, with the operands of each."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Sequence, Tuple

# Suffixes of the names of operands, and whether the steps are taken from the last one on.
DIRECTIONS = {
    "forward": [("", False)],
    "reverse": [("", True)],
    "bidirectional": [("", False), ("Backward", True)],
}
OPERANDS = ("w", "r", "bias", "recurrentBias", "initialH", "initialC")


def directions(settings: Mapping[str, Any], operands: Sequence[Any]) -> List[Tuple[Dict[str, Any], bool]]:
    """For each direction the operands that it has, by name, and whether it goes backwards.

    @param operands: those after x, in the order of `settings["given"]`
    """
    given = dict(zip(settings["given"], operands))
    return [
        ({name: given[name + suffix] for name in OPERANDS if name + suffix in given}, backward)
        for suffix, backward in DIRECTIONS[settings["direction"]]
    ]
