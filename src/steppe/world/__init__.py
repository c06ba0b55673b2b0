"""Evidence at a date → a world of arrays."""

from steppe.world.arrays import RULES, World
from steppe.world.build import build_world
from steppe.world.spec import WorldSpec, evidence_for

__all__ = ["RULES", "World", "WorldSpec", "build_world", "evidence_for"]
