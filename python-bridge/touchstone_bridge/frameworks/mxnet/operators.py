"""Every operator but the LSTM as MXNet's own, in its own layout, channels first."""

from __future__ import annotations

from typing import Callable, Dict, Sequence

import mxnet as mx
import numpy as np

from ...artefact import Array, Node
from ...lowering.attributes import integer, integers, number, refuse, text
from ...lowering.transposed import plain_transposed
from ...lowering.window import Window
from .builder import Builder
from .symbol_builder import Symbol

Lower = Callable[[Builder, Node], None]
LOWEST = float(np.finfo(np.float32).min)
SOFTMAX_ALONG_ONE_AXIS = 13


def same(value: Array) -> Array:
    return value


def window_of(builder: Builder, node: Node, kernel: Sequence[int]) -> Window:
    refuse(node, unless=len(kernel) == 2, because=f"over {len(kernel)} spatial axes")
    return Window(node, kernel, builder.shape(node.inputs[0])[2:])


def padded(window: Window, symbol: Symbol, fill: float) -> Symbol:
    """Pads that MXNet's own operators cannot make, on a picture [batch, channels, height, width]."""
    edges = (0, 0, 0, 0, window.begin[0], window.end[0], window.begin[1], window.end[1])
    return mx.sym.pad(symbol, mode="constant", pad_width=edges, constant_value=fill)


def conv(builder: Builder, node: Node) -> None:
    weight = builder.constant(node, 1)
    window = window_of(builder, node, weight.shape[2:])
    x = builder.value(node.inputs[0])
    has_bias = builder.has_input(node, 2)
    operands = [builder.weight(node, 1, same, same)]
    if has_bias:
        operands.append(builder.weight(node, 2, same, same))
    symmetric = window.symmetric()
    result = mx.sym.Convolution(
        x if symmetric else padded(window, x, 0.0),
        *operands,
        kernel=window.kernel,
        stride=window.strides,
        dilate=window.dilations,
        pad=window.begin if symmetric else (0, 0),
        num_filter=weight.shape[0],
        num_group=integer(node, "group", 1),
        no_bias=not has_bias,
    )
    builder.define(node.outputs[0], result)


def conv_transpose(builder: Builder, node: Node) -> None:
    """Its `adj` is ONNX's `output_padding`; it cuts the same from both sides."""
    weight = builder.constant(node, 1)
    axes = weight.ndim - 2
    plain_transposed(node)
    refuse(node, unless=axes == 2, because=f"over {axes} spatial axes")
    pads = integers(node, "pads", [0] * 4)
    refuse(node, unless=pads[:2] == pads[2:], because="with asymmetric pads")
    has_bias = builder.has_input(node, 2)
    operands = [builder.weight(node, position, same, same) for position in (1, 2)[: 1 + has_bias]]
    groups = integer(node, "group", 1)
    result = mx.sym.Deconvolution(
        builder.value(node.inputs[0]),
        *operands,
        kernel=weight.shape[2:],
        stride=integers(node, "strides", [1] * 2),
        pad=pads[:2],
        adj=integers(node, "output_padding", [0] * 2),
        num_filter=weight.shape[1] * groups,
        num_group=groups,
        no_bias=not has_bias,
    )
    builder.define(node.outputs[0], result)


def pool(kind: str) -> Lower:
    """MaxPool or AveragePool."""

    def lower(builder: Builder, node: Node) -> None:
        window = window_of(builder, node, integers(node, "kernel_shape", ()))
        refuse(node, unless=set(window.dilations) == {1}, because="with dilations")
        refuse(node, unless=not integer(node, "ceil_mode", 0), because="with ceil_mode 1")
        refuse(
            node, unless=len([name for name in node.outputs if name]) == 1, because="with its second output"
        )
        counts = bool(integer(node, "count_include_pad", 0))
        # Its own padding is for pads that are smaller than the kernel and the same on both sides.
        own = window.symmetric()
        refuse(node, unless=own or counts or kind == "max", because="with asymmetric pads that do not count")
        x = builder.value(node.inputs[0])
        result = mx.sym.Pooling(
            x if own else padded(window, x, LOWEST if kind == "max" else 0.0),
            kernel=window.kernel,
            stride=window.strides,
            pad=window.begin if own else (0, 0),
            pool_type=kind,
            pooling_convention="valid",
            count_include_pad=counts,
        )
        builder.define(node.outputs[0], result)

    return lower


def global_pool(kind: str) -> Lower:
    def lower(builder: Builder, node: Node) -> None:
        x = builder.value(node.inputs[0])
        builder.define(node.outputs[0], mx.sym.Pooling(x, kernel=(1, 1), pool_type=kind, global_pool=True))

    return lower


