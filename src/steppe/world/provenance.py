"""From a cell of a world back to the coded values that it was made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import product

from steppe.errors import InputError, input_error
from steppe.evidence import CodedValue, Evidence
from steppe.evidence.schema import StatusEvent
from steppe.world.arrays import World, array_specs
from steppe.world.build import coding_date
from steppe.world.provenance_structures import (
    STRUCTURES,
    all_structure_values,
    instrument_values,
    structure_values,
)

Origin = CodedValue | StatusEvent

STATE_VARIABLES = {
    "gdp": ("gdp",),
    "population": ("population",),
    "military": ("military_spending",),
    "capability": ("gdp", "population", "military_spending"),
    "salience": ("salience",),
    "autonomy": ("autonomy",),
    "nonstate_threat": ("nonstate_threat",),
    "approval": ("approval",),
    "continuity": ("continuity",),
}
PAIR_VARIABLES = {
    "affinity_structural": (
        "agreement",
        "religion",
        "language",
        "contiguity",
        "post_soviet",
        "rivalry",
        "affinity_shift",
    ),
    "conflict": ("conflict",),
    "tie": ("security_tie",),
    "transit": ("transit",),
}
BODY_VARIABLES = {
    "depth": "depth",
    "rule": "rule",
    "scope": "scope",
    "founder": "founders",
    "eligible": "eligible",
    "incompatible": "incompatible",
}
FACTS = (
    "alive",
    "instrument",
    "anchored",
)  # read from the facts of an organisation's file, not from a coded value
WITHOUT = (*FACTS, "pole_index", "state_key", "organisation_key")
REST_OF_WORLD = "rest of the world"


def provenance(evidence: Evidence, world: World, array: str, *entities: str) -> tuple[Origin, ...]:
    """The coded values behind one cell, or one row of an array that is coded by rows.

    array : an array of `World`, or of its network or agenda: ``"network.capacity", "tengiz-novorossiysk"``,
        ``"agenda.support", "armenia_azerbaijan", "ARM"``, see `provenance_structures`
    entities : the ids that the cell belongs to, in the order of its axes: ``"salience", "KAZ"``,
        ``"threat", "GEO", "RUS"``, ``"status", "UZB", "EAEU"``; the last column of `share0` is REST_OF_WORLD
    A status comes from one entry of the chronicle, or from none where the state never had one. For a share of
    the whole (capability), the values of the state itself. Arrays in WITHOUT are facts of a file or computed
    from names: empty. Raises InputError with the nearest name.
    """
    if array.partition(".")[0] in STRUCTURES:
        return structure_values(evidence, world, array, *entities)
    if array not in array_specs():
        raise input_error(f"no array {array!r} in a world", key="array", value=array, accepted=array_specs())
    _check_entities(world, array, entities)
    when = world.start
    if array in WITHOUT:
        return ()
    if array in STATE_VARIABLES:
        own = [evidence.value("actors", entities[0], name, when) for name in STATE_VARIABLES[array]]
        return (*own, *instrument_values(evidence, world, array, *entities))
    if array == "status":
        return _latest(evidence, world, *entities)
    if array in BODY_VARIABLES:
        return tuple(_body_values(evidence, world, array, entities))
    if array == "share0":
        return tuple(_share_values(evidence, world, *entities))
    a, b = entities
    if a == b:
        return ()
    more = instrument_values(evidence, world, array, a, b)
    if array == "cost_shift":
        return more
    if array == "threat":
        coded = evidence.dyads_at("threat", when).get((a, b))
        return (coded if coded is not None else evidence.dyad("rivalry", a, b, when),)
    if array == "proximity":
        border = evidence.dyad("contiguity", a, b, when)
        return (border,) if border.value > 0 else (border, evidence.dyad("distance", a, b, when))
    return (*(evidence.dyad(name, a, b, when) for name in PAIR_VARIABLES[array]), *more)


def origins(evidence: Evidence, world: World) -> dict[tuple[str, ...], Origin]:
    """Every coded value and status event that the world was made of, once, by what identifies it."""
    found: dict[tuple[str, ...], Origin] = {}
    for array in array_specs():
        if array in WITHOUT or array == "capability":  # capability: the same values as its three parts
            continue
        for cell in _cells(world, array):
            for origin in provenance(evidence, world, array, *cell):
                found[_identity(origin)] = origin
    for row in all_structure_values(evidence, world):
        found[_identity(row)] = row
    return found


def basis_counts(evidence: Evidence, world: World) -> dict[str, int]:
    """How many of the world's values rest on documents, public sources or assumptions, or are not coded."""
    counts: Counter[str] = Counter(document=0, public=0, assumed=0, none=0)
    for origin in origins(evidence, world).values():
        uncoded = isinstance(origin, CodedValue) and origin.file == "codebook.yaml"
        counts["uncoded" if uncoded else origin.basis] += 1
    return {name: count for name, count in counts.items() if count}


def _check_entities(world: World, array: str, entities: tuple[str, ...]) -> None:
    """Refuse the wrong number of ids, and ids that the world does not have."""
    axes = [axis for axis in array_specs()[array].shape if axis != "D"]
    if len(entities) != len(axes):
        kinds = {"N": "a state", "R": f"a state or {REST_OF_WORLD!r}", "M": "an organisation", "K": "a pole"}
        raise InputError(
            f"{array} is addressed by {' and '.join(kinds[axis] for axis in axes)}",
            key="entities",
            value=", ".join(entities),
        )
    for axis, entity in zip(axes, entities, strict=True):
        if axis == "M":
            world.organisation_index(entity)
        elif not (axis == "R" and entity == REST_OF_WORLD):
            world.state_index(entity)


def _latest(evidence: Evidence, world: World, state: str, body: str) -> tuple[StatusEvent, ...]:
    """The last entry of the chronicle for a state in a body at the start, "none" included."""
    past = [
        event
        for event in evidence.chronicle
        if event.state == state and event.organisation == body and event.date <= world.start
    ]
    return tuple(past[-1:])


def _body_values(
    evidence: Evidence, world: World, array: str, entities: tuple[str, ...]
) -> Iterator[CodedValue]:
    """Values of the organisation(s) among `entities`, at the date at which each is looked up."""
    bodies = entities if array == "incompatible" else entities[-1:]
    for body in dict.fromkeys(bodies):
        when = coding_date(evidence, body, world.start)
        yield evidence.value("organisations", body, BODY_VARIABLES[array], when)


def _share_values(evidence: Evidence, world: World, state: str, partner: str) -> Iterator[CodedValue]:
    """What a share of spending is made of: total imports and gdp, and for a partner the imports from it."""
    if partner not in (state, REST_OF_WORLD):
        yield evidence.dyad("imports", state, partner, world.start)
    yield evidence.value("actors", state, "imports", world.start)
    yield evidence.value("actors", state, "gdp", world.start)


def _cells(world: World, array: str) -> Iterator[tuple[str, ...]]:
    names = {"N": world.states, "R": (*world.states, REST_OF_WORLD), "M": world.organisations}
    return product(*(names[axis] for axis in array_specs()[array].shape if axis != "D"))


def _identity(origin: Origin) -> tuple[str, ...]:
    if isinstance(origin, StatusEvent):
        return ("chronicle", origin.state, origin.organisation, origin.date.isoformat())
    since = origin.since.isoformat() if origin.since else ""
    return (origin.family, origin.variable, *origin.entity, since)
