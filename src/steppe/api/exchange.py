"""A run written for other programs: one file in a format that they know."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from steppe.errors import InputError, input_error

if TYPE_CHECKING:
    from steppe.api.runs import Run

FORMATS = {
    "iamc": "estimates in the long format of the IAMC, as CSV",
    "csv": "estimates with their intervals, as CSV",
    "netcdf": "the values of every replicate, as NetCDF 4",
}


def export(run: Run, file: Path, form: str, measures: Iterable[str] | None = None) -> None:
    """Write a run to a file. Raises InputError for a format that there is not, and where the file cannot be written."""
    if form not in FORMATS:
        raise input_error(f"no format {form!r}", key="format", value=form, accepted=FORMATS)
    if not file.parent.is_dir() or file.is_dir():
        raise InputError(
            "the file cannot be written",
            key="--out",
            value=str(file),
            accepted="a file in a folder that there is",
        )
    if form == "netcdf":
        from steppe.api.cube import write_netcdf

        write_netcdf(run, file, measures)
    elif form == "iamc":
        run.to_iamc(measures).to_csv(file)
    else:
        run.estimates(measures).to_csv(file)
