"""Points in the unit cube, one column for each factor that varies: the samplers of SciPy and SALib.

Latin hypercube [McKay1979]_, scrambled Sobol' sequence [Owen1998]_, Saltelli's scheme for Sobol' indices [Saltelli2010]_,
Morris's trajectories [Morris1991]_ with the choice of those that spread most [Campolongo2007]_.

.. [McKay1979] McKay, M. D., Beckman, R. J., Conover, W. J. (1979) A comparison of three methods for selecting values of
   input variables in the analysis of output from a computer code. Technometrics 21, 239-245.
.. [Owen1998] Owen, A. B. (1998) Scrambling Sobol' and Niederreiter-Xing points. Journal of Complexity 14, 466-489.
.. [Saltelli2010] Saltelli, A., Annoni, P., Azzini, I., Campolongo, F., Ratto, M., Tarantola, S. (2010) Variance based
   sensitivity analysis of model output. Computer Physics Communications 181, 259-270.
.. [Morris1991] Morris, M. D. (1991) Factorial sampling plans for preliminary computational experiments. Technometrics 33,
   161-174.
.. [Campolongo2007] Campolongo, F., Cariboni, J., Saltelli, A. (2007) An effective screening design for sensitivity
   analysis of large models. Environmental Modelling & Software 22, 1509-1518.
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import numpy as np

from steppe.config.design import DesignSpec
from steppe.errors import InputError
from steppe.evidence.distribution import Floats

# Dimensions for which SciPy has direction numbers [Joe & Kuo 2008].
MOST_DIMENSIONS = 21_201


def cube(spec: DesignSpec, names: Sequence[str]) -> Floats:
    """(P, K) points on [0, 1] of a sampled kind, for the K factors of these names. Equal specs give equal bits.

    Raises InputError where SALib is wanted and not installed, and for more factors than the sequence has dimensions.
    """
    make = {"lhs": _lhs, "sobol": _sobol, "saltelli": _saltelli, "morris": _morris}[spec.kind]
    return np.asarray(make(spec, list(names)), float)


def _lhs(spec: DesignSpec, names: list[str]) -> Floats:
    from scipy.stats import qmc  # type: ignore[import-untyped,unused-ignore]

    sampler = qmc.LatinHypercube(
        len(names), optimization=spec.optimisation, **_seeded(qmc.LatinHypercube, spec)
    )
    return np.asarray(sampler.random(spec.points))


def _sobol(spec: DesignSpec, names: list[str]) -> Floats:
    from scipy.stats import qmc  # type: ignore[import-untyped,unused-ignore]

    _check_sequence(spec, len(names))
    sampler = qmc.Sobol(len(names), scramble=True, **_seeded(qmc.Sobol, spec))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # `_check_sequence` has said it
        return np.asarray(sampler.random(spec.points))


def _saltelli(spec: DesignSpec, names: list[str]) -> Floats:
    sample = _salib("sobol")
    _check_sequence(spec, 2 * len(names))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        found = sample(
            problem(names),
            spec.points,
            calc_second_order=spec.second_order,
            seed=np.random.default_rng(spec.seed),
        )
    return np.asarray(found)


def _morris(spec: DesignSpec, names: list[str]) -> Floats:
    sample = _salib("morris")
    return np.asarray(
        sample(
            problem(names),
            spec.trajectories,
            num_levels=spec.levels,
            optimal_trajectories=spec.optimal,
            seed=np.random.default_rng(spec.seed),
        )
    )


def problem(names: Sequence[str]) -> dict[str, Any]:
    """The factors as SALib wants them: the unit cube."""
    return {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}


def _salib(method: str) -> Any:
    try:
        return import_module(f"SALib.sample.{method}").sample
    except ImportError:
        raise InputError(
            f"the design {'saltelli' if method == 'sobol' else method} is made by SALib, which is not installed",
            key="design.kind",
            accepted='pip install "steppe[sensitivity]"',
        ) from None


def _seeded(sampler: Any, spec: DesignSpec) -> dict[str, Any]:
    """The seed under the name that this version of SciPy has for it (rng since 1.15)."""
    key = "rng" if "rng" in inspect.signature(sampler).parameters else "seed"
    return {key: np.random.default_rng(spec.seed)}


def _check_sequence(spec: DesignSpec, dimensions: int) -> None:
    points = spec.points or 0
    if dimensions > MOST_DIMENSIONS:
        raise InputError(
            f"the Sobol' sequence would need {dimensions:,} dimensions",
            key="design.factors",
            accepted=f"at most {MOST_DIMENSIONS:,}: fewer factors, or design=lhs",
        )
    if points & (points - 1):
        above = 1 << points.bit_length()
        warnings.warn(
            f"design.points={points} is not a power of two, and a Sobol' sequence is even at powers of two: "
            f"{above // 2} or {above}",
            UserWarning,
            stacklevel=4,
        )
