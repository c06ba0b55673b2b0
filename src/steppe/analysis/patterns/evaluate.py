"""Patterns and claims, evaluated: which runs they need, what came of each test, what the verdict is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from steppe.analysis.components import grouped, mean_of, variances
from steppe.analysis.intervals import Array
from steppe.analysis.patterns.judge import (
    MARGIN,
    NEGLIGIBLE,
    Driver,
    Finding,
    Range,
    Role,
    Verdict,
    Wanted,
    drivers,
    judge,
    range_of,
    role_of,
    verdict,
)
from steppe.analysis.patterns.quantities import is_outcome, scale_of, unit_of
from steppe.analysis.patterns.runs import Job, Results, job_of
from steppe.config.patterns import Arm, ClaimTest, Pattern, Quantity, Test, Without
from steppe.errors import InputError

Wants = dict[Job, set[Quantity]]


@dataclass(frozen=True)
class Setting:
    """Where the tests of a pattern or a claim run.  name : of the pattern or claim, for a message"""

    world: str
    years: int | None
    config_dir: str | None = None
    name: str = ""

    def job(self, arm: Arm, without: Without | None = None) -> Job:
        """The run of an arm, with a cause taken away."""
        taken = arm if without is None else without.applied(arm)
        return job_of(taken, self.world, self.years, self.config_dir, self.name)


@dataclass(frozen=True)
class Tested:
    """What came of a test.  range : in how much of the range of the parameters it holds, if that was asked"""

    test: Test
    unit: str
    wanted: Wanted
    finding: Finding
    range: Range | None = None


@dataclass(frozen=True)
class Ablated:
    """What taking a cause away does to the test that it is taken from."""

    without: Without
    role: Role
    finding: Finding


@dataclass(frozen=True)
class Evaluated:
    """A pattern, or the tests of a claim, with all findings.

    range : in how much of the range of the parameters every test holds;  drivers : what tells where
    """

    id: str
    tests: tuple[Tested, ...]
    ablated: tuple[Ablated, ...]
    verdict: Verdict
    range: Range | None = None
    drivers: tuple[Driver, ...] = ()


def wants(one: Pattern | ClaimTest, setting: Setting, with_causes: bool = True) -> Wants:
    """The runs that a pattern or a claim needs, with the quantities that it reads from each."""
    found: Wants = {}
    for test in one.tests:
        _add(found, test, setting, None)
    if with_causes and isinstance(one, Pattern):
        for without in one.without:
            _add(found, one.tests[without.part - 1], setting, without)
    return found


def _add(found: Wants, test: Test, setting: Setting, without: Without | None) -> None:
    groups = set()
    for arm, quantity, _ in test.terms():
        job = setting.job(arm, without)
        groups.add(job.group)
        found.setdefault(job, set()).update((quantity, *test.given))
    if len(groups) > 1:
        raise InputError(
            "the runs of a test differ in world or length, and cannot be paired",
            key="tests",
            value=test.says,
            accepted="scenarios of one world, and `years`",
        )


def merged(several: Iterable[Wants]) -> Wants:
    """All that is wanted, each run once."""
    found: Wants = {}
    for wanted in several:
        for job, quantities in wanted.items():
            found.setdefault(job, set()).update(quantities)
    return found


def wanted_of(test: Test) -> Wanted:
    """The bounds of a test in the units of what it measures."""
    if test.all:
        return Wanted(low=test.above or 0.0, high=1.0 if test.below is None else test.below)
    terms = test.terms()
    scale = scale_of(terms[0][1])
    margin = MARGIN * scale if test.margin is None else test.margin
    outcome = len(terms) == 2 and all(is_outcome(quantity) for _, quantity, _ in terms)
    return Wanted(sign=test.sign, margin=margin, negligible=NEGLIGIBLE * scale, outcome=outcome)


def values_of(test: Test, results: Results, setting: Setting, without: Without | None = None) -> Array:
    """(R,) 1 where all conditions hold and 0 where not, or the difference; NaN where a replicate does not count."""
    terms = [(setting.job(arm, without), quantity, weight) for arm, quantity, weight in test.terms()]
    counts: Array | None = None
    for job in {job.key: job for job, _, _ in terms}.values():
        for condition in test.given:
            holds = results.of(job, condition).astype(bool)
            counts = holds if counts is None else counts & holds
    found = [(results.of(job, quantity), weight) for job, quantity, weight in terms]
    if test.all:
        out = np.all([values.astype(bool) for values, _ in found], axis=0).astype(float)
    else:
        out = np.sum([weight * values.astype(float) for values, weight in found], axis=0)
    return out if counts is None else np.where(counts, out, np.nan)


def evaluate(
    one: Pattern | ClaimTest, setting: Setting, results: Results, sampled: Results | None = None
) -> Evaluated:
    """Findings and verdict of a pattern or a claim with tests.

    sampled : the same runs over draws of the evidence, for the share of the range in which it holds
    """
    tests, ranges = [], []
    for test in one.tests:
        wanted = wanted_of(test)
        finding = judge(values_of(test, results, setting), wanted)
        spread = None if sampled is None else _range(test, setting, sampled, wanted)
        tests.append(Tested(test, unit_of(test.terms()[0][1]), wanted, finding, spread))
        ranges += [] if spread is None else [spread]
    ablated = tuple(_ablated(one, setting, results)) if isinstance(one, Pattern) else ()
    whole, which = _together(one, setting, ranges, sampled)
    share = None if whole is None else whole.share
    told = verdict([t.finding.status for t in tests], [a.role for a in ablated], share)
    return Evaluated(one.id, tuple(tests), ablated, told, whole, which)


def _ablated(one: Pattern, setting: Setting, results: Results) -> Iterator[Ablated]:
    for without in one.without:
        test = one.tests[without.part - 1]
        whole, wanted = values_of(test, results, setting), wanted_of(test)
        rest = values_of(test, results, setting, without)
        role, finding = role_of(whole, rest, wanted, paired=not test.given)
        yield Ablated(without, role, finding)


def _range(test: Test, setting: Setting, sampled: Results, wanted: Wanted) -> Range | None:
    """In how many draws the mean of a test, freed of the noise of few replicates, is as expected."""
    group = setting.job(test.terms()[0][0]).group
    draws = sampled.draws.get(group)
    if draws is None:
        return None
    means = shrunk(values_of(test, sampled, setting), draws)
    if np.isnan(means).all():
        return None
    return range_of(wanted.met(means))


def shrunk(values: Array, draws: Array) -> Array:
    """(D,) the mean of (R,) values given each draw, drawn together so that their variance is that between draws.

    Means of few replicates vary more than what they estimate [Louis1984]_; see `analysis.components`. A draw without a
    value has the mean of all; NaN everywhere where no replicate counts.
    """
    groups = grouped(values[None], draws)
    epistemic, aleatory, _ = variances(groups)
    _, centre, _, count = mean_of(groups)
    if not count[0]:
        return np.full(groups.mean.shape[-1], np.nan)
    of_means = epistemic + aleatory * count / np.maximum(groups.n.sum(axis=-1), 1)
    pull = np.sqrt(np.divide(epistemic, of_means, out=np.zeros_like(epistemic), where=of_means > 0))
    off = np.nan_to_num(groups.mean - centre[:, None])
    return np.asarray((centre[:, None] + np.nan_to_num(pull)[:, None] * off)[0])


def _together(
    one: Pattern | ClaimTest, setting: Setting, ranges: Sequence[Range], sampled: Results | None
) -> tuple[Range | None, tuple[Driver, ...]]:
    """Where in the range every test holds at once, and the parameters that tell where."""
    if sampled is None or len(ranges) < len(one.tests):
        return None, ()
    group = setting.job(one.tests[0].terms()[0][0]).group
    # A draw has the same parameters in every world: their luck is addressed by their ids.
    whole = range_of(np.all([spread.held for spread in ranges], axis=0))
    names, values = sampled.drawn[group]
    return whole, tuple(drivers(whole.held, names, values))
