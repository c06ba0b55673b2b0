"""Names, files and overrides → `RunConfig`: Hydra composes, pydantic and the evidence judge.

Hydra's loader is used without its global state: nothing is initialised or left behind, no folder is made, no
logging is configured, and a program that uses Hydra itself is not disturbed.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from steppe import paths
from steppe.config.design import DesignSpec
from steppe.config.designs import scenarios_named
from steppe.config.origin import Composed, Origin
from steppe.config.overrides import COMMAND_LINE, Request, read_overrides
from steppe.config.schema import RunConfig
from steppe.config.validate import design_of, validated
from steppe.errors import InputError, input_error

ENVIRONMENT = "STEPPE_CONF"  # a folder of the user's own config groups


def compose(
    overrides: Sequence[str] = (), config_dir: Path | str | None = None, design: DesignSpec | None = None
) -> RunConfig:
    """The resolved config of a run.

    overrides : Hydra's override syntax; `scenario=a,b` gives several scenarios, `scenario=path/to/file.yaml`
        and `world=path/to/folder` take the user's own files, `experiments=NAME` a study
    config_dir : a folder with the user's own groups (world/, scenario/, …), searched first; default the
        environment variable STEPPE_CONF
    design : a design from elsewhere, such as a sweep, instead of the config's

    Raises InputError with file, key, value, what is accepted and the nearest name. Nothing is written.
    """
    folders = search_path(config_dir)
    request = read_overrides(overrides)
    first = _compose(request, folders, request.scenarios[0] if request.scenarios else None)
    composed = [first]
    if request.scenarios:
        composed += [_compose(request, folders, name) for name in request.scenarios[1:]]
    design = design or design_of(first)
    if request.scenarios is None:
        key, names = "scenarios", _scenario_names(first) if first.data.get("scenarios") else []
        if design is not None and not names:
            key, names = _named_by(design, first.origin)
        composed = [
            first
            if name == first.origin.choices["scenario"]
            else _compose(request, folders, name, key=f"{key}[{n}]", study=first.origin)
            for n, name in enumerate(names)
        ] or [first]
    config = validated(composed, request, tuple(overrides), design)
    _check_counterfactuals(config, composed, options("scenario", config_dir))
    return config


def _check_counterfactuals(config: RunConfig, composed: Sequence[Composed], known: Iterable[str]) -> None:
    """A counterfactual is a scenario that there is, or one of this run."""
    names = {*known, *(scenario.name for scenario in config.scenarios)}
    for scenario, one in zip(config.scenarios, composed, strict=True):
        if scenario.counterfactual is not None and scenario.counterfactual not in names:
            raise one.origin.placed(
                input_error(
                    f"no scenario {scenario.counterfactual!r} to compare {scenario.name!r} with",
                    key="scenario.counterfactual",
                    value=scenario.counterfactual,
                    accepted=sorted(names),
                )
            )


def search_path(config_dir: Path | str | None = None) -> list[Path]:
    """The folders in which groups are looked up, first come first served."""
    given = config_dir if config_dir is not None else os.environ.get(ENVIRONMENT) or None
    if given is None:
        return [paths.conf()]
    folder = Path(given).expanduser().resolve()
    if not folder.is_dir():
        raise InputError(
            "no such config folder",
            file=COMMAND_LINE if config_dir is not None else f"environment variable {ENVIRONMENT}",
            value=str(given),
            accepted="a folder with world/, scenario/, …",
        )
    return [folder, paths.conf()]


def options(group: str, config_dir: Path | str | None = None) -> dict[str, Path]:
    """Name → file of every option of a group; `experiments` for the studies."""
    found: dict[str, Path] = {}
    for folder in search_path(config_dir):
        if group == "experiments":
            root = paths.experiments() if folder == paths.conf() else folder / "experiments"
            files = {path.parent.name: path for path in sorted(root.glob("*/study.yaml"))}
        else:
            files = {path.stem: path for path in sorted((folder / group).glob("*.yaml"))}
        found = {**files, **found}
    return dict(sorted(found.items()))


def _compose(
    request: Request,
    folders: Sequence[Path],
    scenario: str | None,
    key: str = "scenario",
    study: Origin | None = None,
) -> Composed:
    """One pass of Hydra. key, study : where the scenario's name was written, for a message."""
    from hydra import version
    from hydra._internal.config_loader_impl import ConfigLoaderImpl
    from hydra.errors import HydraException, MissingConfigException
    from hydra.types import RunMode
    from omegaconf import OmegaConf, open_dict
    from omegaconf.errors import OmegaConfBaseException

    version.setbase("1.3")
    asked = list(request.hydra)
    if request.experiment:
        asked.insert(0, f"+experiments={request.experiment}/study")
    if scenario:
        asked.append(f"scenario={scenario}")
    try:
        loader = ConfigLoaderImpl(_hydra_path(request, folders))
        config = loader.load_configuration("config", asked, RunMode.RUN, from_shell=False)
        choices = dict(config.hydra.runtime.choices)
        with open_dict(config):
            del config["hydra"]
        data: Any = OmegaConf.to_container(config, resolve=True)
    except MissingConfigException as error:
        raise _unknown_option(str(error.missing_cfg_file), request, folders, key, study) from None
    except (HydraException, OmegaConfBaseException) as error:
        raise _as_input_error(error) from None
    return Composed(data, Origin.of(choices, request, folders))


