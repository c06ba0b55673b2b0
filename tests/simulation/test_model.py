"""The Mesa model: what it is made from, time, collecting, events, and its door for Python."""

import subprocess
import sys
from datetime import date

import mesa
import numpy as np
import pytest

import steppe
from oracle.philox import key_of
from oracle.worlds import small_world
from steppe import Model, State, WorldSpec
from steppe.config.compose import compose
from steppe.errors import InputError
from steppe.simulation.history import event_dicts
from steppe.simulation.model import ANCHORS

from .conftest import LIVELY


class TestMaking:
    def test_is_a_mesa_model(self, toy):
        assert isinstance(toy, mesa.Model) and toy.running and toy.steps == 0
        assert toy.scenario_name == "baseline" and toy.setting.seed == 7

    def test_names_overrides_and_configs_say_the_same(self):
        overrides = ["world=toy", "ensemble.seed=9", "parameters.membership.cooldown=3"]
        models = [
            Model(world="toy", overrides=overrides[1:]),
            Model.from_config(overrides),
            Model.from_config(compose(overrides)),
            Model.from_config(compose(overrides), scenario="baseline", rng=9),
        ]
        assert {model.setting.initial.tobytes() for model in models} == {models[0].setting.initial.tobytes()}
        assert models[0].parameters["membership.cooldown"] == 3

    def test_one_scenario_of_several(self):
        config = compose(["scenario=baseline,russia_applies_to_cca"])
        assert Model.from_config(config, "russia_applies_to_cca").setting.orders.size
        with pytest.raises(InputError, match="one scenario is wanted"):
            Model.from_config(config)
        with pytest.raises(InputError, match="no scenario"):
            Model.from_config(config, "rusia")

    def test_a_world_or_its_spec(self, toy):
        world = small_world(5, 3, 2)
        assert Model(world).states.keys() == set(world.states)
        spec = WorldSpec(**compose(["world=toy"]).world.model_dump())
        assert Model(spec, rng=7).record["pair"].tobytes() == toy.record["pair"].tobytes()

    def test_a_scenario_put_to_a_world_that_lacks_its_states(self):
        with pytest.raises(InputError, match="no state 'RUS'"):
            Model(small_world(5, 3, 2), scenario="russia_applies_to_cca")

    @pytest.mark.parametrize("rng", [-1, 2**64, 1.5, True, "1", np.random.default_rng(1)])
    def test_a_seed_is_a_whole_number(self, rng):
        with pytest.raises(InputError, match="rng"):
            Model(world="toy", rng=rng)

    def test_other_bad_arguments(self, toy):
        with pytest.raises(InputError, match="replicate"):
            Model(world="toy", replicate=-1)
        with pytest.raises(InputError, match="no overrides beside it"):
            Model(config=compose(["world=toy"]), overrides=["ensemble.years=3"])
        with pytest.raises(InputError, match="after"):
            Model(world="toy", mechanisms=[("afinity", print)])
        with pytest.raises(InputError, match="reporters"):
            Model(world="toy", reporters={"state": {}})
        with pytest.raises(InputError, match="not been calibrated"):
            Model(world="toy", overrides=["ensemble.parameters=posterior"])
        with pytest.raises(InputError, match="no ranges to draw from"):
            Model(Model(world="toy").world, overrides=["ensemble.parameters=sampled"])


class TestTime:
    def test_steps_dates_and_the_end(self):
        model = Model(world="toy", overrides=["ensemble.years=2"], rng=1)
        assert (model.date, model.year, model.next_step) == (date(2020, 1, 1), 2020, 0)
        seen = []
        model.mechanism(lambda m: seen.append(m.date), after="institutions")
        model.run_model()
        assert seen == [date(y, m, 1) for y in (2020, 2021) for m in (1, 4, 7, 10)]
        assert (model.steps, model.year, model.running) == (8, 2022, False)

    def test_interventions_come_at_their_date(self):
        model = Model(scenario="russia_applies_to_cca", rng=1)
        while not any(event["state"] == "RUS" and event["organisation"] == "CCA" for event in model.events):
            model.step()
        assert model.date == date(2026, 10, 1) and model.events[-1]["time"] == date(2026, 7, 1)


