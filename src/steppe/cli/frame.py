"""What every command shares: its options, its exit codes, how it prints and how it fails.

Nothing heavy is imported here: `steppe --help` must answer at once.
"""

from __future__ import annotations

import functools
import json
import logging
import sys
from collections.abc import Callable
from typing import Annotated, Any

import typer

from steppe.errors import InputError

DONE, INCOMPLETE, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130

Json = Annotated[
    bool, typer.Option("--json", help="One JSON document on standard output, nothing else there.")
]
Verbose = Annotated[int, typer.Option("--verbose", "-v", count=True, help="Say more; -vv for everything.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Nothing but the result.")]
ConfigDir = Annotated[
    str | None,
    typer.Option(
        "--config-dir",
        metavar="DIR",
        help="Your own groups (world/, scenario/, …), searched first; also $STEPPE_CONF.",
    ),
]


class Stopped(Exception):
    """The system let the work go no further, as when a disk is full; exit 1. Says what to do."""


log = logging.getLogger("steppe")


class Incomplete(Exception):
    """The command did what it could and says so; exit 1. The result was printed."""


def examples(*lines: tuple[str, str]) -> str:
    """An epilog with one example per paragraph."""
    shown = (f"[cyan]{command}[/cyan]  [dim]{says}[/dim]" for command, says in lines)
    return "\n\n".join(["[bold]Examples[/bold]", *shown])


def command(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command its log level and its exit codes; bad input is one message and never a traceback."""

    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        as_json = bool(kwargs.get("json", False))
        _logging(kwargs.get("verbose", 0), kwargs.get("quiet", False))
        try:
            return function(*args, **kwargs)
        except InputError as error:
            error.file = error.file or "command line"
            _complain(error, as_json)
            raise typer.Exit(BAD_INPUT) from None
        except Stopped as error:
            print(f"error: {error}", file=sys.stderr)
            if as_json:
                print(json.dumps({"error": {"message": str(error)}}, ensure_ascii=False, indent=1))
            raise typer.Exit(INCOMPLETE) from None
        except Incomplete:
            raise typer.Exit(INCOMPLETE) from None
        except KeyboardInterrupt as error:
            print(str(error) or "interrupted", file=sys.stderr)
            raise typer.Exit(INTERRUPTED) from None

    return wrapped


def show(data: Any, text: str | Callable[[], str], as_json: bool) -> None:
    """Print a result: one JSON document, or text."""
    if as_json:
        print(json.dumps(data, ensure_ascii=False, indent=1, allow_nan=False, default=_plain))
    else:
        print(text if isinstance(text, str) else text())


def _complain(error: InputError, as_json: bool) -> None:
    print(f"error: {error}", file=sys.stderr)
    if as_json:
        print(json.dumps({"error": error.as_dict()}, ensure_ascii=False, indent=1, default=_plain))


def _plain(value: Any) -> Any:
    """Dates, paths and numpy numbers as JSON has them."""
    if hasattr(value, "tolist"):
        return value.tolist()
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return str(value)


def _logging(verbose: int, quiet: bool) -> None:
    """Messages go to standard error, at once and undecorated."""
    level = logging.ERROR if quiet else (logging.WARNING, logging.INFO, logging.DEBUG)[min(verbose, 2)]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(message)s" if verbose < 2 else "%(name)s: %(message)s"))
    log.handlers[:] = [handler]
    log.setLevel(level)
    log.propagate = False