def gemm(builder: Builder, node: Node) -> None:
    refuse(node, unless=not integer(node, "transA", 0), because="with transA 1")
    transposed = bool(integer(node, "transB", 0))
    alpha, beta = number(node, "alpha", 1.0), number(node, "beta", 1.0)
    for position, factor in ((1, alpha), (2, beta)):
        given = builder.has_input(node, position)
        folded = given and factor != 1 and builder.is_trained(node.inputs[position])
        refuse(node, unless=not folded, because=f"in training with a factor of {factor}")
    units = builder.constant(node, 1).shape[0 if transposed else 1]

    def turn(value: Array) -> Array:
        return value if transposed else value.T

    operands = [builder.weight(node, 1, lambda value: turn(value) * np.float32(alpha), turn)]
    if builder.has_input(node, 2):
        shape = builder.constant(node, 2).shape
        refuse(node, unless=len(shape) == 1 or shape[:1] == (1,), because=f"with C of shape {shape}")
        trained = builder.is_trained(node.inputs[2])
        refuse(node, unless=shape[-1] == units or not trained, because=f"in training with C of shape {shape}")
        operands.append(
            builder.weight(
                node,
                2,
                lambda value: np.broadcast_to(value.reshape(-1), (units,)) * np.float32(beta),
                lambda value: value.reshape(shape),
            )
        )
    x = builder.value(node.inputs[0])
    builder.define(node.outputs[0], linear(x, operands, units))


def matmul(builder: Builder, node: Node) -> None:
    weight = builder.constant(node, 1)
    refuse(node, unless=weight.ndim == 2, because=f"with a constant of {weight.ndim} axes")
    operands = [builder.weight(node, 1, np.transpose, np.transpose)]
    builder.define(node.outputs[0], linear(builder.value(node.inputs[0]), operands, weight.shape[1]))


def linear(x: Symbol, operands: Sequence[Symbol], units: int) -> Symbol:
    """Over the last axis, whatever comes before it."""
    return mx.sym.FullyConnected(x, *operands, num_hidden=units, flatten=False, no_bias=len(operands) == 1)


def batch_normalisation(builder: Builder, node: Node) -> None:
    """By its running statistics in inference; in training by those of the batch, which move the running ones."""
    learns = integer(node, "training_mode", 0)
    refuse(node, unless=bool(learns) == builder.training, because=f"with training_mode {learns}")
    refuse(node, unless=integer(node, "spatial", 1) == 1, because="with spatial 0")
    weights = [builder.weight(node, position, same, same) for position in range(1, 5)]
    result = mx.sym.BatchNorm(
        builder.value(node.inputs[0]),
        *weights,
        eps=number(node, "epsilon", 1e-5),
        momentum=number(node, "momentum", 0.9),
        fix_gamma=False,
        use_global_stats=not learns,
    )
    builder.define(node.outputs[0], result[0])


def softmax(function: Callable[..., Symbol]) -> Lower:
    def lower(builder: Builder, node: Node) -> None:
        rank = len(builder.shape(node.inputs[0]))
        one_axis = builder.graph.opset >= SOFTMAX_ALONG_ONE_AXIS
        axis = integer(node, "axis", -1 if one_axis else 1) % rank
        refuse(node, unless=one_axis or axis == rank - 1, because=f"with axis {axis} before opset 13")
        builder.define(node.outputs[0], function(builder.value(node.inputs[0]), axis=axis))

    return lower


def clip(builder: Builder, node: Node) -> None:
    """Bounds are attributes before operator set 11 and inputs since."""
    low, high = number(node, "min", LOWEST), number(node, "max", -LOWEST)
    if builder.has_input(node, 1):
        low = float(builder.constant(node, 1).reshape(-1)[0])
    if builder.has_input(node, 2):
        high = float(builder.constant(node, 2).reshape(-1)[0])
    builder.define(node.outputs[0], mx.sym.clip(builder.value(node.inputs[0]), a_min=low, a_max=high))


def reshape(builder: Builder, node: Node) -> None:
    """Flatten, Reshape, Squeeze and Unsqueeze: all only rename the axes of the same row-major data."""
    shape = builder.shape(node.outputs[0])
    builder.define(node.outputs[0], mx.sym.reshape(builder.value(node.inputs[0]), shape=shape))


def transpose(builder: Builder, node: Node) -> None:
    backwards = list(reversed(range(len(builder.shape(node.inputs[0])))))
    axes = integers(node, "perm", backwards)
    builder.define(node.outputs[0], mx.sym.transpose(builder.value(node.inputs[0]), axes=axes))


