"""Chunks cover what is asked for, each replicate of each point once, and leave what is there alone."""

from hypothesis import given
from hypothesis import strategies as st

from steppe.results.chunks import plan_chunks

sizes = st.integers(1, 12)


def cells(chunks):
    """Every (point, replicate) of some chunks, as often as it comes."""
    return [
        (point, replicate)
        for chunk in chunks
        for point in range(chunk.point, chunk.point + chunk.points)
        for replicate in range(chunk.first, chunk.first + chunk.count)
    ]


@given(sizes, sizes, sizes)
def test_cover_every_replicate_once(points, replicates, size):
    """And no chunk has more than `size` of them."""
    planned = plan_chunks(["s"], points, replicates, size)
    assert sorted(cells(planned)) == [(p, r) for p in range(points) for r in range(replicates)]
    assert max(chunk.count * chunk.points for chunk in planned) <= size


@given(sizes, sizes, sizes, st.data())
def test_a_stopped_run_lacks_the_chunks_that_were_planned(points, replicates, size, data):
    """So that a resume ends with the very parts that an uninterrupted run has."""
    planned = plan_chunks(["s"], points, replicates, size)
    done = set(data.draw(st.lists(st.sampled_from(planned), unique=True)))
    assert set(plan_chunks(["s"], points, replicates, size, done)) == set(planned) - done


@given(sizes, sizes, sizes, sizes, sizes, sizes, st.data())
def test_an_extension_adds_what_is_new(points, replicates, size, more, longer, other, data):
    """Points, replicates or both, in blocks of another size, also where some of the first chunks are lacking."""
    first = plan_chunks(["s"], points, replicates, size)
    done = set(data.draw(st.lists(st.sampled_from(first), unique=True)))
    added = plan_chunks(["s"], points + more, replicates + longer, other, done)
    wanted = [(p, r) for p in range(points + more) for r in range(replicates + longer)]
    assert sorted(cells(added) + cells(done)) == wanted


def test_names_differ():
    """A chunk's name is its file: no two chunks of a run may share one."""
    planned = plan_chunks(["a", "b"], 7, 30, 12)
    assert len({chunk.name for chunk in planned}) == len(planned)
