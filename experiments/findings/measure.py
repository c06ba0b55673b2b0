"""Measure what the documentation says the model shows, and print it as Markdown.

    python experiments/findings/measure.py [REPLICATES] > docs/findings.md

Scenarios are paired by replicate. ± is the standard error of the simulation; parameters are at their central values.
"""

import sys
from collections.abc import Callable, Sequence
from functools import cache

import numpy as np

from steppe.config.compose import compose
from steppe.mechanisms.events import KINDS
from steppe.results.tables import ChunkId, ChunkTables
from steppe.simulation import runner
from steppe.simulation.sizes import component_rows, component_sizes
from steppe.world.arrays import World

REPLICATES = int(sys.argv[1]) if len(sys.argv) > 1 else 4000
MEMBER, OBSERVER = 2, 1
Run = tuple[World, ChunkTables]


@cache
def simulated(
    scenario: str, years: int, overrides: tuple[str, ...] = (), replicates: int = REPLICATES
) -> Run:
    """The tables of one scenario, in memory."""
    config = compose([f"scenario={scenario}", f"ensemble.years={years}", *overrides])
    prepared = runner.prepare(config)
    return prepared.world, runner.simulate(prepared, ChunkId(scenario, 0, 0, replicates))


def happened(
    run: Run, kind: str, state: str | None, body: str, other: str | None = None, before: int = 10**6
) -> np.ndarray:
    """(R,) first step at which an event of the kind fell before a step, or -1."""
    world, tables = run
    events = tables["events"]
    which = events["kind"].codes == KINDS.index(kind)
    which &= events["organisation"].codes == world.organisations.index(body)
    if state is not None:
        which &= events["state"].codes == world.states.index(state)
    if other is not None:
        which &= events["other"].codes == world.organisations.index(other)
    which &= events["step"] < before
    replicates = len(tables["poles"]["replicate"]) // len(np.unique(tables["poles"]["year"]))
    first = np.full(replicates, -1)
    for replicate, step in zip(events["replicate"][which][::-1], events["step"][which][::-1], strict=True):
        first[replicate] = step
    return first


def statuses(run: Run, state: str, body: str) -> np.ndarray:
    """(R,) status at the end, from the start and the events."""
    world, tables = run
    i, o = world.states.index(state), world.organisations.index(body)
    events = tables["events"]
    last = np.full(len(happened(run, "void", None, body)), world.status[i, o], dtype=int)
    named = ("admitted", "observing", "left", "left_to_observer", "joined_by_merger", "intervention")
    moves = np.isin(events["kind"].codes, [KINDS.index(kind) for kind in named]) & (
        events["state"].codes == i
    )
    ends = np.isin(events["kind"].codes, [KINDS.index("merged"), KINDS.index("dissolved")])
    for row in np.flatnonzero((moves | ends) & (events["organisation"].codes == o)):
        last[events["replicate"][row]] = 0 if ends[row] else events["status_to"][row]
    return last


def at_end(run: Run, table: str, column: str, entity: str) -> np.ndarray:
    """(R,) a yearly series at its last year."""
    world, tables = run
    names = world.organisations if table == "organisations" else world.states
    years = len(np.unique(tables[table]["year"]))
    return tables[table][column].reshape(-1, years, len(names))[:, -1, names.index(entity)].astype(float)


def shown(values: np.ndarray) -> str:
    """Mean ± standard error, leaving out what is undefined."""
    kept = values[np.isfinite(values)]
    return f"{kept.mean():.3f} ± {kept.std(ddof=1) / np.sqrt(len(kept)):.3f}" if len(kept) > 1 else "–"


def line(*cells: object) -> None:
    print("| " + " | ".join(str(cell) for cell in cells) + " |")


def head(*cells: str) -> None:
    line(*cells)
    line(*("---" for _ in cells))


# --- sections ------------------------------------------------------------------------------------------


def sizes() -> None:
    print("\n## How large the components of a value are\n")
    print("Mean absolute size (largest) over members, and over states outside that may join, at the start.\n")
    found = {}
    for world in ("eurasia_2004", "eurasia_2026"):
        prepared = runner.prepare(compose([f"world={world}", "scenario=baseline"]))
        found[world] = component_sizes(component_rows(prepared.world, prepared.initial["baseline"]))
    head("component", "2004, members", "2004, others", "2026, members", "2026, others")
    for early, late in zip(*found.values(), strict=True):
        cells = [
            f"{row[k]:.3f} ({row[k + '_largest']:.2f})"
            for row in (early, late)
            for k in ("members", "others")
        ]
        line(early["term"], *cells)


