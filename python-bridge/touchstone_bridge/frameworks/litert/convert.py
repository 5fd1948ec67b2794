"""A plan as a `.tflite` file. Runs in the environment of TensorFlow, which has the converter."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import tensorflow as tf

from ...artefact import load_model
from ...conversion import serve
from ...errors import UnsupportedError
from ..tensorflow.network import Network

#: The converter names an operator in a line of its own, among places of the program that it came from.
MISSING = re.compile(r"'tf\.(\w+)' op is neither a custom op nor a flex op")


def converted(folder: Path, plan: Path) -> bytes:
    """The model in the operators of LiteRT alone, in float32: nothing is quantised, and nothing left to TensorFlow.

    UnsupportedError in the converter's words.
    """
    network = Network(load_model(folder, plan))
    # By place: a name of ONNX may be none of TensorFlow.
    specs = {
        f"input_{place}": tf.TensorSpec(port.native_shape, port.type, name=f"input_{place}")
        for place, port in enumerate(network.inputs)
    }

    def call(**tensors: Any) -> tuple[Any, ...]:
        return tuple(network([tensors[name] for name in specs]))

    function = tf.function(call).get_concrete_function(**specs)
    converter = tf.lite.TFLiteConverter.from_concrete_functions([function], network)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
    try:
        return bytes(converter.convert())
    except Exception as error:
        raise UnsupportedError(f"LiteRT's converter: {reason_of(error)}") from error


def reason_of(error: Exception) -> str:
    """The operators that LiteRT does not have, where the converter names them; else its first line without a path."""
    text = str(error)
    missing = sorted(set(MISSING.findall(text)))
    if missing:
        return f"it has no operator for {', '.join(f'tf.{name}' for name in missing)}"
    lines = (line.strip() for line in text.splitlines())
    return next((line for line in lines if line and "/" not in line), type(error).__name__)


if __name__ == "__main__":
    serve(converted)
