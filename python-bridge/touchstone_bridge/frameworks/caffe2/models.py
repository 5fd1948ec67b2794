"""The timed paths of Caffe2, as its tutorials write them: FeedBlob, RunNet, FetchBlob."""

from __future__ import annotations

from typing import Callable, Sequence, Tuple, Union

import numpy as np
from caffe2.python import _import_c_extension as extension
from caffe2.python import core, optimizer, workspace
from caffe2.python.model_helper import ModelHelper

from ...artefact import Adam, Array, Model, Optimiser, RMSProp, Tensors
from ...errors import UnsupportedError
from ...lowering.operations import onnx_weights
from .configuration import read_net
from .losses import add_loss, loss_inputs
from .lowering import Lowered, lower

Output = Union[Array, Tuple[Array, ...]]


class Caffe2Inference:
    """One net, created once. Inputs are NumPy arrays, which `FeedBlob` takes, and so are the outputs."""

    def __init__(self, model: Model, threads: int = 1) -> None:
        lowered = lower(model, training=False, threads=threads)
        self._lowered = lowered
        self._inputs = native_inputs(model, lowered)
        self.inputs = [[array for _, array in pairs] for pairs in self._inputs]
        self._net = lowered.model.net.Name()
        self._outputs = lowered.outputs
        feed_all(lowered.values)
        feed(self._inputs[0])
        workspace.CreateNet(lowered.model.net)
        self.configuration = read_net(lowered.model.net)

    def run(self, buffer: int) -> Output:
        for name, array in self._inputs[buffer]:
            workspace.FeedBlob(name, array)
        workspace.RunNet(self._net)
        if len(self._outputs) == 1:
            return workspace.FetchBlob(self._outputs[0])
        return tuple(workspace.FetchBlob(name) for name in self._outputs)

    def call(self, inputs: Sequence[Array]) -> Tuple[Array, ...]:
        for name, array in zip(self._lowered.inputs, inputs):
            workspace.FeedBlob(name, array)
        workspace.RunNet(self._net)
        return tuple(workspace.FetchBlob(name) for name in self._outputs)

    def read(self, output: Output) -> Tensors:
        outputs = output if isinstance(output, tuple) else (output,)
        ports = self._lowered.output_ports
        return {port.name: port.to_onnx(array) for port, array in zip(ports, outputs)}

    def dispose(self) -> None:
        release(self._lowered, [self._net])
        del self._lowered, self._inputs, self.inputs


class Caffe2Training:
    """A loss, `AddGradientOperators` and an optimiser of `optimizer`, as in Caffe2's own image tutorials.

    Its momentum is v ← momentum·v + rate·g; w ← w − v. With a constant rate that is the rate times the velocity of
    model/workload.ts, v ← momentum·v + g; w ← w − rate·v: the same weights.
    """

    def __init__(self, model: Model, threads: int = 1) -> None:
        if model.manifest.training is None or len(model.graph.outputs) != 1:
            raise UnsupportedError("training needs an optimiser and a graph whose only output is the logits")
        recipe = model.manifest.training.optimiser
        lowered = lower(model, training=True, threads=threads)
        helper = lowered.model
        self._lowered = lowered
        with core.NameScope(lowered.prefix):
            forward = helper.net.Clone("forward")
            loss, blobs = add_loss(helper, model, core.BlobReference(lowered.outputs[0]))
            helper.AddGradientOperators([loss])
            backward = helper.net.Clone("backward")
        add_updates(helper, recipe, lowered.prefix)
        self._inputs = native_inputs(model, lowered)
        for pairs, arrays in zip(self._inputs, loss_inputs(model)):
            pairs.extend(zip(blobs, arrays))
        self._net, self._loss = helper.net.Name(), str(loss)
        self._forward, self._backward = forward.Name(), backward.Name()
        self._gradients = {str(blob): str(gradient) for blob, gradient in helper.param_to_grad.items()}
        self.reset()
        feed(self._inputs[0])
        for net in (forward, backward, helper.net):
            workspace.CreateNet(net)
        self.configuration = read_net(helper.net)

    def step(self, buffer: int) -> float:
        for name, array in self._inputs[buffer]:
            workspace.FeedBlob(name, array)
        workspace.RunNet(self._net)
        return float(workspace.FetchBlob(self._loss))

    def reset(self) -> None:
        # Velocities of zero, in the shapes of the weights, and the count of steps. The cell of an LSTM adds
        # initialisers of its own, so the weights come after too.
        feed_all(self._lowered.values)
        workspace.RunNetOnce(self._lowered.model.param_init_net)
        feed_all(self._lowered.values)

    def output(self, buffer: int) -> Tensors:
        feed(self._inputs[buffer])
        workspace.RunNet(self._forward)
        (port,) = self._lowered.output_ports
        return {port.name: port.to_onnx(workspace.FetchBlob(self._lowered.outputs[0]))}

    def gradients(self, buffer: int) -> Tensors:
        feed(self._inputs[buffer])
        workspace.RunNet(self._backward)
        return self._assembled(self._gradient)

    def weights(self) -> Tensors:
        return self._assembled(workspace.FetchBlob)

    def dispose(self) -> None:
        release(self._lowered, [self._net, self._forward, self._backward])
        del self._lowered, self._inputs

    def _assembled(self, array_of: Callable[[str], Array]) -> Tensors:
        """Trained weights in ONNX layout, from arrays of their blobs."""
        return onnx_weights(
            (binding.constant, binding.joined([array_of(blob) for blob in binding.blobs]))
            for binding in self._lowered.bindings
        )

    def _gradient(self, blob: str) -> Array:
        """Zero where the loss does not depend on the blob."""
        gradient = self._gradients.get(blob)
        return (
            np.zeros_like(self._lowered.values[blob]) if gradient is None else workspace.FetchBlob(gradient)
        )


