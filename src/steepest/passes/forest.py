"""Answers of pieces merged along one fixed binary tree, in whatever order they come.

A tree over n leaves: node i of level k stands for the leaves from i·2ᵏ to before (i+1)·2ᵏ; a
node without a right-hand child is its left-hand one. Only whole nodes are ever merged, so that
the answer at the root does not depend on the order, nor on who merged what. It is the tree of
`parallel.tree_sum`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

__all__ = ["Forest", "Node"]

State = TypeVar("State")
Node = tuple[int, int]
"""Level and place of a node of the tree; the leaves are of level 0."""


class Forest(Generic[State]):
    """The largest whole nodes that are known so far.

    >>> forest = Forest(3, lambda left, right: f"({left}{right})")
    >>> for place, letter in ((2, "c"), (0, "a"), (1, "b")):
    ...     forest.add((0, place), letter)
    >>> forest.whole
    '((ab)c)'
    """

    def __init__(self, leaves: int, merge: Callable[[State, State], State]) -> None:
        self.leaves = leaves
        self._merge = merge
        self._nodes: dict[Node, State] = {}
        self._widths = [leaves]  # how many nodes each level has
        while self._widths[-1] > 1:
            self._widths.append((self._widths[-1] + 1) // 2)

    @property
    def nodes(self) -> Mapping[Node, State]:
        """The largest whole nodes."""
        return self._nodes

    @property
    def complete(self) -> bool:
        """Whether every leaf is there."""
        return (len(self._widths) - 1, 0) in self._nodes

    @property
    def whole(self) -> State:
        """The answer of all leaves, once it is complete."""
        return self._nodes[len(self._widths) - 1, 0]

    def add(self, node: Node, state: State) -> None:
        """Take a whole node; its leaves must not have been there."""
        level, place = node
        while level < len(self._widths) - 1:
            beside = place ^ 1
            if beside < self._widths[level]:
                other = self._nodes.pop((level, beside), None)
                if other is None:
                    break
                state = self._merge(state, other) if place < beside else self._merge(other, state)
            level, place = level + 1, place // 2
        self._nodes[level, place] = state

    def leaves_of(self, node: Node) -> range:
        """The leaves that a node stands for; none where the tree has no such node.

        >>> Forest(3, max).leaves_of((1, 1)), len(Forest(3, max).leaves_of((5, 0)))
        (range(2, 3), 0)
        """
        level, place = node
        if not 0 <= level < len(self._widths) or not 0 <= place < self._widths[level]:
            return range(0)
        return range(place << level, min((place + 1) << level, self.leaves))

    def missing(self) -> list[int]:
        """The leaves that are not there yet, in order."""
        there: set[int] = set()
        for node in self._nodes:
            there.update(self.leaves_of(node))
        return [leaf for leaf in range(self.leaves) if leaf not in there]
