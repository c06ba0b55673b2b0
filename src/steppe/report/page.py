"""The answers to many questions as one page of Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from steppe.analysis.verdicts import (
    AGAINST,
    AS_PREDICTED,
    NEGLIGIBLE,
    NO_DIFFERENCE,
    NOTHING_PREDICTED,
    UNDEFINED,
)
from steppe.report.answer import SIGNS, cells, changes, flat, place
from steppe.report.words import replicates_text

_COUNTED = (AS_PREDICTED, AGAINST, NO_DIFFERENCE, NOTHING_PREDICTED)

READING = f"""\
Each question is a scenario, run beside its counterfactual with the same luck, future by future. `steppe ask H19` gives one of
these answers in full, with the values that it rests on; `steppe show H19` the scenario as it is written.

- *With it* and *without it* are means over the futures at the end of the run; *difference* is paired. Brackets are
  95 % intervals. Where an outcome is not defined in every future (a body that is gone has no cohesion), all three are over the
  futures that have it on both sides, and their number stands beside the outcome.
- *Predicted* is the sign that the document leads to expect, written down before the first run: + more, − less, 0 no change,
  – nothing said. In H04, H25, H40 and H48 signs were taken out after a first run: the document foretells nothing there.
- *As predicted* and *against*: the interval of the difference lies on one side of zero. *No difference found*: it does not.
  A predicted 0 is as predicted only where the whole interval lies within a tenth of what the measure counts as a large change
  ({NEGLIGIBLE:g} of `scale` in `src/steppe.results.indicators.py`; ten points of a probability of membership). *But small*:
  the sign is sure and the whole interval lies within that bound.
- *Set by the scenario*: an intervention sets what the outcome measures, so that its sign is no finding.
- A prediction that comes out says that the model, which was built from the same documents, carries their argument through. It
  is no evidence that the world does.
"""


def page(answers: Sequence[Mapping[str, Any]], command: str, drawn: str) -> str:
    """The page.

    answers : as `report.answer.in_words` makes them, in the order of their numbers
    command : what prints the page;  drawn : whether the values are central or sampled, in words
    """
    sizes = ", ".join(dict.fromkeys(replicates_text(one["replicates"], one["draws"]) for one in answers))
    head = f"# The questions of the documents\n\nPrinted by `{command}`: {sizes} of each scenario; {drawn}.\n"
    return "\n".join([head, READING, _glance(answers), *(_block(one) for one in answers)])


def _glance(answers: Iterable[Mapping[str, Any]]) -> str:
    """A row per question: how many of its outcomes came out how."""
    lines = [
        "## At a glance\n",
        "Outcomes by what was found; those that the scenario sets itself are left out.\n",
        "| | question | " + " | ".join(_COUNTED) + " |",
        "|---|---|" + "---|" * len(_COUNTED),
    ]
    total: Counter[str] = Counter()
    for one in answers:
        found = Counter(row["outcome"]["verdict"] for row in one["outcomes"] if not row["outcome"]["given"])
        total += found
        number = one["number"] or one["scenario"]
        numbers = " | ".join(str(found[name] or "") for name in _COUNTED)
        lines.append(f"| [{number}](#{number.lower()}) | {flat(one['question'])} | {numbers} |")
    lines.append("| | all | " + " | ".join(str(total[name]) for name in _COUNTED) + " |")
    if total[UNDEFINED]:
        lines.append(
            f"\n{total[UNDEFINED]} outcomes are defined in no future on both sides, or in one alone."
        )
    return "\n".join(lines) + "\n"


def _block(answer: Mapping[str, Any]) -> str:
    """One question."""
    status = {"raised": "Raised by", "implied": "Implied by"}.get(answer["status"], "Bears on")
    other = answer["counterfactual"]
    lines = [
        f"## {answer['number'] or answer['scenario']}\n",
        f"**{flat(answer['question'])}** (`{answer['scenario']}`)\n",
        f"{status} {'; '.join(place(one) for one in answer['documents']) or 'no document'}.\n",
        f"Predicted: {flat(answer['prediction'] or 'nothing.')}\n",
        f"Changed: {'; '.join(flat(line) for line in changes(answer))}. Against `{other['scenario']}`.\n",
        f"| on {answer['date']} | with it | without it | difference | predicted | found |",
        "|---|---|---|---|---|---|",
    ]
    for row in answer["outcomes"]:
        few = f" ({row['n']:,} futures)" if row["n"] < answer["replicates"] else ""
        sign = SIGNS[row["outcome"]["expects"]]
        lines.append(f"| {' | '.join([row['what'] + few, *cells(row), sign, row['found']])} |")
    return "\n".join(lines) + "\n"
