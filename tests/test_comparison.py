from dataclasses import replace

import numpy as np
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


@pytest.mark.parametrize(
    "change", [{"loss": "huber"}, {"l2": 0.1}, {"l1": 0.1}, {"weight": "n"}, {"huber_delta": 2.0}]
)
def test_different_costs_are_not_compared(run: Run, change: dict) -> None:
    other = replace(run, id="b", request=replace(run.request, **change))
    sentence = " They minimised different costs J, so their losses cannot be compared."
    assert compare_runs([run, other]).rows.endswith(sentence)
    assert sentence not in compare_runs([run, replace(run, id="b")]).rows


def test_the_loss_of_batches_is_that_of_all_rows_where_it_is_known(run: Run) -> None:
    full = np.full(len(run.trace), 7.0)
    batches = replace(run.trace, loss_of="batch", measures={"full_loss": full})
    assert compare_runs([run, replace(run, trace=batches)]).losses == (run.trace.last_loss, 7.0)


def test_one_run_cannot_be_compared(run: Run) -> None:
    with pytest.raises(InputError, match="comparing takes two runs or more; 1 was named"):
        compare_runs([run])
