"""What the documents leave open: a question is a folder of ``conf/reading``, an answer a file in it, a run takes one each.

A reading is data: values of parameters, switches, dated interventions. The run's own word goes before a reading's:
parameters and switches on the command line, in a study or in a scenario replace it, a scenario's interventions follow it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from steppe import paths
from steppe.config.checks import check_parameter, check_scenario
from steppe.config.interventions import Intervention, read_interventions, states_of
from steppe.config.numbers import Number
from steppe.config.origin import Origin
from steppe.config.schema import Mechanisms, RunConfig, Scenario, Section, end
from steppe.errors import InputError, from_validation, input_error
from steppe.evidence import Evidence
from steppe.evidence.read import line_of, read_yaml
from steppe.evidence.values import Fault

FOLDER = "reading"
SECTION = "readings"


class Reading(Section):
    """One answer to a question that the documents leave open.

    says : how the documents are read, in our words;  resolution : the entry that discusses it
    parameters, mechanisms, interventions : what it changes; nothing, where it is what is coded
    """

    says: str
    resolution: str
    parameters: dict[str, Number] = Field(default_factory=dict)
    mechanisms: dict[str, bool] = Field(default_factory=dict)
    interventions: tuple[Intervention, ...] = ()

    @property
    def acts(self) -> bool:
        """Whether it changes anything."""
        return bool(self.parameters or self.mechanisms or self.interventions)


@dataclass(frozen=True)
class Chosen:
    """An answer that a run takes, and the file that it is in."""

    question: str
    option: str
    file: Path
    reading: Reading

    @property
    def key(self) -> str:
        """Its key in the config."""
        return f"{SECTION}.{self.question}"


def questions(folders: Sequence[Path]) -> dict[str, dict[str, Path]]:
    """Question → option → file, by name; of two files of one name the first folder's counts."""
    found: dict[str, dict[str, Path]] = {}
    for folder in reversed(folders):
        for file in sorted((folder / FOLDER).glob("*/*.yaml")):
            found.setdefault(file.parent.name, {})[file.stem] = file
    return {question: dict(sorted(options.items())) for question, options in sorted(found.items())}


def defaults(folders: Sequence[Path]) -> dict[str, str]:
    """Question → option of a run that says nothing, from the first ``config.yaml`` of the folders."""
    for folder in folders:
        file = folder / "config.yaml"
        if file.is_file():
            return {
                name: str(option) for name, option in ((read_yaml(file) or {}).get(SECTION) or {}).items()
            }
    return {}


def read_reading(file: Path) -> Reading:
    """The answer in a file. Raises InputError with file and line."""
    data = read_yaml(file)
    try:
        if not isinstance(data, Mapping):
            raise InputError("the file must hold keys and values", value=data, accepted="says: …")
        interventions = read_interventions(data.get("interventions"), "interventions")
        reading = Reading.model_validate({**data, "interventions": interventions})
        for name in reading.mechanisms:
            if name not in Mechanisms.model_fields:
                raise input_error(
                    f"no mechanism {name!r}",
                    key=f"mechanisms.{name}",
                    value=name,
                    accepted=Mechanisms.model_fields,
                )
        return reading
    except ValidationError as error:
        raise _placed(from_validation(error, model=Reading, data=data), file) from None
    except InputError as error:
        raise _placed(error, file) from None


def choose(data: Any, origin: Origin) -> tuple[Chosen, ...]:
    """The answers that a composed config names. Raises InputError with the nearest question or option."""
    if data is None:
        return ()
    if not isinstance(data, Mapping):
        error = InputError(
            "readings are given by question", key=SECTION, value=data, accepted="readings.region=zero_sum"
        )
        raise origin.placed(error)
    known = questions(origin.folders)
    out = []
    for question, option in data.items():
        key = f"{SECTION}.{question}"
        if question not in known:
            error = input_error(f"no question {question!r}", key=key, value=question, accepted=known)
            raise origin.placed(error)
        file = known[question].get(str(option))
        if file is None:
            message = f"no reading {str(option)!r} of {question}"
            raise origin.placed(input_error(message, key=key, value=option, accepted=known[question]))
        out.append(Chosen(str(question), str(option), file, read_reading(file)))
    return tuple(out)


def with_readings(
    config: RunConfig, chosen: Sequence[Chosen], evidence: Evidence, origin: Origin
) -> RunConfig:
    """The config under its readings, checked again. Interventions that name a state or organisation which is not
    in the world, or a date which is not in the run, are left out, and so are those that a scenario makes itself.

    Raises InputError where two readings, or a reading and a scenario, contradict each other.
    """
    for one in chosen:
        for name, value in one.reading.parameters.items():
            try:
                check_parameter(name, value, f"parameters.{name}", evidence)
            except InputError as error:
                error.message += f"; reading {one.option} of {one.question} sets it"
                raise _placed(error, one.file) from None
    parameters = _agreed((one, one.reading.parameters) for one in chosen)
    switches = _agreed((one, one.reading.mechanisms) for one in chosen)
    switches = {name: on for name, on in switches.items() if not origin.says(f"mechanisms.{name}")}
    config = config.model_copy(
        update={
            "readings": {one.question: one.option for one in chosen},
            "parameters": {**parameters, **config.parameters},
            "mechanisms": config.mechanisms.model_copy(update=switches),
        }
    )
    scenarios = tuple(_under(scenario, chosen, config, evidence, origin) for scenario in config.scenarios)
    return config.model_copy(update={"scenarios": scenarios})


