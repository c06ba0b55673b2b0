"""Agents show their rows, and what is set through them takes effect."""

import math

import mesa
import numpy as np
import pytest

from steppe import Model, Organisation, State
from steppe.errors import InputError
from steppe.mechanisms.derived import update_all
from steppe.mechanisms.security import update_security


def derived(model):
    """All that follows from statuses, depths and ties, as bytes, after computing it afresh in a copy."""
    copy = model.record.copy()
    copy["stale"] = 0
    update_all(copy[0])
    update_security(copy[0])
    return copy["actor"]["need"].tobytes(), copy["pair"]["trade_share"].tobytes(), copy["roll"].tobytes()


def present(model):
    """The same of the model as it is."""
    row = model.fresh()
    return row["actor"]["need"].tobytes(), row["pair"]["trade_share"].tobytes(), row["roll"].tobytes()


class TestReading:
    def test_agents_are_registered_with_mesa_by_type(self, toy):
        assert [agent.id for agent in toy.agents_by_type[State]] == ["AAA", "BBB", "CCC", "DDD", "EEE"]
        assert [agent.id for agent in toy.agents_by_type[Organisation]] == list(toy.world.organisations)
        assert sorted(agent.unique_id for agent in toy.agents) == list(range(1, 9))

    def test_a_state_shows_its_row(self, toy):
        world = toy.world
        for i, state in enumerate(toy.states.values()):
            assert list(state.affinity) == [name for name in world.states if name != state.id]
            for other, value in state.affinity.items():
                assert value == world.affinity_structural[i, world.state_index(other)]
            assert state.organisations == tuple(
                b for b in world.organisations if state.id in world.members(b)
            )
            assert state.capability == world.capability[i] and state.gdp == world.gdp[i]
            assert state.autonomy == world.autonomy[i] and state.key == world.state_key[i]
            assert state.welfare == 0 and 0 < state.need < 1 and state.shock == state.prestige == 0
            assert [state.eligible[b] for b in world.organisations] == world.eligible[i].astype(bool).tolist()

    def test_an_organisation_shows_its_row(self, toy):
        for o, body in enumerate(toy.organisations.values()):
            assert body.alive and body.depth == toy.world.depth[o]
            assert body.members == toy.world.members(body.id)
            status = {s.id: s.status[body.id] for s in toy.states.values()}
            assert body.observers == tuple(name for name, held in status.items() if held == "observer")
            assert body.suspended == ()
            assert sum(body.scope.values()) == pytest.approx(1)

    def test_cohesion_without_majors_is_mean_affinity(self, toy):
        toy.parameters["institutions.cohesion_dominance"] = 0
        toy.parameters["institutions.cohesion_overlap"] = 0
        body = toy.organisations["RIVERS"]
        pairs = [toy.states[a].affinity[b] for a in body.members for b in body.members if a < b]
        assert body.cohesion == pytest.approx(np.mean(pairs))

    def test_alignment_and_index_are_those_of_the_picture(self, toy):
        picture = toy.observe()
        for i, state in enumerate(toy.states.values()):
            assert list(state.alignment.values()) == pytest.approx(picture.shares[0, 0, i], abs=1e-4)
            assert state.multivector == pytest.approx(picture.multivector[0, 0, i], abs=1e-4)
        assert toy.states["AAA"].is_pole and toy.states["AAA"].alignment["AAA"] == 0

    def test_leverage_is_of_the_stronger(self, toy):
        strong, weak = sorted(toy.states.values(), key=lambda state: -state.capability)[:2]
        assert strong.leverage_of(weak) == 0 <= weak.leverage_of(strong)

    def test_mappings_behave(self, toy):
        affinity = toy.states["AAA"].affinity
        assert len(affinity) == 4 and "AAA" not in affinity and "BBB" in affinity
        assert affinity.get("XXX") is None
        with pytest.raises(InputError, match="did you mean 'BBB'"):
            affinity["BBBB"]
        with pytest.raises(KeyError):
            affinity["AAA"]
        with pytest.raises(TypeError):
            del affinity["BBB"]
        assert "BBB" in repr(affinity)


