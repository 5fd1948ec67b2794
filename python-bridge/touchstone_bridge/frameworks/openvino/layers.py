"""What really computes: the layers of the model that OpenVINO runs, with the precision and the kernel of each."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any, List, Sequence

from ...framework import Configuration

#: Layers that hold or hand over data.
PASSIVE = frozenset({"Const", "Input", "Output"})
#: Its names of floating-point types.
FLOATS = {"f32": "float32", "f16": "float16", "bf16": "bfloat16", "f64": "float64"}
#: Parts of kernels' names, from the narrowest instructions to the widest.
INSTRUCTION_SETS = ("sse42", "avx", "avx2", "avx512", "amx")


@dataclass(frozen=True)
class Layer:
    kind: str
    precision: str
    kernel: str


def layers_of(runtime_model: Any) -> List[Layer]:
    """The layers that compute, from the information that each carries."""
    layers = []
    for operation in runtime_model.get_ops():
        info = operation.get_rt_info()
        kind, precision, kernel = (
            str(info[key].value) if key in info else "unknown"
            for key in ("layerType", "runtimePrecision", "primitiveType")
        )
        if kind not in PASSIVE:
            layers.append(Layer(kind, precision, kernel))
    return layers


def settings_of(layers: Sequence[Layer]) -> Configuration:
    """Precision, instructions and kernels as the layers say them; without layers that compute nothing is said."""
    floats = sorted({FLOATS[each.precision] for each in layers if each.precision in FLOATS})
    kernels = Counter(f"{each.kind} {each.kernel}" for each in layers)
    found = [name for name in INSTRUCTION_SETS if any(names(each.kernel, name) for each in layers)]
    return {
        **({"arithmetic": ", ".join(floats)} if floats else {}),
        "instructionSet": found[-1] if found else None,
        "layers": ", ".join(f"{count} {kernel}" for kernel, count in sorted(kernels.items())),
    }


def names(kernel: str, instruction_set: str) -> bool:
    """Whether a kernel's name has the instruction set as a part: `brgconv_avx512_core_f32`."""
    return re.search(rf"(^|_){instruction_set}(_|$)", kernel) is not None
