"""Patterns and tests of claims as data: what is expected of the model, in which runs, and without what it should go.

Files lie in ``patterns/`` of the config folders: `patterns:` lists hold patterns, `claims:` lists the tests of single
claims. Whether scenarios, measures, claims and parameters exist is checked where they are used.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from steppe.config.interventions import Intervention, read_interventions
from steppe.config.numbers import Number, OptionalWhole, Whole
from steppe.config.schema import Section
from steppe.errors import InputError, from_validation, input_error
from steppe.evidence.read import line_of, read_yaml
from steppe.evidence.schema import Ids, Sign, When
from steppe.paths import shown

FOLDER = "patterns"


def _arm(given: object) -> object:
    """A scenario's name alone, or all keys; interventions by their own models."""
    if isinstance(given, str):
        return {"scenario": given}
    if isinstance(given, Mapping) and "interventions" in given:
        return {**given, "interventions": read_interventions(given["interventions"], "interventions")}
    return given


def _several(given: object) -> object:
    return [given] if isinstance(given, (str, Mapping)) else given


class Arm(Section):
    """One side of a test: a scenario, and what is changed about it."""

    scenario: str = "baseline"
    mechanisms: dict[str, bool] = Field(default_factory=dict)
    parameters: dict[str, Number] = Field(default_factory=dict)
    interventions: tuple[Intervention, ...] = ()


AnArm = Annotated[Arm, BeforeValidator(_arm)]


class Event(Section):
    """An event of the run's table, of one of the kinds; `pair` is of two states in either order, or of one
    and any (``TUR/*``), `reaches` a rung or more, `stage` one or a later one. nth : which of several"""

    kind: Annotated[tuple[str, ...], BeforeValidator(_several)]
    state: str | None = None
    organisation: str | None = None
    other: str | None = None
    pair: str | None = None
    process: str | None = None
    stage: str | None = None
    reaches: Number | None = None
    since: When | None = None
    until: When | None = None
    nth: Whole = Field(default=1, ge=1)


class Quantity(Section):
    """A number, or true or false, of every replicate: exactly one of `measure`, `rung`, `event`, `when`, `order`.

    measure, of, year : a measure of one entity, or the mean over several; the last year if none is said
    rung : the bilateral rung between two states at the end, by its start and what climbed and descended since
    event : whether it happened;  when : years from the start until it did
    order : whether the events happened in this order, the next no sooner than the one before; one that did not happen
        is late
    at_least, at_most, happens : make it a condition
    """

    measure: str | None = None
    of: Annotated[tuple[str, ...], BeforeValidator(_several)] = ()
    year: OptionalWhole = None
    rung: str | None = None
    event: Event | None = None
    when: Event | None = None
    order: tuple[Event, ...] = ()
    at_least: Number | None = None
    at_most: Number | None = None
    happens: bool = True

    @model_validator(mode="after")
    def _one(self) -> Quantity:
        said = [self.measure, self.rung, self.event, self.when, self.order or None]
        if sum(one is not None for one in said) != 1:
            raise ValueError("one of measure, rung, event, when and order")
        return self


Several = Annotated[tuple[Quantity, ...], BeforeValidator(_several)]


class Term(Section):
    """A quantity in a run."""

    arm: AnArm = Field(default_factory=Arm, alias="in")
    of: Quantity


class Test(Section):
    """One thing that is expected.

    says : what, in words
    given : only the replicates count in which all of this holds, in every run of the test

    Either a probability: `all` of the conditions hold in run `in`, with a probability `above` or `below` a number (or
    both); or a difference: `of` in run `in` less the same (or `than`) in run `against` (or `in`), or `plus` terms
    less `minus` terms, has the `sign`. Sign 0: it lies within `margin` of zero.
    """

    __test__ = False  # not one of pytest's

    says: str
    arm: AnArm = Field(default_factory=Arm, alias="in")
    given: Several = ()
    all: Several = ()
    above: Number | None = Field(default=None, ge=0, le=1)
    below: Number | None = Field(default=None, ge=0, le=1)
    of: Quantity | None = None
    against: AnArm | None = None
    than: Quantity | None = None
    plus: tuple[Term, ...] = ()
    minus: tuple[Term, ...] = ()
    sign: Sign | None = None
    margin: Number | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _one(self) -> Test:
        terms = bool(self.of) or bool(self.plus and self.minus)
        if bool(self.all) == terms or (self.of is not None and bool(self.plus or self.minus)):
            raise ValueError("either `all` conditions, or a difference (`of`, or `plus` and `minus`)")
        if self.all and self.above is None and self.below is None:
            raise ValueError("a probability needs `above` or `below`")
        if terms and self.sign is None:
            raise ValueError("a difference needs a sign")
        if self.of is not None and self.against is None and self.than is None:
            raise ValueError("a difference needs `against` or `than`")
        return self

    def terms(self) -> tuple[tuple[Arm, Quantity, float], ...]:
        """(run, quantity, weight) of a difference; of a probability its conditions, with weight 0."""
        if self.all:
            return tuple((self.arm, one, 0.0) for one in self.all)
        if self.of is not None:
            other = (self.against or self.arm, self.than or self.of, -1.0)
            return ((self.arm, self.of, 1.0), other)
        signed = ((self.plus, 1.0), (self.minus, -1.0))
        return tuple((t.arm, t.of, weight / len(group)) for group, weight in signed for t in group)


