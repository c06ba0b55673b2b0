"""The map of a report: what it shows in words and as a table; `map_chart` draws it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from steppe.report.figures.areas import areas_of
from steppe.report.figures.figure import Column, Figure
from steppe.report.figures.map_chart import map_chart, ways_of
from steppe.report.figures.telling import listed, percent
from steppe.report.figures.yearly import Means, left_out, means_of, named
from steppe.results.query import Run


def map_figure(
    run: Run,
    scenario: str,
    names: Mapping[str, str],
    shapes: Path | None = None,
    means: Means | str | None = None,
) -> Figure | str:
    """Alignment, membership and corridors on a map; or why there is none, as a sentence.

    scenario : the one that is shown first;  names : id → name
    shapes : a file of shapes of the user, else the ones that are shipped;  means : if they are at hand, see `means_of`
    Raises InputError for a file that holds no shapes.
    """
    start = date.fromisoformat(run.manifest["dates"][0])
    areas = areas_of(run.states, start, shapes, run.entities("segment"))
    found = means_of(run, scenario) if means is None else means
    if isinstance(found, str):
        return found
    if not areas.labels:
        return (
            f"There is no map: none of the states {listed(run.states)} has an area in the shapes; "
            "`--map FILE` takes a file that has."
        )
    rows = _rows(run, found)
    first, last = run.years[0], run.years[-1]
    outside = [state for state in run.states if state not in areas.labels]
    undrawn = set(run.entities("segment")) - set(ways_of(run, areas))
    return Figure(
        id="map",
        title=f"Alignment, membership and corridors, {first} to {last}",
        alt=_alt(run, scenario, rows, names, found),
        caption=_caption(run, found, outside, len(undrawn), shapes),
        chart=map_chart(run, found, scenario, names, areas, outside),
        columns=(
            Column("scenario", "Scenario"),
            Column("state", "State"),
            Column("lead_start", f"Leading pole {first}"),
            Column("share_start", f"Its share {first}", 3),
            Column("lead_end", f"Leading pole {last}"),
            Column("share_end", f"Its share {last}", 3),
        ),
        rows=[
            row
            | {"scenario": names.get(row["scenario"], row["scenario"]), "state": named(row["state"], names)}
            for row in rows
        ],
    )


def _rows(run: Run, means: Means) -> list[dict[str, Any]]:
    """The table: who leads at the start and at the end, by how much."""
    rows = []
    for scenario in means.scenarios:
        share = means.alignments[scenario].mean
        for i, state in enumerate(run.states):
            row: dict[str, Any] = {"scenario": scenario, "state": state}
            for when, y in (("start", 0), ("end", -1)):
                of_state = share[y, i]
                known = bool(np.isfinite(of_state).all())
                row[f"lead_{when}"] = run.poles[int(np.argmax(of_state))] if known else None
                row[f"share_{when}"] = float(of_state.max()) if known else None
            rows.append(row)
    return rows


def _alt(
    run: Run, scenario: str, rows: Sequence[Mapping[str, Any]], names: Mapping[str, str], means: Means
) -> str:
    """What there is to see, of the scenario that is shown first."""
    own = [row for row in rows if row["scenario"] == scenario]
    groups = {pole: [row for row in own if row["lead_end"] == pole] for pole in run.poles}

    def told(group: Sequence[Mapping[str, Any]]) -> str:
        return listed([f"{row['state']} ({percent(row['share_end'])})" for row in group])

    parts = [
        f"{names.get(pole, pole)} leads in {told(group)}"
        for pole, group in sorted(groups.items(), key=lambda item: -len(item[1]))
        if group
    ]
    moved = [
        f"{row['state']} from {row['lead_start']} to {row['lead_end']}"
        for row in own
        if row["lead_start"] != row["lead_end"]
    ]
    change = f" Since {run.years[0]} the lead changed in {listed(moved)}." if moved else ""
    change = change or f" It is the same pole as in {run.years[0]} everywhere."
    flows = means.flows[scenario]
    busiest = ""
    if flows.segments and np.nanmax(flows.flow[-1], initial=0.0) > 0:
        top = np.argsort(-np.nan_to_num(flows.flow[-1]), kind="stable")[:3]
        most = [f"{flows.segments[e]} ({flows.flow[-1, e]:.1f} Mt)" for e in top if flows.flow[-1, e] > 0]
        busiest = f" The corridors that carry most: {listed(most)}."
    return (
        f"Map of {run.years[-1]} under {names.get(scenario, scenario)}. {'; '.join(parts)}.{change}{busiest}"
    )


def _caption(run: Run, means: Means, outside: Sequence[str], undrawn: int, shapes: Path | None) -> str:
    parts = [
        "Move the slider for another year; the menus choose what is shown, the scenario and the part of the map. "
        "Colour: the pole with the largest mean share of a state's alignment, stronger the larger its share, with its "
        "code and share in the label; or the share of one pole, or the probability of membership of one body. Where "
        "there is little room the label is the pole alone, after an arrow, or nothing; the parts of the map show more."
    ]
    if run.entities("segment"):
        parts.append(
            "Lines are corridors, wide as what passes them in a year on average, dashed where they are open in less than half "
            "of the futures; sea legs and detours are sketched."
        )
    if outside:
        parts.append(f"Squares stand for what lies outside the map: {listed(outside)}.")
    if undrawn:
        parts.append(f"{undrawn} segments are not drawn: where they run is not coded.")
    parts.append(
        "Areas: "
        + ("a file of the user's." if shapes else "Natural Earth 4.1 (public domain).")
        + " Borders are drawn as "
        "that source has them and say nothing on whose a territory is."
    )
    return " ".join(parts) + left_out(run, means.scenarios)
