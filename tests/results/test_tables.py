"""Tables: what a chunk may hand over, and what it may not."""

from __future__ import annotations

import numpy as np
import pytest

from steppe.mechanisms.events import KINDS
from steppe.mechanisms.records import N_TERMS
from steppe.results.check import check_table
from steppe.results.chunks import plan_chunks
from steppe.results.tables import (
    EVENT_KINDS,
    OF_SOME,
    REASONS,
    ChunkId,
    Coded,
    describe,
    entity_of,
    schemas_of,
    table_schemas,
)

from .fake import POLES, fake_chunk, manifest

CHUNK = ChunkId("baseline", 0, 0, 3)


def test_kinds_and_reasons_are_those_of_the_mechanisms() -> None:
    """The recorder hands over codes, so the order must be the same in both places."""
    assert EVENT_KINDS == KINDS
    assert len(REASONS) == N_TERMS


def test_a_plan_covers_every_replicate_once() -> None:
    plan = plan_chunks(["a", "b"], 2, 10, 4)
    for scenario in "ab":
        for point in range(2):
            blocks = [c for c in plan if (c.scenario, c.point) == (scenario, point)]
            covered = [r for c in blocks for r in range(c.first, c.first + c.count)]
            assert covered == list(range(10))
    assert len(plan) == len({chunk.name for chunk in plan}) == 12


def test_names_of_chunks_are_names_of_files_and_sort_like_chunks() -> None:
    plan = plan_chunks(["a/b", "ä b"], 12, 1200, 100)
    names = [chunk.name for chunk in plan]
    assert not any("/" in name or " " in name for name in names)
    for scenario in ("a/b", "ä b"):
        own = [chunk for chunk in plan if chunk.scenario == scenario]
        assert sorted(own) == sorted(own, key=lambda chunk: chunk.name)


def test_every_column_has_a_unit_or_is_no_number() -> None:
    for schema in table_schemas(POLES).values():
        for column in schema.columns:
            assert column.meaning
            assert bool(column.unit) == (column.kind not in ("text", "date", "bool")), column.name
        assert schema.columns[0].name == "replicate"


def test_description_is_whole() -> None:
    described = describe(table_schemas(POLES))
    assert [c["name"] for c in described["poles"]["columns"]] == [
        *("scenario", "point", "replicate", "year", "influence_PPP", "influence_QQQ", "polarisation")
    ]
    assert described["alignments"]["key"] == ["scenario", "point", "replicate", "year", "state"]


def test_a_run_has_the_tables_of_what_its_world_has() -> None:
    """No corridors, or a manifest from before there were any: no such table, and all others."""
    everything, some = manifest(), manifest(demands=[])
    old = {key: value for key, value in everything.items() if key not in ("segments", "demands", "processes")}
    assert set(schemas_of(everything)) == set(table_schemas(POLES))
    assert set(schemas_of(everything)) - set(schemas_of(some)) == {"demands"}
    assert set(schemas_of(everything)) - set(schemas_of(old)) == set(OF_SOME)


def test_rows_of_a_table_are_of_one_kind_of_entity() -> None:
    """What the store counts rows by and the measures read by: every yearly table but that of the system."""
    found = {name: entity_of(schema) for name, schema in table_schemas(POLES).items()}
    assert {name for name, entity in found.items() if entity is None} == {"events", "poles"}
    assert found["corridors"] == "segment" and found["demands"] == "demand"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda t: t.pop("need"), "missing \\['need'\\]"),
        (lambda t: t.update(extra=t["need"]), "unknown \\['extra'\\]"),
        (lambda t: t.update(need=t["need"][:-1]), "unlike lengths"),
        (lambda t: t.update(state=t["need"]), "state is ndarray"),
        (lambda t: t.update(need=Coded(np.zeros(3, int), ("x",))), "need is Coded"),
        (lambda t: t.update(state=Coded(np.full(len(t["need"]), 9), ("x",))), "codes without a name"),
        (lambda t: t.update(state=Coded(np.full(len(t["need"]), -2), ("x",))), "codes without a name"),
        (lambda t: t.update(need=t["need"][:, None]), "shape"),
    ],
)
def test_a_table_that_is_not_right_is_refused(change, says) -> None:  # type: ignore[no-untyped-def]
    table = dict(fake_chunk(CHUNK).tables["states"])
    schema = table_schemas(POLES)["states"]
    assert check_table(schema, table) == 3 * 6 * 6
    change(table)
    with pytest.raises(ValueError, match=says):
        check_table(schema, table)
