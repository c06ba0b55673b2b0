"""Addressed draws: the published generator, the right distributions, and no draw that depends on another."""

import numba
import numpy as np
import pytest
from scipy import stats

from steppe.mechanisms import draws
from steppe.mechanisms.draws import mix, normal, philox, to_unit, uniform, uniform_at, words
from steppe.simulation.model import FIRST_USER_PURPOSE
from steppe.world.synthetic import make_world

from .support import begun

N = 20_000


@numba.njit
def many_uniforms(state, out):
    """Uniform draws of consecutive keys."""
    for place in range(out.size):
        out[place] = uniform(state, draws.SHOCK, place, 0)


@numba.njit
def many_normals(state, out):
    """Normal draws of consecutive keys."""
    for place in range(out.size):
        out[place] = normal(state, draws.AFFINITY, place, place + 1)


@pytest.fixture(scope="module")
def record():
    return begun(make_world(2, 1), seed=2**33 + 5, replicate=7)


class TestPhilox:
    @pytest.mark.parametrize(
        ("counter", "key", "expected"),
        [
            ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
            ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
            (
                (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
                (0xA4093822, 0x299F31D0),
                (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
            ),
        ],
    )
    def test_known_answers(self, counter, key, expected):
        """The vectors published with Random123 (kat_vectors, philox4x32 10 rounds)."""
        found = philox(*(np.uint64(word) for word in (*counter, *key)))
        assert tuple(int(word) for word in found) == expected

    def test_address_in_words(self, record):
        """docs/equations.md: counter (replicate, 64 step + purpose, key1, key2), key (seed low, seed
        high).
        """
        counter = (7, 3 * 64 + 6, 11, 13)
        expected = philox(*(np.uint64(word) for word in (*counter, 5, 2)))
        assert words(record[0], 3, 6, 11, 13) == expected


class TestUniform:
    def test_ends_of_the_interval(self):
        """Half a cell above 0 at the least; at the very top the midpoint rounds up to 1, never above."""
        assert to_unit(np.uint64(0), np.uint64(0)) == 0.5 / 2**53
        assert 1 - 2**-53 <= to_unit(np.uint64(0xFFFFFFFF), np.uint64(0xFFFFFFFF)) <= 1.0

    def test_is_uniform(self, record):
        """Kolmogorov-Smirnov against the uniform distribution; seed fixed, so this cannot flicker."""
        out = np.empty(N)
        many_uniforms(record[0], out)
        assert out.min() > 0 and out.max() <= 1
        assert stats.kstest(out, "uniform").pvalue > 1e-3

    def test_neighbouring_addresses_are_uncorrelated(self, record):
        """Correlation of N independent pairs has standard error 1/√N."""
        out = np.empty(N)
        many_uniforms(record[0], out)
        assert abs(np.corrcoef(out[:-1], out[1:])[0, 1]) < 4 / np.sqrt(N)

    def test_uniform_is_uniform_at_this_step(self, record):
        """The short form fills in the step of the record."""
        record["step"] = 9
        assert uniform(record[0], 5, 1, 2) == uniform_at(record[0], 9, 5, 1, 2)
        assert uniform(record[0], 5, 1, 2) != uniform_at(record[0], 8, 5, 1, 2)


class TestNormal:
    def test_moments(self, record):
        """Mean 0, variance 1, skewness 0, kurtosis 3, within four standard errors: √(1, 2, 6, 24 over N)."""
        out = np.empty(N)
        many_normals(record[0], out)
        found = (out.mean(), out.var() - 1, stats.skew(out), stats.kurtosis(out))
        for value, variance in zip(found, (1, 2, 6, 24), strict=True):
            assert abs(value) < 4 * np.sqrt(variance / N)

    def test_is_normal(self, record):
        """The whole distribution, not the moments only."""
        out = np.empty(N)
        many_normals(record[0], out)
        assert stats.kstest(out, "norm").pvalue > 1e-3


class TestAddresses:
    def test_every_part_of_the_address_counts(self, record):
        """A draw at an address that differs in one part is another draw."""
        base = dict(seed_low=5, seed_high=2, replicate=7, step=3, purpose=5, key1=11, key2=13)
        seen = set()
        for part in (None, *base):
            address = base | ({part: base[part] + 1} if part else {})
            for name in ("seed_low", "seed_high", "replicate"):
                record[name] = address[name]
            seen.add(uniform_at(record[0], *(address[name] for name in ("step", "purpose", "key1", "key2"))))
        record["seed_low"], record["seed_high"], record["replicate"] = 5, 2, 7
        assert len(seen) == len(base) + 1

    def test_no_draw_depends_on_those_before(self, record):
        """There is no state to advance: the same address gives the same draw after ten thousand others."""
        before = uniform(record[0], draws.MEMBERSHIP, 1, 2)
        many_uniforms(record[0], np.empty(10_000))
        assert uniform(record[0], draws.MEMBERSHIP, 1, 2) == before

    def test_purposes_do_not_run_into_the_next_step(self):
        """Purpose and step share a word; every purpose must be below the 64 kept for it, and those of the rules below
        the user's."""
        purposes = [
            value
            for name, value in vars(draws).items()
            if name.isupper() and name != "PURPOSES" and name[0] != "_"
        ]
        assert len(purposes) == len(set(purposes)) == 24
        assert max(purposes) < FIRST_USER_PURPOSE < draws.PURPOSES

    def test_mix_is_ordered(self):
        """mix(a, b) = (a · 2654435761 mod 2³²) xor b: candidate and body do not swap."""
        assert int(mix(3, 4)) == (3 * 2654435761 % 2**32) ^ 4
        assert int(mix(3, 4)) != int(mix(4, 3))
