"""The answer that a run gives to the question of a scenario, as plain data: what was asked and by whom, what was changed,
what came out against the counterfactual, and what it rests on. The words are in `report.answer`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from steppe.analysis.baselines import with_baselines
from steppe.analysis.comparison import Arm, differences
from steppe.analysis.intervals import LEVEL
from steppe.analysis.measures import date_of
from steppe.analysis.verdicts import judged, leaves_out_zero
from steppe.config.outcomes import is_given
from steppe.config.schema import RunConfig, Scenario
from steppe.errors import InputError
from steppe.evidence import Evidence
from steppe.evidence.rows import claim_reference
from steppe.results.indicators import TIMES, chosen
from steppe.results.query import Run
from steppe.world.arrays import World
from steppe.world.provenance import basis_counts

ELSEWHERE = 6  # further differences that an answer tells
PER_MEASURE = 2


def answer(
    run: Run,
    config: RunConfig,
    evidence: Evidence,
    world: World,
    scenario: str,
    reference: str,
    year: int | None = None,
) -> dict[str, Any]:
    """The answer to a scenario's question, in a run that holds it and what it is compared with.

    config, evidence, world : those of the run;  year : of the outcomes, the last if None
    Raises InputError for outcomes, scenarios or years that the run does not have.
    """
    one, other = (_scenario(config, name) for name in (scenario, reference))
    year = run.years[-1] if year is None else year
    arms = Arm(run, reference), Arm(run, scenario)
    return {
        "scenario": scenario,
        "number": next(iter(one.inventory), None),
        "status": one.status,
        "question": one.question,
        "prediction": one.prediction,
        "documents": documents(evidence, one.claims),
        "claims": [claim_reference(evidence, name) for name in one.claims],
        "levers": list(one.levers),
        **changed(one),
        "counterfactual": {"scenario": reference, "question": other.question, **changed(other)},
        "year": year,
        "date": date_of(run, year),
        "replicates": len(run.replicates(scenario)),
        "draws": run.draws,
        "level": LEVEL,
        "outcomes": with_baselines(run, scenario, outcome_rows(*arms, one, year), evidence),
        "elsewhere": _elsewhere(*arms, one, year),
        "rests_on": rests_on(evidence, world, config, one),
        "ids": names_of(evidence, [*_ids(one), *_ids(other)]),
    }


def outcome_rows(reference: Arm, alternative: Arm, scenario: Scenario, year: int) -> list[dict[str, Any]]:
    """The outcomes of a scenario in its order: rows of `Difference.as_dict` with the interval of the reference beside that
    of the alternative, and the verdict in `outcome`. All three are of the replicates in which both are defined.
    """
    if not scenario.outcomes:
        return []
    measures = list(dict.fromkeys(one.measure for one in scenario.outcomes))
    forth, back = (
        {(row.measure, row.entity): row.as_dict() for row in differences(a, b, measures, [year])}
        for a, b in ((reference, alternative), (alternative, reference))
    )
    rows = []
    for place, one in enumerate(scenario.outcomes):
        key = (one.measure, one.of)
        if key not in forth:
            raise InputError(
                f"the run has no {one.measure} of {one.of}", key="scenario.outcomes", value=one.of
            )
        bounds = {f"reference_{end}": back[key][f"alternative_{end}"] for end in ("low", "high")}
        asked = {**one.model_dump(mode="json"), "given": is_given(scenario, one)}
        rows.append({**forth[key], **bounds, "outcome": judged(forth[key], asked, place)})
    return rows


def documents(evidence: Evidence, claims: Iterable[str]) -> list[dict[str, Any]]:
    """Where claims were read: per document its author, title and place, and the paragraphs, in the order of the claims."""
    found: dict[str, dict[str, Any]] = {}
    for name in claims:
        claim = evidence.claims[name]
        document = evidence.documents[claim.document]
        entry = found.setdefault(
            document.id,
            {
                "id": document.id,
                **{key: getattr(document, key) for key in ("author", "title", "outlet", "published", "kind")},
                "paragraphs": [],
                "claims": [],
            },
        )
        entry["paragraphs"] = sorted({*entry["paragraphs"], *claim.paragraphs})
        entry["claims"].append(name)
    return list(found.values())


def rests_on(evidence: Evidence, world: World, config: RunConfig, scenario: Scenario) -> dict[str, Any]:
    """How many of the values that enter rest on documents, public sources or assumptions.

    values : of the world, by basis; `uncoded` are the codebook's defaults where nobody coded anything
    parameters : of the rules, by basis;  set : those to which run or scenario give another value
    """
    own = {**config.parameters, **scenario.parameters}
    bases = Counter(one.basis for name, one in evidence.parameters.items() if name not in own)
    return {
        "values": basis_counts(evidence, world),
        "parameters": dict(sorted(bases.items())),
        "set": own,
        "drawn": config.ensemble.parameters != "central",
    }


def names_of(evidence: Evidence, ids: Iterable[str]) -> dict[str, str]:
    """id → name of what is not a state, for those that have a name."""

    def place(actor: str) -> str:
        known = evidence.actors.get(actor)
        return (known and known.name) or f"the rest of the {actor}"

    demands = {
        name: f"{part.facts.commodity}, {place(part.facts.origin)} to {place(part.facts.destination)}"
        for name, part in evidence.demands.items()
    }
    known: dict[str, str | None] = {
        **demands,
        **{name: one.name for name, one in evidence.organisations.items()},
        **{name: one.name for name, one in evidence.systems.items() if name not in evidence.organisations},
        **{
            name: part.facts.name
            for part_of in ("segments", "gates", "instruments", "corridors", "processes")
            for name, part in getattr(evidence, part_of).items()
        },
    }
    return {name: found for name in dict.fromkeys(ids) if (found := known.get(name))}


def _ids(scenario: Scenario) -> Iterator[str]:
    """Everything that outcomes and interventions of a scenario name."""
    for outcome in scenario.outcomes:
        yield from outcome.of.split("/")
    for one in scenario.interventions:
        yield from (value for value in one.model_dump().values() if isinstance(value, str))


def largest(rows: Iterable[Mapping[str, Any]], top: int, per_measure: int) -> list[Mapping[str, Any]]:
    """The rows of differences that weigh most for their measure and whose interval leaves out zero."""
    sure = [
        (abs(row["difference"]) / chosen([row["measure"]])[0].scale, row)
        for row in rows
        if leaves_out_zero(row)
    ]
    told: list[Mapping[str, Any]] = []
    for _, row in sorted(sure, key=lambda pair: (-pair[0], pair[1]["measure"], pair[1]["entity"])):
        if len(told) < top and sum(other["measure"] == row["measure"] for other in told) < per_measure:
            told.append(row)
    return told


def _elsewhere(reference: Arm, alternative: Arm, scenario: Scenario, year: int) -> list[Mapping[str, Any]]:
    """What differs most besides the outcomes that were asked for."""
    asked = {(one.measure, one.of) for one in scenario.outcomes}
    rows = (row.as_dict() for row in differences(reference, alternative, None, [year]))
    others = (
        row for row in rows if (row["measure"], row["entity"]) not in asked and row["measure"] not in TIMES
    )
    return largest(others, ELSEWHERE, PER_MEASURE)


def changed(scenario: Scenario) -> dict[str, Any]:
    """What a scenario does, in plain data: interventions, parameters, mechanisms."""
    return {
        "interventions": [
            one.model_dump(mode="json", by_alias=True, exclude_none=True) for one in scenario.interventions
        ],
        "parameters": dict(scenario.parameters),
        "mechanisms": dict(scenario.mechanisms),
    }


def _scenario(config: RunConfig, name: str) -> Scenario:
    return next(one for one in config.scenarios if one.name == name)


def counts(answers: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """How many outcomes of several answers have each verdict."""
    return dict(Counter(row["outcome"]["verdict"] for one in answers for row in one["outcomes"]))
