"""How the columns of a design differ in scale, and what standardising them would give."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from steepest.trace import Array, Fact

__all__ = ["ColumnScales"]


@dataclass(frozen=True, slots=True, eq=False)
class ColumnScales:
    """Read from the triangle R of A = [1 X y] (see `LeastSquares`).

    mean:    (d,) of each column; zeros where there is no intercept to take it up
    spread:  (d,) standard deviation of each column (root mean square without an intercept)
    rank:    independent columns of the design, decided on columns of equal length
    condition_number: of the Hessian of least squares, with the columns standardised; None
             where they are not independent
    """

    mean: Array
    spread: Array
    rank: int
    condition_number: float | None

    @classmethod
    def of(cls, triangle: Array, rows: int, intercept: bool) -> ColumnScales:
        """From R (n, n), intercept first where there is one, and the number of rows m."""
        first = 1 if intercept else 0
        root = np.sqrt(rows)
        centred = triangle[first:-1, first:-1] / root
        whole = np.linalg.norm(triangle[:-1, first:-1] / root, axis=0)
        spread = np.linalg.norm(centred, axis=0)
        noise = max(rows, len(triangle)) * np.finfo(np.float64).eps
        varies = spread > noise * whole
        unit = np.where(varies, centred, 0.0) / np.where(varies, spread, 1.0)
        roots = np.asarray(np.linalg.svd(unit, compute_uv=False), dtype=np.float64)
        rank = int(np.sum(roots > noise * roots.max(initial=0.0)))
        curvatures = np.append(roots**2, 1.0) if intercept else roots**2
        known = rank == len(spread) and len(curvatures) > 0
        return cls(
            mean=triangle[0, 1:-1] / triangle[0, 0] if intercept else np.zeros(len(spread)),
            spread=np.asarray(spread, dtype=np.float64),
            rank=rank + first,
            condition_number=float(curvatures.max() / curvatures.min()) if known else None,
        )

    def facts(self) -> dict[str, Fact]:
        """The same, for the record."""
        facts = {
            "column_mean": Fact(self.mean, "of the descended columns"),
            "column_spread": Fact(self.spread, "standard deviations of the descended columns"),
        }
        if self.condition_number is not None:
            facts["condition_number_standardised"] = Fact(
                self.condition_number, "eigenvalues of the correlation matrix of the features"
            )
        return facts
