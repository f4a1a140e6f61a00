import pytest
from hypothesis import given
from hypothesis import strategies as st

from steepest.passes.forest import Forest


def joined(left: str, right: str) -> str:
    return f"({left}{right})"


def by_recursion(first: int, count: int) -> str:
    """The tree over so many leaves, each split where the largest power of two below ends."""
    if count == 1:
        return f"{first};"
    left = 1 << (count - 1).bit_length() - 1
    return joined(by_recursion(first, left), by_recursion(first + left, count - left))


@given(st.permutations(range(13)), st.integers(1, 13))
def test_the_order_in_which_leaves_come_does_not_matter(order: list[int], leaves: int) -> None:
    forest = Forest(leaves, joined)
    for place in [place for place in order if place < leaves]:
        assert not forest.complete
        forest.add((0, place), f"{place};")
    assert forest.complete
    assert forest.missing() == []
    assert forest.whole == by_recursion(0, leaves)


@given(st.permutations(range(11)), st.integers(0, 10))
def test_whole_nodes_go_into_another_forest(order: list[int], first: int) -> None:
    one = Forest(11, joined)
    for place in order[:first]:
        one.add((0, place), f"{place};")
    other = Forest(11, joined)
    for node, state in one.nodes.items():
        other.add(node, state)
    assert other.missing() == one.missing() == sorted(order[first:])
    for place in other.missing():
        other.add((0, place), f"{place};")
    assert other.whole == by_recursion(0, 11)


@pytest.mark.parametrize(
    ("node", "leaves"),
    [
        ((0, 4), [4]),
        ((1, 1), [2, 3]),
        ((1, 2), [4]),
        ((2, 1), [4]),
        ((3, 0), [0, 1, 2, 3, 4]),
        ((4, 0), []),
        ((0, 5), []),
        ((0, -1), []),
        ((-1, 0), []),
    ],
)
def test_the_leaves_of_a_node(node: tuple[int, int], leaves: list[int]) -> None:
    assert list(Forest(5, joined).leaves_of(node)) == leaves
