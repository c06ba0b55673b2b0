"""Compose and simulate, ask, and look things up: what `steppe.run`, `ask`, `scenarios`, `parameters` and `show` do."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from steppe.api import asking, common
from steppe.api.runs import Run
from steppe.api.runs import open as open_folder
from steppe.api.settings import config_of, from_python, keyword, overrides_of
from steppe.api.table import Table
from steppe.errors import SteppeError

if TYPE_CHECKING:
    from steppe.config.schema import RunConfig

log = logging.getLogger("steppe")
Name = str | os.PathLike[str]
Progress = Callable[[int, int], None]

_KEPT: list[
    tempfile.TemporaryDirectory[str]
] = []  # folders of runs that were told no place; they go with the session


class Described(dict[str, Any]):
    """Plain data that prints as the text that the command line would show.

    text : that text
    """

    text: str = ""

    def __repr__(self) -> str:
        return self.text or dict.__repr__(self)


class Answer(Described):
    """The answer to a question: data of `steppe ask --json`, printed as its text.

    run : the run that gave it
    """

    run: Run

    @property
    def outcomes(self) -> Table:
        """The outcomes that the question names: difference from the counterfactual, what was expected, the verdict."""
        rows = [{**row, **(row["outcome"] or {})} for row in self["outcomes"]]
        names = (
            "measure",
            "entity",
            "year",
            "unit",
            "reference",
            "alternative",
            "difference",
            "std_error",
            "low",
            "high",
            "n",
        )
        return Table.from_rows(rows, [*names, "expects", "verdict"])


def run(
    *overrides: str,
    scenario: Name | Sequence[Name] | None = None,
    world: Name | None = None,
    replicates: int | None = None,
    seed: int | None = None,
    years: int | None = None,
    out: Name | None = None,
    progress: bool | Progress = False,
    config_dir: Name | None = None,
    **more: Any,
) -> Run:
    """Compose, check and simulate; the same bits as `steppe run` with the same words.

    overrides : as on the command line, ``"ensemble.parameters=sampled"``; a keyword has the last word
    scenario : a name, a number such as ``"H19"``, a file, or several;  world : a name or a folder
    out : the run folder, new or empty; None: a temporary one that goes when Python ends
    progress : True for a bar; or a function of (replicates done, replicates planned)
    more : ``membership__pressure_vote=1.2`` sets a parameter, ``mechanisms__pressure=False`` a key of the config, with ``__``
        for each dot; ``mechanisms={"pressure": False}`` does as well

    Raises InputError, before anything is written, for what the command line would refuse; SteppeError if a part failed.

        >>> import steppe
        >>> run = steppe.run(world="toy", scenario="baseline", replicates=8, years=2, seed=1)
        >>> run.scenarios, run.years
        (('baseline',), (2020, 2021, 2022))
    """
    with from_python():
        config = config_of(
            overrides,
            config_dir,
            scenario=scenario,
            world=world,
            replicates=replicates,
            seed=seed,
            years=years,
            more=more,
        )
        return simulated(config, out, progress)


def ask(
    name: Name,
    *overrides: str,
    year: int | None = None,
    world: Name | None = None,
    replicates: int | None = None,
    seed: int | None = None,
    years: int | None = None,
    out: Name | None = None,
    progress: bool | Progress = False,
    config_dir: Name | None = None,
    **more: Any,
) -> Answer:
    """Put a question: run its scenario beside its counterfactual, 500 replicates unless told otherwise.

    name : a scenario, its number or a file;  year : of the outcomes, the last if None;  the rest as for `run`

    The answer is the data of `steppe ask --json`; printed, it is the text.

        >>> import steppe
        >>> answer = steppe.ask("arvand_admitted_to_rivers", replicates=8, years=2)
        >>> answer["counterfactual"]["scenario"], answer.run.scenarios
        ('arvand_barred_from_rivers', ('arvand_barred_from_rivers', 'arvand_admitted_to_rivers'))
    """
    from steppe.report.answer import WIDTH, answer_text

    with from_python():
        given = overrides_of(overrides, world=world, replicates=replicates, seed=seed, years=years, more=more)
        own = None if config_dir is None else os.fspath(config_dir)
        asked = asking.prepared(os.fspath(name), given, own, year)
        done = simulated(asked.config, out, progress)
        answer = Answer(asking.answered(asked, done.path))
    answer.run, answer.text = done, answer_text(dict(answer), [], WIDTH)
    return answer


def simulated(config: RunConfig, out: Name | None, progress: bool | Progress) -> Run:
    """Simulate a config into a folder, or into a temporary one."""
    from steppe.report.summary import write_summary
    from steppe.report.terminal import Progress as Bar
    from steppe.simulation.runner import run as simulate

    common.check_outcomes(config)
    told = out or config.output
    folder = common.free_folder(Path(told)) if told else _temporary()
    with Bar(quiet=progress is not True) as bar:
        summary = simulate(config, folder, progress if callable(progress) else bar, log.warning)
    if summary.failed:
        first = next(iter(summary.failed.values())).strip().splitlines()
        raise SteppeError(
            f"{len(summary.failed)} of {summary.planned} chunks failed, the first with: {first[-1] if first else 'unknown'}; "
            f"what was finished is in {folder}"
        )
    done = open_folder(folder)
    if told:
        write_summary(done.stored)
    return done


def _temporary() -> Path:
    """A folder that is removed when Python ends."""
    _KEPT.append(tempfile.TemporaryDirectory(prefix="steppe-"))
    return Path(_KEPT[-1].name) / "run"


def scenarios(variants: bool = False, config_dir: Name | None = None) -> Table:
    """The questions that come with the package and those of `config_dir`: id, number, status, question, prediction, …

    variants : what stands beside them instead: baselines, counterfactuals, single levers

        >>> import steppe
        >>> steppe.scenarios().where(id="cpc_closes")["number"]
        array(['H19'], dtype=object)
    """
    from steppe.api.catalogue import listing

    with from_python():
        rows = listing(
            "variants" if variants else "scenarios",
            None,
            None if config_dir is None else os.fspath(config_dir),
        )
    names = ("id", "number", "status", "question", "prediction", "world", "counterfactual", "file")
    return Table.from_rows([{**row, "number": row.get("inventory") or None} for row in rows], names)


def parameters(world: Name | None = None) -> Table:
    """The parameters of the rules: id, keyword (for `run` and `model_function`), value, low, high, unit, basis, definition.

    >>> import steppe
    >>> steppe.parameters().where(id="membership.cooldown")["keyword"]
    array(['membership__cooldown'], dtype=object)
    """
    with from_python():
        evidence = common.evidence_of(None if world is None else os.fspath(world))
    rows = [
        {
            "id": name,
            "keyword": keyword(name),
            "value": float(one.value),
            "low": float(one.range[0]),
            "high": float(one.range[1]),
            "unit": one.unit,
            "basis": one.basis,
            "definition": one.definition,
        }
        for name, one in evidence.parameters.items()
    ]
    return Table.from_rows(rows)


def show(id: str, world: Name | None = None, config_dir: Name | None = None) -> Described:
    """All that is known of one thing (a state, an organisation, a scenario, a parameter, …), with its sources.

    The data of `steppe show --json`; printed, it is the text.

        >>> import steppe
        >>> steppe.show("membership.cooldown")["kind"]
        'parameter'
    """
    from steppe.api.catalogue import described, rendered

    with from_python():
        own = None if config_dir is None else os.fspath(config_dir)
        data: Mapping[str, Any] = described(id, None if world is None else os.fspath(world), own)
        found = Described(data)
        found.text = rendered(dict(data))
    return found
