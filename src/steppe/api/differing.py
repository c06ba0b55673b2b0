"""What differs between two configs, worlds, runs or versions of the evidence, and which results it moved."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from steppe.api import common
from steppe.config import questions
from steppe.errors import InputError, nearest
from steppe.paths import shown

if TYPE_CHECKING:
    from steppe.analysis.comparison import Comparison
    from steppe.config.schema import RunConfig
    from steppe.evidence import Evidence
    from steppe.results.query import Run
    from steppe.world.arrays import World

Kind = Literal["run", "config", "scenario", "world", "evidence"]
Row = dict[str, Any]
ACCEPTED = (
    "a run folder, a scenario (name, number or YAML file), the config.yaml of a run, a world (name or folder), "
    "or a folder of evidence"
)
TOP, PER_MEASURE = 12, 4  # results that are told
LAYERS = (
    "settings",
    "scenarios",
    "parameters",
    "mechanisms",
    "readings",
    "world",
    "values",
    "statuses",
    "records",
)


@dataclass(frozen=True)
class Side:
    """One of the two.  config : None of a folder of evidence;  run : of a run only"""

    name: str
    kind: Kind
    evidence: Evidence
    config: RunConfig | None = None
    run: Run | None = None
    notes: tuple[str, ...] = ()

    @cached_property
    def world(self) -> World:
        """The world as coded."""
        assert self.config is not None
        return common.built_from(self.evidence, self.config)

    def says(self) -> Row:
        """What it is, in plain data."""
        config = self.config
        return {
            "name": self.name,
            "kind": self.kind,
            "world": None if config is None else config.world.name,
            "scenarios": [] if config is None or self.kind == "world" else [s.name for s in config.scenarios],
        }


def side(name: str, config_dir: str | None = None) -> Side:
    """What a name means. Raises InputError with the nearest name."""
    from steppe.evidence import load

    path = Path(name)
    if (path / "manifest.json").is_file():
        return _of_run(path)
    if (path / "actors").is_dir() and not (path / "world.yaml").is_file():
        return Side(name, "evidence", load(path, strict=False))
    if path.is_file():
        return _of_file(path, config_dir)
    kind, given = _named(name, config_dir)
    return _composed(name, kind, given, config_dir)


def _of_run(path: Path) -> Side:
    """A run with the evidence that it rests on; with that of today, and a note, where it did not keep its own."""
    from steppe.config.resolved import load_config
    from steppe.results.query import open_run
    from steppe.simulation.kept_evidence import read_evidence
    from steppe.simulation.runner import evidence_hash
    from steppe.world.spec import evidence_for

    run, config = open_run(path), load_config(path / "config.yaml")
    kept = read_evidence(path)
    if kept is not None:
        return Side(str(path), "run", kept, config, run)
    notes = []
    if run.manifest.get("evidence_sha256") != evidence_hash(config):
        notes.append(
            f"{shown(path)} was made from other evidence than there is now, and did not keep it: values are those of now"
        )
    return Side(str(path), "run", evidence_for(config.world), config, run, tuple(notes))


def _of_file(path: Path, config_dir: str | None) -> Side:
    """A resolved config, a world or a scenario in a file."""
    from steppe.config.resolved import load_config
    from steppe.evidence.read import read_yaml
    from steppe.world.spec import evidence_for

    if path.suffix not in (".yaml", ".yml"):
        raise InputError("not a file that can be compared", file=shown(path), accepted=ACCEPTED)
    data = read_yaml(path)
    if isinstance(data, Mapping) and {"world", "scenarios", "ensemble"} <= set(data):
        config = load_config(path)
        return Side(str(path), "config", evidence_for(config.world), config)
    kind: Kind = "world" if isinstance(data, Mapping) and "states" in data else "scenario"
    return _composed(str(path), kind, f"./{path}" if not path.is_absolute() else str(path), config_dir)


def _named(name: str, config_dir: str | None) -> tuple[Kind, str]:
    """A world or a scenario by its name; ``world/NAME`` and ``scenario/NAME`` where both have it."""
    from steppe.config.compose import options

    head, slash, rest = name.partition("/")
    worlds, scenarios = options("world", config_dir), options("scenario", config_dir)
    if (name in worlds or (slash and head == "world" and rest in worlds)) and name not in scenarios:
        return "world", rest if slash else name
    if Path(name).is_dir() and (Path(name) / "world.yaml").is_file():
        return "world", name if "/" in name else f"./{name}"
    wanted = rest if slash and head == "scenario" else name
    found = wanted if wanted in scenarios else questions.numbered(wanted, config_dir)
    if found is None:
        raise InputError(
            f"nothing of the name {name!r} to compare",
            file="command line",
            value=name,
            accepted=ACCEPTED,
            nearest=nearest(name, [*scenarios, *worlds]),
        )
    return "scenario", found


def _composed(name: str, kind: Kind, given: str, config_dir: str | None) -> Side:
    from steppe.world.spec import evidence_for

    config = common.composed([f"{kind}={given}"], config_dir)
    return Side(name, kind, evidence_for(config.world), config)


def differing(a: str, b: str, everything: bool = False, config_dir: str | None = None) -> Row:
    """What differs between two of them, layer by layer, and which results moved where both are runs; see docs/diffing.md.

    everything : who did the work, with which versions, and where it was written, too
    """
    one, other = side(a, config_dir), side(b, config_dir)
    found: Row = {layer: [] for layer in LAYERS}
    if one.config is not None and other.config is not None:
        found |= _of_configs(one, other, everything)
    else:
        found |= _of_evidence(one.evidence, other.evidence)
    results = _results(one, other)
    moved = bool(results and results["rows"])
    return {
        "a": one.says(),
        "b": other.says(),
        "same": not moved and not any(found[layer] for layer in LAYERS),
        "notes": [*one.notes, *other.notes],
        **found,
        "names": _names(one.evidence, other.evidence, found),
        "results": results,
    }


def _of_evidence(one: Evidence, other: Evidence) -> Row:
    """Every value, status, parameter and record of two versions of the evidence."""
    from steppe.evidence.changes import parameter_changes, record_changes, status_changes, value_changes

    return {
        "values": value_changes(one, other, one.values(), other.values(), dated=True),
        "statuses": status_changes(one.chronicle, other.chronicle, dated=True),
        "parameters": parameter_changes(one, other),
        "records": record_changes(one, other),
    }


def _of_configs(one: Side, other: Side, everything: bool) -> Row:
    """Settings and scenarios (not of worlds), parameters, and what the two worlds are made of."""
    from steppe.config.changes import setting_changes, switch_changes
    from steppe.evidence.changes import parameter_changes, record_changes
    from steppe.simulation.prepared import parameter_values
    from steppe.world.changes import origin_changes, world_changes

    a, b = one.config, other.config
    assert a is not None and b is not None
    values, statuses = origin_changes(one.evidence, one.world, other.evidence, other.world)
    sets = (parameter_values(side.evidence, config) for side, config in ((one, a), (other, b)))
    found: Row = {
        "parameters": parameter_changes(one.evidence, other.evidence, *sets),
        "world": world_changes(one.world, other.world),
        "values": values,
        "statuses": statuses,
        "records": record_changes(one.evidence, other.evidence),
    }
    if "world" not in (one.kind, other.kind):
        found["settings"] = [*setting_changes(a, b, everything), *_circumstances(one, other, everything)]
        found["scenarios"] = _scenarios(a, b)
        found["mechanisms"] = switch_changes(a.mechanisms.model_dump(), b.mechanisms.model_dump())
        found["readings"] = switch_changes(a.readings, b.readings)
    return found


def _circumstances(one: Side, other: Side, everything: bool) -> list[Row]:
    """Of two runs, whether the rules are the same; with `everything` versions and platform."""
    if one.run is None or other.run is None:
        return []
    a, b = one.run.manifest, other.run.manifest
    keys = ("rules", *(("python", "platform") if everything else ()))
    rows = [{"id": key, "a": a.get(key), "b": b.get(key)} for key in keys if a.get(key) != b.get(key)]
    if everything:
        from steppe.config.changes import switch_changes

        versions = switch_changes(a.get("versions", {}), b.get("versions", {}))
        rows += [{**row, "id": f"versions.{row['id']}"} for row in versions]
    return rows


def _scenarios(a: RunConfig, b: RunConfig) -> list[Row]:
    """The scenarios that differ, their interventions in words."""
    from steppe.config.changes import scenario_changes, scenario_pairs
    from steppe.report.interventions import says

    rows = []
    for one, other in scenario_pairs(a, b):
        row = scenario_changes(one, other)
        if row is None:
            continue
        row["interventions"] = {
            end: [{**act, "says": says(act)} for act in acts] for end, acts in row["interventions"].items()
        }
        rows.append(row)
    return rows


def _results(one: Side, other: Side) -> Row | None:
    """The differences between the results of two runs that stand out, in scenarios of one name; None unless both are runs.

    paired : whether the replicates share their luck;  why : why they do not, or why nothing is compared
    """
    from steppe.analysis.answers import largest
    from steppe.analysis.arms import Arm
    from steppe.analysis.comparison import comparisons_of
    from steppe.analysis.matching import matched

    if one.run is None or other.run is None:
        return None
    found: Row = {"paired": False, "why": None, "scenarios": [], "rows": []}
    pairs = _same_question(one, other)
    if one.run.manifest.get("design") or other.run.manifest.get("design"):
        return {**found, "why": "a run with a design keeps the outcomes of its points only"}
    if not pairs:
        return {**found, "why": "the runs have no scenario of one name"}
    matches = []
    try:
        for before, after in pairs:
            match = matched(Arm(one.run, before), Arm(other.run, after))
            (compared,) = comparisons_of(match)
            matches.append(match)
            found["scenarios"].append({"a": before, "b": after, **_counts(compared)})
            found["rows"] += largest(compared.rows, TOP, PER_MEASURE)
    except InputError as error:
        why = f"{error.message} ({error.value} against {error.accepted})"
        return {**found, "rows": [], "scenarios": [], "why": why}
    reasons = dict.fromkeys(why for match in matches for why in match.why)
    return {**found, "paired": not reasons, "why": "; ".join(reasons) or None}


def _counts(compared: Comparison) -> Row:
    """How many measures there are, how many moved, of how many the interval leaves out zero, and how many of these can be told
    from zero among so many tests.
    """
    from steppe.analysis.verdicts import leaves_out_zero

    rows = compared.rows
    sure = [row for row in rows if leaves_out_zero(row)]
    return {
        "year": compared.year,
        "measured": len(rows),
        "moved": sum(bool(row["difference"]) for row in rows),
        "sure": len(sure),
        "distinguishable": sum(row["distinguishable"] for row in sure),
    }


def _same_question(one: Side, other: Side) -> list[tuple[str, str]]:
    """Scenarios of one name, or the only one of each run."""
    assert one.run is not None and other.run is not None
    a, b = one.run.scenarios, other.run.scenarios
    if len(a) == len(b) == 1:
        return [(a[0], b[0])]
    return [(name, name) for name in sorted(set(a) & set(b))]


def _names(one: Evidence, other: Evidence, found: Row) -> dict[str, str]:
    """Id → name of the actors and bodies that differences name."""
    ids = {row["entity"] for row in found["values"]} | {row["state"] for row in found["statuses"]}
    ids |= {row["organisation"] for row in found["statuses"]}
    ids = {part for name in ids for part in (name, *name.split("-"))}
    out = {}
    for name in sorted(ids):
        for family in ("actors", "organisations"):
            known = getattr(other, family).get(name) or getattr(one, family).get(name)
            if known is not None:
                out[name] = known.name
    return out


def diff(
    a: str | os.PathLike[str],
    b: str | os.PathLike[str],
    everything: bool = False,
    config_dir: str | None = None,
) -> Any:
    """What differs between two runs, scenarios, worlds or folders of evidence: data of `steppe diff --json`, printed as its text.

    >>> import steppe
    >>> found = steppe.diff("arvand_admitted_to_rivers", "arvand_barred_from_rivers")
    >>> found["scenarios"][0]["interventions"]["b"][0]["says"]
    'AAA may neither join nor observe RIVERS'
    """
    from steppe.api.functions import Described
    from steppe.api.settings import from_python
    from steppe.report.differences import differences_text

    with from_python():
        found = Described(differing(os.fspath(a), os.fspath(b), everything, config_dir))
    found.text = differences_text(found)
    return found
