"""The picture of the map: areas coloured by what can be chosen, with the corridors, year by year.

One spec holds all years and scenarios; expressions pick what is shown from arrays of numbers, so that moving the slider costs a
lookup and no data is stored twice. The projection is Lambert's azimuthal equal-area one [Snyder1987]_, centred on the part that
is shown; its scale follows the width.

.. [Snyder1987] Snyder, J. P. (1987) Map Projections: A Working Manual. USGS Professional Paper 1395.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from steppe.report.figures.areas import EARTH, Areas, ways
from steppe.report.figures.theme import EDGE, INK, PAPER, inline
from steppe.report.figures.yearly import NOW, Means, controls, rounded
from steppe.results.query import Run

# Okabe & Ito, then three of Tol's muted set; more poles than these are told apart by their codes on the map alone
HUES = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#332288", "#999933", "#882255")
BODY = "#5d4a9c"  # a membership
LAND, COAST, UNKNOWN = "#efefef", "#c4c4c4", "#bdbdbd"
FULL, SHORT = 44, 20  # px that a label of two lines, or of one, takes
LEAD = "leading pole"


def map_chart(
    run: Run, means: Means, scenario: str, names: Mapping[str, str], areas: Areas, outside: Sequence[str]
) -> Any:
    import altair as alt

    layers = [*_shapes(areas, run), *_corridors(run, means, names, areas), *_labels(run)]
    layers += _squares(run) if outside else []
    chart = alt.layer(*layers, data=inline(areas.data, **areas.format))
    chart = chart.add_params(*_params(run, means, scenario, names, areas)).properties(
        height=400, datasets={"states": _numbers(run, means, names, areas, outside)}
    )
    view = "views[view]"
    chart = chart.project(
        type="azimuthalEqualArea",
        rotate=alt.ExprRef(f"[-{view}.lon, -{view}.lat]"),
        scale=alt.ExprRef(f"width * {EARTH:g} / {view}.km"),
        translate=alt.ExprRef("[width / 2, height / 2]"),
    )
    return chart.configure_view(stroke=COAST)


def _params(run: Run, means: Means, scenario: str, names: Mapping[str, str], areas: Areas) -> list[Any]:
    """What can be chosen, and the lists in which it is looked up."""
    import altair as alt

    shown: list[Any] = [
        "lead",
        *(f"p{k}" for k in range(len(run.poles))),
        *(f"m{o}" for o in range(len(run.organisations))),
    ]
    words = [LEAD, *(f"alignment with {pole}" for pole in run.poles)]
    words += [f"member of {body}" for body in run.organisations]
    views = [{"lon": one.centre[0], "lat": one.centre[1], "km": one.width} for one in areas.views]
    parts = alt.binding_select(
        options=list(range(len(views))), labels=[one.name for one in areas.views], name="Part "
    )
    several: dict[str, Any] = {"bind": parts} if len(views) > 1 else {}
    own: list[Any] = [
        alt.param(name="poles", value=list(run.poles)),
        alt.param(name="views", value=views),
        alt.param(
            name="show", value="lead", bind=alt.binding_select(options=shown, labels=words, name="Show ")
        ),
        alt.param(name="view", value=0, **several),
        # the map is as high as its width wants
        alt.param(name="height", expr="max(270, min(680, 0.6 * width))"),
    ]
    lines = [alt.param(name="lines", value=True, bind=alt.binding_checkbox(name="Corridors "))]
    return [
        *controls(run, means.scenarios, scenario, names),
        *own,
        *(lines if run.entities("segment") else []),
    ]


def _numbers(
    run: Run, means: Means, names: Mapping[str, str], areas: Areas, outside: Sequence[str]
) -> list[dict[str, Any]]:
    """A row per state and scenario: its shares (year, pole) and memberships (year, body), and where its label stands."""
    rows = []
    for scenario in means.scenarios:
        share, member = means.alignments[scenario].mean, means.memberships[scenario].member
        for i, state in enumerate(run.states):
            row: dict[str, Any] = {"key": f"{state}|{scenario}", "state": state, "scenario": scenario}
            row |= {"name": names.get(state, state), "a": rounded(share[:, i]), "m": rounded(member[:, i])}
            label = areas.labels.get(state)
            if label:
                row |= {"lon": label.at[0], "lat": label.at[1], "room": label.room}
                row |= {"lon2": label.start[0], "lat2": label.start[1]} if label.start else {}
            else:
                row["square"] = outside.index(state)
            rows.append(row)
    return rows


def _chosen(chart: Any) -> Any:
    """Adds what is shown of a state: `v` the number, `hue` whose colour, `words` both as text."""
    pole, body = "toNumber(slice(show, 1))", "toNumber(slice(show, 1))"
    chart = chart.transform_calculate(now=f"datum.a[{NOW}]")
    chart = chart.transform_calculate(
        v=f"show === 'lead' ? extent(datum.now)[1] : slice(show, 0, 1) === 'p' ? datum.now[{pole}] : datum.m[{NOW}][{body}]"
    )
    chart = chart.transform_calculate(
        hue=f"show === 'lead' ? poles[indexof(datum.now, datum.v)] : slice(show, 0, 1) === 'p' ? poles[{pole}] : 'member'",
        percent="isValid(datum.v) ? format(100 * datum.v, '.0f') + ' %' : '–'",
    )
    return chart.transform_calculate(words="(show === 'lead' ? datum.hue + ' ' : '') + datum.percent")


def _fill(run: Run) -> dict[str, Any]:
    """Hue by pole, strength by number."""
    import altair as alt

    hues = [HUES[k] if k < len(HUES) else BODY for k in range(len(run.poles))]
    scale = alt.Scale(domain=[*run.poles, "member"], range=[*hues, BODY])
    legend = alt.Legend(
        orient="top",
        direction="horizontal",
        columns=6,
        values=list(run.poles),
        title=None,
        symbolOpacity=1,
        symbolType="square",
        symbolStrokeWidth=0,
        aria=False,
    )
    return {
        "fill": alt.condition(
            "isValid(datum.v)", alt.Fill("hue:N", scale=scale, legend=legend), alt.value(UNKNOWN)
        ),
        "fillOpacity": alt.FillOpacity(
            "v:Q", scale=alt.Scale(domain=[0, 1], range=[0.04, 0.85], clamp=True), legend=None
        ),
    }


def _tooltip(run: Run) -> list[Any]:
    import altair as alt

    return [
        alt.Tooltip("name:N", title="State"),
        alt.Tooltip("words:N", title="Shown"),
        alt.Tooltip("all:N", title="Alignment"),
    ]


def _all(run: Run) -> str:
    """An expression: all shares of a state as text."""
    parts = [
        f"{json.dumps(('' if k == 0 else ' · ') + pole + ' ')} + format(100 * datum.now[{k}], '.0f')"
        for k, pole in enumerate(run.poles)
    ]
    return " + ".join(parts) + " + ' %'"


def _shapes(areas: Areas, run: Run) -> list[Any]:
    import altair as alt

    land = alt.Chart().mark_geoshape(fill=LAND, stroke=COAST, strokeWidth=0.5, clip=True, aria=False)
    key = "datum.properties.agent + '|' + scenario"
    own = alt.Chart().mark_geoshape(strokeWidth=0.7, clip=True, aria=False)
    own = own.transform_filter("isValid(datum.properties.agent)").transform_calculate(key=key)
    own = own.transform_lookup(
        lookup="key",
        from_=alt.LookupData(data=alt.NamedData(name="states"), key="key", fields=["a", "m", "name"]),
    )
    own = _chosen(own).transform_calculate(all=_all(run))
    border = alt.condition("datum.v > 0.6", alt.value(PAPER), alt.value(EDGE))
    return [land, own.encode(**_fill(run), stroke=border, tooltip=_tooltip(run))]


def ways_of(run: Run, areas: Areas) -> dict[str, Any]:
    """Segment → the points of its way, as far as it is known; a user's own ways go before."""
    return ways(run.entities("segment")) | areas.lines


