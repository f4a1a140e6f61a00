from dataclasses import replace

import pytest

from steepest.comparison import compare_runs
from steepest.errors import InputError
from steepest.fitting import fit
from steepest.run import Run


@pytest.fixture(scope="module")
def run() -> Run:
    return replace(fit("houses", "price", steps=20), id="a")


@pytest.mark.parametrize(
    ("options", "same"),
    [
        ({"degree": 2}, True),
        ({"seed": 1}, False),
        ({"holdout": 0.3}, False),
        ({"holdout": 0}, False),
    ],
)
def test_only_the_same_rows_make_scores_comparable(run: Run, options: dict, same: bool) -> None:
    other = replace(fit("houses", "price", steps=20, **options), id="b")
    comparison = compare_runs([run, other])
    assert comparison.same_rows is same
    assert comparison.asked.keys() == options.keys()
    assert ("can be compared" in comparison.rows) is same
    assert ("evaluated on different rows" in comparison.rows) is not same


def test_folds_of_one_seed_are_the_same_rows(run: Run) -> None:
    one, two, three = (
        fit("houses", "price", steps=20, holdout=0, degree=degree, seed=seed)
        for degree, seed in ((1, 0), (2, 0), (1, 1))
    )
    assert compare_runs([one, two]).same_rows
    assert not compare_runs([one, three]).same_rows


def test_other_data_of_as_many_rows_are_other_rows(run: Run) -> None:
    from steepest.data import datasets

    houses = datasets.load("houses")
    changed = fit(houses.with_columns(houses["price"] + 1), "price", steps=20)
    assert not compare_runs([run, changed]).same_rows


def test_coefficients_stand_by_name(run: Run) -> None:
    other = fit("houses", "price", steps=20, degree=2, intercept=False)
    comparison = compare_runs([run, other])
    assert comparison.coefficients["size"] == (run.coefficients["size"], other.coefficients["size"])
    assert comparison.coefficients["size^2"] == (None, other.coefficients["size^2"])
    assert comparison.intercepts == (run.intercept, None)
    assert comparison.runs == ("a", "unsaved")


def test_one_run_cannot_be_compared(run: Run) -> None:
    with pytest.raises(InputError, match="comparing takes two runs or more; 1 was named"):
        compare_runs([run])
