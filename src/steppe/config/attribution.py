"""The switches of an attribution as they are written, and the design that puts every combination of them to the model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from steppe.config.design import DesignSpec, Value
from steppe.config.factors import Settable, settable
from steppe.config.schema import Mechanisms, RunConfig
from steppe.errors import InputError, input_error
from steppe.evidence import Evidence
from steppe.world.spec import WorldSpec

MOST = 8  # switches: 256 combinations
KEY = "--switch"
FORMS = (
    "mechanisms.NAME, interventions.N or interventions.KIND (or interventions, all of them), without.STATE or without.SYSTEM, "
    "parameters.ID=VALUE; several with + between them are one switch"
)


@dataclass(frozen=True)
class Switch:
    """What is turned on and off together: factor of a design → its value."""

    on: Mapping[str, Value]
    off: Mapping[str, Value]


def switches(texts: Sequence[str], config: RunConfig, evidence: Evidence) -> list[Switch]:
    """Switches as written, such as ``mechanisms.pressure``, ``without.KAZ``, ``interventions.apply + parameters.x.y=0``.

    Of an attribution of one scenario; interventions are numbered by date from 1.  Raises InputError with the nearest name.
    """
    if not texts:
        raise InputError("what is to be taken away?", key=KEY, accepted=FORMS)
    if len(texts) > MOST:
        raise InputError(
            f"{len(texts)} switches have {2 ** len(texts):,} combinations",
            key=KEY,
            value=len(texts),
            accepted=f"at most {MOST} ({2**MOST} combinations); several with + between them are one switch",
        )
    known = settable(evidence, config)
    found = []
    seen: dict[str, str] = {}
    for text in texts:
        on: dict[str, Value] = {}
        off: dict[str, Value] = {}
        for part in (one.strip() for one in text.split("+")):
            for name, (present, absent) in _factors(part, known):
                if name in seen:
                    raise InputError(f"{name} is in two switches", key=KEY, value=text, accepted="each once")
                seen[name], on[name], off[name] = text, present, absent
        found.append(Switch(on, off))
    _check_left(found, config)
    return found


def _check_left(found: Sequence[Switch], config: RunConfig) -> None:
    """Raise InputError where the world with everything off would have too few states or poles."""
    gone = [name.partition(".")[2] for one in found for name in one.off if name.startswith("without.")]
    try:
        WorldSpec.model_validate({**config.world.model_dump(), "without": (*config.world.without, *gone)})
    except InputError as error:
        error.key = KEY
        raise


def design_of(found: Sequence[Switch], outcomes: Iterable[str] = ()) -> DesignSpec:
    """The list of all combinations, the one with everything on first.  outcomes : texts; none, those of the scenario"""
    rows = []
    for number in range(2 ** len(found)):
        row: dict[str, Value] = {}
        for place, one in enumerate(found):
            row |= one.off if number >> place & 1 else one.on
        rows.append(row)
    return DesignSpec.model_validate({"kind": "list", "rows": rows, "outcomes": list(outcomes)})


def _factors(part: str, known: Settable) -> list[tuple[str, tuple[Value, Value]]]:
    """(name, (on, off)) of each factor that a part of a switch turns."""
    name, given, value = (word.strip() for word in part.partition("="))
    head, _, rest = name.partition(".")
    if head == "parameters":
        return [(name, _parameter(rest, value if given else None, known))]
    if given:
        raise InputError("only a parameter is switched to a value", key=KEY, value=part, accepted=FORMS)
    if head == "interventions":
        return [(f"interventions.{number}", (True, False)) for number in _interventions(rest, part, known)]
    if head == "mechanisms" and rest in Mechanisms.model_fields:
        if not getattr(known.config.mechanisms, rest):
            raise InputError(
                f"{rest} is off in the run already", key=KEY, value=part, accepted="one that is on"
            )
        return [(name, (True, False))]
    if head == "without" and rest in known.removable:
        return [(name, (False, True))]
    if head in ("mechanisms", "without"):
        raise input_error(f"no switch {part!r}", key=KEY, value=part, accepted=known.names(head))
    raise InputError(f"no switch {part!r}", key=KEY, value=part, accepted=FORMS)


def _interventions(which: str, part: str, known: Settable) -> list[str]:
    """Numbers of interventions, by number or kind; all of them where nothing is said."""
    (scenario,) = known.config.scenarios
    acts: Sequence[Any] = scenario.interventions
    kinds = [one.kind for one in acts]
    numbers = [str(number) for number, kind in enumerate(kinds, 1) if which in ("", str(number), kind)]
    if not numbers:
        accepted = [
            *(f"interventions.{n}" for n in range(1, len(acts) + 1)),
            *(f"interventions.{k}" for k in kinds),
        ]
        raise input_error(
            f"{scenario.name} has no such intervention",
            key=KEY,
            value=part,
            accepted=list(dict.fromkeys(accepted)) or "none: the scenario has no interventions",
        )
    return numbers


def _parameter(name: str, value: str | None, known: Settable) -> tuple[Value, Value]:
    coded = known.evidence.parameters.get(name)
    if coded is None:
        raise input_error(
            f"no parameter {name!r}", key=KEY, value=f"parameters.{name}", accepted=known.names("parameters")
        )
    low, high = coded.range
    now = float({**known.removed, **known.config.parameters}.get(name, coded.value))
    accepted = f"parameters.{name}=VALUE, {low:g} to {high:g} [{coded.unit}], other than {now:g}"
    try:
        off = float(value) if value is not None else None
    except ValueError:
        off = None
    if off is None or off == now or not low <= off <= high:
        raise InputError("to which value is the parameter switched?", key=KEY, value=value, accepted=accepted)
    return now, off
