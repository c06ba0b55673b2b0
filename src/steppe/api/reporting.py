"""The report of a run: one page, and its pictures as files."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from steppe.errors import InputError
from steppe.paths import shown

NEEDED = ("altair", "vl_convert", "jinja2")


def write_report(
    folder: Path,
    out: Path | None = None,
    figures: Path | None = None,
    form: str = "svg",
    shapes: Path | None = None,
    say: Callable[..., None] = lambda *_: None,
) -> tuple[Path, list[Path]]:
    """Write the page of a run, and its pictures; the files that were written.

    out : the page, ``report.html`` in the run folder if None;  figures : folder of the pictures, None for none
    form : of the pictures, svg or png;  shapes : another map than the one that ships
    Raises InputError where the run cannot be read, the map is none, or what draws is not installed.
    """
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise InputError(
            f"a report needs {' and '.join(missing)}, which is not installed",
            file=shown(folder),
            accepted="pip install 'steppe[report]'",
        )
    from steppe.report.html.build import built
    from steppe.results.files import write_text
    from steppe.results.query import open_run

    page = folder / "report.html" if out is None else out
    if page.is_dir():
        raise InputError(
            "the page is a file, and this is a folder", key="--out", value=str(page), accepted="a file name"
        )
    if figures is not None and figures.exists() and not figures.is_dir():
        raise InputError("not a folder", key="--figures", value=str(figures), accepted="a folder, new or old")
    run = open_run(folder)
    made = built(run, shapes, _command(folder, out, shapes))
    page.parent.mkdir(parents=True, exist_ok=True)
    write_text(page, made.html())
    say("%s: %d pictures", page, len(made.figures))
    if figures is None:
        return page, []
    return page, made.write_figures(figures, form)


def _command(folder: Path, out: Path | None, shapes: Path | None) -> str:
    """The command that makes the page again."""
    more = [f"--map {shapes}"] if shapes is not None else []
    more += [f"--out {out}"] if out is not None else []
    return " ".join(["steppe report", str(folder), *more])
