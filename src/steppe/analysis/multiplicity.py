"""Many tests at once: p-values adjusted for how many there are.

Of a thousand differences that are none, fifty have an interval of 95 % that leaves out zero. Holm's procedure bounds the
chance that even one of those called distinguishable is none, however the tests depend on each other [Holm1979]_; that of
Benjamini and Hochberg bounds the share of such among them, if the tests are independent or positively dependent
[BH1995]_.

.. [Holm1979] Holm, S. (1979) A simple sequentially rejective multiple test procedure. Scandinavian Journal of Statistics 6,
   65-70.
.. [BH1995] Benjamini, Y. & Hochberg, Y. (1995) Controlling the false discovery rate: a practical and powerful approach to
   multiple testing. Journal of the Royal Statistical Society B 57, 289-300.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from steppe.analysis.intervals import LEVEL, Array
from steppe.errors import input_error

HOLM, FDR, NONE = "holm", "fdr", "none"
METHODS = (HOLM, FDR, NONE)
_SAYS = {
    HOLM: "adjusted by Holm's procedure: the chance that even one of the differences called distinguishable is none is {alpha}"
    " at most",
    FDR: "adjusted by the procedure of Benjamini and Hochberg: of the differences called distinguishable {alpha} or less are"
    " none, in the mean",
    NONE: "not adjusted: of the differences that are none, {alpha} are called distinguishable",
}


def checked(method: str) -> str:
    """The method, if it is one of `METHODS`. Raises InputError."""
    if method not in METHODS:
        raise input_error("no such adjustment", key="--adjust", value=method, accepted=METHODS)
    return method


def adjusted(p: Array, method: str = HOLM) -> Array:
    """p-values adjusted along the last axis; one is below α where the procedure rejects at α.

    p : (..., m) with NaN where there is no test; these stay NaN and do not count
    method : one of `METHODS`
    """
    values = np.asarray(p, float)
    order = np.argsort(values, axis=-1)  # NaN last
    ranked = np.take_along_axis(values, order, axis=-1)
    tests = np.count_nonzero(~np.isnan(values), axis=-1, keepdims=True)
    place = np.arange(values.shape[-1])
    if checked(method) == HOLM:
        ranked = np.fmax.accumulate((tests - place) * ranked, axis=-1)
    elif method == FDR:
        scaled = ranked * tests / (place + 1)
        ranked = np.fmin.accumulate(scaled[..., ::-1], axis=-1)[..., ::-1]
    found = np.empty_like(values)
    np.put_along_axis(found, order, np.minimum(ranked, 1.0), axis=-1)
    return np.where(np.isnan(values), np.nan, found)


def with_adjustment(
    rows: Sequence[dict[str, Any]], method: str = HOLM, level: float = LEVEL
) -> list[dict[str, Any]]:
    """Rows of differences that are one family, each with `p_adjusted` and `distinguishable`.

    rows : with `p_value`, None where there is no test; then `p_adjusted` is None and nothing is distinguishable
    level : of the intervals; distinguishable is what is rejected at 1 - level
    """
    p = np.array([np.nan if row["p_value"] is None else row["p_value"] for row in rows], float)
    found = adjusted(p, method)
    return [
        {
            **row,
            "p_adjusted": None if np.isnan(value) else float(value),
            "distinguishable": bool(value < 1 - level),
        }
        for row, value in zip(rows, found, strict=True)
    ]


def family(
    rows: Sequence[dict[str, Any]], method: str = HOLM, level: float = LEVEL, what: str = ""
) -> dict[str, Any]:
    """What was tested together, in numbers and in words: {adjust, tests, level, says}.

    what : the rows that are meant, in words
    """
    tests = sum(row["p_value"] is not None for row in rows)
    alpha = f"{100 * (1 - level):g} %"
    says = f"{tests:,} test{'' if tests == 1 else 's'}, {what}, {_SAYS[method].format(alpha=alpha)}"
    return {"adjust": method, "tests": tests, "level": level, "says": says}
