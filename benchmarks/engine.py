"""The compiled engine against the oracle, the second core, and where a step's time goes."""

import ctypes
import os
import random
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numba import njit

from benchmarks.worlds import Replicate, eurasia, globe, initial, oracle
from oracle.affinity import move_affinity
from oracle.bilateral import Stance, consider_tie
from oracle.domestic import domestic
from oracle.membership import consider
from oracle.model import OracleModel
from oracle.shocks import shocks
from steppe.mechanisms.affinity import update_affinity
from steppe.mechanisms.alignment import update_alignment
from steppe.mechanisms.bilateral import update_bilateral
from steppe.mechanisms.corridors import update_corridors
from steppe.mechanisms.derived import update_trade
from steppe.mechanisms.domestic import update_domestic
from steppe.mechanisms.institutions import update_institutions
from steppe.mechanisms.interventions import intervene
from steppe.mechanisms.membership import update_membership
from steppe.mechanisms.observe import new_record
from steppe.mechanisms.processes import update_processes
from steppe.mechanisms.records import EVENT
from steppe.mechanisms.schedule import SCHEDULE
from steppe.mechanisms.security import update_security
from steppe.mechanisms.shocks import update_shocks
from steppe.mechanisms.state import parameters_of
from steppe.simulation.ensemble import run_chunk
from steppe.world.arrays import World

STEPS = 40
MECHANISMS = tuple(name for name, _ in SCHEDULE)


def compiled_us(world: World, steps: int, replicates: int, repeats: int) -> float:
    """CPU time of a compiled step [µs]: the median over replicates of the best of some repeats."""
    record, best = initial(world), []
    for number in range(replicates):
        one, times = Replicate(world, record, number), []
        one.run(steps)
        for _ in range(repeats):
            one.rewind()
            started = time.thread_time_ns()
            one.run(steps)
            times.append(time.thread_time_ns() - started)
        best.append(min(times) / steps / 1e3)
    return statistics.median(best)


def small_ratio(replicates: int = 2) -> dict[str, float]:
    """eurasia_2026, whole replicates of 40 steps in both writings; the memberships at the end must be the same."""
    world, spent = eurasia(), 0
    record = initial(world)
    for number in range(replicates):
        model, one = oracle(world, number), Replicate(world, record, number)
        started = time.thread_time_ns()
        model.run(STEPS)
        spent += time.thread_time_ns() - started
        one.run(STEPS)
        wanted = [[model.status[i, o] for o in world.organisations] for i in world.states]
        if one.statuses(world).tolist() != wanted:
            raise RuntimeError("the two writings disagree: their times cannot be compared")
    slow = spent / replicates / STEPS / 1e3
    return {"oracle_us": slow, "compiled_us": compiled_us(world, STEPS, replicates, 20)}


def bilateral_seconds(model: OracleModel, rng: random.Random, pairs: int, states: int = 8) -> float:
    """What the bilateral phase would take: some states take down how they stand, some pairs among them consider a rung."""
    started = time.thread_time()
    stances = {i: Stance(i) for i in rng.sample(model.states, states)}
    known = (time.thread_time() - started) / states * len(model.states)
    started = time.thread_time()
    for _ in range(pairs):
        consider_tie(model, stances, *rng.sample(list(stances), 2))
    each = (time.thread_time() - started) / pairs
    return known + each * len(model.states) * (len(model.states) - 1) / 2


def large_ratio(pairs: int = 300, bodies: int = 12) -> dict[str, float]:
    """195 × 120, the first step. The oracle's is too slow to run whole: affinity, shocks and domestic politics whole, a
    random sample of the states and pairs of the bilateral phase, of the pairs (state, body) of the membership phase and
    of the bodies of the institutions phase, scaled up."""
    world, rng = globe(), random.Random(1)
    model = oracle(world, 0)
    started = time.thread_time()
    shocks(model)
    move_affinity(model)
    domestic(model)
    whole = time.thread_time() - started
    bilateral = bilateral_seconds(model, rng, pairs)
    started = time.thread_time()
    for _ in range(pairs):
        body = rng.choice(model.organisations)
        if body.alive:
            consider(model, rng.choice(model.states), body)
    membership = (time.thread_time() - started) / pairs * len(model.states) * len(model.organisations)
    started = time.thread_time()
    for body in rng.sample(model.organisations, bodies):
        if body.alive:
            body.step()
    institutions = (time.thread_time() - started) / bodies * len(model.organisations)
    slow = (whole + bilateral + membership + institutions) * 1e6
    return {
        "oracle_us": slow,
        "compiled_us": compiled_us(world, 1, 8, 3),
        "later_us": compiled_us(world, STEPS, 2, 1),
    }


def second_core(replicates: int = 400) -> dict[str, float]:
    """Replicates a second on one thread and on two, in turns, the best of three each."""
    world = eurasia()
    record = initial(world)

    def work(first: int, count: int) -> None:
        state = record.copy()
        series = new_record(count, 10, world)
        orders = Replicate(world, record, 0).orders
        run_chunk(
            state[0], parameters_of(state), record[0], parameters_of(record).copy(), first, orders, 10, 4, series,
            np.zeros(64 * count, EVENT),
        )  # fmt: skip

    work(0, 1)
    rates: dict[int, float] = {1: 0.0, 2: 0.0}
    load = os.getloadavg()[0]
    for _ in range(3):
        for threads in rates:
            share = replicates // threads
            with ThreadPoolExecutor(threads) as pool:
                started = time.perf_counter()
                list(pool.map(work, range(0, replicates, share), [share] * threads))
                rates[threads] = max(rates[threads], replicates / (time.perf_counter() - started))
    return {"one": rates[1], "two": rates[2], "load": load}


