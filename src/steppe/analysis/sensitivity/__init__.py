"""Which factors matter: global sensitivity indices of an outcome over a design, beside its simulation noise.

Pure functions on arrays. SALib does the mathematics where it has it (`pip install "steppe[sensitivity]"`).
"""

from steppe.analysis.sensitivity.given_data import (
    DeltaIndices,
    PawnIndices,
    RankCorrelations,
    delta_indices,
    pawn_indices,
    prcc,
)
from steppe.analysis.sensitivity.noise import Noise, morris_floor, noise_of, sobol_floor
from steppe.analysis.sensitivity.problem import KINDS, Problem
from steppe.analysis.sensitivity.result import Pair, Row, Sensitivity
from steppe.analysis.sensitivity.study import METHODS, analyse
from steppe.analysis.sensitivity.trajectories import MorrisIndices, morris_indices
from steppe.analysis.sensitivity.variance import SobolIndices, sobol_indices

__all__ = [
    "KINDS",
    "METHODS",
    "DeltaIndices",
    "MorrisIndices",
    "Noise",
    "Pair",
    "PawnIndices",
    "Problem",
    "RankCorrelations",
    "Row",
    "Sensitivity",
    "SobolIndices",
    "analyse",
    "delta_indices",
    "morris_floor",
    "morris_indices",
    "noise_of",
    "pawn_indices",
    "prcc",
    "sobol_floor",
    "sobol_indices",
]
