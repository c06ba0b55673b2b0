"""Where Hydra finds its files: folders and single files of YAML 1.2, as Hydra config sources.

Hydra's own file source reads YAML 1.1, in which ``NO`` is False and the key ``on`` is True, and reports a
malformed file without its name. These two read with the evidence's reader instead. Importing this module
imports Hydra (0.15 s), so it is imported inside functions only.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hydra.core.object_type import ObjectType
from hydra.core.plugins import Plugins
from hydra.plugins.config_source import ConfigResult, ConfigSource
from omegaconf import OmegaConf

from steppe.errors import InputError
from steppe.evidence.read import read_yaml
from steppe.paths import shown

_NAMED = ("world", "scenario")  # groups whose `name` is the file's name unless it says otherwise


class FolderSource(ConfigSource):
    """A folder of config groups: ``yaml12:///path/to/conf``."""

    @staticmethod
    def scheme() -> str:
        return "yaml12"

    def load_config(self, config_path: str) -> ConfigResult:
        return _result(self, config_path, Path(self.path) / self._normalize_file_name(config_path))

    def available(self) -> bool:
        return Path(self.path).is_dir()

    def is_group(self, config_path: str) -> bool:
        return (Path(self.path) / config_path).is_dir()

    def is_config(self, config_path: str) -> bool:
        return (Path(self.path) / self._normalize_file_name(config_path)).is_file()

    def list(self, config_path: str, results_filter: ObjectType | None) -> list[str]:
        folder = Path(self.path) / config_path
        names = {p.stem for p in folder.glob("*.yaml")} if results_filter != ObjectType.GROUP else set()
        if results_filter != ObjectType.CONFIG:
            names |= {p.name for p in folder.iterdir() if p.is_dir()}
        return sorted(names)


class OneFileSource(ConfigSource):
    """One file as one option of one group: ``yaml12-file://scenario/mine=/path/to/mine.yaml``."""

    @staticmethod
    def scheme() -> str:
        return "yaml12-file"

    def __init__(self, provider: str, path: str) -> None:
        super().__init__(provider=provider, path=path)
        self.option, _, self.file = self.path.partition("=")

    def load_config(self, config_path: str) -> ConfigResult:
        return _result(self, self.option, Path(self.file))

    def available(self) -> bool:
        return Path(self.file).is_file()

    def is_group(self, config_path: str) -> bool:
        return self.option.startswith(f"{config_path}/")

    def is_config(self, config_path: str) -> bool:
        return config_path == self.option

    def list(self, config_path: str, results_filter: ObjectType | None) -> list[str]:
        return [] if results_filter == ObjectType.GROUP else [self.option.rpartition("/")[2]]


def _result(source: ConfigSource, config_path: str, file: Path) -> ConfigResult:
    """One file as Hydra wants it.

    Parameters become nested by mechanism. The world that a scenario is meant for becomes Hydra's way of
    choosing it, so that the command line still has the last word.
    """
    raw = read_yaml(file)
    if raw is None:
        raw = {}
    if not isinstance(raw, dict):
        raise InputError(
            "the file must hold keys and values", file=shown(file), value=raw, accepted="key: value", line=1
        )
    if isinstance(raw.get("parameters"), dict):
        raw["parameters"] = nested(raw["parameters"])
    group = config_path.partition("/")[0]
    if group in _NAMED:
        raw.setdefault("name", file.parent.name if file.name == "world.yaml" else file.stem)
    if group == "scenario" and isinstance(raw.get("world"), str):
        raw["defaults"] = [*raw.get("defaults", []), {"override /world@_global_.world": raw["world"]}]
    header = source._get_header_dict(file.read_text(encoding="utf-8")[:512])
    return ConfigResult(
        config=OmegaConf.create(raw), path=source.full_path(), provider=source.provider, header=header
    )


def nested(flat: dict[str, Any]) -> dict[str, Any]:
    """``{"membership.cooldown": 2}`` → ``{"membership": {"cooldown": 2}}``, where overrides find it."""
    out: dict[str, Any] = {}
    for key, value in flat.items():
        head, _, tail = key.partition(".")
        if tail:
            below = out.setdefault(head, {})
            if isinstance(below, dict):
                below[tail] = value
        elif isinstance(value, dict) and isinstance(out.get(head), dict):
            out[head].update(value)
        else:
            out[key] = value
    return out


def register() -> None:
    """Make both sources known to Hydra; harmless when repeated."""
    for source in (FolderSource, OneFileSource):
        Plugins.instance().register(source)
