"""What there is: the config's options and the evidence's entities under one roof, for `list` and `show`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from steppe.api import common
from steppe.config import questions
from steppe.errors import input_error, nearest
from steppe.paths import shown

# kind → config group
_GROUPS = {
    "worlds": "world",
    "scenarios": "scenario",
    "experiments": "experiments",
    "ensembles": "ensemble",
    "executors": "executor",
    "designs": "design",
}
_OTHERS = ("variants", "mechanisms", "interventions", "measures", "readings", "patterns")
_SAYS = ("title", "question", "start", "world", "counterfactual", "scenarios", "replicates")
_OF_SCENARIOS = ("status", "question", "prediction", "world", "counterfactual")
_WORLD_COLUMNS = {
    "states": ("id", "name", "gdp", "capability", "autonomy", "member", "observer"),
    "organisations": ("id", "name", "depth", "rule", "member", "observer"),
    "corridors": ("id", "segments", "open", "owners", "routes"),
    "demands": ("id", "origin", "destination", "commodity", "volume", "routes"),
    "processes": ("id", "stage", "next", "rate", "parties", "gates"),
    "gates": ("id", "kind", "state", "process", "due"),
    "instruments": ("id", "kind", "parties", "changes"),
}
_UNPRINTED = ("id", "kind", "content", "text", "interventions")


def kinds() -> list[str]:
    """Everything that can be listed."""
    from steppe.evidence.show import KINDS

    return [*_GROUPS, *_OTHERS, *KINDS]


def listing(kind: str, world: str | None = None, config_dir: str | None = None) -> list[dict[str, Any]]:
    """One row per thing, each with an `id`. Raises InputError with the nearest kind."""
    if kind not in kinds():
        raise input_error(
            f"nothing of the kind {kind!r}", file="command line", key="KIND", value=kind, accepted=kinds()
        )
    if kind in ("scenarios", "variants"):
        return _scenarios(kind, config_dir)
    if kind in _GROUPS:
        return _options(_GROUPS[kind], config_dir)
    if kind == "mechanisms":
        return _mechanisms()
    if kind == "interventions":
        return _interventions()
    if kind == "measures":
        return common.measures()
    if kind == "readings":
        return _readings(config_dir)
    if kind == "patterns":
        return [{"id": one["id"], "statement": one["statement"]} for one in common.patterns(config_dir)]
    from steppe.evidence.show import listing as coded

    return coded(common.evidence_of(world, config_dir), kind)


def described(name: str, world: str | None = None, config_dir: str | None = None) -> dict[str, Any]:
    """All that is known of one thing: an option of a config group, or an entity of the evidence."""
    from steppe.errors import InputError
    from steppe.evidence.show import describe

    name = (questions.numbered(name, config_dir) or name) if name[:1] in ("H", "h") else name
    group, slash, rest = name.partition("/")
    for kind, folder in _GROUPS.items():
        wanted = rest if slash and group in (kind, folder) else name
        found = next((row for row in _options(folder, config_dir) if row["id"] == wanted), None)
        if found is not None:
            return _option(kind, folder, found, config_dir)
    for row in (*_mechanisms(), *_interventions(), *common.measures()):
        if row["id"] == name:
            return {"kind": "measure", **row}
    reading = _reading(name.removeprefix("readings/"), config_dir) or _pattern(name, config_dir)
    if reading is not None:
        return reading
    try:
        return describe(common.evidence_of(world, config_dir), name)
    except InputError as error:
        options = [row["id"] for folder in _GROUPS.values() for row in _options(folder, config_dir)]
        options += [row["id"] for row in _readings(config_dir)]
        known = error.accepted if isinstance(error.accepted, list) else []
        error.nearest = nearest(name, [*options, *known])
        error.file, error.key = "command line", "ID"
        error.accepted = "an id of `steppe list " + "|".join(kinds()) + "`"
        raise


def listed(kind: str, rows: list[dict[str, Any]]) -> str:
    """Rows of `listing` as text: scenarios in full, other things one line each."""
    if kind in ("scenarios", "variants"):
        from steppe.report.answer import scenarios_text

        return scenarios_text(rows)
    from steppe.evidence.render import render_list

    return render_list(rows)


def rendered(data: dict[str, Any]) -> str:
    """The same as text: an entity of the evidence in full, a file of the config as it stands."""
    if "text" not in data and data["kind"] not in ("mechanism", "intervention", "measure"):
        from steppe.evidence.render import render

        return render(data)
    lines = [f"{data['id']}  ({data['kind']})"]
    lines += [f"  {key}: {value}" for key, value in data.items() if key not in _UNPRINTED]
    if "text" in data:
        lines += ["", *(f"  {line}" for line in str(data["text"]).splitlines())]
    if data["kind"] == "world":
        from steppe.report.terminal import table

        for part, columns in _WORLD_COLUMNS.items():
            if data["content"][part]:
                lines += ["", part, table(data["content"][part], columns)]
    return "\n".join(lines)


def _options(group: str, config_dir: str | None) -> list[dict[str, Any]]:
    """The options of a config group: what their files say of themselves."""
    from steppe.config.compose import options
    from steppe.evidence.read import read_yaml

    rows = []
    for name, file in options(group, config_dir).items():
        data = read_yaml(file) or {}
        data = {**data, **(data.get("study") or {})}
        row = {key: data[key] for key in _SAYS if data.get(key) is not None}
        if not {"title", "question"} & set(row):
            row["about"] = _first_comment(file)
        rows.append({"id": name, **row, "file": shown(file)})
    return rows


def _scenarios(kind: str, config_dir: str | None) -> list[dict[str, Any]]:
    """The questions of the documents by number, then the user's own; or what stands beside them: baselines,
    counterfactuals, single levers."""
    rows = []
    for name, data in questions.scenarios(config_dir).items():
        asked = data.get("status") is not None
        if asked == (kind == "scenarios"):
            number = str((data.get("inventory") or [""])[0])
            said = {
                key: " ".join(str(data[key]).split()) for key in _OF_SCENARIOS if data.get(key) is not None
            }
            more = {"inventory": number} if asked else {}
            rows.append({"id": name, **more, **said, "file": shown(data["file"])})
    return sorted(rows, key=lambda row: (row.get("inventory") or "", row["id"]))


def _option(kind: str, group: str, row: dict[str, Any], config_dir: str | None) -> dict[str, Any]:
    """One option in full; a world is built, a study shows its page."""
    from steppe.evidence.read import read_yaml

    file = Path(row["file"])
    out = {"id": row["id"], "kind": kind.removesuffix("s"), "file": row["file"]}
    if group == "world":
        from steppe.world.describe import describe

        world = common.built(common.composed([f"world={row['id']}"], config_dir))
        content: Any = describe(world, common.evidence_of(row["id"], config_dir))
    else:
        content = read_yaml(file)
    page = file.parent / "README.md" if group == "experiments" else file
    text = (page if page.is_file() else file).read_text(encoding="utf-8")
    return {**out, "content": content, "text": text}


def _mechanisms() -> list[dict[str, Any]]:
    """The switches, with the comment that stands beside each in the default file."""
    from steppe.config.compose import options

    rows = []
    for line in options("mechanisms")["default"].read_text(encoding="utf-8").splitlines():
        name, colon, rest = line.partition(":")
        if colon and not line.startswith("#"):
            rows.append({"id": name, "kind": "mechanism", "says": rest.partition("#")[2].strip()})
    return rows


def _interventions() -> list[dict[str, Any]]:
    """The kinds of intervention with their fields."""
    from steppe.config.interventions import KINDS

    return [
        {
            "id": kind,
            "kind": "intervention",
            "says": " ".join((model.__doc__ or "").split()),
            "fields": [
                one.alias or name
                for name, one in model.model_fields.items()
                if name not in ("kind", "date", "note")
            ],
        }
        for kind, model in KINDS.items()
    ]


def _readings(config_dir: str | None) -> list[dict[str, Any]]:
    """Every answer to every question that the documents leave open; the one that a run takes unasked is first."""
    from steppe.config.compose import search_path
    from steppe.config.readings import defaults, questions, read_reading

    folders = search_path(config_dir)
    standard = defaults(folders)
    rows = []
    for question, options in questions(folders).items():
        for option, file in sorted(options.items(), key=lambda one: one[0] != standard.get(question)):
            row = {"id": f"{question}/{option}", "default": option == standard.get(question)}
            reading = read_reading(file).model_dump(mode="json")
            rows.append({**row, **reading, "file": shown(file)})
    return rows


def _reading(name: str, config_dir: str | None) -> dict[str, Any] | None:
    """One answer with its file, or a question with all its answers."""
    rows = _readings(config_dir)
    for row in rows:
        if row["id"] == name:
            return {"kind": "reading", **row, "text": Path(row["file"]).read_text(encoding="utf-8")}
    answers = [row for row in rows if row["id"].partition("/")[0] == name]
    if not answers:
        return None
    text = "\n".join(f"readings.{name}={_answer(row)}" for row in answers)
    return {"id": name, "kind": "question", "content": answers, "text": text}


def _pattern(name: str, config_dir: str | None) -> dict[str, Any] | None:
    """A pattern with what is expected, and without what it should go."""
    found = next((one for one in common.patterns(config_dir) if one["id"] == name), None)
    if found is None:
        return None
    lines = [found["statement"], "", *(f"expects that {test['says']}" for test in found["tests"])]
    lines += [f"should go without {one['says']}" for one in found["without"]]
    lines += [f"by construction: {found['by_construction']}"] if found["by_construction"] else []
    lines += [
        "",
        "sources: " + ", ".join((*found["source"], *found["claims"])),
        f"test it: steppe patterns --only {name}",
    ]
    return {"id": name, "kind": "pattern", "content": found, "text": "\n".join(lines)}


def _answer(row: dict[str, Any]) -> str:
    unasked = " (unless the run says otherwise)" if row["default"] else ""
    return f"{row['id'].partition('/')[2]}{unasked}: {row['says']}"


def _first_comment(file: Path) -> str | None:
    first = file.read_text(encoding="utf-8").partition("\n")[0]
    return first.lstrip("# ").strip() if first.startswith("#") and "@" not in first else None
