"""A design in a config: which scenarios it names, what it may not set because the run does, and how large it is."""

from __future__ import annotations

import csv
import math
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from steppe.config.design import MAX_POINTS, DesignSpec, FactorSpec, Value
from steppe.config.factors import Settable, is_pattern, matches, resolved, settable
from steppe.config.origin import Origin
from steppe.config.readings import questions, read_reading
from steppe.config.scales import Factor, checked, level_count
from steppe.config.schema import RunConfig
from steppe.errors import InputError, input_error
from steppe.evidence import Evidence
from steppe.paths import shown

MAX_NUMBERS = 100_000_000  # points times factors: about 3 GB
ID = "id"  # the column of a table that is no factor


def with_file(data: Any, origin: Origin) -> Any:
    """The design with its table as an absolute path: beside the file that names it, or where the command line is given."""
    if not isinstance(data, dict) or not isinstance(data.get("file"), str):
        return data
    near = [] if "design.file" in origin.given else [origin.study, origin.files.get("design")]
    beside = next((file.parent for file in near if file is not None), Path())
    return {**data, "file": str((beside / Path(data["file"]).expanduser()).resolve())}


def cells_of(file: Path) -> Iterator[tuple[int, list[str]]]:
    """(line, cells) of a table, its header first. Raises InputError for no file, no header and a row of another length."""
    width = 0
    if not file.is_file():
        raise InputError("no such file", key="design.file", value=shown(file), accepted="a table, .csv")
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            reader = csv.reader(text, strict=True)
            for cells in (row for row in reader if row):
                if width and len(cells) != width:
                    message = f"a row has {len(cells)} cells instead of {width}"
                    raise InputError(message, file=shown(file), value=",".join(cells), line=reader.line_num)
                yield reader.line_num, cells if width else [name.strip() for name in cells]
                width = len(cells)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"cannot read the table: {error}", file=shown(file)) from None
    if not width:
        raise InputError("the table is empty", file=shown(file), accepted="a header that names the factors")


def columns_of(spec: DesignSpec) -> tuple[str, ...] | None:
    """The names that the points of a list or a table set; None for the other kinds."""
    if spec.kind == "csv":
        return tuple(name for name in next(cells_of(Path(str(spec.file))))[1] if name != ID)
    return tuple(spec.rows[0]) if spec.kind == "list" else None


def factors_of(spec: DesignSpec, known: Settable) -> tuple[Factor, ...]:
    """The factors of a design. Raises InputError, for the columns of a table with its file."""
    columns = columns_of(spec)
    try:
        return resolved(spec, known, columns)
    except InputError as error:
        name = error.value
        if spec.kind == "csv" and name in (columns or ()) and name not in spec.factors:
            error.file, error.line, error.key = shown(str(spec.file)), 1, "header"
        raise


def scenarios_named(spec: DesignSpec) -> tuple[str, list[str]]:
    """The key under which a design names scenarios, and the names, each once; none where it leaves them to the run."""
    factor = spec.factors.get("scenario")
    if factor is not None and (factor.values or factor.value is not None):
        return "design.factors.scenario", _once([*factor.values, factor.value])
    if spec.kind == "csv":
        rows = cells_of(Path(str(spec.file)))
        header = next(rows)[1]
        place = header.index("scenario") if "scenario" in header else None
        return "design.file", [] if place is None else _once(cells[place].strip() for _, cells in rows)
    return "design.rows", _once(row.get("scenario") for row in spec.rows)


def _once(names: Iterable[object]) -> list[str]:
    return [str(name) for name in dict.fromkeys(names) if name not in (None, "")]


def settled(
    spec: DesignSpec, config: RunConfig, evidence: Evidence, origin: Origin, own: Collection[str]
) -> DesignSpec:
    """The design of a run, checked: with the options of its readings, and without what the run sets itself.

    own : parameters that the run gives a value, readings aside

    Raises InputError for a factor that the run or a scenario sets too, or that does not exist, and for too many points.
    """
    known = settable(evidence, config, {name: tuple(one) for name, one in questions(origin.folders).items()})
    columns = columns_of(spec)
    taken = dict(_taken(spec, known, origin, own, columns))
    for name in (*spec.factors, *(columns or ())):
        if name in taken:
            raise input_error(
                f"{name} is a factor of the design, and {taken[name]} sets it too",
                key=f"design.factors.{name}",
                value=name,
                accepted="one of the two",
            )
    left = {name for name in taken if matches(name, filter(is_pattern, spec.factors))}
    spec = _with_options(
        spec.model_copy(update={"without": tuple(dict.fromkeys([*spec.without, *sorted(left)]))}), known
    )
    factors = factors_of(spec, known)
    if spec.kind == "list":
        checked_rows(spec, factors)
    if spec.kind != "csv":
        check_size(spec, factors, size_of(spec, factors))
    return spec


