"""Parties: how close those that take part in a process are to each other, and what it is worth to them."""

from typing import Any

from steppe.mechanisms.kernel import kernel


@kernel
def closeness(state: Any, process: int, i: int) -> Any:
    """Mean affinity of i with the other parties of a process, and the same of structural affinity; 0 without any."""
    felt, structural, others = 0.0, 0.0, 0
    for j in range(state.n):
        if j != i and state.role[process, j].party == 1:
            felt += state.pair[i, j].affinity
            structural += state.pair[i, j].structural
            others += 1
    if others == 0:
        return 0.0, 0.0
    return felt / others, structural / others


@kernel
def benefit(state: Any, process: int) -> Any:
    """B_l: mean over the parties of half their interest and half their closeness to the others; 0 without parties."""
    total, parties = 0.0, 0
    for i in range(state.n):
        if state.role[process, i].party == 1:
            felt, _ = closeness(state, process, i)
            total += 0.5 * (state.role[process, i].interest + felt)
            parties += 1
    return total / parties if parties > 0 else 0.0


@kernel
def mean_support(state: Any, process: int) -> Any:
    """Public support of a process, mean over its parties; 0 without parties."""
    total, parties = 0.0, 0
    for i in range(state.n):
        if state.role[process, i].party == 1:
            total += state.role[process, i].support
            parties += 1
    return total / parties if parties > 0 else 0.0
