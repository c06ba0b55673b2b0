"""The model for the Exploratory Modeling Workbench [Kwakkel2017]_: uncertain parameters, and scenarios as a lever.

.. [Kwakkel2017] Kwakkel, J. H. (2017) The Exploratory Modeling Workbench: an open source toolkit for exploratory modeling,
   scenario discovery, and (multi-objective) robust decision making. Environmental Modelling & Software 96, 239-250.
"""

from __future__ import annotations

import keyword as python
import re
import warnings
from collections.abc import Iterable, Sequence
from typing import Any

from steppe.api.function import MECHANISMS, Measures, ModelFunction, Name, model_function
from steppe.api.settings import DOT, from_python, keyword
from steppe.api.table import extra
from steppe.errors import InputError, input_error

LEVER = "steppe_scenario"  # the workbench keeps `scenario`, in its table of experiments, for its own
SWITCH = "switch"  # unit of a parameter that is 0 or 1


def ema_model(
    measures: Measures,
    *overrides: str,
    parameters: Iterable[str] | None = None,
    mechanisms: Iterable[str] = (),
    scenario: Name | Sequence[Name] | None = None,
    name: str = "steppe",
    **settings: Any,
) -> Any:
    """An `ema_workbench.Model`, ready for `perform_experiments`. Needs the extra `discovery`.

    measures : as for `model_function`; without names of their own they get identifiers: ``depth_of_EAEU``
    parameters : ids (or keywords) of the uncertain ones, each over its range in the evidence; all that no scenario sets, if None
    mechanisms : switches that are uncertain;  scenario : one; or several, which become the lever ``steppe_scenario``
    name : of the model, letters and digits;  settings : the rest as for `model_function`

    Raises InputError for an unknown name, and for a parameter that a scenario sets itself.

        >>> import steppe
        >>> model = steppe.ema_model(["depth of UNION"], world="toy", years=2, parameters=["membership.cooldown"])
        >>> [(one.name, one.lower_bound, one.upper_bound) for one in model.uncertainties]
        [('membership__cooldown', 0.5, 5.0)]
    """
    workbench = _workbench()
    if not isinstance(measures, dict):
        texts = [measures] if isinstance(measures, str) else list(measures)
        measures = {identifier(text): text for text in texts}
    for outcome in measures:
        if not outcome.isidentifier() or python.iskeyword(outcome):
            raise InputError("a result needs an identifier for a name", key="measures", value=outcome)
    function = model_function(measures, *overrides, scenario=scenario, **settings)
    with from_python():
        model = workbench.Model(name, function=function)
        model.uncertainties = _uncertainties(workbench, function, parameters, mechanisms)
        if len(function.scenarios) > 1:
            lever = workbench.CategoricalParameter(LEVER, function.scenarios, variable_name="scenario")
            model.levers = [lever]
        model.outcomes = [workbench.ScalarOutcome(outcome) for outcome in function.outcomes]
    return model


def identifier(text: str) -> str:
    """A text as the name of a result: ``P(member) of UZB/EAEU in 2031`` is ``P_member_of_UZB_EAEU_in_2031``.

    >>> identifier("P(member) of UZB/EAEU in 2031")
    'P_member_of_UZB_EAEU_in_2031'
    """
    return re.sub(r"\W+", "_", text).strip("_")


def _uncertainties(
    workbench: Any, function: ModelFunction, parameters: Iterable[str] | None, mechanisms: Iterable[str]
) -> list[Any]:
    """A parameter of the workbench for each input that is uncertain."""
    evidence = function.evidence.parameters
    taken = {word for scenario in function.scenarios for word in function.own_words(scenario)}
    chosen = (
        [one for one in evidence if keyword(one) not in taken]
        if parameters is None
        else [given.replace(DOT, ".") for given in parameters]
    )
    found = []
    for one in chosen:
        if one not in evidence:
            raise input_error(f"no parameter {one!r}", key="parameters", value=one, accepted=evidence)
        _not_taken(keyword(one), taken)
        low, high = evidence[one].range
        switch = evidence[one].unit == SWITCH
        if switch:
            found.append(workbench.BooleanParameter(keyword(one)))
        elif low < high:
            found.append(workbench.RealParameter(keyword(one), low, high))
    switches = {word for word in function.inputs if word.startswith(MECHANISMS)}
    for given in mechanisms:
        word = MECHANISMS + given.removeprefix(MECHANISMS).removeprefix("mechanisms.")
        if word not in switches:
            accepted = [name.removeprefix(MECHANISMS) for name in sorted(switches)]
            raise input_error(f"no mechanism {given!r}", key="mechanisms", value=given, accepted=accepted)
        _not_taken(word, taken)
        found.append(workbench.BooleanParameter(word))
    return found


def _not_taken(word: str, taken: Iterable[str]) -> None:
    if word in taken:
        raise InputError(
            "a scenario sets it itself", key="parameters", value=word, accepted="other parameters"
        )


def _workbench() -> Any:
    """The workbench, without its complaints about parts that are not installed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return extra("ema_workbench", "discovery")
