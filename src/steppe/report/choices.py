"""Regions and robust choices as text for the terminal."""

from __future__ import annotations

from steppe.analysis.discovery import Discovery
from steppe.analysis.robustness import Robustness
from steppe.report.terminal import table


def discovery_text(found: Discovery, name: str) -> str:
    """The boxes in words, how well they hold on points that were not used, and the leaves of the tree."""
    lines = [
        f"{name}: {found.k:,} of {found.n:,} points ({found.base_rate:.0%}) are of interest: {found.interest}",
        f"box chosen: {found.choice}",
    ]
    for box in found.boxes:
        lines += [
            "",
            f"box: {box.rule}",
            f"  holds {box.coverage:.0%} of the cases (coverage); {box.density:.0%} of what it holds are cases (density); "
            f"{box.mass:.0%} of all points",
        ]
        lines += [f"  lifted as no better than chance: {one}" for one in box.lifted]
    if not found.boxes:
        lines += ["", "no box is denser than the whole"]
    if found.held_out is not None:
        held = found.held_out
        density = "no point fell into one" if held.density is None else f"density {held.density:.0%}"
        lines += [
            "",
            f"boxes found without a fold, tried on it ({held.folds} folds): coverage {held.coverage:.0%}, {density}",
        ]
    rows = [
        {"leaf of the tree": leaf.rule or "everything else", "cases": leaf.k, "points": leaf.n, "density": leaf.density,
         "coverage": leaf.coverage}
        for leaf in found.tree
    ]  # fmt: skip
    return "\n".join([*lines, "", table(rows)])


def robustness_text(found: Robustness, name: str) -> str:
    """Every measure with the choices' values and ranks, and where the measures disagree."""
    better = "higher" if found.higher_is_better else "lower"
    rows = []
    for ranking in found.rankings:
        row: dict[str, object] = {"measure": ranking.name}
        for lever, value, rank in zip(found.levers, ranking.values, ranking.ranks, strict=True):
            row[lever] = f"{value:.3g} ({rank})"
        rows.append(row)
    lines = [
        f"{name} over {found.points:,} states of the world; {better} is better; in brackets the rank",
        table(rows),
    ]
    if found.unanimous:
        lines.append(f"first under every measure: {', '.join(found.unanimous)}")
    else:
        lines += [f"first under {measure}: {', '.join(best)}" for measure, best in found.best.items()]
    lines += [f"{lever} is nowhere better than {', '.join(by)}" for lever, by in found.dominated.items()]
    if found.disputed:
        lines.append(
            f"{len(found.disputed)} pairs of choices are ordered differently by different measures; --json has them"
        )
    return "\n".join(lines)
