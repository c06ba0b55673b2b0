"""The network of ties: states on a circle, lines between those that are tied, year by year against the start."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from steppe.report.figures.figure import Column, Figure
from steppe.report.figures.telling import listed, number
from steppe.report.figures.theme import INK, PAPER, VERMILLION, inline
from steppe.report.figures.yearly import NOW, Means, controls, left_out, means_of, named, rounded
from steppe.results.query import Run

DEEP, PALE = "#00507d", "#949494"  # told apart in greyscale too; both 3:1 or more against paper
LEAST = {"tie": 0.3, "bodies": 1.5}  # weaker lines are not drawn: a rung, and a mean number of bodies
MOVED = {"tie": 0.05, "bodies": 0.25}  # changes since the start that are told by colour
WORDS = {"tie": "bilateral security ties with poles", "bodies": "bodies of which both are members"}
NEW, SAME, WEAKER, GONE = (
    "new or stronger",
    "about as at the start",
    "weaker",
    "no longer drawn, but at the start",
)


def network_figure(
    run: Run, scenario: str, names: Mapping[str, str], means: Means | str | None = None
) -> Figure | str:
    """Ties between states; or why there are none, as a sentence.

    scenario : the one that is shown first;  names : id → name;  means : if they are at hand, see `means_of`
    """
    found = means_of(run, scenario) if means is None else means
    if isinstance(found, str):
        return found
    rows = _rows(run, found)
    if not rows:
        return "There is no network of ties: no two states have a tie strong enough to be drawn, in any year."
    first, last = run.years[0], run.years[-1]
    return Figure(
        id="ties",
        title=f"Ties between states, {first} to {last}",
        alt=_alt(run, scenario, rows, names),
        caption=(
            "Move the slider for another year; the menu chooses between bilateral security ties, of which the runs keep those "
            "with poles (squares), and shared bodies. A line is the wider the stronger the tie is on average: the "
            f"rung, drawn from {LEAST['tie']:g}, or the mean number of bodies of which both are members, drawn from "
            f"{LEAST['bodies']:g}. Its colour and dashes say how it stands against {first}. States that share ties at the "
            "start stand near each other on the circle; where they stand has no other meaning." + left_out(run, found.scenarios)
        ),
        chart=_chart(run, found, scenario, names, rows),
        columns=(
            Column("scenario", "Scenario"),
            Column("kind", "Tie"),
            Column("state", "State"),
            Column("other", "With"),
            Column("start", f"{first}", 3),
            Column("end", f"{last}", 3),
        ),
        rows=[_told(row, names) for row in rows],
    )  # fmt: skip


def _told(row: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """A row as the table has it, in words."""
    return {
        "scenario": names.get(row["scenario"], row["scenario"]),
        "kind": WORDS[row["kind"]],
        "state": named(row["state"], names),
        "other": named(row["other"], names),
        "start": row["start"],
        "end": row["end"],
    }


def _strengths(run: Run, means: Means, scenario: str) -> dict[str, NDArray[np.float64]]:
    """(Y, N, N) by kind of tie, symmetric, 0 on the diagonal; a tie of two poles is the stronger of what both record."""
    ties, n = means.ties[scenario].mean, len(run.states)
    tie = np.zeros((len(run.years), n, n))
    for k, pole in enumerate(run.poles):
        if pole in run.states:
            j = run.states.index(pole)
            both = np.fmax(np.nan_to_num(ties[:, :, k]), tie[:, :, j])
            tie[:, :, j] = tie[:, j, :] = both
    bodies = np.nan_to_num(means.memberships[scenario].shared.copy())
    for one in (tie, bodies):
        one[:, np.arange(n), np.arange(n)] = 0.0
    return {"tie": tie, "bodies": bodies}


def _rows(run: Run, means: Means) -> list[dict[str, Any]]:
    """Every pair whose tie is drawn in some year."""
    rows = []
    for scenario in means.scenarios:
        for kind, strength in _strengths(run, means, scenario).items():
            for i, j in zip(*np.nonzero(np.triu(strength.max(axis=0) >= LEAST[kind])), strict=True):
                by_year = strength[:, i, j]
                row = {"scenario": scenario, "kind": kind, "state": run.states[i], "other": run.states[j]}
                rows.append(row | {"start": float(by_year[0]), "end": float(by_year[-1]), "by_year": by_year})
    return rows


def around(run: Run, means: Means) -> list[str]:
    """The states in the order in which they stand on the circle: tied ones near each other.

    By angle in the plane of the second and third eigenvectors of the normalised Laplacian of the ties at the start
    [vonLuxburg2007]_, which places strongly tied nodes close; signs are fixed by the first state.

    .. [vonLuxburg2007] von Luxburg, U. (2007) A tutorial on spectral clustering. Statistics and Computing 17, 395-416.
    """
    strength = _strengths(run, means, means.scenarios[0])
    weight = sum(one[0] / max(float(one[0].max()), 1e-9) for one in strength.values()) + 0.01
    np.fill_diagonal(weight, 0.0)
    degree = 1 / np.sqrt(weight.sum(axis=1))
    _, vectors = np.linalg.eigh(np.eye(len(run.states)) - degree[:, None] * weight * degree)
    plane = vectors[:, 1:3] * degree[:, None]
    plane = plane * np.where(plane[0] < 0, -1.0, 1.0)
    angle = np.round(np.arctan2(plane[:, -1], plane[:, 0]), 6)
    return [run.states[k] for k in np.argsort(angle, kind="stable")]


def _alt(run: Run, scenario: str, rows: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> str:
    """What there is to see: how many ties there are, the strongest, and what changed most."""
    parts = []
    for kind in LEAST:
        own = [row for row in rows if row["scenario"] == scenario and row["kind"] == kind]
        counts = [sum(row[when] >= LEAST[kind] for row in own) for when in ("start", "end")]
        parts.append(
            f"{WORDS[kind][0].upper()}{WORDS[kind][1:]}: {counts[0]} lines in {run.years[0]}, {counts[1]} in {run.years[-1]}"
        )
        strongest = sorted(own, key=lambda row: -row["end"])[:3]
        if strongest:
            told = [f"{row['state']} and {row['other']} ({number(row['end'])})" for row in strongest]
            parts[-1] += f"; the strongest are {listed(told)}"
        moved = sorted(own, key=lambda row: -abs(row["end"] - row["start"]))[:3]
        told = [
            f"{row['state']} and {row['other']} ({number(row['end'] - row['start'], signed=True)})"
            for row in moved
            if abs(row["end"] - row["start"]) >= MOVED[kind]
        ]
        parts[-1] += f"; the largest changes are those of {listed(told)}" if told else "; none changed much"
    return f"Network of {len(run.states)} states under {names.get(scenario, scenario)}. {'. '.join(parts)}."


def _chart(
    run: Run, means: Means, scenario: str, names: Mapping[str, str], rows: Sequence[Mapping[str, Any]]
) -> Any:
    import altair as alt

    circle = around(run, means)
    spots = {
        state: (math.cos(turn), math.sin(turn))
        for at, state in enumerate(circle)
        for turn in [2 * math.pi * at / len(circle) - math.pi / 2]
    }
    kinds = [kind for kind in LEAST if any(row["kind"] == kind for row in rows)]
    menu = alt.binding_select(options=kinds, labels=[WORDS[kind] for kind in kinds], name="Ties ")
    several: dict[str, Any] = {"bind": menu} if len(kinds) > 1 else {}
    params = [
        *controls(run, means.scenarios, scenario, names),
        alt.param(name="kind", value=kinds[0], **several),
        alt.param(name="height", expr="max(320, min(600, width))"),
    ]
    chart = alt.layer(_edges(rows, spots), *_nodes(run, names, circle, spots)).add_params(*params)
    return chart.properties(height=400)


def _at(x: str, y: str, radius: str = "") -> dict[str, str]:
    """Expressions for pixels of a point of the unit circle, which fills the picture but for the words around it."""
    size = f"(min(width, height) / 2 - 34{radius})"
    return {"x": f"width / 2 + {size} * {x}", "y": f"height / 2 + {size} * {y}"}


def _edges(rows: Sequence[Mapping[str, Any]], spots: Mapping[str, tuple[float, float]]) -> Any:
    import altair as alt

    data = [
        {
            "s": row["scenario"],
            "kind": row["kind"],
            "pair": f"{row['state']} – {row['other']}",
            "a": [round(one, 4) for one in spots[row["state"]]],
            "b": [round(one, 4) for one in spots[row["other"]]],
            "v": rounded(row["by_year"]),
        }
        for row in rows
    ]
    most = {
        kind: max((max(row["by_year"]) for row in rows if row["kind"] == kind), default=1.0) for kind in LEAST
    }
    least, moved = (f"(kind === 'tie' ? {of['tie']} : {of['bodies']})" for of in (LEAST, MOVED))
    base = alt.Chart(inline(data)).transform_filter("datum.s === scenario && datum.kind === kind")
    base = base.transform_calculate(now=f"datum.v[{NOW}]", start="datum.v[0]")
    base = base.transform_filter(f"datum.now >= {least} || datum.start >= {least}")
    base = base.transform_calculate(
        change=f"datum.now < {least} ? '{GONE}' : datum.now - datum.start >= {moved} ? '{NEW}' : "
        f"datum.start - datum.now >= {moved} ? '{WEAKER}' : '{SAME}'",
        wide=f"datum.now < {least} ? 1 : kind === 'tie' ? 1 + 5 * (datum.now - {LEAST['tie']}) / "
        f"{max(most['tie'] - LEAST['tie'], 0.1):.3f} : 0.6 + 4 * (datum.now - {LEAST['bodies']}) / "
        f"{max(most['bodies'] - LEAST['bodies'], 0.1):.3f}",
        said="format(datum.now, '.2f') + ', at the start ' + format(datum.start, '.2f')",
    )
    ends = {"1": _at("datum.a[0]", "datum.a[1]"), "2": _at("datum.b[0]", "datum.b[1]")}
    base = base.transform_calculate(
        x1=ends["1"]["x"], y1=ends["1"]["y"], x2=ends["2"]["x"], y2=ends["2"]["y"]
    )
    domain = [NEW, SAME, WEAKER, GONE]
    legend = alt.Legend(
        title=None, orient="top", direction="vertical", symbolType="stroke", symbolSize=300, values=domain
    )
    return base.mark_rule(aria=False, strokeCap="butt").encode(
        x=alt.X("x1:Q", scale=None, axis=None),
        y=alt.Y("y1:Q", scale=None, axis=None),
        x2="x2:Q",
        y2="y2:Q",
        stroke=alt.Stroke("change:N", scale=alt.Scale(domain=domain, range=[DEEP, PALE, VERMILLION, VERMILLION]), legend=legend),
        strokeDash=alt.StrokeDash(
            "change:N", scale=alt.Scale(domain=domain, range=[[1, 0], [1, 0], [7, 3], [1, 3]]), legend=legend
        ),
        size=alt.Size("wide:Q", scale=None),  # of a rule: its width
        tooltip=[alt.Tooltip("pair:N", title="Tie"), alt.Tooltip("said:N", title="Mean")],
    )  # fmt: skip


def _nodes(
    run: Run, names: Mapping[str, str], circle: Sequence[str], spots: Mapping[str, tuple[float, float]]
) -> list[Any]:
    """The states: poles as squares; the code outside the circle, on the side away from the middle."""
    import altair as alt

    data = [
        {
            "state": state,
            "name": names.get(state, state),
            "pole": state in run.poles,
            "cx": round(spots[state][0], 4),
            "cy": round(spots[state][1], 4),
        }
        for state in circle
    ]
    base = alt.Chart(inline(data))
    spot, word = _at("datum.cx", "datum.cy"), _at("datum.cx", "datum.cy", " + 19")
    base = base.transform_calculate(x=spot["x"], y=spot["y"], tx=word["x"], ty=word["y"])
    place = {"x": alt.X("x:Q", scale=None, axis=None), "y": alt.Y("y:Q", scale=None, axis=None)}
    dot = base.mark_point(filled=True, opacity=1, fill=INK, stroke=PAPER, strokeWidth=1.5, aria=False).encode(
        **place,
        shape=alt.condition("datum.pole", alt.value("square"), alt.value("circle")),
        size=alt.condition("datum.pole", alt.value(130), alt.value(80)),
        tooltip=[alt.Tooltip("name:N", title="State")],
    )
    text = base.mark_text(fontSize=12, color=INK, baseline="middle", aria=False).encode(
        x=alt.X("tx:Q", scale=None, axis=None), y=alt.Y("ty:Q", scale=None, axis=None), text="state:N"
    )
    return [dot, text]