def _under(
    scenario: Scenario, chosen: Sequence[Chosen], config: RunConfig, evidence: Evidence, origin: Origin
) -> Scenario:
    """A scenario with the interventions of the readings in front of its own."""
    before: list[Any] = []
    own = {_content(one) for one in scenario.interventions}
    found = scenario
    for one in chosen:
        fitting = [
            act for act in one.reading.interventions if _fits(act, config) and _content(act) not in own
        ]
        if not fitting:
            continue
        source = f"{one.key}={one.option}"
        for act in fitting:
            note = f"{source}: {act.note}" if act.note else source
            before.append(act.model_copy(update={"note": note}))
        found = scenario.model_copy(update={"interventions": (*before, *scenario.interventions)})
        try:
            check_scenario(found, config, evidence)
        except InputError as error:
            raise InputError(
                f"{source} does not go with scenario {scenario.name!r}: {error.message}",
                file=origin.locate(one.key)[0] or paths.shown(one.file),
                key=one.key,
                value=one.option,
                accepted=error.accepted,
            ) from None
    return found


def _content(act: Any) -> str:
    """What an intervention does, without the note beside it."""
    return str(sorted(act.model_dump(exclude={"note"}).items()))


def _fits(act: Any, config: RunConfig) -> bool:
    """Whether the run has the date, and the world the states and organisations, that an intervention names."""
    bodies = [name for path in ("organisation", "into") if (name := getattr(act, path, None)) is not None]
    return (
        config.world.start <= act.date < end(config)
        and all(state in config.world.present for _, state in states_of(act))
        and all(body in config.world.organisations for body in bodies)
    )


def _agreed(given: Iterable[tuple[Chosen, Mapping[str, Any]]]) -> dict[str, Any]:
    """What several readings set; two that set one thing to different values are refused."""
    out: dict[str, Any] = {}
    by: dict[str, Chosen] = {}
    for one, values in given:
        for name, value in values.items():
            if name in out and out[name] != value:
                first = by[name]
                raise InputError(
                    f"{first.key}={first.option} and {one.key}={one.option} set {name} to different values",
                    file=paths.shown(one.file),
                    key=name,
                    value=f"{out[name]} and {value}",
                    accepted="one of the two readings",
                )
            out[name], by[name] = value, one
    return out


def _placed(error: InputError, file: Path) -> InputError:
    if error.file is None:
        error.file = paths.shown(file)
        error.line = line_of(file, error.key) if error.key else 1
    return error


def reading_faults(evidence: Evidence, folders: Sequence[Path]) -> Iterator[Fault]:
    """Questions, their defaults and the resolutions point at each other; for ``steppe evidence check``.

    Each option names a resolution that has the question as its `choice`; each `choice` is a question with two options
    or more of which one names the resolution; each question has a default; quantities name questions that exist.
    """
    known = questions(folders)
    standard = defaults(folders)
    named: dict[str, set[str]] = {}
    for question, options in known.items():
        if standard.get(question) not in options:
            message = f"question {question} has no default among its options"
            yield Fault("reading", "config.yaml", SECTION, message, standard.get(question), list(options))
        for option, file in options.items():
            reading = read_reading(file)
            named.setdefault(question, set()).add(reading.resolution)
            resolution = evidence.resolutions.get(reading.resolution)
            place = (f"{FOLDER}/{question}/{option}.yaml", "resolution")
            if resolution is None:
                message = f"no resolution {reading.resolution!r}"
                yield Fault("reading", *place, message, reading.resolution, list(evidence.resolutions))
            elif resolution.choice != f"{SECTION}/{question}":
                message = f"{resolution.id} does not name {SECTION}/{question} as its choice"
                yield Fault("reading", *place, message, resolution.choice, f"{SECTION}/{question}")
    for resolution in evidence.resolutions.values():
        question = (resolution.choice or "").partition("/")[2]
        if question and (len(known.get(question, ())) < 2 or resolution.id not in named.get(question, ())):
            message = f"no question {question!r} with two options, one of which names {resolution.id}"
            yield Fault(
                "reading", "resolutions.yaml", f"{resolution.id}.choice", message, question, list(known)
            )
    for quantity in evidence.quantities.values():
        for reference in quantity.used_by:
            family, _, question = reference.partition("/")
            if family == SECTION and question not in known:
                message = f"no question {question!r}"
                yield Fault(
                    "reading", "quantities.yaml", f"{quantity.id}.used_by", message, question, list(known)
                )
