from __future__ import annotations

import pytest

from steepest.data.names import check_names, did_you_mean
from steepest.errors import InputError
from steepest.readable import listed


@pytest.mark.parametrize(
    ("name", "meant"),
    [("Price", "price"), ("SIZE", "size"), ("bedroom", "bedrooms"), ("price_", "price")],
)
def test_the_nearest_name_is_offered_whatever_its_case(name: str, meant: str) -> None:
    assert did_you_mean(name, ["size", "bedrooms", "price"]) == f'did you mean "{meant}"?'


def test_a_name_like_no_other_brings_the_list() -> None:
    assert did_you_mean("zzz", [f"x{i}" for i in range(10)]).endswith("x7 and 2 more")


def test_names_that_are_there_once_are_fine() -> None:
    check_names(["a", "A", "a "], "here")
    with pytest.raises(InputError, match='here: columns 1 and 3 are both called "a"'):
        check_names(["a", "b", "a"], "here")


def test_lists_are_short() -> None:
    assert listed(["a", "b"]) == "a, b"
    assert listed([str(i) for i in range(9)]) == "0, 1, 2, 3, 4, 5, 6, 7 and 1 more"
