from __future__ import annotations

import numpy as np
import pytest

from steepest.errors import InputError
from steepest.evaluation.scoring.baseline import baseline_of, baseline_rows


def test_the_baseline_of_the_rows_that_train() -> None:
    assert baseline_of(np.array([1.0, 2.0, 6.0]), ()) == 3.0
    assert baseline_of(np.array([1.0, 0.0, 1.0, 1.0]), ("no", "yes")) == 0.75
    # a class that no training row has keeps its place
    assert baseline_of(np.array([0.0, 2.0]), ("a", "b", "c", "d")) == (0.5, 0.0, 0.5, 0.0)


def test_the_baseline_of_each_row() -> None:
    assert baseline_rows(3.0, 2, scores=1).tolist() == [3.0, 3.0]
    assert baseline_rows(0.75, 2, scores=2).tolist() == [[0.25, 0.75]] * 2
    assert baseline_rows((0.2, 0.3, 0.5), 1, scores=3).tolist() == [[0.2, 0.3, 0.5]]
    assert baseline_rows((0.2, 0.3, 0.5), 0, scores=3).shape == (0, 3)


@pytest.mark.parametrize(("baseline", "scores"), [(0.5, 3), ((0.5, 0.5), 1), ((0.5, 0.5), 3)])
def test_a_baseline_of_another_model_is_refused(
    baseline: float | tuple[float, ...], scores: int
) -> None:
    with pytest.raises(InputError, match=f"needs {scores}"):
        baseline_rows(baseline, 4, scores=scores)