def quiet_years() -> None:
    print("\n## Thirty quiet years\n")
    head("world", "", "start", "after 10 years", "after 20", "after 30")
    for world in ("eurasia_2004", "eurasia_2026"):
        _, tables = simulated("baseline", 30, (f"world={world}",), REPLICATES // 4)
        bodies = tables["organisations"]
        for name in ("members", "observers", "alive"):
            series = bodies[name].reshape(REPLICATES // 4, 31, -1).sum(axis=2)
            line(
                world,
                {"alive": "bodies alive"}.get(name, name),
                *(shown(series[:, y]) if y else f"{series[:, 0].mean():.0f}" for y in (0, 10, 20, 30)),
            )


CACO = {
    "everything on": (),
    "pressure off": ("mechanisms.pressure=false",),
    "dominance off": ("mechanisms.dominance=false",),
    "overlap off": ("mechanisms.overlap=false",),
    "consent off": ("mechanisms.consent=false",),
    "hegemon's interest off": ("parameters.value.influence=0",),
}


def merged_within(scenario: str, overrides: tuple[str, ...], years: int = 3) -> np.ndarray:
    """(R,) 1 where CACO was merged into EURASEC within so many years of October 2004 (step 3)."""
    run = simulated(scenario, 5, ("world=eurasia_2004", *overrides))
    return (happened(run, "merged", None, "CACO", "EURASEC", before=3 + 4 * years) >= 0).astype(float)


def caco() -> None:
    print("\n## The Central Asian Cooperation Organisation, from 2004\n")
    print(
        "CACO merged into EurAsEC within three years of October 2004, Russia put in at that date or barred.\n"
    )
    head("", "Russia in", "Russia out", "difference, paired")
    for name, overrides in CACO.items():
        inside = merged_within("russia_admitted_to_caco", overrides)
        outside = merged_within("russia_barred_from_caco", overrides)
        line(name, shown(inside), shown(outside), shown(inside - outside))
    crisis = merged_within("uzbekistan_security_shock", ())
    both = merged_within("russia_admitted_and_uzbekistan_shock", ())
    line("with Uzbekistan's security shock of 2005", shown(both), shown(crisis), shown(both - crisis))
    print(
        "\nMembers of the merged body that leave it within five years of the merger (runs of ten years in which it happened):\n"
    )
    run = simulated("russia_admitted_to_caco", 10, ("world=eurasia_2004",))
    merged = happened(run, "merged", None, "CACO", "EURASEC", before=20)
    head("state", "left EurAsEC within 5 years", "mergers")
    for state in ("UZB", "KAZ", "KGZ", "TJK"):
        left = np.maximum(
            happened(run, "left", state, "EURASEC"), happened(run, "left_to_observer", state, "EURASEC")
        )
        there = merged >= 0
        line(state, shown(((left > merged) & (left <= merged + 20))[there].astype(float)), int(there.sum()))
    votes = {
        name: simulated("russia_applies_to_caco", 5, ("world=eurasia_2004", *over))
        for name, over in list(CACO.items())[:2]
    }
    for name, run in votes.items():
        print(f"\nThe members admit Russia when it applies, {name}: {shown(first_vote(run, 'RUS', 'CACO'))}.")


def first_vote(run: Run, state: str, body: str) -> np.ndarray:
    """(R,) 1 where the state's first application for membership was granted."""
    granted, refused = happened(run, "admitted", state, body), happened(run, "refused", state, body)
    put = (granted >= 0) | (refused >= 0)
    return np.where(put, ((granted >= 0) & ((refused < 0) | (granted < refused))).astype(float), np.nan)


def community() -> None:
    print("\n## A major power and the Central Asian format, from 2026\n")
    head("", "admitted if it applies", "the same without pressure")
    for power, state in (("russia", "RUS"), ("china", "CHN"), ("turkiye", "TUR")):
        votes = [
            first_vote(simulated(f"{power}_applies_to_cca", 10, extra), state, "CCA")
            for extra in ((), ("mechanisms.pressure=false",))
        ]
        line(state, *(shown(vote) for vote in votes))
    print("\nTen years later, admitted without a vote against barred, paired:\n")
    head("", "cohesion", "depth", "exists", "merged into another")
    out = simulated("russia_barred_from_cca", 10)
    for power in ("russia", "china", "turkiye"):
        within = simulated(f"{power}_admitted_to_cca", 10)
        change = [
            at_end(within, "organisations", c, "CCA") - at_end(out, "organisations", c, "CCA")
            for c in ("cohesion", "depth", "alive")
        ]
        gone = [(happened(run, "merged", None, "CCA") >= 0).astype(float) for run in (within, out)]
        line(power, *(shown(values) for values in change), shown(gone[0] - gone[1]))


def uzbekistan_and_duals() -> None:
    print("\n## Uzbekistan and the dual members, at the end of ten years\n")
    head("scenario", "UZB member of EAEU", "UZB observer of EAEU")
    for scenario, extra in (
        ("baseline", ()),
        ("baseline", ("mechanisms.pressure=false",)),
        ("uzbekistan_joins_eaeu", ()),
        ("uzbekistan_joins_eaeu", ("mechanisms.pressure=false",)),
    ):
        status = statuses(simulated(scenario, 10, extra), "UZB", "EAEU")
        line(
            scenario + (", pressure off" if extra else ""),
            shown((status == MEMBER).astype(float)),
            shown((status == OBSERVER).astype(float)),
        )
    run = simulated("baseline", 10)
    print()
    for state in ("KAZ", "KGZ"):
        both = (statuses(run, state, "EAEU") == MEMBER) & (statuses(run, state, "CCA") == MEMBER)
        print(f"- {state} is a member of both the EAEU and the CCA: {shown(both.astype(float))}")


CHOICES: dict[str, Sequence[tuple[str, tuple[str, ...]]]] = {
    "hegemon's interest ι": [(f"{v}", (f"parameters.value.influence={v}",)) for v in (0, 0.1, 0.3, 1)],
    "cohesion floor rises with depth": [
        (f"{v}", (f"parameters.institutions.floor_slope={v}",)) for v in (0, 0.3, 0.6)
    ],
    "vote shocks": [
        ("fresh, cool-down 2 y", ()),
        ("persistent", ("parameters.membership.vote_persistent=1",)),
        ("fresh, cool-down ½ y", ("parameters.membership.cooldown=0.5",)),
        (
            "persistent, ½ y",
            ("parameters.membership.vote_persistent=1", "parameters.membership.cooldown=0.5"),
        ),
    ],
    "weight of UN votes in affinity": [
        (f"{v}", (f"parameters.world.affinity_agreement={v}",)) for v in (0.2, 0.4, 0.6)
    ],
    "weight of language": [(f"{v}", (f"parameters.world.affinity_language={v}",)) for v in (0.1, 0.3, 0.5)],
    "weight of rivalry": [(f"{v}", (f"parameters.world.affinity_rivalry={v}",)) for v in (0.3, 0.6, 0.9)],
}


def outcomes(extra: tuple[str, ...], replicates: int) -> list[np.ndarray]:
    """The outcomes by which a choice is judged."""
    quick: Callable[..., Run] = lambda s, y, o=(): simulated(s, y, (*o, *extra), replicates)  # noqa: E731
    old = ("world=eurasia_2004",)
    caco_in = (
        happened(quick("russia_admitted_to_caco", 5, old), "merged", None, "CACO", "EURASEC", before=15) >= 0
    )
    caco_out = (
        happened(quick("russia_barred_from_caco", 5, old), "merged", None, "CACO", "EURASEC", before=15) >= 0
    )
    base, barred = quick("baseline", 10), quick("russia_barred_from_cca", 10)
    admitted = quick("russia_admitted_to_cca", 10)
    cohesion = at_end(admitted, "organisations", "cohesion", "CCA") - at_end(
        barred, "organisations", "cohesion", "CCA"
    )
    seats = base[1]["organisations"]["members"].reshape(replicates, 11, -1)[:, -1].sum(axis=1).astype(float)
    alive = base[1]["organisations"]["alive"].reshape(replicates, 11, -1)[:, -1].sum(axis=1).astype(float)
    return [
        caco_in.astype(float) - caco_out,
        first_vote(quick("russia_applies_to_cca", 10), "RUS", "CCA"),
        cohesion,
        (statuses(base, "UZB", "EAEU") == MEMBER).astype(float),
        seats,
        alive,
    ]


def choices() -> None:
    print("\n## What the open choices change\n")
    print("One choice moved at a time; the middle or first row of each is the default or nearest to it.\n")
    head(
        "choice",
        "value",
        "CACO merged, Russia in − out",
        "Russia admitted to CCA if it applies",
        "cohesion of CCA, in − out",
        "UZB in EAEU 2036",
        "memberships 2036",
        "bodies 2036",
    )
    for name, options in CHOICES.items():
        for value, extra in options:
            line(name, value, *(shown(v) for v in outcomes(extra, REPLICATES // 4)))


def main() -> None:
    print("# What the model shows\n")
    print(
        f"Printed by `experiments/findings/measure.py`; {REPLICATES:,} replicates (a quarter of that in the first and last"
    )
    print(
        "tables), ± one standard error of the simulation, parameters at their central values: none of this says how sure"
    )
    print("the parameters are.")
    for section in (sizes, quiet_years, caco, community, uzbekistan_and_duals, choices):
        section()


if __name__ == "__main__":
    main()