def _taken(
    spec: DesignSpec, known: Settable, origin: Origin, own: Collection[str], columns: Sequence[str] | None
) -> Iterator[tuple[str, str]]:
    """(name, who sets it) of everything that has a value already and keeps it."""
    yield from ((f"parameters.{name}", "the run") for name in own)
    for head in ("mechanisms", "readings"):
        whole = head in origin.given and head == "readings"
        yield from ((name, "the run") for name in known.names(head) if whole or origin.sets(name))
    if "scenario" in origin.given and ("scenario" in spec.factors and spec.factors["scenario"].values):
        yield "scenario", "the command line"
    for scenario in known.config.scenarios:
        yield from _set_by(scenario, f"scenario {scenario.name}")
    for name in {*spec.factors, *(columns or ())}:
        head, _, question = name.partition(".")
        if head != "readings":
            continue
        for file in questions(origin.folders).get(question, {}).values():
            yield from _set_by(read_reading(file), f"an option of {name}, which is a factor too,")


def _set_by(one: Any, who: str) -> Iterator[tuple[str, str]]:
    """The parameters and switches of a scenario or a reading."""
    yield from ((f"parameters.{name}", who) for name in one.parameters)
    yield from ((f"mechanisms.{name}", who) for name in one.mechanisms)


def _with_options(spec: DesignSpec, known: Settable) -> DesignSpec:
    """The design with what its readings can be, so that it does not hang on the folders of this command line."""
    out: dict[str, FactorSpec] = {}
    for name, one in spec.factors.items():
        if not is_pattern(name) or not name.startswith("readings."):
            out[name] = one
            continue
        asked = (each for each in known.names("readings") if matches(each, [name]))
        out |= {each: one for each in asked if each not in spec.factors and not matches(each, spec.without)}
    for name, one in out.items():
        if name.startswith("readings.") and not one.values and one.role != "constant":
            options = known.readings.get(name.partition(".")[2], ())
            out[name] = one.model_copy(update={"values": tuple(options)})
    return spec.model_copy(update={"factors": out})


def checked_rows(spec: DesignSpec, factors: Sequence[Factor]) -> list[tuple[Value, ...]]:
    """The points of a list, each with a value for every factor. Raises InputError for one that lacks or adds a name."""
    out = []
    names = [factor.name for factor in factors]
    constant = {factor.name for factor in factors if not factor.varied}
    for n, row in enumerate(spec.rows):
        key = f"design.rows[{n}]"
        extra = next((name for name in row if name not in names), None)
        if extra is not None:
            message = "the point sets a factor that the first one does not"
            raise input_error(message, key=key, value=extra, accepted=names)
        lacking = next((name for name in names if name not in row and name not in constant), None)
        if lacking is not None:
            raise InputError(
                f"the point does not set {lacking}", key=key, accepted="all factors in all points"
            )
        out.append(tuple(in_place(one, row.get(one.name, one.value), f"{key}.{one.name}") for one in factors))
    return out


def in_place(factor: Factor, given: object, key: str) -> Value:
    """A value of a point: one that the evidence supports; of a constant its own."""
    value = checked(factor, given, key)
    if not factor.varied and value != factor.value:
        raise InputError(f"{factor.name} is a constant", key=key, value=value, accepted=str(factor.value))
    return value


def size_of(spec: DesignSpec, factors: Sequence[Factor]) -> int:
    """Number of points in closed form, before any is made; a kind that keeps a repeated point once may end with fewer.

    Raises InputError where the values of a zip differ in number.
    """
    varied = [factor for factor in factors if factor.varied]
    k, n = len(varied), spec.points or 0
    if spec.kind == "grid":
        return math.prod(level_count(one, spec.levels or 0) for one in varied)
    if spec.kind == "one_at_a_time":
        return 1 + sum(level_count(one, spec.levels or 0) for one in varied)
    if spec.kind == "saltelli":
        return n * (2 * k + 2 if spec.second_order else k + 2)
    if spec.kind == "morris":
        return (spec.optimal or spec.trajectories or 0) * (k + 1)
    if spec.kind == "zip":
        return _zipped(varied)
    return len(spec.rows) if spec.kind == "list" else n


def _zipped(varied: Sequence[Factor]) -> int:
    for one in varied:
        if not one.values:
            message = f"{one.name} has a range; a zip goes through values"
            raise InputError(message, key=f"design.factors.{one.name}", accepted="values: […]")
    lengths = {one.name: len(one.values) for one in varied}
    if len(set(lengths.values())) > 1:
        said = ", ".join(f"{name} {count}" for name, count in lengths.items())
        raise InputError(
            "the factors of a zip have unlike numbers of values",
            key="design.factors",
            value=said,
            accepted="as many values for each, or kind: grid for every combination",
        )
    return next(iter(lengths.values()))


def check_size(spec: DesignSpec, factors: Sequence[Factor], count: int) -> None:
    """Raise InputError for a design that is too large to be held."""
    most = min(MAX_POINTS, MAX_NUMBERS // len(factors))
    if count > most:
        raise InputError(
            f"the design would have {count:,} points of {len(factors):,} factors",
            key="design" if spec.kind != "grid" else "design.factors",
            value=count,
            accepted=f"at most {most:,} points",
        )