class TestEvents:
    def test_as_the_table_of_a_run_has_them(self):
        model = Model(overrides=LIVELY, rng=3)
        model.run_model()
        assert len(model.events) > 20
        first = model.events[0]
        assert list(first)[:5] == ["replicate", "step", "time", "kind", "state"]
        decided = next(event for event in model.events if event["kind"] in ("admitted", "refused"))
        assert 0 < decided["probability"] <= 1 and decided["value"] is not None
        steps = [event["step"] for event in model.events]
        assert steps == sorted(steps)
        assert event_dicts(model.row["events"][:0], model.world, 4) == []

    def test_a_list_that_is_full_within_a_step_is_an_error(self, toy):
        toy.row["n_events"] = 10**6
        with pytest.raises(steppe.errors.SteppeError, match="events in one step"):
            toy.step()


class TestCollecting:
    def test_every_year_by_default(self):
        model = Model(world="toy", overrides=["ensemble.years=3"], rng=1)
        model.run_model()
        assert model.table("system")["date"] == [f"{year}-01-01" for year in range(2020, 2024)]
        states, bodies = model.table("states"), model.table("organisations")
        assert {len(column) for column in states.values()} == {4 * 5}
        assert {len(column) for column in bodies.values()} == {4 * 3}
        assert states["multivector"][-1] == pytest.approx(model.states["EEE"].multivector, abs=1e-4)
        assert bodies["members"][-1] == len(model.organisations["LEAGUE"].members)
        assert states["organisations"][-5] == model.states["AAA"].organisations
        assert all(isinstance(value, bool) for value in bodies["alive"])

    def test_every_step_or_never(self):
        model = Model(world="toy", rng=1, collect="step")
        model.step()
        assert model.table("system")["step"] == [0, 1]
        never = Model(world="toy", rng=1, collect="never")
        never.step()
        assert never.table("states")["step"] == []
        never.collect()
        assert never.table("states")["step"] == [1] * 5

    def test_own_columns(self):
        reporters = {
            "states": {"friends": lambda s: sum(a > 0 for a in s.affinity.values()), "pole": "is_pole"},
            "organisations": {"rule": "rule"},
            "system": {"events": lambda m: len(m.events)},
        }
        model = Model(world="toy", rng=1, reporters=reporters)
        assert model.table("states")["pole"] == [True, False, False, False, True]
        assert set(model.table("organisations")["rule"]) <= {
            "consensus",
            "qualified_majority",
            "founder_veto",
        }
        assert model.table("system")["events"] == [0] and min(model.table("states")["friends"]) >= 0

    def test_a_collector_of_the_users_own(self, toy):
        toy.datacollector = mesa.DataCollector(agenttype_reporters={State: {"need": "need"}})
        toy.collect()
        frame = toy.datacollector.get_agenttype_vars_dataframe(State)
        assert len(frame) == 5

    def test_frames_when_asked(self, toy):
        assert list(toy.datacollector.get_table_dataframe("states")["id"]) == list(toy.states)
        assert len(toy.datacollector.get_model_vars_dataframe()) == 1


class TestMechanisms:
    def test_order_and_places(self):
        seen = []
        model = Model(world="toy", rng=1, mechanisms=[("affinity", lambda m: seen.append("second"))])

        @model.mechanism(after="interventions")
        def first(m):
            seen.append("first")

        @model.mechanism(after="affinity")
        def third(m):
            seen.append("third")

        model.step()
        assert seen == ["first", "second", "third"] and callable(first)
        for anchor in ANCHORS:
            model.mechanism(lambda m: None, after=anchor)
        model.step()

    def test_a_write_reaches_the_mechanisms_that_follow(self):
        """Hostility after the affinity mechanism raises the need that security computes in the same step."""

        def hostile(model):
            for other in model.states["BBB"].affinity:
                model.states["BBB"].affinity[other] = -1.0

        plain, changed = (Model(world="toy", rng=1, mechanisms=m) for m in ([], [("affinity", hostile)]))
        plain.step()
        changed.step()
        assert changed.states["BBB"].need > plain.states["BBB"].need

    def test_agents_step_in_the_addressed_order(self):
        order = []

        class Stepping(State):
            def step(self):
                order.append((self.model.next_step, self.id))

        class Body(steppe.Organisation):
            def step(self):
                order.append((self.model.next_step, self.id))

        model = Model(world="toy", rng=1, state_class=Stepping, organisation_class=Body)
        model.agents_by_type[Stepping]
        model.step()
        assert sorted(name for _, name in order[:5]) == list(model.states)
        assert sorted(name for _, name in order[5:]) == sorted(model.organisations)
        turns = model.row["actor"]["turn"][:5].tolist()
        assert [name for _, name in order[:5]] == [model.world.states[i] for i in turns]
        model.step()
        assert {step for step, _ in order} == {0, 1}