class TestSetting:
    @pytest.mark.parametrize("field", ["affinity", "tie", "conflict"])
    def test_symmetric_fields_are_set_in_both_directions(self, toy, field):
        getattr(toy.states["AAA"], field)["CCC"] = 0.625
        assert getattr(toy.states["CCC"], field)["AAA"] == 0.625

    @pytest.mark.parametrize("field", ["threat", "transit"])
    def test_directed_fields_are_set_in_one(self, toy, field):
        before = getattr(toy.states["CCC"], field)["AAA"]
        getattr(toy.states["AAA"], field)["CCC"] = 0.625
        assert getattr(toy.states["CCC"], field)["AAA"] == before

    def test_transit_is_set_and_read(self, toy):
        """Without a change of corridors, what is set is what counts; out of bounds is refused."""
        toy.states["AAA"].transit["CCC"] = 0.625
        assert toy.states["AAA"].transit["CCC"] == 0.625
        toy.step()
        assert toy.states["AAA"].transit["CCC"] == 0.625
        with pytest.raises(InputError, match="transit out of range"):
            toy.states["AAA"].transit["CCC"] = 1.5

    def test_what_follows_is_refreshed_when_read(self, toy):
        state = toy.states["BBB"]
        need = state.need
        state.threat["AAA"] = 1.0
        assert state.need > need
        state.tie["EEE"] = 1.0
        assert present(toy) == derived(toy)
        state.capability = 0.5
        assert present(toy) == derived(toy)

    def test_a_status_moves_members_alignment_and_events(self, toy):
        state = toy.states["BBB"]
        state.status["UNION"] = "member"
        assert "UNION" in state.organisations and "BBB" in toy.organisations["UNION"].members
        assert present(toy) == derived(toy)
        last = toy.events[-1]
        assert (last["kind"], last["state"], last["organisation"]) == ("intervention", "BBB", "UNION")
        assert last["status_to"] == 2 and last["time"] == toy.date

    def test_depth_and_rule(self, toy):
        body = toy.organisations["UNION"]
        body.depth, body.rule = 0.9, "majority"
        assert (body.depth, body.rule) == (0.9, "majority")
        assert present(toy) == derived(toy)

    def test_a_change_lasts_into_the_step(self, toy):
        toy.switches["affinity"] = False
        toy.states["AAA"].affinity["EEE"] = 0.75
        toy.step()
        assert toy.states["EEE"].affinity["AAA"] == 0.75

    @pytest.mark.parametrize("value", [1.01, -1.01, math.nan, math.inf])
    def test_out_of_range_is_refused(self, toy, value):
        with pytest.raises(InputError, match="-1 to 1"):
            toy.states["AAA"].affinity["BBB"] = value

    def test_bad_values_are_refused_with_what_is_accepted(self, toy):
        state, body = toy.states["AAA"], toy.organisations["UNION"]
        with pytest.raises(InputError, match="observer"):
            state.status["UNION"] = "membr"
        with pytest.raises(InputError, match="consensus"):
            body.rule = "dictate"
        for field in ("capability", "autonomy", "shock", "prestige"):
            with pytest.raises(InputError, match="out of range"):
                setattr(state, field, -2)
        with pytest.raises(TypeError, match="cannot be removed"):
            state.remove()

    def test_what_follows_from_other_things_has_no_setter(self, toy):
        for name in ("need", "welfare", "alignment", "organisations", "multivector"):
            with pytest.raises(AttributeError):
                setattr(toy.states["AAA"], name, 0)

    def test_nothing_of_a_dead_body_can_be_set(self, toy):
        toy.intervene("dissolve", organisation="LEAGUE")
        body = toy.organisations["LEAGUE"]
        assert not body.alive and body.members == () and math.isnan(body.cohesion)
        for change in (
            lambda: setattr(body, "depth", 0.5),
            lambda: setattr(body, "rule", "majority"),
            lambda: toy.states["AAA"].status.update(LEAGUE="member"),
        ):
            with pytest.raises(InputError, match="not alive"):
                change()
        toy.intervene("found", organisation="LEAGUE", members=("AAA", "BBB"), depth=0.5)
        assert body.alive and body.members == ("AAA", "BBB") and body.depth == 0.5


def test_models_are_let_go(toy):
    """Mesa 3.3 keeps every model with agents alive for good; ours must not be."""
    import gc
    import weakref

    model = Model(world="toy", rng=1)
    gone = weakref.ref(model)
    del model
    gc.collect()
    assert gone() is None
    assert issubclass(State, mesa.Agent) and issubclass(Organisation, mesa.Agent)
