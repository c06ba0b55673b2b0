"""Readings: what a run takes of the questions that the documents leave open, what that changes, and what is refused."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest
from tests.config.conftest import OwnFile

from steppe import paths
from steppe.cli.adapters import built
from steppe.config.compose import compose
from steppe.config.readings import defaults, questions, read_reading, reading_faults
from steppe.config.resolved import dump, load_config
from steppe.config.schema import RunConfig, overridden, switches
from steppe.errors import InputError
from steppe.evidence import Evidence, load

FOLDERS = [paths.conf()]
DEFAULTS = defaults(FOLDERS)
QUESTIONS = questions(FOLDERS)
OTHERS = [(q, o) for q, options in QUESTIONS.items() for o in options if DEFAULTS[q] != o]
RECORDED_ONLY = {("tripp_term", "49_plus_50")}  # no rule reads the term; the file says so
WORLDS = ("eurasia_2026", "eurasia_2004", "toy")


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return load()


def missing(question: str, option: str, evidence: Evidence) -> list[str]:
    """Parameters of a reading that the model does not have yet."""
    parameters = read_reading(QUESTIONS[question][option]).parameters
    return [name for name in parameters if name not in evidence.parameters]


def acts(config: RunConfig) -> list[tuple[str, str | None]]:
    """Kind and note of the interventions of the one scenario."""
    return [(one.kind, one.note) for one in config.scenarios[0].interventions]


class TestWhatShips:
    def test_the_questions_that_matter_most_are_there(self) -> None:
        wanted = {
            "region": {"as_coded", "positive_sum", "zero_sum"},
            "caco_2004": {"applied", "invited"},
            "tripp_term": {"99", "49_plus_50"},
            "major_power": {"as_coded", "narrow", "wide"},
        }
        assert {question: set(QUESTIONS[question]) for question in wanted} == wanted

    def test_each_question_has_two_answers_and_a_default_that_changes_nothing(self) -> None:
        assert set(DEFAULTS) == set(QUESTIONS)
        for question, options in QUESTIONS.items():
            assert len(options) >= 2
            assert not read_reading(options[DEFAULTS[question]]).acts

    @pytest.mark.parametrize(("question", "option"), OTHERS)
    def test_every_other_answer_has_a_lever(self, question: str, option: str) -> None:
        reading = read_reading(QUESTIONS[question][option])
        assert reading.acts == ((question, option) not in RECORDED_ONLY)

    @pytest.mark.parametrize("world", WORLDS)
    @pytest.mark.parametrize(("question", "option"), OTHERS)
    def test_every_answer_composes_in_every_world_once_its_parameters_exist(
        self, question: str, option: str, world: str, evidence: Evidence
    ) -> None:
        given = [f"world={world}", f"readings.{question}={option}"]
        absent = missing(question, option, evidence)
        if absent:
            with pytest.raises(InputError, match=f"no parameter {absent[0]!r}") as caught:
                compose(given)
            assert str(caught.value.file).endswith(f"{question}/{option}.yaml")
            return
        config = compose(given)
        assert config.readings == {**DEFAULTS, question: option}
        assert config.parameters == read_reading(QUESTIONS[question][option]).parameters

    def test_readings_and_resolutions_name_each_other(self, evidence: Evidence) -> None:
        assert [fault.message for fault in reading_faults(evidence, FOLDERS)] == []

    def test_the_plain_run_is_the_one_without_readings(self) -> None:
        config = compose()
        assert config.readings == DEFAULTS
        assert config.parameters == {} and acts(config) == []
        assert all(config.mechanisms.model_dump().values())

    def test_what_a_reading_sets_is_in_the_coded_range(self, evidence: Evidence) -> None:
        """The other reading is one that the evidence supports: its value is in the range of the coded row."""
        for question, options in QUESTIONS.items():
            for file in options.values():
                for act in read_reading(file).interventions:
                    if act.kind == "autonomy":
                        row = evidence.value("actors", act.state, "autonomy", act.date)
                        assert row.low <= act.value <= row.high, question
                    elif act.kind == "set_depth":
                        row = evidence.value("organisations", act.organisation, "depth", act.date)
                        assert row.low <= act.depth <= row.high, question
                    elif act.kind == "transit":
                        row = evidence.dyad("transit", act.state, act.on, act.date)
                        assert row.low <= act.share <= row.high, question

    def test_the_two_shock_readings_do_what_the_scenario_of_the_shock_does(self) -> None:
        (scenario,) = compose(["scenario=uzbekistan_security_shock"]).scenarios
        shock = [one for one in scenario.interventions if one.kind != "bar"]
        for option in ("own_shock", "both"):
            assert list(read_reading(QUESTIONS["merger_2005"][option]).interventions) == shock


class TestMajorPower:
    """I48: which states the threshold makes major powers, from capability alone (docs/equations.md)."""

    @staticmethod
    def majors(world: str, reading: str, body: str) -> set[str]:
        config = compose([f"world={world}", f"readings.major_power={reading}"])
        arrays = built(config)
        coded = load().parameters
        multiple, floor = (
            config.parameters.get(name, coded[name].value)
            for name in ("membership.major_multiple", "membership.major_floor")
        )
        capability = dict(zip(arrays.states, arrays.capability.tolist(), strict=True))
        threshold = max(multiple * median(capability[state] for state in arrays.members(body)), floor)
        return {state for state in arrays.states if capability[state] > threshold}

    @pytest.mark.parametrize(("world", "body"), [("eurasia_2026", "CCA"), ("eurasia_2004", "CACO")])
    def test_russia_is_one_in_either_reading_and_turkiye_in_the_wide_one_only(
        self, world: str, body: str
    ) -> None:
        narrow, wide = (self.majors(world, reading, body) for reading in ("narrow", "wide"))
        assert {"RUS", "CHN"} <= narrow <= wide
        assert "TUR" in wide and "TUR" not in narrow


class TestRegion:
    def test_the_two_readings_are_the_ends_of_the_cost_of_rivalry(self, evidence: Evidence) -> None:
        """I11: ties add up, or one power's gain is another's loss; what is coded lies between."""
        low, high = (
            compose([f"readings.region={option}"]).parameters["bilateral.rivalry_cost"]
            for option in ("positive_sum", "zero_sum")
        )
        coded = evidence.parameters["bilateral.rivalry_cost"]
        assert (low, high) == coded.range == (0, 1)
        assert low < coded.value < high


class TestPrecedence:
    def test_a_parameter_of_the_run_goes_before_that_of_a_reading(self) -> None:
        given = ["readings.caco_2004=invited", "parameters.membership.pressure_vote=0.4"]
        assert compose(given).parameters == {"membership.pressure_vote": 0.4}

    def test_a_parameter_of_a_scenario_goes_before_both(self, scenario_file: OwnFile) -> None:
        file = scenario_file("world: toy\nparameters: {membership.pressure_vote: 0.3}\n")
        config = compose([f"scenario={file}", "readings.caco_2004=invited"])
        assert overridden(config, config.scenarios[0]) == {"membership.pressure_vote": 0.3}

    def test_a_reading_switches_a_mechanism_off(self) -> None:
        config = compose(["readings.merger_2005=own_shock"])
        assert config.mechanisms.dominance is False and config.mechanisms.pressure is True

    def test_a_switch_of_the_command_line_goes_before_it(self) -> None:
        config = compose(["readings.merger_2005=own_shock", "mechanisms.dominance=true"])
        assert config.mechanisms.dominance is True and config.mechanisms.overlap is False

    def test_a_switch_of_a_scenario_goes_before_it(self, scenario_file: OwnFile) -> None:
        file = scenario_file("world: toy\nmechanisms: {dominance: true}\n")
        config = compose([f"scenario={file}", "readings.merger_2005=own_shock"])
        assert switches(config, config.scenarios[0])["dominance"] is True

    def test_a_switch_of_a_study_goes_before_it(self, tmp_path: Path) -> None:
        folder = tmp_path / "studies" / "mine"
        folder.mkdir(parents=True)
        (folder / "study.yaml").write_text(
            "# @package _global_\ndefaults:\n  - override /world: toy\n"
            "scenarios: [baseline]\nreadings: {merger_2005: own_shock}\nmechanisms: {overlap: true}\n"
        )
        config = compose([f"experiments={folder}"])
        assert config.readings["merger_2005"] == "own_shock"
        assert config.mechanisms.overlap is True and config.mechanisms.dominance is False


class TestInterventions:
    def test_those_of_a_reading_come_before_the_scenarios_own_of_the_same_day(
        self, scenario_file: OwnFile
    ) -> None:
        file = scenario_file(
            "interventions:\n- {kind: threat_shock, date: 2026-01, state: UZB, size: 0.001, note: own}\n"
        )
        config = compose([f"scenario={file}", "readings.uzbek_interest=high"])
        assert acts(config) == [("autonomy", "readings.uzbek_interest=high"), ("threat_shock", "own")]

    def test_a_note_says_which_reading_it_is(self) -> None:
        config = compose(["readings.central_asian_bid=bid"])
        assert acts(config) == [("apply", "readings.central_asian_bid=bid: no day is known")]

    @pytest.mark.parametrize(
        ("given", "why"),
        [
            (["world=toy"], "the states are not there"),
            (["world=eurasia_2004"], "the run ends before the date"),
            (["world.organisations=[CIS,CSTO,EAEU]"], "the organisation is not there"),
        ],
    )
    def test_those_that_do_not_fit_the_run_are_left_out(self, given: list[str], why: str) -> None:
        config = compose([*given, "readings.central_asian_bid=bid"])
        assert acts(config) == [], why
        assert config.readings["central_asian_bid"] == "bid"

    def test_what_a_scenario_does_itself_is_not_done_twice(self) -> None:
        plain = compose(["scenario=uzbekistan_security_shock"])
        config = compose(["scenario=uzbekistan_security_shock", "readings.merger_2005=both"])
        assert acts(config) == acts(plain)

    def test_every_scenario_of_a_run_gets_them(self) -> None:
        config = compose(["scenario=baseline,russia_applies_to_cca", "readings.cca_form=community"])
        kinds = [[one.kind for one in scenario.interventions] for scenario in config.scenarios]
        assert kinds == [["set_depth"], ["set_depth", "apply"]]


class TestRecord:
    def test_the_resolved_config_has_the_readings_and_reads_back(self, tmp_path: Path) -> None:
        config = compose(["readings.cca_admission=majority", "readings.tripp_term=49_plus_50"])
        assert config.readings["tripp_term"] == "49_plus_50"
        file = tmp_path / "config.yaml"
        file.write_text(dump(config), encoding="utf-8")
        assert load_config(file) == config

    def test_a_resolved_config_from_before_there_were_readings_is_read(self, tmp_path: Path) -> None:
        file = tmp_path / "config.yaml"
        text = dump(compose(["world=toy"]))
        start, stop = text.index("readings:"), text.index("ensemble:")
        file.write_text(text[:start] + text[stop:], encoding="utf-8")
        assert load_config(file).readings == {}


class TestOwnFolder:
    @pytest.fixture
    def own(self, tmp_path: Path) -> Path:
        """A folder of the user's own with a question and one more answer to a known one."""
        for name, text in {
            "tide/high.yaml": "says: High.\nresolution: none\nparameters: {membership.cooldown: 1}\n",
            "region/tidal.yaml": "says: Tidal.\nresolution: none\nparameters: {membership.cooldown: 3}\n",
        }.items():
            file = tmp_path / "reading" / name
            file.parent.mkdir(parents=True)
            file.write_text(text, encoding="utf-8")
        return tmp_path

    def test_a_question_and_an_answer_of_ones_own(self, own: Path) -> None:
        assert compose(["readings.region=tidal"], own).parameters == {"membership.cooldown": 3}
        config = compose(["readings.tide=high"], own)
        assert config.parameters == {"membership.cooldown": 1}
        assert config.readings == {**DEFAULTS, "tide": "high"}

    def test_two_readings_that_set_one_thing_to_two_values_are_refused(self, own: Path) -> None:
        with pytest.raises(InputError, match=r"set membership\.cooldown to different values"):
            compose(["readings.tide=high", "readings.region=tidal"], own)

    @pytest.mark.parametrize(
        ("text", "key", "near"),
        [
            ("says: x\nresolution: y\nparameter: {a: 1}\n", "parameter", "parameters"),
            ("says: x\nresolution: y\nmechanisms: {presure: false}\n", "mechanisms.presure", "pressure"),
            (
                "says: x\nresolution: y\ninterventions: [{kind: tye, date: 2026}]\n",
                "interventions[0].kind",
                "tie",
            ),
            ("resolution: y\n", "says", None),
            ("- a\n", None, None),
        ],
    )
    def test_a_malformed_reading_is_refused_at_its_place(
        self, own: Path, text: str, key: str | None, near: str | None
    ) -> None:
        (own / "reading/tide/high.yaml").write_text(text, encoding="utf-8")
        with pytest.raises(InputError) as caught:
            compose(["readings.tide=high"], own)
        assert str(caught.value.file).endswith("tide/high.yaml")
        assert (caught.value.key, caught.value.nearest) == (key, near)

    def test_a_value_outside_the_range_is_refused_at_its_place(self, own: Path) -> None:
        file = own / "reading/tide/high.yaml"
        file.write_text("says: x\nresolution: y\nparameters: {membership.cooldown: 99}\n", encoding="utf-8")
        with pytest.raises(InputError, match="outside the range") as caught:
            compose(["readings.tide=high"], own)
        assert str(caught.value.file).endswith("tide/high.yaml") and caught.value.line == 3


