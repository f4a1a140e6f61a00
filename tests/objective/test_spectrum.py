"""The largest curvature: exact for few columns, a bound that holds for many."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from steepest.data.blocks import Block
from steepest.data.sparse import CSR
from steepest.objective import spectrum
from steepest.objective.spectrum import largest_eigenvalue, total_weight


@pytest.mark.parametrize("spread", [0.0, 3.0])
@pytest.mark.parametrize("columns", [1, 5, 199, 300])
@pytest.mark.parametrize("kind", ["dense", "sparse"])
def test_it_bounds_the_largest_eigenvalue(columns: int, kind: str, spread: float) -> None:
    rng = np.random.default_rng(columns)
    X = rng.normal(size=(400, columns)) * np.exp(spread * rng.normal(size=columns))
    weight = rng.random(400)
    design = X if kind == "dense" else CSR.of(sparse.csr_array(X))
    A = np.hstack([X, np.ones((400, 1))])
    exact = np.linalg.eigvalsh(A.T @ (weight[:, None] * A))[-1] / weight.sum()
    found, how = largest_eigenvalue([Block(design, np.zeros(400), weight)], True, 2)
    if how == "exact":
        assert found == pytest.approx(exact, rel=1e-12)
    else:
        assert columns == 300
        assert exact <= found <= 1.3 * exact


def test_lanczos_stops_where_there_is_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spectrum, "FEW_COLUMNS", 0)
    X = np.outer(np.arange(1.0, 6.0), np.ones(3))
    found, _ = largest_eigenvalue([Block(X, np.zeros(5))], False, 1)
    assert found == pytest.approx(np.linalg.norm(X, 2) ** 2 / 5, rel=1e-12)  # the trace is it


def test_total_weight() -> None:
    blocks = [
        Block(np.ones((2, 1)), np.zeros(2)),
        Block(np.ones((1, 1)), np.zeros(1), np.array([0.5])),
    ]
    assert total_weight(blocks) == 2.5
