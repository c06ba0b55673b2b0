"""The step, as a printed list.

 1 shocks        the scenario's timed interventions, then random shocks
 2 corridors     (no rule yet)
 3 trade         shares and welfare from trade costs
 4 affinity      contact, trade and conflict move affinity
 5 security      danger, protection, need
 6 alignment     ties to poles
 7 bilateral     pairs climb and descend the ladder of security ties
 8 domestic      (no rule yet)
 9 membership    states weigh applying, observing, leaving; bodies admit
10 institutions  deepen, hollow, merge, dissolve
11 processes     (no rule yet)
12 observe       at the end of every year, by the recorder
"""

from collections.abc import Callable
from typing import Any

from steppe.mechanisms.affinity import update_affinity
from steppe.mechanisms.alignment import update_alignment
from steppe.mechanisms.bilateral import update_bilateral
from steppe.mechanisms.derived import start, update_trade
from steppe.mechanisms.institutions import update_institutions
from steppe.mechanisms.kernel import kernel
from steppe.mechanisms.membership import update_membership
from steppe.mechanisms.security import update_security
from steppe.mechanisms.shocks import intervene, update_shocks

# Trade, security and alignment have no row here that a switch skips: their switches act inside the terms they feed.
SCHEDULE: tuple[tuple[str, Callable[..., None]], ...] = (
    ("shocks", update_shocks),
    ("trade", update_trade),
    ("affinity", update_affinity),
    ("security", update_security),
    ("alignment", update_alignment),
    ("bilateral", update_bilateral),
    ("membership", update_membership),
    ("institutions", update_institutions),
)
SKIPPED_WHEN_OFF = ("shocks", "affinity", "bilateral", "membership", "institutions")


@kernel
def step(state: Any, parameters: Any, plan: Any) -> Any:
    """One step of every mechanism, in order, at `state.step`. parameters, plan : see `intervene`."""
    intervene(state, parameters, plan)
    if state.p.on_shocks != 0.0:
        update_shocks(state)
    update_trade(state)
    if state.p.on_affinity != 0.0:
        update_affinity(state)
    update_security(state)
    update_alignment(state)
    if state.p.on_bilateral != 0.0:
        update_bilateral(state)
    if state.p.on_membership != 0.0:
        update_membership(state)
    if state.p.on_institutions != 0.0:
        update_institutions(state)


@kernel
def begin(state: Any) -> Any:
    """First look at a world just reset: trade at the start, danger, protection, shares."""
    start(state)
    update_security(state)
    update_alignment(state)


def run_in_python(state: Any, name: str) -> None:
    """One mechanism called from Python, skipped where its switch is off: the Mesa front's way through the same list."""
    if name not in SKIPPED_WHEN_OFF or state["p"][f"on_{name}"] != 0.0:
        dict(SCHEDULE)[name](state)
