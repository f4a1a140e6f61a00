from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steepest.data.collinear import Relation, find_collinear, find_relations
from steepest.data.columns import describe


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(11)


def equations(**columns: object) -> list[str]:
    return [str(relation) for relation in find_relations(pl.DataFrame(columns))]


def test_a_sum_is_written_as_one(rng: np.random.Generator) -> None:
    a, b, c = rng.normal(size=(3, 50))
    assert equations(a=a, b=b, c=c, total=a + b + c) == ["total = a + b + c"]
    assert equations(a=a, b=b, c=c) == []


def test_another_unit_is_found(rng: np.random.Generator) -> None:
    feet = rng.uniform(800, 3500, size=50)
    (found,) = equations(feet=feet, metres=0.3048 * feet)
    assert found in ("metres = 0.3048 * feet", "feet = 3.281 * metres")


def test_a_constant_belongs_to_it(rng: np.random.Generator) -> None:
    celsius = rng.normal(20, 5, size=50)
    (found,) = equations(celsius=celsius, fahrenheit=32 + 1.8 * celsius)
    assert found in (
        "fahrenheit = 1.8 * celsius + 32",
        "celsius = 0.5556 * fahrenheit - 17.78",
    )


def test_truths_that_exclude_each_other_are_found(rng: np.random.Generator) -> None:
    old = rng.random(50) < 0.4
    frame = pl.DataFrame({"old": old, "new": ~old})
    (found,) = find_collinear(frame, describe(frame, frame.columns))
    assert found.sentence.startswith(("old = -new + 1", "new = -old + 1"))


def test_a_long_sum_is_shortened(rng: np.random.Generator) -> None:
    columns = dict(zip("abcdef", rng.normal(size=(6, 50)), strict=True))
    (found,) = equations(**columns, total=sum(columns.values()))
    assert "is a sum of multiples of" in found


def test_two_dependences_are_two(rng: np.random.Generator) -> None:
    a, b, c = rng.normal(size=(3, 50))
    found = equations(a=a, b=b, c=c, s=a + b, double=2 * c)
    assert len(found) == 2


def test_what_is_nearly_so_is_not_so(rng: np.random.Generator) -> None:
    a, b = rng.normal(size=(2, 50))
    assert equations(a=a, b=b, c=a + b + 1e-5 * rng.normal(size=50)) == []


def test_what_holds_in_some_rows_only_is_not_so(rng: np.random.Generator) -> None:
    a, b = rng.normal(size=(2, 30_000))
    total = a + b
    total[12_345] += 1.0
    assert equations(a=a, b=b, total=total) == []


def test_rows_with_gaps_are_passed_over(rng: np.random.Generator) -> None:
    a, b = rng.normal(size=(2, 60))
    total: list[float | None] = (a + b).tolist()
    total[3] = None
    assert equations(a=a, b=b, total=total) == ["total = a + b"]


def test_a_curve_and_its_square_are_independent() -> None:
    x = np.arange(1947.0, 1963.0)
    assert equations(x=x, square=x**2, cube=x**3) == []


def test_as_many_columns_as_rows_tell_nothing(rng: np.random.Generator) -> None:
    assert equations(**{f"x{i}": rng.normal(size=5) for i in range(5)}) == []


def test_constant_columns_do_not_take_part(rng: np.random.Generator) -> None:
    a = rng.normal(size=20)
    assert equations(a=a, one=np.ones(20), zero=np.zeros(20)) == []
    assert equations() == []


def test_very_wide_tables_are_not_searched(rng: np.random.Generator) -> None:
    frame = pl.DataFrame(rng.normal(size=(3, 501)))
    (found,) = find_collinear(frame, describe(frame, frame.columns))
    assert (found.severity, found.columns) == ("info", ())


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 5), st.floats(-3, 3))
def test_an_equation_that_is_found_holds(seed: int, width: int, shift: float) -> None:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(40, width)) * 10.0 ** rng.integers(-3, 4, size=width)
    factors = rng.choice([-2.0, -1.0, 0.5, 1.0, 3.0], size=width)
    made = X @ factors + shift
    frame = pl.DataFrame({f"x{i}": X[:, i] for i in range(width)} | {"made": made})
    (relation,) = find_relations(frame)
    right = sum(factor * frame[name] for name, factor in relation.factors.items())
    gap = (frame[relation.name] - right - relation.constant).abs().max()
    assert isinstance(gap, float)
    assert gap <= 1e-8 * (np.ptp(frame[relation.name].to_numpy()))


def test_an_equation_without_a_positive_side_keeps_its_minus() -> None:
    relation = Relation("c", {"a": -1.0, "b": -1.0}, 0.0)
    assert str(relation) == "c = -a - b"
