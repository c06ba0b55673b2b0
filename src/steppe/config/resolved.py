"""`RunConfig` ↔ YAML: the `config.yaml` of a run folder, and what `--cfg job` prints."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from steppe.config.schema import RunConfig
from steppe.errors import InputError, from_validation
from steppe.evidence.read import line_of, read_yaml
from steppe.paths import shown


def dump(config: RunConfig) -> str:
    """The config as YAML that `load_config` reads back equal."""
    data = config.model_dump(mode="python", by_alias=True)
    for scenario in data["scenarios"]:
        scenario["interventions"] = [_plain(one) for one in scenario["interventions"]]
    data["executor"] = config.executor.own()
    text: str = yaml.dump(
        _simple(data), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110, default_flow_style=None
    )
    return text


def load_config(path: Path) -> RunConfig:
    """Read a resolved config. Raises InputError if it is missing, malformed or not what a run can use."""
    data = read_yaml(path)
    if not isinstance(data, dict):
        raise InputError("not a resolved config", file=shown(path), accepted="the config.yaml of a run")
    try:
        return RunConfig.model_validate(data)
    except ValidationError as error:
        found = from_validation(error, file=shown(path), model=RunConfig, data=data)
        found.line = line_of(path, found.key) if found.key else None
        raise found from None
    except InputError as error:
        error.file = shown(path)
        raise


def _plain(intervention: dict[str, Any]) -> dict[str, Any]:
    """kind and date first; no empty note."""
    rest = {
        k: v for k, v in intervention.items() if k not in ("kind", "date") and not (k == "note" and v is None)
    }
    return {"kind": intervention["kind"], "date": intervention["date"], **rest}


def _simple(data: Any) -> Any:
    """Tuples → lists, dates → ISO text."""
    if isinstance(data, dict):
        return {key: _simple(value) for key, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [_simple(value) for value in data]
    return data.isoformat() if isinstance(data, date) else data


class _Dumper(yaml.SafeDumper):
    """Quotes every text that the reader would take for something else."""


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = None if value[:1].isalpha() and value not in ("true", "false", "null") else "'"
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)
