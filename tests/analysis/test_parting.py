"""Where futures part: runs whose events are written by hand, and sums that must hold in any run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from results.fake import BODIES, START, STATES, YEARS, _events, fake_chunk, make_run, manifest
from steppe.analysis.arms import Arm
from steppe.analysis.comparison import compare
from steppe.analysis.divergences import Event
from steppe.analysis.matching import matched
from steppe.analysis.parting import Node, lumped, parting, partings
from steppe.errors import InputError
from steppe.report.parting import event_text, parting_data, parting_text
from steppe.results.chunks import plan_chunks
from steppe.results.query import Run, open_run
from steppe.results.store import RunFolder
from steppe.results.tables import schemas_of

LAST = START + YEARS
A, B, ONE, TWO = STATES.index("AAA"), STATES.index("BBB"), BODIES.index("ONE"), BODIES.index("TWO")
Row = tuple[int, str, int, int, int, int, int]  # step, kind, state, body, other, status before, after


def written(path: Path, futures: dict[str, list[list[Row]]], **other: Any) -> Run:
    """A run of which the events are given: scenario → replicate → rows. CCC enters TWO where `admitted` says so."""
    size = len(next(iter(futures.values())))
    content = manifest(tuple(futures), size) | other
    with RunFolder.create(path, content, "fake: true\n") as folder:
        for chunk in plan_chunks(list(futures), 1, size, content["chunk"]):
            tables = fake_chunk(chunk).tables
            rows = [
                (replicate, *row)
                for replicate in range(chunk.first, chunk.first + chunk.count)
                for row in futures[chunk.scenario][replicate]
            ]
            tables["events"] = _events(rows)
            folder.write_chunk(chunk, {name: tables[name] for name in schemas_of(content)})
        folder.finish({"wall_s": 0.0})
    return open_run(path)


def row(step: int, kind: str, state: int = -1, body: int = -1, after: int = -1, other: int = -1) -> Row:
    return step, kind, state, body, other, -1, after


IN = row(2, "admitted", B, TWO, 2)  # BBB is an observer of TWO at the start
OUT = row(2, "refused", B, TWO, 2)
LEAVES = row(6, "left", A, ONE, 0)
ENDS = row(9, "dissolved", -1, ONE)
ACT = row(2, "intervention", B, TWO)


@pytest.fixture(scope="module")
def by_hand(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Ten futures: the scenario acts in all; six are admitted, of which four see AAA leave ONE, which it would not have done;
    two are refused; one parts only in that ONE does not end; one does not part."""
    common = [row(0, "deepened", -1, TWO), ENDS]
    base = [common for _ in range(10)]
    base[8] = [*common[:1], row(7, "hollowed", -1, TWO), ENDS]
    other = [
        *[[common[0], ACT, IN, LEAVES, ENDS] for _ in range(4)],
        *[[common[0], ACT, IN, ENDS] for _ in range(2)],
        *[[common[0], ACT, OUT, ENDS] for _ in range(2)],
        [common[0], ACT, row(7, "hollowed", -1, TWO)],
        [common[0], ACT, ENDS],
    ]
    return written(tmp_path_factory.mktemp("parting") / "run", {"baseline": base, "apply": other})


def tree(run: Run, measure: str, entity: str) -> Node:
    match = matched(Arm(run, "baseline"), Arm(run, "apply"))
    return parting(match, measure, entity, LAST).root


def total(node: Node) -> None:
    """Shares and contributions of the branches add up to those of the node, at every level."""
    if node.nodes:
        assert sum(one.contribution for one in node.nodes) == pytest.approx(node.contribution, abs=1e-12)
        assert sum(one.replicates for one in node.nodes) == node.replicates
    for one in node.nodes:
        assert one.contribution == pytest.approx(one.share * one.difference, abs=1e-12)
        assert one.low <= one.contribution + 1e-12 and one.contribution <= one.high + 1e-12
        assert one.share_low <= one.share <= one.share_high
        total(one)


