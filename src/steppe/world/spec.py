"""Which world: a date, its states and organisations, and the poles against which alignment is measured."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from steppe import paths
from steppe.errors import InputError, input_error
from steppe.evidence import Evidence, load, parse_date
from steppe.world.without import left, removal

Ids = Annotated[
    tuple[str, ...], BeforeValidator(lambda given: tuple(given) if isinstance(given, list) else given)
]


class WorldSpec(BaseModel):
    """A world to build. The order of the lists is the order of the rows; it does not change any result.

    start : YYYY, YYYY-MM or YYYY-MM-DD; values and statuses that hold at that date make the world
    poles : some of the states, at least two
    without : states of the world and systems of the register that it does without, see `world.without`
    seeds : None, the packaged evidence; or a folder with actors/, organisations/, dyads/ and chronicle.yaml
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1)
    title: str = ""
    start: Annotated[date, BeforeValidator(parse_date)]
    states: Ids = Field(min_length=2)
    organisations: Ids = ()
    poles: Ids = Field(min_length=2)
    without: Ids = ()
    seeds: str | None = None
    note: str = ""

    @model_validator(mode="after")
    def _consistent(self) -> WorldSpec:
        for key in ("states", "organisations", "poles", "without"):
            _once(getattr(self, key), key)
        for position, pole in enumerate(self.poles):
            if pole not in self.states:
                raise input_error(
                    f"pole {pole!r} is not among the states of world {self.name!r}",
                    key=f"poles[{position}]",
                    value=pole,
                    accepted=self.states,
                )
        for key, names in (("states", self.present), ("poles", self.present_poles)):
            if len(names) < 2:
                raise InputError(
                    f"world {self.name!r} would be left with fewer than two {key}",
                    key="without",
                    value=list(self.without),
                    accepted=f"at least two of {', '.join(getattr(self, key))} stay",
                )
        return self

    @property
    def present(self) -> tuple[str, ...]:
        """The states that the world has: those that it does not do without."""
        return left(self.states, frozenset(self.without))

    @property
    def present_poles(self) -> tuple[str, ...]:
        """The poles among them."""
        return left(self.poles, frozenset(self.without))


def check_spec(spec: WorldSpec, evidence: Evidence) -> None:
    """Raise InputError, with the nearest name, for the first state, body or system that the evidence lacks."""
    known: tuple[tuple[str, Sequence[str], Iterable[str]], ...] = (
        ("states", spec.states, evidence.actors),
        ("organisations", spec.organisations, evidence.organisations),
    )
    for key, names, accepted in known:
        for position, name in enumerate(names):
            if name not in accepted:
                raise input_error(
                    f"{name!r} of world {spec.name!r} is not among the {key} of {evidence.folder}",
                    key=f"{key}[{position}]",
                    value=name,
                    accepted=accepted,
                )
    removal(evidence, spec.without)
    for position, name in enumerate(spec.without):
        if name not in evidence.systems and name not in spec.states:
            raise input_error(
                f"world {spec.name!r} has no state {name!r} to do without",
                key=f"without[{position}]",
                value=name,
                accepted=spec.states,
            )


def evidence_for(spec: WorldSpec, beside: Path | str | None = None) -> Evidence:
    """The evidence that a world is built from: the packaged seeds, or the folder that the spec names.

    beside : folder to which `seeds` may be relative, such as that of the file the spec was read from; tried
        first, then the current folder, then the folder that holds the packaged ``seeds/``
    """
    return load() if spec.seeds is None else load(seeds_folder(spec, beside))


def seeds_folder(spec: WorldSpec, beside: Path | str | None = None) -> Path:
    """The folder of the evidence that a world is built from; places as for `evidence_for`."""
    if spec.seeds is None:
        return paths.seeds()
    given = Path(spec.seeds).expanduser()
    places = [Path(place) for place in (beside, Path.cwd(), paths.root()) if place is not None]
    tried = [given] if given.is_absolute() else [place / given for place in places]
    for folder in tried:
        if folder.is_dir():
            return folder
    raise InputError(
        f"the seeds folder of world {spec.name!r} does not exist",
        key="seeds",
        value=spec.seeds,
        accepted="a folder; looked for " + ", ".join(paths.shown(folder) for folder in tried),
    )


def _once(names: Sequence[str], key: str) -> None:
    for position, name in enumerate(names):
        if name in names[:position]:
            raise InputError(
                f"{name!r} is listed twice", key=f"{key}[{position}]", value=name, accepted="each once"
            )