class TestRefused:
    @pytest.mark.parametrize(
        ("given", "key", "near"),
        [
            ("readings.regoin=zero_sum", "readings.regoin", "region"),
            ("readings.region=zerosum", "readings.region", "zero_sum"),
            ("reading.region=zero_sum", "reading.region", "readings"),
            ("reading/region=zero_sum", "reading/region", "readings"),
            ("readings=zero_sum", "readings", None),
        ],
    )
    def test_a_wrong_word_gets_the_nearest_right_one(self, given: str, key: str, near: str | None) -> None:
        with pytest.raises(InputError) as caught:
            compose([given])
        assert (caught.value.file, caught.value.key, caught.value.nearest) == ("command line", key, near)

    @pytest.mark.parametrize(
        ("reading", "scenario", "reason"),
        [
            ("cca_admission=majority", "cca_closed_to_major_powers", "two values for the rule of CCA"),
            ("central_asian_bid=bid", "russia_barred_from_cca", "RUS is barred from CCA"),
        ],
    )
    def test_a_reading_that_contradicts_the_scenario_is_refused(
        self, reading: str, scenario: str, reason: str
    ) -> None:
        with pytest.raises(InputError, match=reason) as caught:
            compose([f"scenario={scenario}", f"readings.{reading}"])
        assert f"readings.{reading} does not go with scenario {scenario!r}" in str(caught.value)
        assert caught.value.key == f"readings.{reading.partition('=')[0]}"