def _hydra_path(request: Request, folders: Sequence[Path]) -> Any:
    """Hydra's search path: single files, the user's folder, the packaged groups, the packaged studies."""
    from hydra._internal.config_search_path_impl import ConfigSearchPathImpl

    from steppe.config import sources

    sources.register()
    where = ConfigSearchPathImpl()
    where.append("hydra", "pkg://hydra.conf")
    for option, file in request.files.items():
        where.append("given", f"yaml12-file://{option}={file}")
    for folder in folders:
        where.append("main" if folder == folders[-1] else "user", f"yaml12://{folder}")
    where.append("studies", f"yaml12://{paths.experiments().parent}")
    where.append("schema", "structured://")
    return where


def _scenario_names(first: Composed) -> list[str]:
    """The names under `scenarios:` of a study."""
    names = first.data["scenarios"]
    if isinstance(names, list) and all(isinstance(name, str) for name in names):
        return names
    error = InputError(
        "scenarios must be a list of names", key="scenarios", value=names, accepted="scenarios: [baseline, …]"
    )
    raise first.origin.placed(error)


def _named_by(design: DesignSpec, origin: Origin) -> tuple[str, list[str]]:
    """The scenarios that a design names, and the key where it does."""
    try:
        return scenarios_named(design)
    except InputError as error:
        raise origin.placed(error) from None


def _unknown_option(
    missing: str, request: Request, folders: Sequence[Path], key: str, study: Origin | None
) -> InputError:
    """No option of that name in a group, or no such study."""
    group, _, name = missing.partition("/")
    name = name.removesuffix("/study")
    kind = {"experiments": "study"}.get(group, group)
    known: dict[str, Path] = {}
    for folder in reversed(folders):
        known |= options(group, folder)
    known |= {
        option.split("/")[1]: file for option, file in request.files.items() if option.startswith(group)
    }
    found = input_error(
        f"no {kind} {name!r}", key=key if group == "scenario" else group, value=name, accepted=sorted(known)
    )
    if group == "scenario" and study is not None:
        return study.placed(found)
    said = group in request.given or (group == "experiments" and request.experiment)
    found.file = COMMAND_LINE if said or study is None else None
    return found


def _as_input_error(error: Exception) -> InputError:
    """Hydra's or OmegaConf's own complaint: a value that does not parse, a sweep, a broken defaults list."""
    from hydra.errors import OverrideParseException

    if isinstance(error, OverrideParseException):
        key, _, value = error.override.lstrip("+~").partition("=")
        reason = str(error.message).splitlines()[0]
        return InputError(
            f"the value does not parse: {reason}",
            file=COMMAND_LINE,
            key=key,
            value=value,
            accepted="a number, true, false, null, text, [a,b] or {k: v}; quote text that holds , { [ or =",
        )
    text = " ".join(str(error).split()) or str(error.__cause__)
    if "Ambiguous value" in text or "requires --multirun" in text:
        given = text.split("'")[1]
        key, _, value = given.lstrip("+~").partition("=")
        return InputError(
            "one value is wanted, not several",
            file=COMMAND_LINE,
            key=key,
            value=value,
            accepted=f"a single value, or a list: {key}=[{value}]; only `scenario` takes several",
        )
    if text.startswith("Error merging override"):
        key, _, value = text.split()[3].lstrip("+~").partition("=")
        form = "{key: value, …}, as the file or study has it" if value.startswith("[") else None
        message = "the value does not go with what a file or study says of the key"
        return InputError(message, file=COMMAND_LINE, key=key, value=value, accepted=form)
    return InputError(f"the config does not compose: {text}", file=COMMAND_LINE)
