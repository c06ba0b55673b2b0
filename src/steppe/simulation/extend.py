"""More replicates or more points for a run that is there: only what is new is computed.

The new config is first written beside the old one (`extension.yaml`), then put in its place together with the manifest. A
process that dies in between leaves the file, and the next `extend` or `resume` finishes what it began.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from steppe.config.design import DesignSpec
from steppe.config.resolved import dump, load_config
from steppe.config.schema import Executor, RunConfig
from steppe.errors import InputError, from_validation
from steppe.paths import is_url
from steppe.results.files import write_json, write_text
from steppe.results.manifest import check_unchanged, read_manifest
from steppe.results.store import RunFolder
from steppe.simulation import runner
from steppe.simulation.prepared import Prepared, prepare
from steppe.simulation.runner import (
    Progress,
    RunSummary,
    Say,
    complete,
    kept_points,
    manifest,
    write_beside,
)

PENDING = "extension.yaml"


def extend(
    folder: Path, changes: Mapping[str, Any], progress: Progress, say: Say = lambda text: None
) -> RunSummary:
    """Extend a run and compute what is new, and what it lacked.

    changes : ``ensemble.replicates`` and any key of the design, as ``design.points``
    Raises InputError for changes that would take away or alter what is there.
    """
    started = time.perf_counter()
    before = read_manifest(folder)
    finish_pending(folder)
    config = load_config(folder / "config.yaml")
    check_unchanged(
        before, manifest(prepare(config, kept_points(folder)), dump(config)), folder / "manifest.json"
    )
    wider = extended(config, changes)
    prepared = prepare(wider, kept_points(folder))
    with RunFolder.resume(folder) as store:
        write_text(folder / PENDING, dump(wider))
        _put_in_place(store, prepared)
        store.manifest = read_manifest(folder)
        return complete(prepared, store, progress, say, started)


def finish_pending(folder: Path) -> None:
    """Put an extension in place that a killed process had only begun."""
    file = folder / PENDING
    if file.is_file():
        with RunFolder.resume(folder) as store:
            _put_in_place(store, prepare(load_config(file), kept_points(folder)))


def _put_in_place(store: RunFolder, prepared: Prepared) -> None:
    folder = store.path
    text = dump(prepared.config)
    kept = {key: one for key, one in read_manifest(folder).items() if key in ("started", "command")}
    write_text(folder / "config.yaml", text)
    write_beside(prepared, store)
    write_json(folder / "manifest.json", {**read_manifest(folder), **manifest(prepared, text), **kept})
    (folder / PENDING).unlink(missing_ok=True)


def extended(config: RunConfig, changes: Mapping[str, Any]) -> RunConfig:
    """The config with more replicates or another design. Raises InputError."""
    ensemble, design = config.ensemble, config.design
    for key, value in changes.items():
        head, _, name = key.partition(".")
        if key == "ensemble.replicates":
            if not isinstance(value, int) or isinstance(value, bool) or value < ensemble.replicates:
                raise InputError(
                    "replicates can be added, not taken away",
                    key=key,
                    value=value,
                    accepted=f"a whole number from {ensemble.replicates}",
                )
            if ensemble.parameters != "central" and value > ensemble.replicates:
                raise InputError(
                    "the replicates of this run are spread over draws of the evidence: more would spread them anew",
                    key=key,
                    value=value,
                    accepted="a new run; or a run with ensemble.parameters=central",
                )
            ensemble = ensemble.model_copy(update={"replicates": value})
        elif head == "design" and name and design is not None:
            design = _changed(design, name, value)
        else:
            keys = "ensemble.replicates" + (
                "" if design is None else ", design.points and the other keys of the design"
            )
            raise InputError(
                "this cannot be changed in a run that is there", key=key, value=value, accepted=keys
            )
    return config.model_copy(update={"ensemble": ensemble, "design": design})


def _changed(design: DesignSpec, name: str, value: Any) -> DesignSpec:
    data = {**design.model_dump(), name: value}
    try:
        return DesignSpec.model_validate(data)
    except ValidationError as error:
        raise from_validation(error, model=DesignSpec, data=data, prefix="design") from None


def resume(
    place: Path | str, progress: Progress, say: Say = lambda text: None, executor: Executor | None = None
) -> RunSummary:
    """Compute what is missing or failed of a run, after an extension that was only begun is put in place.

    executor : who does it, if not the one that the run began with
    """
    if not is_url(place):
        read_manifest(Path(place))
        finish_pending(Path(place))
    return runner.resume(place, progress, say, executor)