def _corridors(run: Run, means: Means, names: Mapping[str, str], areas: Areas) -> list[Any]:
    """The lines, in a casing of paper that sets them off from dark areas."""
    import altair as alt

    drawn = ways_of(run, areas)
    if not drawn:
        return []
    rows, most = [], 1.0
    for scenario in means.scenarios:
        flows = means.flows[scenario]
        most = max(most, float(np.nanmax(flows.flow, initial=0.0)))
        for e, segment in enumerate(flows.segments):
            row = {
                "key": f"{segment}|{scenario}",
                "f": rounded(flows.flow[:, e]),
                "o": rounded(flows.open[:, e]),
            }
            rows.append(row)
    shapes = [
        {"type": "Feature", "id": name, "name": names.get(name, name),
         "geometry": {"type": "LineString", "coordinates": [list(one) for one in way]}}
        for name, way in drawn.items()
    ]  # fmt: skip
    base = alt.Chart(inline(shapes)).transform_filter("lines")
    base = base.transform_calculate(key="datum.id + '|' + scenario").transform_lookup(
        lookup="key", from_=alt.LookupData(data=inline(rows), key="key", fields=["f", "o"])
    )
    base = base.transform_calculate(flow=f"datum.f[{NOW}]", open=f"datum.o[{NOW}]")
    base = base.transform_calculate(
        said="format(datum.flow, '.1f') + ' Mt a year, open in ' + format(100 * datum.open, '.0f') + ' %'",
        wide=f"0.8 + 6.2 * min(1, width / 900) * datum.flow / {most:.3f}",
    )
    width = alt.StrokeWidth("wide:Q", scale=None)
    casing = base.transform_calculate(wide="datum.wide + 2").mark_geoshape(
        filled=False, stroke=PAPER, strokeOpacity=0.75, clip=True, aria=False
    )
    line = base.mark_geoshape(filled=False, stroke=INK, clip=True, aria=False)
    return [
        casing.encode(strokeWidth=width),
        line.encode(
            strokeWidth=width,
            strokeDash=alt.condition("datum.open < 0.5", alt.value([3, 3]), alt.value([1, 0])),
            tooltip=[alt.Tooltip("name:N", title="Corridor"), alt.Tooltip("said:N", title="Mean")],
        ),
    ]


