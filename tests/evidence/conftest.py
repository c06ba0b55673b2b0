"""A small evidence folder with everything in it, written afresh for each test, and a way to plant a fault."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

TEXT = (
    "A title\n\nThe two bodies did the same work and so the smaller one was folded into the other.\n\u00a0\n"
    "A last paragraph.\n"
)
OTHER = "One.\nTwo.\nThree.\nFour.\n"

FILES = {
    "documents.yaml": f"""
- id: first-2025
  file: first.txt
  sha256: {hashlib.sha256(TEXT.encode()).hexdigest()}
  paragraphs: 3
  title: A title
  kind: commentary
- id: whole-2026
  file: whole.txt
  sha256: {hashlib.sha256(OTHER.encode()).hexdigest()}
  paragraphs: 4
  kind: collection
- id: part-2026
  part_of: whole-2026
  paragraph_range: [2, 3]
  paragraphs: 2
""",
    "sources.yaml": """
- {id: bank, citation: World accounts}
- {id: votes, citation: Roll calls, url: null}
""",
    "codebook.yaml": """
- {id: gdp, entity: actor, type: number, unit: USD bn, range: [0, 100], definition: Output.}
- id: salience
  entity: actor
  type: mapping
  unit: weight
  keys: [trade, security]
  range: [0, 1]
  definition: Weights.
- {id: depth, entity: organisation, type: number, unit: ladder, range: [0, 1], definition: How deep.}
- id: rule
  entity: organisation
  type: choice
  unit: choice
  definition: Who decides.
  anchors: [{value: consensus, label: all}, {value: majority, label: most}]
- {id: founders, entity: organisation, type: list, unit: actor ids, of: actors, definition: Founders.}
- {id: agreement, entity: dyad, unit: share, range: [0, 1], definition: Votes., spread_absolute: 0.1}
- {id: threat, entity: directed_dyad, unit: share, range: [0, 1], definition: T., spread: 0.5, default: 0}
- {id: status, entity: status, type: choice, unit: choice, definition: Status.}
""",
    "parameters.yaml": """
- id: membership.rate
  mechanism: membership
  unit: 1/y
  value: 0.8
  range: [0.2, 2]
  definition: Rate.
  assumed: guess
""",
    "actors/AAA.yaml": """
id: AAA
name: Aland
kind: state
gdp:
  - {from: 2003, value: 30, range: [28, 33], source: bank}
  - {from: 2010-06, value: 50, range: [45, 60], source: bank, note: later}
salience:
  - {from: 2003, value: {trade: 0.6, security: 0.4}, range: 0.1, claims: [theme/cited]}
""",
    "actors/BBB.yaml": """
id: BBB
name: Bland
kind: state
gdp:
  - {from: 2003, value: 10, range: [9, 11], source: bank}
salience:
  - {from: 2003, value: {trade: 0.5, security: 0.5}, range: 0.1, assumed: even}
""",
    "organisations/ORG.yaml": """
id: ORG
name: The Body
kind: organisation
founded: 2001-05
dissolved: null
depth:
  - {from: 2001, value: 0.3, range: [0.2, 0.4], claims: [theme/cited], source: bank}
rule:
  - {from: 2001, value: consensus, assumed: usual}
founders:
  - {from: 2001, value: [AAA], source: bank}
""",
    "dyads/all.csv": """# from the roll calls
variable,a,b,from,to,value,low,high,source,claims,assumed,note
agreement,AAA,BBB,,,0.7,,,votes,,,
threat,AAA,BBB,2005,2008,0.5,,,,,seen in doctrine,
threat,AAA,BBB,2004,,0.1,0,0.3,,theme/cited,,"a note, with a comma"
""",
    "chronicle.yaml": """
- {date: 2001-05-28, state: AAA, organisation: ORG, status: member, source: bank}
- {date: 2004, precision: year, state: BBB, organisation: ORG, status: observer, claims: [theme/cited]}
- {date: 2008-11, precision: month, state: BBB, organisation: ORG, status: none, assumed: lapsed}
""",
    "claims/theme.yaml": """
- id: theme/cited
  inventory: G01
  document: first-2025
  paragraphs: [2]
  says: Doing double work was the reason for the merger.
  modality: asserted
  mechanism: institutions.merger
  expects: {cause: overlap, effect: merger, sign: +}
  informs: [organisations/ORG.depth]
- id: theme/tested
  document: part-2026
  paragraphs: [2, 3]
  says: More of one brings less of the other.
  modality: hedged
  mechanism: affinity
  expects: {cause: one, effect: other, sign: "-"}
""",
    "quantities.yaml": """
- {id: F001, item: Bodies, value: 2, unit: bodies, document: first-2025, paragraphs: [2], claim: theme/cited,
   used_by: [organisations/ORG.depth]}
- {id: F002, item: Gain, qualifier: words, unit: USD, document: part-2026, paragraphs: [2], unused: no figure}
""",
    "resolutions.yaml": """
- id: merger-date
  inventory: I01
  issue: When?
  readings: [early, late]
  resolution: late
  reason: dated
  affects: [theme/cited]
""",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A whole and consistent evidence folder."""
    for name, text in FILES.items():
        path = tmp_path / "seeds" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "seeds"


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    """The documents of that folder."""
    where = tmp_path / "documents"
    where.mkdir()
    (where / "first.txt").write_text(TEXT, encoding="utf-8")
    (where / "whole.txt").write_text(OTHER, encoding="utf-8")
    return where


@pytest.fixture
def plant(folder: Path) -> Callable[[str, str, str], Path]:
    """plant(file, old, new) puts a fault into the folder, and returns the folder."""

    def replace(name: str, old: str, new: str) -> Path:
        path = folder / name
        text = path.read_text(encoding="utf-8")
        assert text.count(old) >= 1, f"{old!r} is not in {name}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return folder

    return replace