# Nanoseconds of the monotonic clock, callable from compiled code.
_clock = ctypes.CDLL(None).clock_gettime
_clock.argtypes = [ctypes.c_int, ctypes.c_void_p]
_clock.restype = ctypes.c_int


@njit(nogil=True, error_model="numpy")
def stamp(clock_words, place, spent):
    """Add the time since the last stamp to `spent[place]` [ns]."""
    before = clock_words[0] * 1_000_000_000 + clock_words[1]
    _clock(1, clock_words.ctypes)
    spent[place] += clock_words[0] * 1_000_000_000 + clock_words[1] - before


@njit(nogil=True, error_model="numpy")
def timed(state, parameters, orders, steps, clock_words, spent):
    """The first steps of a replicate, mechanism by mechanism as in `schedule.step`, with a look at the clock after each."""
    for number in range(steps):
        state.step = number
        stamp(clock_words, 11, spent)
        intervene(state, parameters, orders)
        update_shocks(state)
        stamp(clock_words, 0, spent)
        update_corridors(state)
        stamp(clock_words, 1, spent)
        update_trade(state)
        stamp(clock_words, 2, spent)
        update_affinity(state)
        stamp(clock_words, 3, spent)
        update_security(state)
        stamp(clock_words, 4, spent)
        update_alignment(state)
        stamp(clock_words, 5, spent)
        update_bilateral(state)
        stamp(clock_words, 6, spent)
        update_domestic(state)
        stamp(clock_words, 7, spent)
        update_membership(state)
        stamp(clock_words, 8, spent)
        update_institutions(state)
        stamp(clock_words, 9, spent)
        update_processes(state)
        stamp(clock_words, 10, spent)
    for _ in range(1000):
        stamp(clock_words, 12, spent)


def by_mechanism(world: World, steps: int, replicates: int) -> dict[str, float]:
    """µs of a step by mechanism, the clock's own time taken off: medians over replicates."""
    record, rows = initial(world), []
    for number in range(replicates + 1):
        one, whole = Replicate(world, record, number), Replicate(world, record, number)
        words, spent = np.zeros(2, np.int64), np.zeros(13, np.int64)
        timed(one.state[0], parameters_of(one.state), one.orders, steps, words, spent)
        whole.run(steps)
        if one.state.tobytes() != whole.state.tobytes():
            raise RuntimeError("the timed step is not the step of the schedule")
        rows.append((spent[:11] / steps - spent[12] / 1000) / 1e3)
    medians = np.median(rows[1:], axis=0)
    return dict(zip(MECHANISMS, medians.tolist(), strict=True))


def affinity_floor(world: World, measured_us: float) -> dict[str, float]:
    """What the affinity step must at least do, counted by hand for one pair, against what it takes.

    Philox 4x32-10, per round: 2 multiplications, 2 shifts, 2 masks, 4 exclusive ors, and 2 additions and 2 masks for the
    key: 14 operations, 140 in all. Two words to a uniform number, twice: 2 × 7. Box-Muller: a logarithm and a cosine
    (about 40 instructions each as polynomials with range reduction), a root, 5 multiplications: 86. Drift, clipping and
    baseline: 20 multiplications and 18 additions. 13 loads and 4 stores. Together 295 instructions, of which a core
    retires 4 in a cycle at best; nothing in a pair waits for another pair. Memory: two rows of `pair` of three cache lines
    of 64 bytes, read and written: it all stays in the second-level cache, at 32 bytes a cycle and less than the
    arithmetic.
    """
    n = len(world.states)
    pairs = n * (n - 1) // 2
    instructions, bytes_moved = pairs * 295, pairs * 2 * 3 * 64 * 2
    hertz = megahertz() * 1e6
    arithmetic, memory = instructions / 4 / hertz * 1e6, bytes_moved / 32 / hertz * 1e6
    floor = max(arithmetic, memory)
    return {
        "pairs": pairs,
        "instructions": instructions,
        "bytes": bytes_moved,
        "mhz": hertz / 1e6,
        "arithmetic_us": arithmetic,
        "memory_us": memory,
        "share": floor / measured_us,
    }


def megahertz() -> float:
    """The clock of the first core as the system gives it; 2,500 where it does not."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            return next(float(line.split(":")[1]) for line in lines if line.startswith("cpu MHz"))
    except (OSError, StopIteration, ValueError):
        return 2500.0


def everything() -> dict[str, Any]:
    """All of this file, once."""
    world = eurasia()
    mechanisms = by_mechanism(world, STEPS, 60)
    return {
        "small": small_ratio(),
        "cores": second_core(),
        "mechanisms": mechanisms,
        "step_us": compiled_us(world, STEPS, 40, 3),
        "floor": affinity_floor(world, mechanisms["affinity"]),
        "large_mechanisms": by_mechanism(globe(), 8, 2),
        "large": large_ratio(),
    }
