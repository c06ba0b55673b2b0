"""What stages and gates bring about, as far as the config knows: kinds of intervention and their fields."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from steppe.config.interventions import BY_SCENARIO_ONLY, KINDS
from steppe.errors import from_validation, key_path
from steppe.evidence import Evidence
from steppe.evidence.structures import Effect, Part
from steppe.evidence.values import Fault

ANY_DAY = "2000-01-01"  # an effect has no date of its own


def effect_faults(evidence: Evidence) -> Iterator[Fault]:
    """Effects that are no interventions: an unknown kind, an unknown or missing field, a value out of bounds.

    Whether what they name exists is checked with the evidence itself.
    """
    for stage in evidence.stages.values():
        yield from _faults(stage, "effects", stage.facts.effects)
    for gate in evidence.gates.values():
        yield from _faults(gate, "on_pass", gate.facts.on_pass)
        yield from _faults(gate, "on_fail", gate.facts.on_fail)


def _faults(part: Part[Any], field: str, effects: tuple[Effect, ...]) -> Iterator[Fault]:
    accepted = [kind for kind in KINDS if kind not in BY_SCENARIO_ONLY]
    for n, effect in enumerate(effects):
        key = key_path(part.key, field, n)
        kind = effect["kind"]
        if kind not in accepted:
            yield Fault("effect", part.file, f"{key}.kind", f"no effect {kind!r}", kind, accepted)
            continue
        data = {**effect, "date": ANY_DAY}
        try:
            KINDS[kind].model_validate(data)
        except ValidationError as error:
            found = from_validation(error, model=KINDS[kind], data=data, prefix=key)
            fields, value = found.accepted, found.value
            if isinstance(fields, list):
                fields = [name for name in fields if name != "date"]
            if "unknown key" in found.message:  # so that the nearest name is that of a key
                value = str(found.key).rpartition(".")[2]
            yield Fault("effect", part.file, found.key or key, found.message, value, fields)
