"""Which file a key of the composed config came from, so that a message can name it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from steppe import paths
from steppe.config.overrides import COMMAND_LINE, Request
from steppe.config.schema import GROUPS
from steppe.errors import InputError
from steppe.evidence.read import line_of, read_yaml


@dataclass(frozen=True)
class Origin:
    """Where the parts of one composition came from.

    choices : group → option;  files : group → its file;  study : the study's file
    given : key → value on the command line;  folders : where groups are looked up, first come first served
    """

    choices: dict[str, str] = field(default_factory=dict)
    files: dict[str, Path] = field(default_factory=dict)
    study: Path | None = None
    given: dict[str, str] = field(default_factory=dict)
    folders: tuple[Path, ...] = ()

    @staticmethod
    def of(choices: Mapping[str, Any], request: Request, folders: Sequence[Path]) -> Origin:
        """From Hydra's record of what was chosen."""
        files: dict[str, Path] = {}
        for group in GROUPS:
            option = choices.get(group)
            found = request.files.get(f"{group}/{option}") or next(
                (f for folder in folders if (f := folder / group / f"{option}.yaml").is_file()), None
            )
            if found is not None:
                files[group] = found
        study = choices.get("experiments")
        study_file = None
        if study:
            study_file = request.files.get(f"experiments/{study}") or next(
                (
                    f
                    for folder in (*folders, paths.experiments().parent)
                    if (f := folder / "experiments" / f"{study}.yaml").is_file()
                ),
                None,
            )
        names = {group: str(choices[group]) for group in GROUPS if choices.get(group)}
        return Origin(names, files, study_file, dict(request.given), tuple(folders))

    def says(self, key: str) -> bool:
        """Whether the command line or the study, and not only a default, says something about a dotted key."""
        parts = key.split(".")
        heads = {".".join(parts[: n + 1]) for n in range(len(parts))}
        return bool(heads & set(self.given)) or (self.study is not None and _holds(self.study, key))

    def sets(self, key: str) -> bool:
        """Whether the command line or the study gives this very key a value; the choice of its group does not count."""
        return key in self.given or (self.study is not None and _holds(self.study, key))

    def placed(self, error: InputError) -> InputError:
        """The error with its file and line filled in from its key, unless it has a file."""
        if error.file is None and error.key:
            error.file, error.line = self.locate(error.key)
        return error

    def locate(self, key: str) -> tuple[str | None, int | None]:
        """File and line of a dotted key such as ``scenario.interventions[1].state``."""
        dotted = key.replace("[", ".").replace("]", "")
        for given in self.given:
            if dotted == given or dotted.startswith(f"{given}.") or given.startswith(f"{dotted}."):
                if given in GROUPS:  # `world=x` chose a file; the fault is in that file
                    continue
                return COMMAND_LINE, None
        if self.study is not None and _holds(self.study, key):
            return paths.shown(self.study), line_of(self.study, key)
        group, _, rest = key.partition(".")
        file = self.files.get(group)
        if group == "design" and self.choices.get(group) == "none":  # so it is from a sweep
            return COMMAND_LINE, None
        if file is None:
            return None, None
        return paths.shown(file), line_of(file, rest) if rest else None


def _holds(file: Path, key: str) -> bool:
    """Whether a file says something about a key itself, not merely about what encloses it."""
    here: Any = read_yaml(file)
    for part in key.replace("[", ".").replace("]", "").split("."):
        if isinstance(here, dict) and part in here:
            here = here[part]
        elif isinstance(here, list) and part.isdigit() and int(part) < len(here):
            here = here[int(part)]
        else:
            return isinstance(here, dict) and any(str(k).startswith(f"{part}.") for k in here)
    return True


@dataclass(frozen=True)
class Composed:
    """One composition: plain data, and where its parts came from."""

    data: dict[str, Any]
    origin: Origin