def concat(builder: Builder, node: Node) -> None:
    parts = [builder.value(name) for name in node.inputs]
    axis = integer(node, "axis", 0) % len(builder.shape(node.inputs[0]))
    builder.define(node.outputs[0], mx.sym.concat(*parts, dim=axis))


def reduce_mean(builder: Builder, node: Node) -> None:
    """Axes are an attribute before operator set 18 and an input since."""
    given = builder.has_input(node, 1)
    axes = tuple(int(axis) for axis in builder.constant(node, 1)) if given else integers(node, "axes", ())
    x = builder.value(node.inputs[0])
    if not axes and integer(node, "noop_with_empty_axes", 0):
        builder.define(node.outputs[0], x)
        return
    axes = axes or tuple(range(len(builder.shape(node.inputs[0]))))
    keep = bool(integer(node, "keepdims", 1))
    builder.define(node.outputs[0], mx.sym.mean(x, axis=axes, keepdims=keep))


def gelu(builder: Builder, node: Node) -> None:
    approximate = text(node, "approximate", "none")
    refuse(node, unless=approximate == "none", because=f"with approximate {approximate}")
    builder.define(node.outputs[0], mx.sym.LeakyReLU(builder.value(node.inputs[0]), act_type="gelu"))


def slope(kind: str, default: float) -> Lower:
    def lower(builder: Builder, node: Node) -> None:
        x, alpha = builder.value(node.inputs[0]), number(node, "alpha", default)
        builder.define(node.outputs[0], mx.sym.LeakyReLU(x, act_type=kind, slope=alpha))

    return lower


def identity(builder: Builder, node: Node) -> None:
    refuse(node, unless=node.operator == "Identity" or not builder.training, because="in training")
    builder.define(node.outputs[0], builder.value(node.inputs[0]))


def unary(function: Callable[[Symbol], Symbol]) -> Lower:
    return lambda builder, node: builder.define(node.outputs[0], function(builder.value(node.inputs[0])))


def activation(kind: str) -> Lower:
    return unary(lambda x: mx.sym.Activation(x, act_type=kind))


def binary(function: Callable[[Symbol, Symbol], Symbol]) -> Lower:
    """MXNet's broadcasting wants operands of as many axes."""

    def lower(builder: Builder, node: Node) -> None:
        rank = len(builder.shape(node.outputs[0]))
        operands = [widened(builder, name, rank) for name in node.inputs]
        builder.define(node.outputs[0], function(*operands))

    return lower


def widened(builder: Builder, name: str, rank: int) -> Symbol:
    shape = builder.shape(name)
    symbol = builder.value(name)
    missing = rank - len(shape)
    return mx.sym.reshape(symbol, shape=(1,) * missing + shape) if missing else symbol


OPERATORS: Dict[str, Lower] = {
    "Conv": conv,
    "ConvTranspose": conv_transpose,
    "MaxPool": pool("max"),
    "AveragePool": pool("avg"),
    "GlobalAveragePool": global_pool("avg"),
    "GlobalMaxPool": global_pool("max"),
    "Gemm": gemm,
    "MatMul": matmul,
    "BatchNormalization": batch_normalisation,
    "Softmax": softmax(mx.sym.softmax),
    "LogSoftmax": softmax(mx.sym.log_softmax),
    "Relu": activation("relu"),
    "Sigmoid": activation("sigmoid"),
    "Tanh": activation("tanh"),
    "LeakyRelu": slope("leaky", 0.01),
    "Elu": slope("elu", 1.0),
    "Gelu": gelu,
    "Exp": unary(mx.sym.exp),
    "Log": unary(mx.sym.log),
    "Sqrt": unary(mx.sym.sqrt),
    "Neg": unary(mx.sym.negative),
    "Abs": unary(mx.sym.abs),
    "Erf": unary(mx.sym.erf),
    "Add": binary(mx.sym.broadcast_add),
    "Sub": binary(mx.sym.broadcast_sub),
    "Mul": binary(mx.sym.broadcast_mul),
    "Div": binary(mx.sym.broadcast_div),
    "Pow": binary(mx.sym.broadcast_power),
    "Clip": clip,
    "Identity": identity,
    "Dropout": identity,
    "Flatten": reshape,
    "Reshape": reshape,
    "Squeeze": reshape,
    "Unsqueeze": reshape,
    "Transpose": transpose,
    "Concat": concat,
    "ReduceMean": reduce_mean,
}
