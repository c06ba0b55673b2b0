"""The outcome measures: what each one is, its unit, and where a run stores it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from steppe.errors import input_error
from steppe.world.arrays import World

SYSTEM = "system"
#: restate the stages in years: they grow with every year of a run, and differ where the stages do
TIMES = ("years_until", "years_to")


@dataclass(frozen=True)
class Measure:
    """One outcome measure.

    of : what it is measured of: state, organisation, pole, segment, demand, process; two for pairs (a stage is one of
        its process); () for the system as a whole
    table, column : where it is stored; "history" follows from the events, "stages" from the years; `{}` is a pole
    probability : true or false in each replicate, so that its mean is a probability
    scale : a change that weighs as much as a certain change of membership; ranks changes of unlike measures
    """

    id: str
    of: tuple[str, ...]
    unit: str
    definition: str
    table: str
    column: str
    probability: bool = False
    scale: float = 1.0


MEASURES: tuple[Measure, ...] = (
    Measure("member", ("state", "organisation"), "1", "the state is a member", "history", "member", True),
    Measure(
        "observer",
        ("state", "organisation"),
        "1",
        "the state is an observer or a suspended member",
        "history",
        "observer",
        True,
        2.0,
    ),
    Measure(
        "leaders",
        ("state",),
        "1",
        "number of changes of leader since the start, by an election or otherwise",
        "history",
        "leaders",
        scale=3.0,
    ),
    Measure("alive", ("organisation",), "1", "the organisation exists", "organisations", "alive", True),
    Measure(
        "merged",
        ("organisation", "other"),
        "1",
        "the first has merged into the second",
        "history",
        "merged",
        True,
    ),
    Measure(
        "depth", ("organisation",), "1", "rung height; 0 once it is gone", "organisations", "depth", scale=0.2
    ),
    Measure(
        "cohesion",
        ("organisation",),
        "1",
        "cohesion, in the replicates where it exists with two members or more",
        "organisations",
        "cohesion",
        scale=0.5,
    ),
    Measure("members", ("organisation",), "1", "number of members", "organisations", "members", scale=3.0),
    Measure(
        "observers",
        ("organisation",),
        "1",
        "number of observers and suspended members",
        "organisations",
        "observers",
        scale=6.0,
    ),
    Measure(
        "share", ("state", "pole"), "1", "alignment share of the pole", "alignments", "share_{}", scale=0.3
    ),
    Measure(
        "multivector",
        ("state",),
        "1",
        "multi-vector index: 0 one pole, 1 all alike",
        "alignments",
        "multivector",
        scale=0.5,
    ),
    Measure(
        "display_gap",
        ("state",),
        "1",
        "half the L1 distance between displayed and revealed alignment",
        "alignments",
        "display_gap",
        scale=0.3,
    ),
    Measure("need", ("state",), "1", "residual need for protection, 0 to 1", "states", "need", scale=0.3),
    Measure(
        "welfare",
        ("state",),
        "log points",
        "log welfare from trade, start of the run = 0",
        "states",
        "welfare",
        scale=0.05,
    ),
    Measure(
        "influence",
        ("pole",),
        "1",
        "influence of the pole: GDP-weighted mean share over states that are not poles",
        "poles",
        "influence_{}",
        scale=0.2,
    ),
    Measure(
        "polarisation",
        (),
        "1",
        "mean distance between the alignments of two states that are not poles",
        "poles",
        "polarisation",
        scale=0.2,
    ),
    Measure("open", ("segment",), "1", "the segment of a corridor is open", "corridors", "status", True, 1.0),
    Measure("flow", ("segment",), "Mt/y", "what passes the segment", "corridors", "flow", scale=20.0),
    Measure(
        "shipped", ("demand",), "Mt/y", "what is shipped of the demand", "demands", "shipped", scale=10.0
    ),
    Measure(
        "transport_cost",
        ("demand",),
        "USD/t",
        "logsum cost of the demand's routes and of not shipping",
        "demands",
        "cost",
        scale=40.0,
    ),
    Measure(
        "dependence",
        ("demand", "pole"),
        "1",
        "share of what is shipped that crosses a segment owned or sponsored by the pole, where any is",
        "demands",
        "via_{}",
        scale=0.5,
    ),
    Measure("approval", ("state",), "1", "approval of the government", "states", "approval", scale=0.3),
    Measure("crisis", ("state",), "1", "size of the financial crisis", "states", "crisis", scale=1.0),
    Measure(
        "partners", ("state",), "1", "number of bilateral ties of .3 or more", "states", "partners", scale=3.0
    ),
    Measure(
        "allies", ("state",), "1", "number of bilateral ties of .5 or more", "states", "allies", scale=2.0
    ),
    Measure(
        "neighbours",
        ("state",),
        "1",
        "mean affinity with the states at its borders",
        "states",
        "neighbours",
        scale=0.5,
    ),
    Measure(
        "tie",
        ("state", "pole"),
        "1",
        "bilateral security rung with the pole",
        "alignments",
        "tie_{}",
        scale=0.5,
    ),
    Measure(
        "affinity",
        ("state", "pole"),
        "1",
        "affinity with the pole",
        "alignments",
        "affinity_{}",
        scale=0.5,
    ),
    Measure(
        "closeness",
        ("organisation",),
        "1",
        "mean affinity of the members, in the replicates where there are two or more",
        "organisations",
        "closeness",
        scale=0.5,
    ),
    Measure(
        "stage",
        ("process",),
        "1",
        "number of stages that the process has come",
        "processes",
        "stage",
        scale=1.0,
    ),
    Measure(
        "support",
        ("process",),
        "1",
        "public support of the process, mean over its parties",
        "processes",
        "support",
        scale=0.3,
    ),
    Measure(
        "reached",
        ("process", "stage"),
        "1",
        "the process is at the stage or beyond",
        "stages",
        "reached",
        True,
    ),
    Measure(
        "years_until",
        ("process", "stage"),
        "y",
        "years until an observation first finds the process at the stage or beyond, where one does",
        "stages",
        "years_until",
        scale=5.0,
    ),
    Measure(
        "years_to",
        ("process", "stage"),
        "y",
        "years until an observation first finds the process at the stage or beyond, or the years so far where none has: its "
        "mean is the restricted mean time, and differences lose no replicate",
        "stages",
        "years_to",
        scale=5.0,
    ),
)


def catalogue() -> list[dict[str, Any]]:
    """Every measure: id, of, unit, definition."""
    return [
        {"id": m.id, "of": " × ".join(m.of) or SYSTEM, "unit": m.unit, "definition": m.definition}
        for m in MEASURES
    ]


def chosen(names: Iterable[str] | None = None) -> tuple[Measure, ...]:
    """Measures by id in the order of `MEASURES`, all if None; InputError for an unknown one."""
    known = [measure.id for measure in MEASURES]
    wanted = known if names is None else list(names)
    for name in wanted:
        if name not in known:
            raise input_error("no such measure", key="measure", value=name, accepted=known)
    return tuple(measure for measure in MEASURES if measure.id in wanted)


class Listed(Protocol):
    """What there is to be measured: a run, or a world before it is run."""

    @property
    def poles(self) -> tuple[str, ...]:
        """Ids of the poles."""

    @property
    def stages(self) -> Mapping[str, tuple[str, ...]]:
        """Stages of each process, in order."""

    def entities(self, column: str) -> tuple[str, ...]:
        """Ids of what a column of the tables names."""


@dataclass(frozen=True)
class OfWorld:
    """The ids of a world, as a run of it lists them."""

    world: World

    @property
    def poles(self) -> tuple[str, ...]:
        """Ids of the poles."""
        return self.world.poles

    @property
    def stages(self) -> Mapping[str, tuple[str, ...]]:
        """Stages of each process, in order."""
        agenda = self.world.agenda
        return dict(zip(agenda.processes, agenda.stages, strict=True))

    def entities(self, column: str) -> tuple[str, ...]:
        """Ids of what a column of the tables names."""
        world = self.world
        names = {
            "state": world.states,
            "organisation": world.organisations,
            "segment": world.network.segments,
            "demand": world.network.demands,
            "process": world.agenda.processes,
        }
        return names[column]


def entities(measure: Measure, run: Listed) -> tuple[str, ...]:
    """Ids of what a measure is measured of in a run or a world, in order; pairs as FIRST/SECOND."""
    if not measure.of:
        return (SYSTEM,)
    if measure.of == ("process", "stage"):  # the stage where a process began is no outcome
        return tuple(f"{name}/{stage}" for name, stages in run.stages.items() for stage in stages[1:])
    members = [_members(kind, run) for kind in measure.of]
    if len(members) == 1:
        return members[0]
    first, second = members
    return tuple(f"{a}/{b}" for a in first for b in second)


def _members(kind: str, run: Listed) -> tuple[str, ...]:
    if kind == "pole":
        return run.poles
    return run.entities("organisation" if kind == "other" else kind)
