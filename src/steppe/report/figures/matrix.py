"""The membership matrix: how probably each state is a member, or an observer, of each body, year by year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from steppe.report.figures.figure import Column, Figure
from steppe.report.figures.telling import listed, percent
from steppe.report.figures.theme import PAPER, inline
from steppe.report.figures.yearly import NOW, Means, controls, left_out, means_of, named, rounded
from steppe.results.query import Run

DARK = "#0b3c6f"  # of a sure member
LIGHT = 0.69  # above it white words have the better contrast, 4.5:1 or more; below it black ones
OUTLINE = "#d55e00"
ROW = 25  # px, the height of a row
SHOWN = 0.005  # probabilities below are not printed
MOVED = 0.05  # a change that is told in words


def matrix_figure(
    run: Run, scenario: str, names: Mapping[str, str], means: Means | str | None = None
) -> Figure | str:
    """Probabilities of membership of all states in all bodies; or why there are none, as a sentence.

    scenario : the one that is shown first;  names : id → name;  means : if they are at hand, see `means_of`
    """
    found = means_of(run, scenario) if means is None else means
    if isinstance(found, str):
        return found
    if not run.organisations:
        return "The world has no bodies of which states are members."
    first, last = run.years[0], run.years[-1]
    states, bodies = order(found)
    rows = _rows(run, found, states, bodies, names)
    return Figure(
        id="memberships",
        title=f"Members and observers, {first} to {last}",
        alt=_alt(run, scenario, found, names),
        caption=(
            "Move the slider for another year. Each cell: the probability in per cent that the state is a member of the "
            "body, the darker the higher; below it, after a small o and from 5 on in an outline that is the heavier the "
            "higher, that it is an observer or a suspended member. An empty cell: neither in any of the futures. "
            "States and bodies of like membership stand together. Bodies: "
            + "; ".join(f"{body} {names[body]}" if body in names else body for body in bodies)
            + "."
            + left_out(run, found.scenarios)
        ),
        chart=_chart(run, found, scenario, names, states, bodies),
        columns=(
            Column("scenario", "Scenario"),
            Column("state", "State"),
            Column("organisation", "Body"),
            Column("member_start", f"Member {first}", 3),
            Column("member_end", f"Member {last}", 3),
            Column("observer_start", f"Observer {first}", 3),
            Column("observer_end", f"Observer {last}", 3),
        ),
        rows=rows,
    )


def order(means: Means) -> tuple[list[str], list[str]]:
    """States and bodies so that those of like membership stand together.

    By the first pair of singular vectors after the trivial one, which is correspondence analysis [Greenacre2017]_: it puts rows
    and columns of a table into the order in which its large cells lie along the diagonal. Membership counts 1, observing
    a half, at the start, with 0.02 everywhere so that no row is empty. The sign is fixed by the first state; what the first pair
    does not tell apart, as in a table of equal blocks, the second does.

    .. [Greenacre2017] Greenacre, M. (2017) Correspondence Analysis in Practice, 3rd ed. Chapman & Hall/CRC.
    """
    one = means.memberships[means.scenarios[0]]
    table = np.nan_to_num(one.member[0] + 0.5 * one.observer[0]) + 0.02
    table /= table.sum()
    row, column = table.sum(axis=1), table.sum(axis=0)
    left, _, right = np.linalg.svd((table - np.outer(row, column)) / np.sqrt(np.outer(row, column)))
    along, across = left[:, :2] / np.sqrt(row)[:, None], right[:2].T / np.sqrt(column)[:, None]
    sign = -1.0 if along[0, 0] > 0 else 1.0
    return _sorted(one.states, sign * along), _sorted(one.organisations, sign * across)


def _sorted(names: Sequence[str], by: NDArray[np.float64]) -> list[str]:
    """By the first column of `by`, equal ones by the second."""
    first, *rest = np.round(by, 9).T
    return [names[k] for k in np.lexsort((*rest, first))]


def _rows(
    run: Run, means: Means, states: Sequence[str], bodies: Sequence[str], names: Mapping[str, str]
) -> list[dict[str, Any]]:
    """The table: every pair that is anything but 0 at the start or at the end."""
    rows = []
    for scenario in means.scenarios:
        one = means.memberships[scenario]
        for state in states:
            for body in bodies:
                i, o = run.states.index(state), run.organisations.index(body)
                numbers = {
                    "member_start": float(one.member[0, i, o]),
                    "member_end": float(one.member[-1, i, o]),
                    "observer_start": float(one.observer[0, i, o]),
                    "observer_end": float(one.observer[-1, i, o]),
                }
                if any(numbers.values()):
                    words = {"scenario": names.get(scenario, scenario), "state": named(state, names)}
                    rows.append(words | {"organisation": body} | numbers)
    return rows


def _alt(run: Run, scenario: str, means: Means, names: Mapping[str, str]) -> str:
    """What there is to see: size of each body, and what changed most."""
    one = means.memberships[scenario]
    first, last = run.years[0], run.years[-1]
    sizes = [
        f"{body} {one.member[0, :, o].sum():.0f} and {one.member[-1, :, o].sum():.1f}"
        for o, body in enumerate(run.organisations)
    ]
    change = np.nan_to_num(one.member[-1] - one.member[0])
    largest = np.argsort(-np.abs(change), axis=None, kind="stable")[:5]
    told = []
    for i, o in zip(*np.unravel_index(largest, change.shape), strict=True):
        if abs(change[i, o]) >= MOVED:
            before, after = percent(one.member[0, i, o]), percent(one.member[-1, i, o])
            told.append(f"{run.states[i]} in {run.organisations[o]} from {before} to {after}")
    moved = (
        f"The probability of membership changed most for {listed(told)}."
        if told
        else (f"No probability of membership changed by {percent(MOVED)} or more.")
    )
    return (
        f"Matrix of {len(run.states)} states and {len(run.organisations)} bodies under {names.get(scenario, scenario)}. "
        f"Members on average in {first} and {last}: {'; '.join(sizes)}. {moved}"
    )


def _chart(
    run: Run,
    means: Means,
    scenario: str,
    names: Mapping[str, str],
    states: Sequence[str],
    bodies: Sequence[str],
) -> Any:
    import altair as alt

    base = alt.Chart(inline(_cells(run, means, names))).transform_filter("datum.s === scenario")
    base = base.transform_calculate(member=f"datum.m[{NOW}]", observer=f"datum.w[{NOW}]")
    text = "{0} < 0.005 ? '' : {0} > 0.995 ? {1} '100' : {0} < 0.01 ? {1} '<1' : {1} format(100 * {0}, '.0f')"
    base = base.transform_calculate(
        inside=text.format("datum.member", "'' +"), outside=text.format("datum.observer", "'o ' +")
    )
    base = base.encode(
        x=alt.X("body:N", sort=list(bodies), title=None, axis=alt.Axis(orient="top", labelAngle=-90, domain=False, ticks=False)),
        y=alt.Y("state:N", sort=list(states), title=None, axis=alt.Axis(domain=False, ticks=False)),
    )  # fmt: skip
    shade = alt.Fill(
        "member:Q", scale=alt.Scale(domain=[0, 1], range=[PAPER, DARK], interpolate="rgb"), legend=None
    )
    tooltip = [
        alt.Tooltip("name:N", title="State"),
        alt.Tooltip("body:N", title="Body"),
        alt.Tooltip("member:Q", title="P(member)", format=".3f"),
        alt.Tooltip("observer:Q", title="P(observer)", format=".3f"),
    ]
    cell = base.mark_rect(stroke="#d9d9d9", strokeWidth=0.5, aria=False).encode(fill=shade, tooltip=tooltip)
    edge = base.transform_filter("datum.observer >= 0.05").mark_rect(
        fill=None, stroke=OUTLINE, aria=False, clip=False,
        width={"band": 0.88}, height={"band": 0.86},
    )  # fmt: skip
    edge = edge.encode(
        strokeWidth=alt.StrokeWidth("observer:Q", scale=alt.Scale(domain=[0, 1], range=[0.6, 3]), legend=None)
    )
    colour = alt.condition(f"datum.member > {LIGHT}", alt.value(PAPER), alt.value("#000000"))
    both = "datum.inside !== '' && datum.outside !== ''"
    style: dict[str, Any] = {"fontSize": 11, "aria": False, "baseline": "middle"}
    member = base.mark_text(**style, dy={"expr": f"{both} ? -5 : 0"}).encode(text="inside:N", color=colour)
    watcher = base.mark_text(**style | {"fontSize": 9.5}, dy={"expr": f"{both} ? 6 : 0"}).encode(
        text="outside:N", color=colour
    )
    chart = alt.layer(cell, edge, member, watcher).add_params(
        *controls(run, means.scenarios, scenario, names)
    )
    return chart.properties(height=ROW * len(states))


def _cells(run: Run, means: Means, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """A row per scenario, state and body: probabilities by year, as a member and as one that watches."""
    rows = []
    for scenario in means.scenarios:
        one = means.memberships[scenario]
        for i, state in enumerate(run.states):
            for o, body in enumerate(run.organisations):
                rows.append(
                    {
                        "s": scenario,
                        "state": state,
                        "name": names.get(state, state),
                        "body": body,
                        "m": rounded(one.member[:, i, o]),
                        "w": rounded(one.observer[:, i, o]),
                    }
                )
    return rows