class TestByHand:
    def test_the_first_events(self, by_hand: Run) -> None:
        root = tree(by_hand, "member", "BBB/TWO")
        found = {one.event: one for one in root.nodes}
        admitted = Event("admitted", None, "BBB", "TWO", status=2)
        assert (
            found[admitted].replicates == 6
            and found[Event("refused", None, "BBB", "TWO", status=2)].replicates == 2
        )
        assert found[admitted].time == f"{START}-07-02"
        none = next(one for one in root.nodes if one.event is None and one.kinds == 0)
        assert none.replicates == 1 and none.contribution == 0

    def test_all_of_the_difference_is_the_admission(self, by_hand: Run) -> None:
        """BBB is in TWO in six futures of ten with the scenario and in none without: .6, all of it where it was admitted."""
        root = tree(by_hand, "member", "BBB/TWO")
        first = root.nodes[0]
        assert root.contribution == pytest.approx(0.6) and first.contribution == pytest.approx(0.6)
        assert first.difference == 1 and first.part == 1
        assert [one.contribution for one in root.nodes[1:]] == [0] * (len(root.nodes) - 1)
        total(root)

    def test_the_second_events(self, by_hand: Run) -> None:
        """AAA is out of ONE in four more futures: but ONE ends in all, so that this leads to nothing; before it ends, −.4."""
        match = matched(Arm(by_hand, "baseline"), Arm(by_hand, "apply"), None, [START + 2])
        root = parting(match, "member", "AAA/ONE", START + 2).root
        admitted = next(one for one in root.nodes if one.event and one.event.kind == "admitted")
        assert root.contribution == pytest.approx(-0.4)
        left, none = admitted.nodes
        assert left.event == Event("left", None, "AAA", "ONE", status=0) and left.replicates == 4
        assert (left.contribution, none.contribution, none.kinds) == (pytest.approx(-0.4), 0, 0)
        total(root)

    def test_what_only_the_reference_has(self, by_hand: Run) -> None:
        """One future has a hollowing in both, at the same step: what differs is the end of ONE, in the reference alone."""
        root = tree(by_hand, "alive", "ONE")
        rest = [
            one
            for one in root.nodes
            if one.event == Event(None, "dissolved", None, "ONE") or one.event is None
        ]
        assert any(one.replicates == 1 for one in rest)

    def test_all_of_the_variance(self, by_hand: Run) -> None:
        match = matched(Arm(by_hand, "baseline"), Arm(by_hand, "apply"))
        found = parting(match, "member", "BBB/TWO")
        assert found.explained == (pytest.approx(1), pytest.approx(1))
        ((event, share),) = found.interventions
        assert event.kind == "intervention" and share == 1

    def test_in_words(self, by_hand: Run) -> None:
        match = matched(Arm(by_hand, "baseline"), Arm(by_hand, "apply"))
        text = parting_text(parting(match, "member", "BBB/TWO"))
        assert "BBB admitted to TWO, 2025-07" in text and "then AAA leaves ONE" in text
        assert "60 % [31, 83] of futures, +1.00 in these: +0.60" in text
        assert "apply: the scenario acts on BBB and TWO, in 100 % of futures" in text

    def test_the_order_within_a_step_is_no_difference(self, tmp_path: Path) -> None:
        two = [row(3, "hollowed", -1, TWO), row(3, "left", A, ONE, 0)]
        run = written(tmp_path / "run", {"baseline": [two] * 4, "apply": [two[::-1]] * 4})
        root = tree(run, "alive", "TWO")
        assert [(one.event, one.kinds, one.replicates) for one in root.nodes] == [(None, 0, 4)]

    def test_one_instead_of_the_other(self, tmp_path: Path) -> None:
        run = written(tmp_path / "run", {"baseline": [[OUT]] * 4, "apply": [[IN]] * 4})
        (node,) = tree(run, "member", "BBB/TWO").nodes
        assert node.event == Event("admitted", "refused", "BBB", "TWO", status=2) and node.contribution == 1
        assert event_text(node.event, "baseline") == "BBB admitted to TWO, not: BBB refused by TWO"


class TestAnyRun:
    @pytest.mark.parametrize(
        ("measure", "entity"),
        [("member", "CCC/ONE"), ("members", "ONE"), ("cohesion", "TWO"), ("depth", "ONE")],
    )
    def test_contributions_add_up_to_the_difference(self, run: Run, measure: str, entity: str) -> None:
        (found,) = partings([run], None, [measure], [entity])
        (line,) = (one for one in compare([run], measures=[measure]) if one["entity"] == entity)
        assert found.root.contribution == pytest.approx(line["difference"], abs=1e-9)
        assert (found.root.low, found.root.high) == (pytest.approx(line["low"]), pytest.approx(line["high"]))
        assert found.root.replicates == line["n"] and found.undefined == 60 - line["n"]
        total(found.root)
        assert 0 <= found.explained[0] <= found.explained[1] <= 1 + 1e-12
        (again,) = partings([run], None, [measure], [entity])
        one, other = (json.dumps(parting_data(tree), allow_nan=False) for tree in (found, again))
        assert one == other

    def test_errors_between_draws(self, tmp_path: Path) -> None:
        drawn = make_run(tmp_path / "run", replicates=60, draws=12)
        (found,) = partings([drawn], None, ["members"], ["ONE"])
        (line,) = (one for one in compare([drawn], measures=["members"]) if one["entity"] == "ONE")
        assert (found.root.low, found.root.high) == (pytest.approx(line["low"]), pytest.approx(line["high"]))
        total(found.root)

    def test_what_differs_most_is_chosen(self, run: Run) -> None:
        (found,) = partings([run])
        assert any(one["measure"] == found.measure.id for one in compare([run]) if one["distinguishable"])
        (of,) = partings([run], entities=["TWO"])
        assert "TWO" in of.entity.split("/")

    def test_refusals(self, run: Run, tmp_path: Path) -> None:
        other = make_run(tmp_path / "other", {"pull": 0.5}, replicates=10, seed=2)
        with pytest.raises(InputError, match="share no luck"):
            partings([run, other], "baseline", ["members"], ["ONE"])
        with pytest.raises(InputError, match="not measured of it"):
            partings([run], None, ["member"], ["ONE"])
        with pytest.raises(InputError, match="nothing is compared of it"):
            partings([run], None, ["members"], ["AAA"])


class TestLumped:
    def test_small_groups_are_told_with_their_like(self) -> None:
        """Of 100: 60 admissions; 37 states leave ONE, each in one future; 2 unlike events are the rest; 1 does not part."""
        events = [Event("admitted", None, "A", "ONE")]
        events += [Event(None, "left", f"S{k}", "ONE") for k in range(37)] + [
            Event("war", None, "X"),
            Event("crisis", None, "Y"),
        ]
        code = np.array([*[0] * 60, *range(1, 38), 38, 39, -1])
        found = lumped(code, np.ones(100, bool), events, 8)
        assert [(event, kinds, int(held.sum())) for event, kinds, held in found] == [
            (events[0], 1, 60),
            (Event(None, "left", None, "ONE"), 37, 37),
            (None, 2, 2),
            (None, 0, 1),
        ]

    def test_no_more_branches_than_asked_for(self) -> None:
        events = [Event("left", None, f"S{k}", f"B{k}") for k in range(10)]
        found = lumped(np.repeat(np.arange(10), 10), np.ones(100, bool), events, 4)
        assert len(found) == 5 and found[-1][:2] == (None, 6)
        assert sum(held.astype(int) for _, _, held in found).tolist() == [1] * 100
