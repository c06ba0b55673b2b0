"""The literature behind a run: read from the docstrings of the modules that it used, so that it is written down once."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path

#: mechanism switch → modules of its rules; those without a switch act always
RULES: Mapping[str, tuple[str, ...]] = {
    "trade": ("mechanisms.trade",),
    "affinity": ("mechanisms.affinity",),
    "security": ("mechanisms.security",),
    "alignment": ("mechanisms.alignment",),
    "membership": ("mechanisms.membership", "mechanisms.voting", "mechanisms.value"),
    "institutions": ("mechanisms.institutions",),
    "corridors": ("mechanisms.corridors",),
    "bilateral": ("mechanisms.bilateral",),
    "domestic": ("mechanisms.domestic",),
    "processes": ("mechanisms.processes",),
    "shocks": ("mechanisms.shocks",),
}
ALWAYS = ("mechanisms.draws", "analysis.intervals", "analysis.verdicts", "analysis.convergence")
DRAWN = ("analysis.components", "evidence.distribution")
DESIGNED = ("design.cube", "analysis.sensitivity.variance", "analysis.sensitivity.given_data")
_ENTRY = re.compile(r"^\.\. \[(\w+)\] (.+(?:\n   \S.*)*)", re.MULTILINE)


def citations(switches: Mapping[str, bool], drawn: bool, designed: bool) -> list[tuple[str, str]]:
    """(what it is used for, reference) of a run, by name.

    switches : mechanisms that act;  drawn : whether the evidence is sampled;  designed : whether the run has a design
    """
    used = [
        (name, module) for name, modules in RULES.items() if switches.get(name, True) for module in modules
    ]
    used += [("statistics", module) for module in ALWAYS]
    used += [("uncertainty", module) for module in DRAWN] if drawn else []
    used += [("sensitivity", module) for module in DESIGNED] if designed else []
    found: dict[str, tuple[str, str]] = {}
    for purpose, module in used:
        for reference in references(module):
            found.setdefault(reference, (purpose, reference))
    return sorted(found.values(), key=lambda pair: pair[1])


def references(module: str) -> Iterable[str]:
    """The references in the docstring of a module of the package, each on one line; the module is not imported."""
    spec = find_spec(f"steppe.{module}")
    if spec is None or spec.origin is None:
        raise ValueError(f"no module {module}")
    text = ast.get_docstring(ast.parse(Path(spec.origin).read_text(encoding="utf-8"))) or ""
    return [" ".join(entry.split()) for _, entry in _ENTRY.findall(text)]
