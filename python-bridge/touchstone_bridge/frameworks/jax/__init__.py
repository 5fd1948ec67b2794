"""JAX on the CPU: `jax/cpu`."""

from __future__ import annotations

import os

import jax
import jax.numpy as jnp
import jaxlib
import numpy as np

from ...artefact import Model
from ...errors import UnsupportedError
from ...framework import Configuration, Description
from ...threads import thread_count
from .models import JaxInference, JaxTraining

__all__ = ["JaxFramework", "open_framework"]


class JaxFramework:
    """XLA compiles what `jax.jit` traces; 64-bit types stay off, so that float32 is what everything is."""

    def describe(self) -> Description:
        versions = {"jax": jax.__version__, "jaxlib": jaxlib.__version__, "numpy": np.__version__}
        return Description(versions, read_configuration(), "cpu")

    def load_inference(self, model: Model) -> JaxInference:
        return JaxInference(model)

    def load_training(self, model: Model) -> JaxTraining:
        return JaxTraining(model)


def read_configuration() -> Configuration:
    """Keys of `Configuration` in adapters/adapter.ts, then JAX's own."""
    # XLA does not report the size of its pool: the threads that a first parallel computation starts do.
    before = thread_count()
    jnp.dot(jnp.ones((512, 512)), jnp.ones((512, 512))).block_until_ready()
    return {
        "threads": int(os.environ.get("NPROC", 0)) or len(os.sched_getaffinity(0)),
        "interOpThreads": None,
        "instructionSet": None,
        "kernelLibrary": "XLA",
        "execution": "compiled",
        "layout": "NHWC",
        "arithmetic": "float32" if jax.config.jax_default_matmul_precision is None else "by setting",
        "flushToZero": flushes_to_zero(),
        "device": str(jax.devices()[0].platform),
        "x64": bool(jax.config.jax_enable_x64),
        "processThreads": max(before, thread_count()),
        "compiler": "XLA",
        "compilationCache": "persistent" if jax.config.jax_compilation_cache_dir else "none",
    }


def flushes_to_zero() -> bool:
    """Whether a compiled product turns a subnormal result into zero, found by computing some."""
    halved = jax.jit(lambda x: x * np.float32(0.25))(np.full(1 << 16, 2e-38, np.float32))
    return bool((np.asarray(halved) == 0).any())


def open_framework(target: str, threads: int) -> JaxFramework:
    """UnsupportedError for a backend other than the CPU. The pool's size comes from the environment (NPROC)."""
    if target.partition("/")[2] != "cpu":
        raise UnsupportedError(f"the JAX bridge drives jax/cpu, not {target}")
    if jax.default_backend() != "cpu":
        raise UnsupportedError(f"JAX runs on {jax.default_backend()}, not on the CPU")
    return JaxFramework()
