"""Operations that pick or place elements by index. Indices are in range."""

from __future__ import annotations

from math import prod
from typing import Any, Callable, List, Mapping, Sequence

import numpy as np
import tensorflow as tf

from .call import Call, Settings, Tensor


def elements(settings: Settings, x: Tensor, indices: Tensor) -> Tensor:
    """Along one axis; of the others only as much as there are indices for."""
    axis, rank = settings["axis"], len(x.shape)
    sizes = [own if each == axis else indices.shape[each] for each, own in enumerate(x.shape)]
    last = [each for each in range(rank) if each != axis] + [axis]
    part = tf.transpose(tf.slice(x, [0] * rank, sizes), last)
    found = tf.gather(part, tf.transpose(indices, last), batch_dims=rank - 1)
    return tf.transpose(found, np.argsort(last))


def strides_of(shape: Sequence[int]) -> List[int]:
    """Strides of a row-major tensor."""
    return [prod(shape[axis + 1 :]) for axis in range(len(shape))]


def multiplied(rows: Tensor, places: Tensor, updates: Tensor) -> Tensor:
    """TensorFlow scatters no products: those of all updates of a row, 1 where there is none, times the row."""
    return rows * tf.math.unsorted_segment_prod(updates, tf.squeeze(places, -1), rows.shape[0])


# Takes rows, their indices [updates, 1] and the updates.
PLACING: Mapping[str, Callable[..., Any]] = {
    "none": tf.tensor_scatter_nd_update,
    "add": tf.tensor_scatter_nd_add,
    "mul": multiplied,
    "max": tf.tensor_scatter_nd_max,
    "min": tf.tensor_scatter_nd_min,
}


def placed_elements(settings: Settings, x: Tensor, indices: Tensor, updates: Tensor) -> Tensor:
    """In the flattened data, where every element has one index."""
    axis, strides = settings["axis"], strides_of(x.shape)
    known = np.zeros([1] * len(x.shape), np.int64)
    for each, extent in enumerate(indices.shape):
        if each != axis:
            own = np.arange(extent, dtype=np.int64) * strides[each]
            known = known + own.reshape([-1 if other == each else 1 for other in range(len(x.shape))])
    flat = tf.reshape(tf.cast(indices, tf.int64) * strides[axis] + known, [-1, 1])
    place = PLACING[settings["reduction"]]
    return tf.reshape(place(tf.reshape(x, [-1]), flat, tf.reshape(updates, [-1])), x.shape)


def placed_slices(settings: Settings, x: Tensor, indices: Tensor, updates: Tensor) -> Tensor:
    """The indexed axes as one."""
    depth = indices.shape[-1]
    outer, inner = list(x.shape[:depth]), list(x.shape[depth:])
    weighted = tf.cast(indices, tf.int64) * np.array(strides_of(outer), np.int64)
    flat = tf.reshape(tf.reduce_sum(weighted, -1), [-1, 1])
    rows = tf.reshape(x, [prod(outer), *inner])
    place = PLACING[settings["reduction"]]
    return tf.reshape(place(rows, flat, tf.reshape(updates, [flat.shape[0], *inner])), x.shape)


INDEXING: Mapping[str, Call] = {
    "Gather": lambda s, x, indices: tf.gather(x, indices, axis=s["axis"]),
    "GatherElements": elements,
    "GatherND": lambda s, x, indices: tf.gather_nd(x, indices, batch_dims=s["batchDims"]),
    "ScatterElements": placed_elements,
    "ScatterND": placed_slices,
}
