"""The step as a whole: its order, and what must not matter to it."""

import numpy as np
import pytest

from oracle.worlds import random_interventions, random_parameters, small_world
from steppe.mechanisms import schedule
from steppe.mechanisms.interventions import intervene
from steppe.mechanisms.parameters import SWITCHES
from steppe.mechanisms.schedule import SCHEDULE, SKIPPED_WHEN_OFF, run_in_python
from steppe.mechanisms.state import parameters_of
from steppe.simulation.plan import plan
from steppe.world.synthetic import synthetic_world

from .support import WORKSPACE, advance, begun, changed, ensemble, leaves

ORDER = {"kind": "set_depth", "organisation": "O000", "depth": 0.9}


@pytest.fixture(scope="module")
def world():
    return synthetic_world(14, 8, seed=2)


class TestList:
    def test_is_the_printed_one(self):
        """The rows of the docstring that have a rule are those that run, in that order; observe is the
        recorder's.
        """
        lines = [line.split() for line in (schedule.__doc__ or "").splitlines() if line[:3].strip().isdigit()]
        assert [int(words[0]) for words in lines] == list(range(1, 13))
        ruled = [words[1] for words in lines if "(no" not in words and words[1] != "observe"]
        assert ruled == [name for name, _ in SCHEDULE]
        assert set(SKIPPED_WHEN_OFF) < {name for name, _ in SCHEDULE} < set(SWITCHES)

    @pytest.mark.parametrize("off", [None, *SKIPPED_WHEN_OFF])
    def test_by_hand_or_at_once(self, off):
        """The rows one after the other do what the compiled step does, to the bit."""
        small = small_world(6, 4, 3)
        switches = {off: False} if off else {}
        one = begun(small, random_parameters(3), switches)
        other = one.copy()
        advance(one, 12)
        for number in range(12):
            other["step"] = number
            intervene(other[0], parameters_of(other), plan([], small))
            for name, _ in SCHEDULE:
                run_in_python(other[0], name)
        assert changed(leaves(one), leaves(other)) <= WORKSPACE


class TestWhatDoesNotMatter:
    @pytest.mark.parametrize("seed", range(6))
    def test_the_order_of_rows(self, seed):
        """Relabelled states and bodies live the same lives: statuses equal, affinities to the order of
        sums.
        """
        small = small_world(7, 4, seed)
        rng = np.random.default_rng(seed)
        states, bodies = rng.permutation(7), rng.permutation(4)
        p = random_parameters(seed)
        orders = random_interventions(small, 40, seed, 5)
        one = advance(begun(small, p), 40, small, orders)
        shuffled = small.permuted(states.tolist(), bodies.tolist())
        other = advance(begun(shuffled, p), 40, shuffled, orders)
        seats = one["seat"]["status"][0, :7, :4][np.ix_(states, bodies)]
        np.testing.assert_array_equal(other["seat"]["status"][0, :7, :4], seats)
        for name in ("affinity", "baseline"):
            expected = one["pair"][name][0, :7, :7][np.ix_(states, states)]
            np.testing.assert_allclose(other["pair"][name][0, :7, :7], expected, atol=1e-12)
        np.testing.assert_array_equal(other["body"]["alive"][0, :4], one["body"]["alive"][0, bodies])
        np.testing.assert_allclose(other["body"]["depth"][0, :4], one["body"]["depth"][0, bodies], atol=1e-12)

    def test_the_batch(self, world):
        """Replicates 5, 6 and 7 are the same bytes in a chunk of twelve and in one of their own."""
        whole, events = ensemble(world, 12, years=6)
        part, own = ensemble(world, 3, years=6, first=5)
        for name, series in whole._asdict().items():
            assert series[5:8].tobytes() == getattr(part, name).tobytes(), name
        assert events[(events["replicate"] >= 5) & (events["replicate"] < 8)].tobytes() == own.tobytes()
        assert len(own)

    def test_what_ran_before(self, world):
        """Nor does a workspace remember the replicate before: 5 alone is 5 after five others, and
        repeats itself.
        """
        alone, _ = ensemble(world, 1, years=6, first=5)
        again, _ = ensemble(world, 1, years=6, first=5)
        other, _ = ensemble(world, 1, years=6, first=6)
        for name, series in alone._asdict().items():
            assert series.tobytes() == getattr(again, name).tobytes(), name
        assert alone.shares.tobytes() != other.shares.tobytes()

    def test_the_future(self, world):
        """An intervention at step 20 leaves years 0 to 5 and all events before it alone, and does act
        after it.
        """
        plain, before = ensemble(world, 10, years=8)
        ordered, after = ensemble(world, 10, years=8, interventions=[{"step": 20, **ORDER}])
        for name, series in plain._asdict().items():
            assert series[:, :6].tobytes() == getattr(ordered, name)[:, :6].tobytes(), name
        assert before[before["step"] < 20].tobytes() == after[after["step"] < 20].tobytes()
        assert plain.depth[:, 6:].tobytes() != ordered.depth[:, 6:].tobytes()

    def test_changes_of_parameters_end_with_the_replicate(self, world):
        """A scenario that sets a parameter does not leave it set for the next replicate."""
        order = {"step": 4, "kind": "parameter", "parameter": "affinity.noise", "value": 0.1}
        both, _ = ensemble(world, 2, years=2, interventions=[order])
        second, _ = ensemble(world, 1, years=2, interventions=[order], first=1)
        for name, series in both._asdict().items():
            assert series[1:].tobytes() == getattr(second, name).tobytes(), name

    @pytest.mark.slow
    @pytest.mark.parametrize("seed", [2, 5])
    def test_the_length_of_the_step(self, seed):
        """Rates, not chances per step: seats after ten years agree between quarters and eighths of a year.

        Two samples of 2,000 replicates under different seeds, each outcome a two-sample z below 4.
        """
        world = synthetic_world(14, 8, seed=seed)
        found = []
        for steps_per_year in (4, 8):
            record, _ = ensemble(world, 2000, steps_per_year=steps_per_year, seed=steps_per_year)
            found.append(
                np.stack(
                    [
                        record.members[:, 10].sum(axis=1) / (14 * 8),
                        record.observers[:, 10].sum(axis=1) / (14 * 8),
                        record.alive[:, 10].mean(axis=1),
                        record.depth[:, 10].mean(axis=1),
                        record.polarisation[:, 10],
                    ]
                ).astype(float)
            )
        quarters, eighths = found
        error = np.sqrt(quarters.var(axis=1) / 2000 + eighths.var(axis=1) / 2000)
        z = (quarters.mean(axis=1) - eighths.mean(axis=1)) / error
        assert (np.abs(z) < 4).all(), z
