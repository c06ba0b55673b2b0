"""A folder that is well formed loads; one that is not says where, what was given and what is accepted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from steppe.errors import InputError
from steppe.evidence import load
from steppe.evidence.schema import CodedValue

Plant = Callable[[str, str, str], Path]


def refusal(folder: Path, **options: object) -> InputError:
    with pytest.raises(InputError) as caught:
        load(folder, **options)  # type: ignore[arg-type]
    return caught.value


class TestWhatIsRead:
    def test_every_kind_of_file_is_read(self, folder: Path) -> None:
        evidence = load(folder)
        assert list(evidence.actors) == ["AAA", "BBB"]
        assert list(evidence.organisations) == ["ORG"]
        assert list(evidence.claims) == ["theme/cited", "theme/tested"]
        assert list(evidence.documents) == ["first-2025", "whole-2026", "part-2026"]
        assert evidence.parameters["membership.rate"].range == (0.2, 2)
        assert evidence.resolutions["merger-date"].affects == ("theme/cited",)
        assert [event.date for event in evidence.chronicle] == [
            date(2001, 5, 28), date(2004, 1, 1), date(2008, 11, 1),
        ]  # fmt: skip

    def test_a_number_keeps_its_range_and_its_origin(self, folder: Path) -> None:
        row = load(folder).actors["AAA"].values["gdp"][1]
        assert row == CodedValue(
            family="actors", entity=("AAA",), variable="gdp", value=50.0, low=45.0, high=60.0, basis="public",
            sources=("bank",), since=date(2010, 6, 1), note="later", file="actors/AAA.yaml", key="gdp[1]",
        )  # fmt: skip

    def test_a_half_width_is_a_range_on_each_weight_cut_at_the_limits(self, plant: Plant) -> None:
        folder = plant("actors/AAA.yaml", "security: 0.4}, range: 0.1", "security: 0.05}, range: 0.1")
        row = load(folder).actors["AAA"].values["salience"][0]
        assert row.low == {"trade": 0.5, "security": 0.0}
        assert row.high == pytest.approx({"trade": 0.7, "security": 0.15})

    def test_claims_outrank_the_source_that_goes_with_them(self, folder: Path) -> None:
        row = load(folder).organisations["ORG"].values["depth"][0]
        assert (row.basis, row.claims, row.sources) == ("document", ("theme/cited",), ("bank",))

    def test_a_pair_without_a_range_gets_the_codebook_s_spread(self, folder: Path) -> None:
        pairs = load(folder).dyads
        agreement = pairs["agreement"]["AAA", "BBB"][0]
        assert (agreement.low, agreement.high) == pytest.approx((0.6, 0.8))  # 0.7 ± 0.1, absolute
        late = pairs["threat"]["AAA", "BBB"][1]
        assert (late.low, late.high) == (0.25, 0.75)  # 0.5 ± half of itself
        own = pairs["threat"]["AAA", "BBB"][0]
        assert (own.low, own.high, own.note) == (0.0, 0.3, "a note, with a comma")

    def test_rows_are_ordered_by_date_whatever_their_order_in_the_file(self, folder: Path) -> None:
        starts = [row.since for row in load(folder).dyads["threat"]["AAA", "BBB"]]
        assert starts == [date(2004, 1, 1), date(2005, 1, 1)]

    def test_no_is_a_name_and_not_a_truth_value(self, plant: Plant) -> None:
        assert load(plant("actors/AAA.yaml", "Aland", "NO")).actors["AAA"].name == "NO"


class TestWhatIsRefused:
    def test_malformed_yaml(self, plant: Plant) -> None:
        error = refusal(plant("actors/AAA.yaml", "name: Aland", "name: Aland: land"))
        assert "not valid YAML" in error.message
        assert error.line == 3
        assert str(error.file).endswith("AAA.yaml")

    def test_a_key_given_twice(self, plant: Plant) -> None:
        error = refusal(plant("actors/AAA.yaml", "kind: state", "kind: state\nkind: bloc"))
        assert (error.message, error.key, error.line) == ("key 'kind' is given twice", "kind", 5)

    def test_an_unknown_variable_names_the_nearest(self, plant: Plant) -> None:
        error = refusal(plant("actors/AAA.yaml", "gdp:", "gpd:"))
        assert (error.key, error.nearest, error.line) == ("gpd", "gdp", 5)
        assert error.accepted == ["id", "name", "kind", "note", "gdp", "salience"]
        assert str(error).endswith("did you mean 'gdp'?")

    def test_an_unknown_key_of_a_row_names_the_nearest(self, plant: Plant) -> None:
        error = refusal(plant("actors/AAA.yaml", "note: later", "notes: later"))
        assert (error.key, error.nearest, error.line) == ("gdp[1].notes", "note", 7)

    def test_an_unknown_key_of_a_record_names_it_and_the_nearest(self, plant: Plant) -> None:
        error = refusal(plant("claims/theme.yaml", "modality: hedged", "modalities: hedged"))
        assert (error.key, error.nearest) == ("[1].modalities (id theme/tested)", "modality")

    def test_an_unknown_choice_names_the_nearest(self, plant: Plant) -> None:
        error = refusal(plant("claims/theme.yaml", "modality: hedged", "modality: hegded"))
        assert (error.value, error.nearest) == ("hegded", "hedged")
        assert error.key == "[1].modality (id theme/tested)"
        assert error.line == 15

    def test_a_missing_key(self, plant: Plant) -> None:
        error = refusal(plant("claims/theme.yaml", "  says: More of one brings less of the other.\n", ""))
        assert error.message == "missing key 'says'"

    def test_a_date_that_is_none(self, plant: Plant) -> None:
        error = refusal(plant("actors/AAA.yaml", "from: 2010-06", "from: 2010-13"))
        assert (error.key, error.value) == ("gdp[1].from", "2010-13")
        assert error.accepted == "a date: YYYY, YYYY-MM or YYYY-MM-DD"

    def test_text_for_a_number(self, plant: Plant) -> None:
        error = refusal(plant("actors/AAA.yaml", "value: 50", "value: fifty"))
        assert (error.key, error.value, error.accepted) == ("gdp[1].value", "fifty", "a number [USD bn]")

    def test_an_unknown_domain(self, plant: Plant) -> None:
        error = refusal(plant("actors/AAA.yaml", "security: 0.4", "securty: 0.4"))
        assert (error.key, error.nearest) == ("salience[0].value.securty", "security")

    def test_a_domain_left_out(self, plant: Plant) -> None:
        error = refusal(plant("actors/AAA.yaml", "trade: 0.6, security: 0.4", "trade: 0.6"))
        assert (error.message, error.key) == ("missing key 'security'", "salience[0].value")

    def test_a_value_that_is_no_list_of_rows(self, plant: Plant) -> None:
        rows = "\n  - {from: 2001, value: consensus, assumed: usual}"
        error = refusal(plant("organisations/ORG.yaml", rows, " 3"))
        assert (error.key, error.value, error.accepted, error.line) == ("rule", 3, "a list", 9)

    @pytest.mark.parametrize(
        ("name", "meant"), [("organisations", "organizations"), ("chronicle.yaml", "chronicle.yml")]
    )
    def test_a_name_that_is_nearly_right_is_not_left_out_in_silence(
        self, folder: Path, name: str, meant: str
    ) -> None:
        (folder / name).rename(folder / meant)
        error = refusal(folder)
        assert (error.value, error.nearest) == (meant, name)

    def test_another_suffix(self, folder: Path) -> None:
        (folder / "actors/BBB.yaml").rename(folder / "actors/BBB.yml")
        assert refusal(folder).accepted == "actors/*.yaml"

    def test_a_folder_without_actors(self, folder: Path) -> None:
        for path in (folder / "actors").iterdir():
            path.unlink()
        assert refusal(folder).message == "the folder has no actors"

    def test_an_id_given_twice_in_one_file(self, plant: Plant) -> None:
        error = refusal(plant("sources.yaml", "id: votes", "id: bank"))
        assert error.message == "id 'bank' is given twice"

    def test_a_claim_outside_its_theme(self, plant: Plant) -> None:
        error = refusal(plant("claims/theme.yaml", "id: theme/tested", "id: other/tested"))
        assert (error.value, error.accepted) == ("other/tested", "theme/…")

    def test_another_column(self, plant: Plant) -> None:
        error = refusal(plant("dyads/all.csv", "variable,a,b,from,to", "variable,a,b,form,to"))
        assert (error.value, error.nearest, error.line) == ("form", "from", 2)

    def test_a_row_with_a_cell_too_many(self, plant: Plant) -> None:
        error = refusal(plant("dyads/all.csv", "seen in doctrine,", "seen, in doctrine,"))
        assert (error.message, error.line) == ("a row has 13 cells instead of 12", 4)

    def test_an_unknown_variable_of_a_pair(self, plant: Plant) -> None:
        error = refusal(plant("dyads/all.csv", "threat,AAA,BBB,2005", "threats,AAA,BBB,2005"))
        assert (error.value, error.nearest, error.line) == ("threats", "threat", 4)

    def test_a_symmetric_pair_in_the_wrong_order(self, plant: Plant) -> None:
        error = refusal(plant("dyads/all.csv", "agreement,AAA,BBB", "agreement,BBB,AAA"))
        assert (error.value, error.accepted, error.line) == ("BBB,AAA", "AAA,BBB", 3)

    def test_a_folder_that_is_not_there(self, tmp_path: Path) -> None:
        assert refusal(tmp_path / "nowhere").message == "no such folder"


class TestAWorldOfOnesOwn:
    def world(self, folder: Path, tmp_path: Path) -> Path:
        """Only what is the world's own: the rest comes from the base."""
        for name in ("actors", "organisations", "dyads", "chronicle.yaml"):
            target = tmp_path / "world" / name
            target.parent.mkdir(exist_ok=True)
            (folder / name).rename(target)
        return tmp_path / "world"

    def test_it_rests_on_its_base(self, folder: Path, tmp_path: Path) -> None:
        base = load(folder)
        world = load(self.world(folder, tmp_path), base=base)
        assert world.codebook == base.codebook
        assert world.parameters == base.parameters
        assert world.value("actors", "AAA", "gdp", date(2004, 1, 1)).value == 30

    def test_its_own_sources_and_claims_are_added(self, folder: Path, tmp_path: Path) -> None:
        base = load(folder)
        where = self.world(folder, tmp_path)
        (where / "sources.yaml").write_text("- {id: mine, citation: My own count}\n")
        assert list(load(where, base=base).sources) == ["bank", "votes", "mine"]

    def test_a_wrong_value_is_an_error_at_once(self, folder: Path, tmp_path: Path) -> None:
        base = load(folder)
        where = self.world(folder, tmp_path)
        actor = where / "actors/AAA.yaml"
        actor.write_text(actor.read_text().replace("value: 50", "value: 500"))
        error = refusal(where, base=base)
        assert (error.key, error.value, error.accepted) == ("gdp[1].value", 500, "0 to 100 [USD bn]")
        assert error.line == 7

    def test_an_unknown_state_of_a_pair_names_the_line(self, folder: Path, tmp_path: Path) -> None:
        base = load(folder)
        where = self.world(folder, tmp_path)
        pairs = where / "dyads/all.csv"
        pairs.write_text(pairs.read_text().replace("agreement,AAA,BBB", "agreement,AAA,BBC"))
        error = refusal(where, base=base)
        assert (error.line, error.value, error.nearest) == (3, "BBC", "BBB")
