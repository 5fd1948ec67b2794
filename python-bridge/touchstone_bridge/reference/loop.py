"""Loop, whose scan outputs the evaluator of onnx 1.23 joins along their first axis instead of a new one."""

from __future__ import annotations

from typing import Any, Optional

import numpy as np
import numpy.typing as npt
from onnx.reference.ops.op_loop import Loop as NewestLoop

Array = npt.NDArray[Any]


class Loop(NewestLoop):  # type: ignore[misc]
    """Every operator set. Without an iteration a scan output has no elements."""

    op_domain = ""

    def _run(
        self,
        most: Optional[Array],
        condition: Optional[Array],
        *carried: Array,
        context: Optional[dict[str, Array]] = None,
        body: Any = None,
        attributes: Optional[dict[str, Any]] = None,
    ) -> tuple[Array, ...]:
        count_name, condition_name, *names = self.body.input_names
        values = list(carried)
        rows: list[list[Array]] = []
        goes_on = condition is None or bool(condition)
        while goes_on and (most is None or len(rows) < int(most)):
            given = {**(context or {}), count_name: np.array(len(rows)), condition_name: np.array(True)}
            given.update(zip(names, values))
            again, *results = self._run_body(given, attributes=attributes)
            goes_on = bool(again)
            values = list(results[: len(names)])
            rows.append(list(results[len(names) :]))
        if not rows:
            return (*values, *(np.empty((0,)) for _ in range(self.K)))
        return (*values, *(np.stack(column) for column in zip(*rows)))