def add_updates(helper: ModelHelper, rule: Optimiser, prefix: str) -> None:
    """Outside a name scope: within one, `optimizer` would compute rate and iteration anew for every weight."""
    if isinstance(rule, Adam):
        with core.NameScope(prefix):
            add_adam(helper, rule)
    elif isinstance(rule, RMSProp):
        # It adds epsilon inside the root.
        optimizer.build_rms_prop(
            helper, rule.learning_rate, decay=rule.decay, momentum=0.0, epsilon=rule.epsilon_in_root
        )
    else:
        # Without Nesterov's look-ahead, which is the default.
        optimizer.build_sgd(
            helper, rule.learning_rate, policy="fixed", momentum=rule.momentum, nesterov=False
        )


def add_adam(helper: ModelHelper, rule: Adam) -> None:
    """Its own operator, with a count of the steps before.

    `optimizer.build_adam` counts a step before the operator adds one to the count: the first is corrected as if it were
    the second. Epsilon is added before the second moment's bias is corrected: where it is as small as ours, that is the
    same.
    """
    net, init = helper.net, helper.param_init_net
    count = init.ConstantFill([], "steps_before", shape=[1], value=0, dtype=core.DataType.INT64)
    # It adds what it is given.
    rate = init.ConstantFill([], "rate", shape=[1], value=-rule.learning_rate)
    settings = {"beta1": rule.beta1, "beta2": rule.beta2, "epsilon": rule.epsilon}
    for parameter in helper.GetOptimizationParamInfo():
        blob, gradient = parameter.blob, parameter.grad
        if isinstance(gradient, core.GradientSlice):
            raise UnsupportedError(f"Adam of {blob}, of whose rows only some have a gradient")
        moments = [
            init.ConstantFill([blob], f"{blob}_{name}_moment", value=0.0) for name in ("first", "second")
        ]
        net.Adam([blob, *moments, gradient, rate, count], [blob, *moments], **settings)
    net.Iter([count], [count])


def native_inputs(model: Model, lowered: Lowered) -> list[list[tuple[str, Array]]]:
    """Blobs with their arrays, for each buffer, in the order of the graph's inputs."""
    return [
        [(blob, port.to_native(tensors)) for blob, port in zip(lowered.inputs, lowered.input_ports)]
        for tensors in model.inputs
    ]


def feed(pairs: list[tuple[str, Array]]) -> None:
    """Copies arrays into blobs."""
    for name, array in pairs:
        workspace.FeedBlob(name, array)


def feed_all(values: dict[str, Array]) -> None:
    """The first values of weights and constants."""
    feed(list(values.items()))


def release(lowered: Lowered, nets: list[str]) -> None:
    """Deletes the nets, then the contents of every blob of this model."""
    for net in nets:
        extension.delete_net(net)
    for blob in workspace.Blobs():
        if blob.startswith(f"{lowered.prefix}/"):
            workspace.ResetBlob(blob)