class TestDraws:
    def test_by_address_only(self, toy):
        a, b = toy.states["AAA"], toy.organisations["UNION"]
        first = toy.draw("visit", a, b)
        toy.draw("another", a, b)
        assert toy.draw("visit", a, b) == first
        others = [
            toy.draw("visit", a),
            toy.draw("visit", b, a),
            toy.draw("visits", a, b),
            toy.draw("visit", a, 1),
        ]
        toy.step()
        assert len({first, toy.draw("visit", a, b), *others}) == 6

    def test_is_the_documented_address(self, toy):
        """Philox at (replicate, step·64 + purpose, mix(name, key), key), written out in the oracle."""
        from hashlib import blake2b

        from oracle import philox

        name = int.from_bytes(blake2b(b"purpose:visit", digest_size=4).digest(), "little")
        mixed = ((key_of("state", "AAA") ^ 0) ^ ((name * 2654435761) % 2**32)) % 2**32
        w0, w1, *_ = philox.philox((0, 32 + name % 32, mixed, 5), (7, 0))
        expected = ((w0 >> 5) * 2**26 + (w1 >> 6) + 0.5) / 2**53
        assert toy.draw("visit", toy.states["AAA"], 5) == expected

    def test_are_uniform(self, toy):
        """Mean of 4,000 within five standard errors, and Kolmogorov's distance below its 0.1 % point."""
        drawn = np.sort([toy.draw("many", i) for i in range(4000)])
        assert abs(drawn.mean() - 0.5) < 5 / np.sqrt(12 * 4000)
        assert np.abs(drawn - np.arange(4000) / 4000).max() < 1.95 / np.sqrt(4000)

    @pytest.mark.parametrize("key", [-1, 2**32, "AAA", 0.5])
    def test_keys_are_agents_or_words(self, toy, key):
        with pytest.raises(InputError, match="key"):
            toy.draw("visit", key)


class TestIntervening:
    def test_now(self, toy):
        toy.intervene("apply", state="BBB", organisation="UNION")
        toy.step()
        assert toy.events[0]["state"] == "BBB" and toy.events[0]["kind"] in ("admitted", "refused")
        toy.intervene("parameter", parameter="membership.cooldown", value=4)
        toy.intervene("mechanism", mechanism="pressure", on=False)
        assert toy.parameters["membership.cooldown"] == 4 and not toy.switches["pressure"]

    @pytest.mark.parametrize(
        ("kind", "fields", "said"),
        [
            ("aply", {}, "did you mean 'apply'"),
            ("apply", {"state": "AAB", "organisation": "UNION"}, "no state 'AAB'"),
            ("apply", {"state": "AAA", "organisation": "UNON"}, "no organisation 'UNON'"),
            ("tie", {"a": "AAA", "b": "AAA", "level": 0.5}, "two different states"),
            ("tie", {"a": "AAA", "b": "BBB", "level": 2}, "less than or equal to 1"),
            ("tie", {"a": "AAA", "b": "BBB"}, "missing key 'level'"),
            ("parameter", {"parameter": "membership.coldown", "value": 1}, "membership.cooldown"),
            ("mechanism", {"mechanism": "presure", "on": True}, "did you mean 'pressure'"),
        ],
    )
    def test_bad_ones_are_refused(self, toy, kind, fields, said):
        with pytest.raises(InputError, match=said):
            toy.intervene(kind, **fields)
        assert toy.events == []


class TestImport:
    def test_the_package_imports_nothing_heavy(self):
        code = (
            "import sys, steppe;"
            "heavy = {'mesa', 'numba', 'numpy', 'pandas', 'pydantic', 'hydra'} & set(sys.modules);"
            "print(heavy); sys.exit(bool(heavy))"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr

    def test_names(self):
        assert set(steppe.__all__) <= set(dir(steppe)) and steppe.World.__name__ == "World"
        with pytest.raises(AttributeError, match="no attribute 'Modell'"):
            getattr(steppe, "Modell")  # noqa: B009
