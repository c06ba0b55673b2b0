"""The page: one HTML file with style, scripts, pictures and numbers inside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from steppe import paths
from steppe.report.figures.figure import Figure
from steppe.report.html.content import Answer
from steppe.report.html.numbers import Sentence
from steppe.report.html.table import Table, of_figure
from steppe.results.files import write_text

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Section:
    """A part of the page.

    short : for the list of contents;  intro : paragraphs;  points : a list
    blocks : (title, text) in fixed width; one with a title is shown when it is opened
    """

    id: str
    short: str
    title: str
    intro: Sequence[str] = ()
    points: Sequence[str] = ()
    figures: Sequence[Figure] = ()
    tables: Sequence[Table] = ()
    blocks: Sequence[tuple[str, str]] = ()

    @property
    def empty(self) -> bool:
        """Whether there is nothing in it."""
        return not (self.intro or self.points or self.figures or self.tables or self.blocks)


@dataclass(frozen=True)
class Page:
    """All that stands on a page; texts are plain and are escaped when they are written."""

    title: str
    lead: Sequence[str]
    facts: str
    answers: Sequence[Answer]
    sweep: Sequence[Sentence]
    ids: Mapping[str, str]
    sections: Sequence[Section]
    run: str
    version: str


def html(page: Page) -> str:
    """The page as text."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["code"] = _code
    sections = [
        {
            **{
                name: getattr(one, name)
                for name in ("id", "short", "title", "intro", "points", "tables", "blocks")
            },
            "figures": [_figure(each, Markup) for each in one.figures],
        }
        for one in page.sections
        if not one.empty
    ]
    drawn = any(section["figures"] for section in sections)
    text: str = environment.get_template("page.html.jinja").render(
        **{
            name: getattr(page, name)
            for name in ("title", "lead", "facts", "answers", "sweep", "ids", "run", "version")
        },
        sections=sections,
        css=Markup(_read("page.css")),
        js=Markup(_read("page.js")),
        bundle=Markup(_bundle()) if drawn else "",
    )
    return text


def _code(text: str) -> Any:
    """A text with what stands between `…` set as code; all of it escaped."""
    from markupsafe import Markup, escape

    parts = text.split("`")
    if len(parts) % 2 == 0:  # an odd one is no mark
        return escape(text)
    marked = (
        Markup("<code>{}</code>").format(part) if n % 2 else escape(part) for n, part in enumerate(parts)
    )
    return Markup("").join(marked)


def _figure(figure: Figure, markup: Any) -> dict[str, Any]:
    """What the template needs of a figure."""
    from steppe.report.figures.theme import script_json, spec

    plain = {name: getattr(figure, name) for name in ("id", "title", "alt", "caption")}
    return {**plain, "table": of_figure(figure), "spec": markup(script_json(spec(figure)))}


def _bundle() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script, from the package that brings them; kept, since to make it takes seconds."""
    kept = paths.cache() / f"vega-{version('vl-convert-python')}.js"
    with suppress(OSError):
        return kept.read_text(encoding="utf-8")
    import vl_convert

    made: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    script = made.replace("</script", "<\\/script")
    with suppress(OSError):
        kept.parent.mkdir(parents=True, exist_ok=True)
        write_text(kept, script)
    return script


def _read(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")
