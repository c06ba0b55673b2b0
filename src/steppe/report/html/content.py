"""Everything that a page says of a run, gathered; `page` turns it into HTML."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from steppe import paths
from steppe.analysis.answers import changed, documents, largest, names_of
from steppe.analysis.comparison import Comparison, comparisons
from steppe.analysis.distinguished import add_first_years
from steppe.analysis.measures import measure_table
from steppe.config.resolved import load_config
from steppe.config.schema import RunConfig, Scenario, switches
from steppe.evidence import Evidence
from steppe.report.answer import changes, flat, place
from steppe.report.html.citations import citations
from steppe.report.html.grounds import grounds
from steppe.report.html.numbers import Sentence, sentence_text
from steppe.report.html.sentences import answer_sentences, course_sentences, warnings
from steppe.report.interventions import says
from steppe.report.words import importance
from steppe.results.indicators import TIMES
from steppe.results.query import Run
from steppe.simulation.prepared import start
from steppe.simulation.runner import evidence_hash
from steppe.world.arrays import World
from steppe.world.spec import evidence_for

PATTERNS = "patterns_found.json"
BESIDES, PER_MEASURE = 6, 2
FEW = 2  # answers of which a page shows all at once


@dataclass(frozen=True)
class Answer:
    """What a run says to one question.

    reference : what the scenario is compared with, None for a scenario alone
    rows : differences at the last year, all of them;  asked : those that the question names, in its order
    family : how many of the differences can be told from zero, and how that was tested
    """

    scenario: str
    reference: str | None
    question: str
    prediction: str | None
    raised_by: Sequence[str]
    changes: Sequence[str]
    sentences: Sequence[Sentence]
    warnings: Sequence[str] = ()
    rows: Sequence[Mapping[str, Any]] = ()
    asked: Sequence[Mapping[str, Any]] = ()
    family: str = ""


@dataclass(frozen=True)
class Subject:
    """A run with all that is needed to speak of it."""

    run: Run
    config: RunConfig
    evidence: Evidence
    world: World
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def scenarios(self) -> tuple[Scenario, ...]:
        """The scenarios of the run that have replicates, as they are written."""
        return tuple(one for one in self.config.scenarios if len(self.run.replicates(one.name)))

    @property
    def designed(self) -> bool:
        """Whether the run has a design, so that only outcomes are kept."""
        return bool(self.run.manifest.get("design"))

    @cached_property
    def grounds(self) -> dict[str, Any]:
        """What the run rests on, see `grounds`."""
        return grounds(self.evidence, self.world, self.config, [one.name for one in self.config.scenarios])

    @cached_property
    def citations(self) -> list[tuple[str, str]]:
        """(what for, reference) of the methods that the run used."""
        on = {name: any(switches(self.config, one)[name] for one in self.config.scenarios)
              for name in self.config.mechanisms.model_dump()}  # fmt: skip
        return citations(on, self.run.draws is not None, self.designed)

    @cached_property
    def same_evidence(self) -> bool:
        """Whether the evidence that is read here is the one that the run was made from."""
        return self.run.manifest.get("evidence_sha256") in (None, evidence_hash(self.config))


def subject(run: Run) -> Subject:
    """Read what a run was made from. Raises InputError where its config or evidence cannot be read."""
    config = load_config(run.path / "config.yaml")
    evidence = evidence_for(config.world)
    world = start(evidence, config).world
    names = {state: evidence.actors[state].name or state for state in world.states}
    for kind in ("segment", "demand"):
        names |= names_of(evidence, run.entities(kind))
    names |= {name: f"“{words}”" for name, words in names_of(evidence, run.entities("process")).items()}
    names |= {stage: stage.replace("_", " ") for stages in run.stages.values() for stage in stages}
    return Subject(run, config, evidence, world, names)


def answers(about: Subject) -> list[Answer]:
    """One for each scenario that has something to be compared with; else one for each scenario."""
    if about.designed:
        return []
    run = about.run
    if len(about.scenarios) < 2:
        return [_alone(about, one) for one in about.scenarios]
    found = []
    for one in comparisons([run]):
        add_first_years(one, [row for row in one.rows if row["outcome"]])  # reads every year: of these alone
        found.append(_compared(about, one))
    return [*found[:1], *(_without_repeated(one, found[0]) for one in found[1:])]


def _without_repeated(one: Answer, first: Answer) -> Answer:
    """An answer without its last sentence, what it rests on, where that of the first answer says the same."""
    same = sentence_text(one.sentences[-1]) == sentence_text(first.sentences[-1])
    return replace(one, sentences=one.sentences[:-1]) if same else one


def _compared(about: Subject, found: Comparison) -> Answer:
    """The answer of a scenario beside its reference."""
    scenario, rows = found.match.alternative.scenario, found.rows
    one = _scenario(about, scenario)
    asked = sorted((row for row in rows if row.get("outcome")), key=lambda row: row["outcome"]["place"])
    others = [row for row in rows if not row.get("outcome") and row["measure"] not in TIMES]
    besides = largest(others, BESIDES, PER_MEASURE)
    lead: list[Mapping[str, Any]] = [*asked] or besides[:1]
    rests = _rests(about, scenario, paired=True, row=lead[0] if lead else None)
    sentences = answer_sentences(lead, besides if asked else besides[1:], one.levers, rests, about.names)
    return Answer(
        scenario,
        found.match.reference.scenario,
        **_asked(about, one),
        sentences=sentences,
        warnings=warnings(asked, about.names),
        rows=rows,
        asked=asked,
        family=_family(found),
    )


def _family(found: Comparison) -> str:
    """How many differences can be told from zero, and by which tests."""
    sure = sum(row["distinguishable"] for row in found.rows)
    pair = f"{found.match.alternative.scenario} against {found.match.reference.scenario}"
    return f"{pair}: {sure:,} differences can be told from zero; {found.family['says']}."


def _alone(about: Subject, one: Scenario) -> Answer:
    """The answer of a scenario alone: what has moved since the start."""
    run = about.run
    first, last = run.years[0], run.years[-1]
    found = measure_table(run, [one.name], (first, last))
    before = {(row.measure, row.entity): row.mean for row in found if row.year == first}
    moved = []
    for row in found:
        was = before[row.measure, row.entity]
        if row.year != last or row.measure in TIMES or math.isnan(row.low) or row.low <= was <= row.high:
            continue
        of = {
            key: getattr(row, key) for key in ("scenario", "measure", "entity", "year", "mean", "low", "high")
        }
        moved.append({**of, "before": was})
    moved.sort(key=lambda row: -importance(row["measure"], row["mean"] - row["before"]))
    rests = _rests(about, one.name, paired=False, row=None)
    sentences = course_sentences(moved, first, rests, about.names)
    return Answer(one.name, None, **_asked(about, one), sentences=sentences)


def _asked(about: Subject, one: Scenario) -> dict[str, Any]:
    """Question, prediction, who raises it and what is changed."""
    plain = changed(one)
    told = {**plain, "levers": list(one.levers)}
    told["interventions"] = [{**each, "says": says(each, about.names)} for each in plain["interventions"]]
    return {
        "question": flat(one.question or one.name),
        "prediction": flat(one.prediction) if one.prediction else None,
        "raised_by": [place(each) for each in documents(about.evidence, one.claims)],
        "changes": changes(told),
    }


def _rests(about: Subject, scenario: str, paired: bool, row: Mapping[str, Any] | None) -> dict[str, Any]:
    parameters = about.grounds["parameters"]
    return {
        "replicates": len(about.run.replicates(scenario)),
        "draws": about.run.draws,
        "paired": paired,
        "values": about.grounds["counts"],
        "parameters": len(parameters),
        "assumed": sum(one["basis"] == "assumed" for one in parameters),
        "share": ((row or {}).get("epistemic") or {}).get("share"),
    }


def caveats(about: Subject, found: Sequence[Answer]) -> list[str]:
    """What a reader has to know before believing a number."""
    run, told = about.run, []
    if not about.same_evidence:
        told.append(
            "The evidence that is read here is not the one that the run was made from: assumptions and claims below may differ."
        )
    if run.draws is None and not about.designed:
        told.append(
            "Every value is at its coded centre. The intervals are those of luck over the replicates; what is not known "
            "is not in them. `ensemble.parameters=sampled` draws the values from their ranges."
        )
    planned = int(run.manifest["replicates"])
    for one in about.config.scenarios:
        stored = len(run.replicates(one.name)) if not about.designed else planned
        if stored < planned:
            told.append(
                f"{one.name} has {stored:,} of {planned:,} replicates; `steppe resume` computes the rest."
            )
    told += [text for one in found for text in one.warnings]
    told.append(
        "The model was built from the same documents that raise the questions. A prediction that comes out says that "
        "their argument carries through, not that the world will go that way."
    )
    told.append(
        "Probabilities are shares of simulated futures under the rules and values listed here; they are not calibrated forecasts."
    )
    return told


def patterns() -> dict[str, Any] | None:
    """The verdicts of the patterns as they were last found, None where there is no record."""
    file: Path = paths.conf() / PATTERNS
    if not file.is_file():
        return None
    data: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return data


def ids(about: Subject, found: Sequence[Answer]) -> dict[str, str]:
    """id → name of the bodies, corridors and processes that the answers name."""
    wanted = [part for one in found for row in one.asked for part in row["entity"].split("/")]
    return names_of(about.evidence, [*about.run.organisations, *wanted])


def _scenario(about: Subject, name: str) -> Scenario:
    return next(one for one in about.config.scenarios if one.name == name)
