"""What a world's stages and gates bring about, checked as interventions are and written as records."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from pydantic import ValidationError

from steppe.config.interventions import BODY_FIELDS, BY_SCENARIO_ONLY, KINDS, states_of
from steppe.config.schema import Mechanisms
from steppe.errors import InputError, from_validation, input_error
from steppe.mechanisms.furnish import check_room
from steppe.mechanisms.parameters import PARAMETERS
from steppe.mechanisms.records import CONSEQUENCE, TRIGGERS
from steppe.simulation.plan import rows_of
from steppe.world.agenda import TRIGGERS as CODED_TRIGGERS
from steppe.world.agenda import Agenda, Consequence
from steppe.world.arrays import World
from steppe.world.names import check_named, names_of

assert TRIGGERS == CODED_TRIGGERS

Array = np.ndarray[Any, Any]


def parsed(kind: Any, data: Mapping[str, Any], accepted: Iterable[str] = KINDS, key: str = "") -> Any:
    """An intervention from its fields. Raises InputError with the nearest name; key : where it is written."""
    known = tuple(accepted)
    if kind not in known:
        where = f"{key}.kind" if key else "kind"
        raise input_error(f"no intervention {kind!r}", key=where, value=kind, accepted=known)
    try:
        return KINDS[kind].model_validate(data)
    except ValidationError as error:
        raise from_validation(error, model=KINDS[kind], data=data, prefix=key or kind) from None


def named_in(one: Any, world: World, prefix: str = "") -> Any:
    """The intervention itself, if all that it names is there. Raises InputError; prefix : key of the intervention."""
    pair = [name for path, name in states_of(one) if not path.startswith("members")]
    for _, name in states_of(one):
        world.state_index(name)
    if len(pair) == 2 and pair[0] == pair[1]:
        raise InputError("two different states are needed", key=one.kind, value=pair[0])
    for field in BODY_FIELDS:
        if getattr(one, field, None) is not None:
            world.organisation_index(getattr(one, field))
    if one.kind == "incompatible" and one.other == one.organisation:
        raise InputError("two different organisations are needed", key=one.kind, value=one.other)
    for field, names in (("parameter", PARAMETERS), ("mechanism", tuple(Mechanisms.model_fields))):
        given = getattr(one, field, None)
        if given is not None and given not in names:
            raise input_error(f"no {field} {given!r}", key=field, value=given, accepted=names)
    check_named(one, names_of(world.network, world.agenda), world.name, prefix)
    return one


def consequence_records(world: World) -> Array:
    """CONSEQUENCE records of everything that a stage or a gate brings about, in the order written.

    Raises InputError for a kind that only a scenario may order, for an unknown name, and where there is no room.
    """
    allowed = [kind for kind in KINDS if kind not in BY_SCENARIO_ONLY]
    rows = []
    for one in world.agenda.consequences:
        where = _where(one, world.agenda)
        data = {**one.intervention, "date": world.start}
        act = named_in(parsed(one.intervention.get("kind"), data, allowed, where), world, where)
        trigger = TRIGGERS.index(one.trigger)
        for kind, *numbers in rows_of(act.model_dump(by_alias=True), world):
            rows.append((trigger, one.subject, one.stage, kind, *numbers))
    check_room(world, len(rows))
    return np.array(rows, dtype=CONSEQUENCE) if rows else np.zeros(0, CONSEQUENCE)


def _where(one: Consequence, agenda: Agenda) -> str:
    """The key under which a consequence is coded."""
    if one.trigger == "stage":
        return f"{agenda.processes[one.subject]}.{agenda.stages[one.subject][one.stage]}.effects"
    return f"{agenda.gates[one.subject]}.{'on_pass' if one.trigger == 'passed' else 'on_fail'}"
