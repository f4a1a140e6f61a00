"""How much time watching may take: a small share of the loop's own, and a little to begin with."""

from __future__ import annotations

from time import perf_counter

__all__ = ["Budget"]


class Budget:
    """Time spent on watching against time that may be spent.

    share:   of the loop's time, in all
    floor:   seconds a step, where that is more: of loops whose steps are tiny
    credit:  seconds to begin with, so that the first steps are seen closely

    >>> budget = Budget(share=0.01, floor=1e-5, credit=1.0)
    >>> budget.allows(0.9, steps=1), budget.allows(1.1, steps=1)
    (True, False)
    """

    __slots__ = ("_began", "credit", "floor", "share", "spent")

    def __init__(self, share: float = 0.003, floor: float = 3e-6, credit: float = 6e-3) -> None:
        self.share, self.floor, self.credit = share, floor, credit
        self.spent = 0.0
        self._began = perf_counter()

    def allows(self, seconds: float, *, steps: int) -> bool:
        """Whether so many seconds more are within bounds after so many steps."""
        loop = perf_counter() - self._began - self.spent
        return self.spent + seconds <= self.credit + max(self.share * loop, self.floor * steps)

    def spend(self, seconds: float) -> None:
        """Count seconds that watching took."""
        self.spent += seconds
