"""The model as a plain function: numbers in, numbers out, for whatever calls a function many times."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from steppe.analysis.intervals import moments
from steppe.api.naming import Named, written
from steppe.api.settings import DOT, config_of, from_python, keyword
from steppe.config.checks import check_parameter
from steppe.config.schema import RunConfig, Scenario, overridden
from steppe.config.schema import switches as switches_of
from steppe.errors import InputError, input_error, nearest
from steppe.evidence import Evidence
from steppe.mechanisms.parameters import pack
from steppe.results.indicators import OfWorld
from steppe.simulation.outcomes import Wanted
from steppe.simulation.points import outcomes_of
from steppe.simulation.prepared import Prepared, Start, prepare, start
from steppe.simulation.replicate import SEED_LIMIT
from steppe.simulation.setting import whole
from steppe.world.spec import evidence_for

log = logging.getLogger("steppe")

Measures = Sequence[str] | Mapping[str, str]
Name = str | os.PathLike[str]
MECHANISMS = f"mechanisms{DOT}"
_WORLD = "world."  # parameters from which the world is built


class ModelFunction:
    """What `model_function` gives: called with parameters, it simulates and returns the means of its measures.

    config : what holds where a call says nothing;  measures : name of a result → what it is, written out
    inputs : keyword → id of a parameter, or ``mechanisms.NAME`` of a switch

    It can be copied to other processes: a copy is prepared anew from config and measures.
    """

    def __init__(self, config: RunConfig, measures: Mapping[str, str]) -> None:
        if config.ensemble.parameters != "central":
            raise InputError(
                "a function takes its parameters from who calls it",
                key="ensemble.parameters",
                value=config.ensemble.parameters,
                accepted=["central"],
            )
        self.config, self.measures = config, dict(measures)
        self.evidence: Evidence = evidence_for(config.world)
        self._prepared: Prepared = prepare(config)
        self._of = OfWorld(self._prepared.world)
        first = config.world.start.year
        self._years = range(first, first + config.ensemble.years + 1)
        self.outcomes: dict[str, Named] = {
            name: written(text, self._of, self._years) for name, text in self.measures.items()
        }
        switches = type(config.mechanisms).model_fields
        self.inputs = {keyword(name): name for name in self.evidence.parameters}
        self.inputs |= {f"{MECHANISMS}{name}": f"mechanisms.{name}" for name in switches}

    def __reduce__(self) -> tuple[Callable[..., ModelFunction], tuple[RunConfig, dict[str, str]]]:
        return ModelFunction, (self.config, self.measures)

    @property
    def scenarios(self) -> tuple[str, ...]:
        """The scenarios among which a call can choose; the first one if it does not."""
        return tuple(one.name for one in self.config.scenarios)

    def __call__(
        self, *, scenario: str | None = None, seed: int | None = None, **inputs: float
    ) -> dict[str, float]:
        """The mean of each measure over the replicates.

        scenario, seed : instead of the first of `scenarios` and of the seed of the config;  inputs : see `inputs`
        Raises InputError for an unknown keyword, a value outside the range of the evidence, and a parameter that the scenario
        sets itself, which has the last word. A measure that is defined in no replicate is NaN, and a warning is logged.
        """
        with from_python():
            prepared = self._with(self._scenario(scenario), seed, inputs)
        return _means(prepared, self.outcomes, self._years[0])

    def own_words(self, scenario: str) -> list[str]:
        """Keywords of the inputs that a scenario sets itself."""
        one = self._scenario(scenario)
        return [*map(keyword, one.parameters), *(f"{MECHANISMS}{name}" for name in one.mechanisms)]

    def _scenario(self, name: str | None) -> Scenario:
        if name is not None and name not in self.scenarios:
            raise input_error(
                "the function has no such scenario", key="scenario", value=name, accepted=self.scenarios
            )
        return self.config.scenarios[0 if name is None else self.scenarios.index(name)]

    def _with(self, scenario: Scenario, seed: int | None, inputs: Mapping[str, float]) -> Prepared:
        """What is prepared, with one scenario only and other inputs."""
        values, switches = self._checked(scenario, inputs)
        update: dict[str, Any] = {
            "scenarios": (scenario,),
            "parameters": {**self.config.parameters, **values},
        }
        if switches:
            update["mechanisms"] = self.config.mechanisms.model_copy(update=switches)
        if seed is not None:
            number = whole(seed, SEED_LIMIT, "seed")
            update["ensemble"] = self.config.ensemble.model_copy(update={"seed": number})
        config, coded = self.config.model_copy(update=update), self._prepared.coded
        rebuilt = any(name.startswith(_WORLD) for name in values)
        if rebuilt:
            return replace(self._prepared, config=config, coded=start(self.evidence, config))
        begun = replace(
            self._prepared, config=config, coded=Start(coded.world, {**coded.parameters, **values})
        )
        # Of the record only parameters and seed differ; making it anew would take as long as two replicates.
        begun.__dict__["initial"] = {scenario.name: self._record(begun, scenario)}
        return begun

    def _record(self, begun: Prepared, scenario: Scenario) -> Any:
        """The record (1,) of the scenario with other parameters, switches and seed."""
        config, record = begun.config, self._prepared.initial[scenario.name].copy()
        values = begun.coded.parameters | overridden(config, scenario)
        ensemble = config.ensemble
        record["p"] = pack(values, switches_of(config, scenario), 1.0 / ensemble.steps_per_year)
        record["seed_low"], record["seed_high"] = ensemble.seed % 2**32, ensemble.seed // 2**32
        return record

    def _checked(
        self, scenario: Scenario, inputs: Mapping[str, Any]
    ) -> tuple[dict[str, float], dict[str, bool]]:
        """Parameters and switches by id. Raises InputError."""
        values: dict[str, float] = {}
        switches: dict[str, bool] = {}
        taken = self.own_words(scenario.name) if inputs else []
        for word, value in inputs.items():
            name = self.inputs.get(word)
            if name is None:
                raise InputError(
                    f"no parameter {word!r}",
                    key=word,
                    value=word,
                    accepted="the id of a parameter with __ for each dot, or mechanisms__NAME",
                    nearest=nearest(word, self.inputs),
                )
            if word in taken:
                raise InputError(
                    f"scenario {scenario.name} sets {name} itself",
                    key=word,
                    value=value,
                    accepted="other parameters",
                )
            if word.startswith(MECHANISMS):
                switches[name.removeprefix("mechanisms.")] = _truth(word, value)
            else:
                number = _number(word, value)
                check_parameter(name, number, word, self.evidence)
                values[name] = number
        return values, switches


def model_function(
    measures: Measures,
    *overrides: str,
    scenario: Name | Sequence[Name] | None = None,
    world: Name | None = None,
    replicates: int = 10,
    seed: int = 1,
    years: int | None = None,
    config_dir: Name | None = None,
    **more: Any,
) -> ModelFunction:
    """The model as a function of its parameters, prepared and compiled once.

    measures : what it returns, written out: ``"P(member) of UZB/EAEU"``, ``"depth of EAEU in 2031"``, ``"polarisation"``; a
        mapping gives each a name of its own;  scenario : the one, or those among which ``scenario=`` of a call chooses
    replicates : over how many the means are taken: the same luck in every call;  the rest as for `run`

        >>> import steppe
        >>> f = steppe.model_function(["depth of UNION"], world="toy", years=2)
        >>> coded = f()
        >>> other = f(institutions__deepen_rate=0.5, mechanisms__pressure=False)
        >>> list(other), coded == f()
        (['depth of UNION'], True)
    """
    named = dict(measures) if isinstance(measures, Mapping) else {text: text for text in _texts(measures)}
    if not named:
        raise InputError("a function without a result", key="measures", accepted="one measure or more")
    with from_python():
        sizes = {"world": world, "replicates": replicates, "seed": seed, "years": years}
        config = config_of(overrides, config_dir, scenario=scenario, more=more, **sizes)
        return ModelFunction(config, named)


def _texts(measures: Sequence[str]) -> list[str]:
    return [measures] if isinstance(measures, str) else list(measures)


def _means(prepared: Prepared, outcomes: Mapping[str, Named], first: int) -> dict[str, float]:
    """Simulate the one scenario of a config and take the mean of each outcome."""
    ensemble, (scenario,) = prepared.config.ensemble, prepared.config.scenarios
    asked = [_wanted(one, first, ensemble.years) for one in outcomes.values()]
    initial = prepared.begin(scenario.name, 0)
    values = outcomes_of(prepared, initial, scenario.name, 0, ensemble.replicates, asked)
    _, means, _ = moments(values)
    found = {name: float(mean) for name, mean in zip(outcomes, means, strict=True)}
    for name, mean in found.items():
        if np.isnan(mean):
            log.warning("%s is defined in none of the %d replicates", name, ensemble.replicates)
    return found


def _wanted(one: Named, first: int, years: int) -> Wanted:
    year = first + years if one.year is None else one.year
    return Wanted(one.measure, one.entity, year, year - first)


def _number(word: str, value: Any) -> float:
    """A finite number."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = np.nan
    if not np.isfinite(number):
        raise InputError(f"{word} must be a number", key=word, value=value, accepted="a finite number")
    return number


def _truth(word: str, value: Any) -> bool:
    """True or false, also as 1 or 0 or as another program's truth."""
    if isinstance(value, (bool, np.bool_)) or value in (0, 1):
        return bool(value)
    raise InputError(f"{word} must be true or false", key=word, value=value, accepted="True or False")
