"""What is exported is read back by the programs that it is for, with the same values."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import steppe
from steppe.api.iamc import variable_of
from steppe.cli import app
from steppe.errors import InputError
from steppe.results.indicators import MEASURES

from .conftest import SCENARIOS


class TestIamc:
    @pytest.mark.slow  # importing pyam takes seconds
    def test_pyam_reads_it(self, run: steppe.Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        # Its units are cached for the user, with the paths of the environment that was here first.
        monkeypatch.setenv("IAM_UNITS_CACHE", str(tmp_path))
        pyam = pytest.importorskip("pyam")
        found = pyam.IamDataFrame(run.to_iamc().to_pandas())
        assert found.scenario == sorted(SCENARIOS) and found.year == list(run.years)
        assert found.model == [f"steppe {run.manifest['versions']['steppe']}"]
        assert set(found.region) == {*run.states, *run.organisations, "World"}

    def test_it_holds_every_defined_estimate_once(self, run: steppe.Run) -> None:
        """A key that came twice would be two values for one thing; pyam refuses that, too."""
        found, estimates = run.to_iamc(), run.estimates()
        keys = list(zip(*(found[name] for name in ("scenario", "region", "variable", "year")), strict=True))
        assert len(set(keys)) == len(keys)
        numbers = ("mean", "low", "high", "q05", "q50", "q95")
        assert len(found) == sum(int(np.isfinite(estimates[name]).sum()) for name in numbers)

    @pytest.mark.parametrize(
        ("measure", "of", "region", "variable", "unit"),
        [
            ("member", {"state": "BBB", "organisation": "UNION"}, "BBB", "Membership|UNION", ""),
            ("depth", {"organisation": "UNION"}, "UNION", "Depth", ""),
            ("merged", {"organisation": "RIVERS", "other": "UNION"}, "RIVERS", "Merger|UNION", ""),
            ("share", {"state": "BBB", "pole": "EEE"}, "BBB", "Alignment Share|EEE", ""),
            ("influence", {"pole": "EEE"}, "EEE", "Influence", ""),
            ("polarisation", {}, "World", "Polarisation", ""),
            ("shipped", {"demand": "belmar-boxes"}, "World", "Shipped|belmar-boxes", "Mt/yr"),
            (
                "dependence",
                {"demand": "belmar-boxes", "pole": "AAA"},
                "World",
                "Dependence|belmar-boxes|AAA",
                "",
            ),
            ("reached", {"process": "border", "stage": "signed"}, "World", "Stage Reached|border|signed", ""),
        ],
    )
    def test_names(
        self, run: steppe.Run, measure: str, of: dict[str, str], region: str, variable: str, unit: str
    ) -> None:
        rows = run.to_iamc([measure]).where(scenario=SCENARIOS[0], region=region, year=2025)
        mean = rows.where(variable=variable)
        wanted = run.measure(measure, scenario=SCENARIOS[0], year=2025, **of)
        assert mean["unit"].tolist() == [unit]
        np.testing.assert_array_equal(mean["value"], wanted["mean"])
        low = rows.where(variable=f"{variable}|Confidence Low")
        np.testing.assert_array_equal(low["value"], wanted["low"])

    def test_variables_are_unlike(self) -> None:
        assert len({variable_of(one) for one in MEASURES}) == len(MEASURES)


@pytest.fixture(scope="module")
def read(run: steppe.Run, tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    """The run from its NetCDF."""
    xarray = pytest.importorskip("xarray")
    pytest.importorskip("h5py")
    file = tmp_path_factory.mktemp("netcdf") / "run.nc"
    run.export(file, "netcdf")
    with xarray.open_dataset(file, engine="h5netcdf") as found:
        yield found.load()


class TestNetcdf:
    def test_values_of_every_measure_are_those_of_the_run(self, run: steppe.Run, read) -> None:  # type: ignore[no-untyped-def]
        for one in run.measures()["id"]:
            wanted = run.values(one)["value"].astype(float)
            # values are by scenario, year, entity, replicate; the cube by scenario, replicate, year, entity
            cube = read[one].to_numpy().astype(float).reshape(2, 24, len(run.years), -1)
            np.testing.assert_array_equal(cube.transpose(0, 2, 3, 1).reshape(-1), wanted)

    def test_labels(self, run: steppe.Run, read) -> None:  # type: ignore[no-untyped-def]
        assert read["member"].dims == ("scenario", "replicate", "year", "state", "organisation")
        one = read["member"].sel(scenario=SCENARIOS[1], state="BBB", organisation="UNION", year=2025)
        wanted = run.measure("member", scenario=SCENARIOS[1], state="BBB", organisation="UNION", year=2025)
        assert float(one.mean()) == pytest.approx(wanted["mean"][0])
        signed = read["reached"].sel(process_stage="border/signed", year=2025)
        assert float(signed.sel(scenario=SCENARIOS[0]).mean()) == pytest.approx(
            run.measure("reached", scenario=SCENARIOS[0], year=2025, stage="signed")["mean"][0]
        )

    def test_it_says_what_it_is_and_from_what_it_was_made(self, run: steppe.Run, read) -> None:  # type: ignore[no-untyped-def]
        for name in ("config_sha256", "evidence_sha256", "rules"):
            assert read.attrs[name] == run.manifest[name]
        assert read.attrs["Conventions"].startswith("CF-") and read.attrs["seed"] == "7"
        assert read["shipped"].attrs["units"] == "Mt year-1" and read["member"].attrs["long_name"]
        assert str(read["time"].to_numpy()[0])[:10] == run.manifest["dates"][0]

    def test_a_seed_of_64_bits_fits(self, tmp_path: Path) -> None:
        pytest.importorskip("h5py")
        done = steppe.run(world="toy", replicates=2, years=1, seed=2**64 - 1)
        done.export(tmp_path / "run.nc", "netcdf", ["depth"])
        assert done.to_xarray(["depth"]).attrs["seed"] == str(2**64 - 1)


class TestCommand:
    def test_formats(self, run: steppe.Run, tmp_path: Path) -> None:
        pytest.importorskip("h5py")
        for form in ("iamc", "csv", "netcdf"):
            file = tmp_path / f"run.{form}"
            result = CliRunner().invoke(
                app,
                [
                    "export",
                    str(run.path),
                    "--format",
                    form,
                    "--out",
                    str(file),
                    "--measure",
                    "depth",
                    "--json",
                ],
            )
            assert result.exit_code == 0, result.output
            assert json.loads(result.stdout)["file"] == str(file) and file.stat().st_size
        with (tmp_path / "run.csv").open(newline="") as stream:
            rows = list(csv.DictReader(stream))
        wanted = run.estimates(["depth"])
        assert [float(row["mean"]) for row in rows] == wanted["mean"].tolist()
        with (tmp_path / "run.iamc").open(newline="") as stream:
            assert csv.DictReader(stream).fieldnames == [
                "model",
                "scenario",
                "region",
                "variable",
                "unit",
                "year",
                "value",
            ]

    @pytest.mark.parametrize(
        ("given", "key"),
        [
            (["--format", "imac", "--out", "x.csv"], "format"),
            (["--format", "csv", "--out", "nowhere/x.csv"], "--out"),
            (["--format", "csv", "--out", "x.csv", "--measure", "dept"], "measure"),
        ],
    )
    def test_bad_input(
        self, run: steppe.Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: list[str], key: str
    ) -> None:
        monkeypatch.chdir(tmp_path)
        result = CliRunner().invoke(app, ["export", str(run.path), *given, "--json"])
        assert result.exit_code == 2 and json.loads(result.stdout)["error"]["key"] == key
        assert not list(tmp_path.iterdir())
        form, file = given[1], given[3]
        with pytest.raises(InputError):
            run.export(file, form, given[5:] or None)