class Without(Section):
    """A cause taken away: switches, parameters, other scenarios in place of those named, further interventions.

    part : the test from which it is taken, counted from 1
    """

    id: str
    part: Whole = Field(default=1, ge=1)
    says: str
    mechanisms: dict[str, bool] = Field(default_factory=dict)
    parameters: dict[str, Number] = Field(default_factory=dict)
    scenarios: dict[str, str] = Field(default_factory=dict)
    interventions: tuple[Intervention, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _read(cls, given: Any) -> Any:
        return _arm(given)

    def applied(self, arm: Arm) -> Arm:
        """The run without the cause."""
        return Arm(
            scenario=self.scenarios.get(arm.scenario, arm.scenario),
            mechanisms={**arm.mechanisms, **self.mechanisms},
            parameters={**arm.parameters, **self.parameters},
            interventions=(*arm.interventions, *self.interventions),
        )


class Pattern(Section):
    """Something that the model must reproduce.

    source : numbers of the inventory;  claims : what it follows from
    world, years : of its runs, unless a scenario belongs to another world
    tests : the first is the statement itself, the others are parts of it
    by_construction : what of it was put in, so that its holding shows little
    """

    id: str
    statement: str
    kind: Literal["pattern", "validation"] = "pattern"
    source: Ids = ()
    claims: Ids = ()
    world: str = "eurasia_2026"
    years: OptionalWhole = Field(default=None, ge=1, le=200)
    by_construction: str | None = None
    tests: tuple[Test, ...] = Field(min_length=1)
    without: tuple[Without, ...] = ()

    @model_validator(mode="after")
    def _parts(self) -> Pattern:
        if any(one.part > len(self.tests) for one in self.without):
            raise ValueError(f"a part from 1 to {len(self.tests)}")
        return self


class ClaimTest(Section):
    """How a claim is tested: by a pattern, by tests of its own, or not at all and why not.

    by_construction : the rule or the coded value that says what the claim says, so that support shows only that
        nothing else undoes it
    """

    id: str
    pattern: str | None = None
    part: OptionalWhole = Field(default=None, ge=1)
    untestable: str | None = None
    world: str = "eurasia_2026"
    years: OptionalWhole = Field(default=None, ge=1, le=200)
    by_construction: str | None = None
    tests: tuple[Test, ...] = ()

    @model_validator(mode="after")
    def _one(self) -> ClaimTest:
        if sum((self.pattern is not None, self.untestable is not None, bool(self.tests))) != 1:
            raise ValueError("one of pattern, tests and untestable")
        return self


class Book(Section):
    """What the files hold."""

    patterns: tuple[Pattern, ...] = ()
    claims: tuple[ClaimTest, ...] = ()

    def pattern(self, name: str) -> Pattern:
        """A pattern by its id."""
        return next(one for one in self.patterns if one.id == name)


def read_book(folders: Sequence[Path]) -> Book:
    """Every pattern and test of a claim in the folders; of two files of one name the first folder's counts.

    Raises InputError with file, key and line.
    """
    files: dict[str, Path] = {}
    for folder in reversed(folders):
        files |= {file.name: file for file in sorted((folder / FOLDER).glob("*.yaml"))}
    found: dict[str, list[Any]] = {"patterns": [], "claims": []}
    seen: dict[str, Path] = {}
    for file in files.values():
        book = _read(file)
        for kind in found:
            for one in getattr(book, kind):
                if (key := f"{kind} {one.id}") in seen:
                    first = shown(seen[key])
                    raise InputError(f"{one.id} is there twice, first in {first}", file=shown(file), key=kind)
                seen[key] = file
                found[kind].append(one)
    book = Book(patterns=tuple(found["patterns"]), claims=tuple(found["claims"]))
    for claim in book.claims:
        if claim.pattern is not None and claim.pattern not in (known := [p.id for p in book.patterns]):
            message = f"claim {claim.id} names a pattern that there is not"
            raise input_error(message, file=FOLDER, key="pattern", value=claim.pattern, accepted=known)
        if claim.pattern is not None and (claim.part or 1) > (
            count := len(book.pattern(claim.pattern).tests)
        ):
            message = f"claim {claim.id} rests on a test that {claim.pattern} has not"
            raise InputError(message, file=FOLDER, key="part", value=claim.part, accepted=f"1 to {count}")
    return book


def _read(file: Path) -> Book:
    data = read_yaml(file)
    try:
        return Book.model_validate(data or {})
    except ValidationError as error:
        found = from_validation(error, file=shown(file), model=Book, data=data)
    except InputError as error:  # an intervention's own complaint
        found = error
        found.file = shown(file)
    found.line = line_of(file, found.key) if found.key else None
    raise found from None
