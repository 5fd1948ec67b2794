"""Writes fixtures.json: what SciPy, or brute force from a definition, says about samples drawn from a fixed seed.

Run with an environment that has scipy (tried with 1.17.1): python tests/common/statistics/make_fixtures.py
"""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import numpy as np
import scipy
from scipy import stats


def hodges_lehmann(values: np.ndarray) -> float:
    return float(np.median([(a + b) / 2 for i, a in enumerate(values) for b in values[i:]]))


def inverted_test_interval(values: np.ndarray, level: float) -> list[float]:
    """The centres that the exact test does not reject, found by testing just beside every Walsh average."""
    walsh = sorted((a + b) / 2 for i, a in enumerate(values) for b in values[i:])
    kept = []
    for low, high in itertools.pairwise(walsh):
        middle = (low + high) / 2
        if high > low and stats.wilcoxon(values - middle, method="exact").pvalue > 1 - level:
            kept += [low, high]
    return [float(min(kept)), float(max(kept))]


def rank_sum_case(first: np.ndarray, second: np.ndarray) -> dict[str, object]:
    shift = float(np.median([a - b for a in first for b in second]))
    shifts = sorted(a - b for a in first for b in second)
    kept = []
    for low, high in itertools.pairwise(shifts):
        moved = first - (low + high) / 2
        if stats.mannwhitneyu(moved, second, method="exact").pvalue > 0.01:
            kept += [low, high]
    interval = [float(min(kept)), float(max(kept))]
    return {"first": first.tolist(), "second": second.tolist(), "shift": shift, "interval": interval}


def closed_testing(p_values: list[float]) -> list[float]:
    """Holm from its definition: the largest Bonferroni p-value of all intersections that hold the hypothesis."""
    indices = range(len(p_values))
    subsets = [s for size in range(1, len(p_values) + 1) for s in itertools.combinations(indices, size)]
    bonferroni = {s: min(1.0, len(s) * min(p_values[i] for i in s)) for s in subsets}
    return [max(p for s, p in bonferroni.items() if i in s) for i in indices]


def main() -> None:
    random = np.random.default_rng(20261123)
    samples = [random.normal(0.4, 1, n).round(3) for n in (6, 7, 8, 10, 12, 20)]
    p_values = [random.uniform(0, 0.2, n).round(4).tolist() for n in (1, 2, 4, 6)] + [[0.01, 0.01, 0.5]]
    fixtures = {
        "source": f"scipy {scipy.__version__}, numpy {np.__version__}",
        "intervals": [
            {
                "values": values.tolist(),
                "estimate": hodges_lehmann(values),
                "level": 0.99 if len(values) >= 8 else 0.95,
                "interval": inverted_test_interval(values, 0.99 if len(values) >= 8 else 0.95),
            }
            for values in samples
        ],
        "rankSum": [
            rank_sum_case(random.normal(0.5, 1, m).round(3), random.normal(0, 1, n).round(3))
            for m, n in ((8, 8), (6, 9), (12, 10))
        ],
        "holm": [{"p": p, "adjusted": closed_testing(p)} for p in p_values],
        "clopperPearson": [
            {"successes": k, "trials": n, "level": level, "interval": [float(ci.low), float(ci.high)]}
            for k, n, level in ((0, 60, 0.95), (3, 400, 0.95), (60, 60, 0.99), (37, 100, 0.99), (1, 1, 0.95))
            for ci in [stats.binomtest(k, n).proportion_ci(level, method="exact")]
        ],
        "quantiles": [
            {"values": values.tolist(), "share": share, "quantile": float(np.quantile(values, share))}
            for values, share in ((samples[0], 0.5), (samples[3], 0.9), (samples[5], 0.01), (samples[1], 1.0))
        ],
    }
    target = Path(__file__).with_name("fixtures.json")
    target.write_text(json.dumps(fixtures, indent=1) + "\n")


if __name__ == "__main__":
    main()
