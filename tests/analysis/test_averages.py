"""Means by year from the database against the measures that are read replicate by replicate."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from results.fake import make_run
from steppe.analysis.averages import (
    affinity_by_year,
    alignment_by_year,
    flows_by_year,
    means_by_year,
    membership_by_year,
    ties_by_year,
)
from steppe.analysis.measures import Estimate, measure_table, measure_values
from steppe.errors import InputError
from steppe.results.indicators import MEASURES
from steppe.results.query import Run

FANS = ("depth", "influence", "flow", "cohesion", "partners", "share", "dependence", "alive")
Table = dict[tuple[str, str, int], Estimate]


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Replicates of ten draws of the evidence."""
    return make_run(tmp_path_factory.mktemp("drawn") / "run", replicates=60, draws=10)


@pytest.fixture(params=["run", "drawn"])
def either(request: pytest.FixtureRequest) -> Run:
    found: Run = request.getfixturevalue(request.param)
    return found


def table(run: Run, *names: str) -> Table:
    rows = measure_table(run, ["pull"], run.years, names or None)
    return {(row.measure, row.entity, row.year): row for row in rows}


def test_means_intervals_and_quantiles_are_those_of_the_measures(either: Run) -> None:
    """Summed in another order, so equal but for the last digits."""
    expected, found = table(either), means_by_year(either, "pull", quantiles=FANS)
    assert set(found) == {one.id for one in MEASURES if one.table not in ("history", "stages")}
    for name, series in found.items():
        assert series.years == either.years
        for e, entity in enumerate(series.entities):
            rows = [expected[name, entity, year] for year in series.years]
            for field in ("n", "mean", "low", "high"):
                np.testing.assert_allclose(
                    getattr(series, field)[e],
                    [getattr(row, field) for row in rows],
                    rtol=1e-9,
                    atol=1e-12,
                    err_msg=name,
                )
            if series.quantiles is not None:
                for k, field in ((0, "q05"), (2, "q50"), (4, "q95")):
                    np.testing.assert_allclose(
                        series.quantiles[k, e], [getattr(row, field) for row in rows], rtol=1e-12
                    )
                values = (
                    measure_values(either, name, "pull", either.years[-1], [entity]).values[0].astype(float)
                )
                if np.isfinite(values).any():
                    quarters = np.nanquantile(values, (0.25, 0.75))
                    np.testing.assert_allclose(series.quantiles[[1, 3], e, -1], quarters, rtol=1e-6)
    # there are none of a probability, and none that were not asked for
    assert {name for name, one in found.items() if one.quantiles is not None} == set(FANS) - {"alive"}


def test_named_measures_only_and_others_are_an_error(run: Run) -> None:
    assert list(means_by_year(run, "pull", ["polarisation", "depth"])) == ["depth", "polarisation"]
    with pytest.raises(InputError, match="not a column"):
        means_by_year(run, "pull", ["member"])
    with pytest.raises(InputError, match="no such measure"):
        means_by_year(run, "pull", ["depht"])
    with pytest.raises(InputError, match="no such scenario"):
        means_by_year(run, "push", ["depth"])


def test_memberships_are_those_of_the_measures(run: Run) -> None:
    expected, found = table(run, "member", "observer"), membership_by_year(run, "pull")
    for y, year in enumerate(found.years):
        for i, state in enumerate(found.states):
            for o, body in enumerate(found.organisations):
                assert found.member[y, i, o] == expected["member", f"{state}/{body}", year].mean
                assert found.observer[y, i, o] == expected["observer", f"{state}/{body}", year].mean


def test_shared_bodies_are_counted_replicate_by_replicate(run: Run) -> None:
    found = membership_by_year(run, "pull")
    n, m = len(run.states), len(run.organisations)
    for y in (0, 3, 5):
        inside = measure_values(run, "member", "pull", run.years[y]).values.reshape(n, m, -1).astype(int)
        expected = np.einsum("imr,jmr->ij", inside, inside) / inside.shape[2]
        np.testing.assert_allclose(found.shared[y], expected, rtol=1e-6)
        np.testing.assert_allclose(np.diag(found.shared[y]), found.member[y].sum(axis=1), rtol=1e-6)


def test_shares_ties_and_affinities_by_state_and_pole(run: Run) -> None:
    for read, name in ((alignment_by_year, "share"), (ties_by_year, "tie"), (affinity_by_year, "affinity")):
        expected, found = table(run, name), read(run, "pull")
        assert found.mean.shape == (len(run.years), len(run.states), len(run.poles))
        for y, year in enumerate(run.years):
            for i, state in enumerate(run.states):
                for k, pole in enumerate(run.poles):
                    assert found.mean[y, i, k] == pytest.approx(
                        expected[name, f"{state}/{pole}", year].mean, rel=1e-12
                    )


def test_flows(run: Run) -> None:
    expected, found = table(run, "open", "flow"), flows_by_year(run, "pull")
    for y, year in enumerate(run.years):
        for e, segment in enumerate(found.segments):
            assert found.open[y, e] == expected["open", segment, year].mean
            assert found.flow[y, e] == pytest.approx(expected["flow", segment, year].mean, rel=1e-12)


def test_a_world_without_corridors_has_no_flows(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", {"pull": 0.5}, replicates=3, segments=[], demands=[])
    found = flows_by_year(run, "pull")
    assert found.segments == () and found.open.shape == found.flow.shape == (len(run.years), 0)
    assert "flow" not in means_by_year(run, "pull")
