"""Medoids and clusters of sequences of events.

A replicate is the set of (event, moment) such that the event had happened by that moment; two replicates are as far
apart as Jaccard's distance between their sets [Jaccard1912]_, a metric that leaves out what neither saw. With the first
time of each event that is a closed form, for the set is as long as the event is old. Clusters are k-medoids by PAM
[KR1990]_, their number is that of the highest mean silhouette [R1987]_. Optimal matching, the standard for sequences of
states, fits less well: many things happen beside each other here, and the costs of its edits would have to be made up
(see [SR2016]_ for a comparison of distances).

.. [Jaccard1912] Jaccard (1912) The distribution of the flora in the alpine zone. New Phytologist 11.
.. [KR1990] Kaufman & Rousseeuw (1990) Finding Groups in Data. Wiley. Chapter 2.
.. [R1987] Rousseeuw (1987) Silhouettes: a graphical aid to the interpretation and validation of cluster analysis.
   J. Comput. Appl. Math. 20.
.. [SR2016] Studer & Ritschard (2016) What matters in differences between life trajectories. J. R. Stat. Soc. A 179.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
MOST = 6  # clusters that are tried
_SWAPS = 200


@dataclass(frozen=True)
class Clusters:
    """k-medoids of a distance matrix.

    medoids : (K,) places;  labels : (R,) place in `medoids` of the nearest one;  silhouette : mean, -1 … 1
    """

    medoids: Array
    labels: Array
    silhouette: float


def distances(ages: Array, others: Array | None = None) -> Array:
    """(R, S) Jaccard's distance between replicates.

    ages, others : (R, E), (S, E) for how long each event had happened at the end, in any unit; 0 where it did not.
    Two replicates in which nothing happened are 0 apart.
    """
    from scipy.spatial.distance import cdist  # type: ignore[import-untyped,unused-ignore]

    second = ages if others is None else others
    apart = cdist(ages, second, "cityblock")
    both = ages.sum(axis=1)[:, None] + second.sum(axis=1)[None, :] + apart
    return np.asarray(np.divide(2 * apart, both, out=np.zeros_like(apart), where=both > 0))


def medoid(apart: Array) -> int:
    """The place of the least mean distance from all; the first of several."""
    return int(np.argmin(apart.sum(axis=1)))


def k_medoids(apart: Array, k: int) -> Clusters:
    """PAM: the k medoids are built one by one, then swapped as long as the sum of distances falls.

    apart : (R, R) distances;  k : 2 … R - 1
    """
    chosen = [medoid(apart)]
    nearest = apart[chosen[0]]
    while len(chosen) < k:
        gain = np.maximum(nearest[None, :] - apart, 0.0).sum(axis=1)
        gain[chosen] = -1.0
        chosen.append(int(np.argmax(gain)))
        nearest = np.minimum(nearest, apart[chosen[-1]])
    best = float(nearest.sum())
    for _ in range(_SWAPS):
        sums = [np.minimum(_without(apart, chosen, place)[None, :], apart).sum(axis=1) for place in range(k)]
        place, new = np.unravel_index(int(np.argmin(sums)), (k, len(apart)))
        if float(sums[place][new]) >= best - 1e-12:
            break
        best = float(sums[place][new])
        chosen[int(place)] = int(new)
    medoids = np.array(sorted(chosen))
    labels = np.argmin(apart[medoids], axis=0)
    labels[medoids] = np.arange(k)
    return Clusters(medoids, labels, silhouette(apart, labels))


def best_clusters(apart: Array, k: int | None = None) -> Clusters:
    """k clusters, or as many of 2 … MOST as have the highest mean silhouette.  apart : (R, R), R ≥ 3"""
    wanted = [k] if k is not None else range(2, min(MOST, len(apart) - 1) + 1)
    return max((k_medoids(apart, one) for one in wanted), key=lambda found: found.silhouette)


def silhouette(apart: Array, labels: Array) -> float:
    """Mean over replicates of (b - a)/max(a, b): a the mean distance within its cluster, b to the nearest other one.

    A replicate alone in its cluster counts 0.
    """
    k = int(labels.max()) + 1
    inside = labels[:, None] == np.arange(k)[None, :]
    size = inside.sum(axis=0)
    sums = apart @ inside
    own = sums[np.arange(len(labels)), labels] / np.maximum(size[labels] - 1, 1)
    means = sums / np.maximum(size, 1)
    means[:, size == 0] = np.inf
    means[np.arange(len(labels)), labels] = np.inf
    other = means.min(axis=1)
    most = np.maximum(own, other)
    width = np.divide(other - own, most, out=np.zeros_like(own), where=most > 0)
    width[size[labels] == 1] = 0.0
    return float(width.mean())


def _without(apart: Array, chosen: list[int], place: int) -> Array:
    """Distance to the nearest medoid but the one at a place."""
    rest = [one for n, one in enumerate(chosen) if n != place]
    return np.asarray(apart[rest].min(axis=0))