def _own(run: Run) -> Any:
    """A row per state of the scenario that is shown."""
    import altair as alt

    chart = alt.Chart(alt.NamedData(name="states")).transform_filter("datum.scenario === scenario")
    return _chosen(chart).transform_calculate(all=_all(run))


def _labels(run: Run) -> list[Any]:
    """Code and number of each state, in a halo; left out where there is no room at the width that the map has."""

    base = _own(run).transform_filter("isValid(datum.lon)")
    base = base.transform_calculate(px="datum.room * width / views[view].km")
    base = base.transform_filter(f"datum.px >= {SHORT}")
    base = base.transform_calculate(
        text=f"datum.px >= {FULL} ? datum.state + '\\n' + datum.words : show === 'lead' ? '→ ' + datum.hue : datum.percent"
    )
    ends = {"longitude": "lon:Q", "latitude": "lat:Q", "longitude2": "lon2:Q", "latitude2": "lat2:Q"}
    leader = base.transform_filter("isValid(datum.lon2)").mark_rule(
        color=INK, strokeWidth=0.8, clip=True, aria=False
    )
    return [leader.encode(**ends), *_haloed(base, longitude="lon:Q", latitude="lat:Q")]


def _haloed(base: Any, **place: Any) -> list[Any]:
    style = {
        "fontSize": 11,
        "lineBreak": "\n",
        "lineHeight": 12,
        "baseline": "middle",
        "clip": True,
        "aria": False,
    }
    halo = base.mark_text(**style, stroke=PAPER, strokeWidth=3, strokeOpacity=0.85, strokeJoin="round")
    return [
        halo.encode(text="text:N", **place),
        base.mark_text(**style, color=INK).encode(text="text:N", **place),
    ]


def _squares(run: Run) -> list[Any]:
    """What lies outside the map, as squares in its lower left corner."""
    import altair as alt

    base = _own(run).transform_filter("isValid(datum.square)")
    base = base.transform_calculate(
        x="34 + 62 * datum.square", y="height - 26", text="datum.state + '\\n' + datum.words"
    )
    place = {"x": alt.X("x:Q", scale=None, axis=None), "y": alt.Y("y:Q", scale=None, axis=None)}
    under = base.mark_point(shape="square", size=3000, filled=True, fill=PAPER, opacity=1, aria=False)
    square = base.mark_point(
        shape="square", size=1800, filled=True, stroke=EDGE, strokeWidth=0.8, opacity=1, aria=False
    )
    return [
        under.encode(**place),
        square.encode(**place, **_fill(run), tooltip=_tooltip(run)),
        *_haloed(base, **place),
    ]