class TestBothWays:
    """`steppe evidence check` looks from the readings to the resolutions and back."""

    @pytest.fixture
    def conf(self, tmp_path: Path) -> Path:
        shutil.copytree(paths.conf(), tmp_path / "conf")
        return tmp_path / "conf"

    @staticmethod
    def found(evidence: Evidence, conf: Path) -> Iterator[tuple[str, str, str]]:
        return ((fault.file, fault.key, fault.message) for fault in reading_faults(evidence, [conf]))

    def test_an_option_that_names_no_resolution(self, evidence: Evidence, conf: Path) -> None:
        file = conf / "reading/shusha/declaration.yaml"
        file.write_text(file.read_text().replace("declaration-as-defence-treaty", "declaration"))
        expected = ("reading/shusha/declaration.yaml", "resolution", "no resolution 'declaration'")
        assert list(self.found(evidence, conf)) == [expected]

    def test_an_option_whose_resolution_names_another_question(self, evidence: Evidence, conf: Path) -> None:
        file = conf / "reading/shusha/declaration.yaml"
        file.write_text(file.read_text().replace("declaration-as-defence-treaty", "rivalry-or-addition"))
        message = "rivalry-or-addition does not name readings/shusha as its choice"
        assert ("reading/shusha/declaration.yaml", "resolution", message) in self.found(evidence, conf)

    def test_a_choice_without_a_question(self, evidence: Evidence, conf: Path) -> None:
        shutil.rmtree(conf / "reading/shusha")
        place = ("resolutions.yaml", "declaration-as-defence-treaty.choice")
        assert place in [fault[:2] for fault in self.found(evidence, conf)]

    def test_a_choice_of_one(self, evidence: Evidence, conf: Path) -> None:
        (conf / "reading/shusha/declaration.yaml").unlink()
        place = ("resolutions.yaml", "declaration-as-defence-treaty.choice")
        assert place in [fault[:2] for fault in self.found(evidence, conf)]

    def test_a_question_without_a_default(self, evidence: Evidence, conf: Path) -> None:
        file = conf / "config.yaml"
        file.write_text(file.read_text().replace("  shusha: treaty\n", ""))
        message = "question shusha has no default among its options"
        assert list(self.found(evidence, conf)) == [("config.yaml", "readings", message)]

    def test_a_quantity_that_names_a_question_that_is_none(self, evidence: Evidence, conf: Path) -> None:
        shutil.rmtree(conf / "reading/tripp_term")
        place = ("quantities.yaml", "F006.used_by", "no question 'tripp_term'")
        assert place in self.found(evidence, conf)
