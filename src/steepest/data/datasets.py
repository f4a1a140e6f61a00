"""Built-in data: houses that the project makes itself, and the tables of scikit-learn.

`houses` is not a record of real sales. It comes from this recipe, in whole numbers only, so
that every platform and every version of NumPy makes the same 50 rows:

1. `PCG64(1143).random_raw` gives 14 numbers of 64 bits for each house.
2. size = 800 + 10 * (the smaller of the first two, each modulo 271): 800 to 3,500 square
   feet, small houses more often than large ones.
3. noise = (the sum of the other twelve, each modulo 1001, minus 6000) * 3 // 10: close to a
   normal distribution with standard deviation 300.
4. price in tenths of a thousand dollars = 600 + 14 * size // 10 + noise.

So price = 60 + 0.14 * size + noise, in thousands of dollars. The seed is one of those whose
rows show the two bowls of the lesson well. Measured on the rows: least squares gives
0.1386 * size + 60.22, with residuals of standard deviation 29.7; the condition number of
J(w, b) = 1/(2m) sum (w * size + b - price)^2 is 2.35e7 with the size in square feet and 39.9
with it in thousands of square feet.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from steepest.data.names import did_you_mean
from steepest.errors import InputError

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Description", "describe", "load", "names"]

_SEED = 1143
_HOUSES = 50


@dataclass(frozen=True, slots=True)
class Description:
    """What a built-in data set holds.

    columns:  how many, the target among them
    loss:     the one that "auto" takes for the target
    source:   where the rows come from
    """

    name: str
    rows: int
    columns: int
    target: str
    loss: Literal["squared", "logistic", "softmax"]
    sentence: str
    source: str


_SKLEARN = "scikit-learn"

_DESCRIPTIONS = (
    Description(
        "houses",
        _HOUSES,
        2,
        "price",
        "squared",
        "Size (square feet) and price (thousands of dollars) of houses that nobody lives in.",
        "made by steepest from a seeded recipe, which steepest.datasets documents",
    ),
    Description(
        "diabetes",
        442,
        11,
        "progression",
        "squared",
        "Progression of diabetes a year after age, sex, bmi, blood pressure and six blood values "
        "were taken, in their own units.",
        f"{_SKLEARN}; Efron, Hastie, Johnstone and Tibshirani, Least Angle Regression, 2004",
    ),
    Description(
        "breast_cancer",
        569,
        31,
        "diagnosis",
        "logistic",
        "Tumours, malignant or benign, with 30 measures of their cell nuclei.",
        f"{_SKLEARN}; Wolberg, Street and Mangasarian, Breast Cancer Wisconsin, 1995",
    ),
    Description(
        "iris",
        150,
        5,
        "species",
        "softmax",
        "Sepals and petals (centimetres) of three species of iris.",
        f"{_SKLEARN}; Fisher, The Use of Multiple Measurements in Taxonomic Problems, 1936",
    ),
    Description(
        "wine",
        178,
        14,
        "cultivar",
        "softmax",
        "Chemistry of wines from three cultivars of one region.",
        f"{_SKLEARN}; Forina and others, Wine, 1991",
    ),
    Description(
        "digits",
        1797,
        65,
        "digit",
        "squared",
        "Handwritten digits as 8 by 8 pixels from 0 to 16; the digit is a number here, and the "
        "loss softmax takes its ten values as classes.",
        f"{_SKLEARN}; Alpaydin and Kaynak, Optical Recognition of Handwritten Digits, 1998",
    ),
)


def names() -> tuple[str, ...]:
    """The names of the built-in data sets.

    >>> names()
    ('houses', 'diabetes', 'breast_cancer', 'iris', 'wine', 'digits')
    """
    return tuple(description.name for description in _DESCRIPTIONS)


def describe(name: str) -> Description:
    """What a built-in data set holds; InputError for a name that is none.

    >>> describe("houses").target, describe("houses").rows
    ('price', 50)
    """
    for description in _DESCRIPTIONS:
        if description.name == name:
            return description
    raise InputError(f'there is no built-in data set "{name}"; {did_you_mean(name, names())}')


def load(name: str) -> pl.DataFrame:
    """The rows of a built-in data set; InputError for a name that is none.

    >>> load("houses").head(2).rows()
    [(1590, 253.9), (1080, 171.7)]
    """
    description = describe(name)
    return _houses() if name == "houses" else _from_sklearn(description)


def _houses() -> pl.DataFrame:
    import polars as pl

    raw = np.random.PCG64(_SEED).random_raw(14 * _HOUSES)
    sizes: list[int] = []
    tenths: list[int] = []
    for house in np.asarray(raw).reshape(_HOUSES, 14).tolist():
        size = 800 + 10 * min(house[0] % 271, house[1] % 271)
        noise = (sum(draw % 1001 for draw in house[2:]) - 6000) * 3 // 10
        sizes.append(size)
        tenths.append(600 + 14 * size // 10 + noise)
    return pl.DataFrame({"size": sizes, "price": [tenth / 10 for tenth in tenths]})


def _from_sklearn(description: Description) -> pl.DataFrame:
    import polars as pl

    loaders: Any = importlib.import_module("sklearn.datasets")
    options = {"scaled": False} if description.name == "diabetes" else {}
    bunch: Any = getattr(loaders, f"load_{description.name}")(**options)
    columns = _tidy([str(name) for name in bunch.feature_names])
    frame = pl.DataFrame(np.asarray(bunch.data, dtype=np.float64), schema=columns)
    levels = [str(level) for level in getattr(bunch, "target_names", [])]
    target: list[Any] = bunch.target.tolist()
    if description.name not in ("diabetes", "digits"):
        target = [levels[code] for code in target]
    return frame.with_columns(pl.Series(description.target, target))


_BLOOD = {"s1": "tc", "s2": "ldl", "s3": "hdl", "s4": "tch", "s5": "ltg", "s6": "glu"}


def _tidy(columns: Sequence[str]) -> list[str]:
    """Names in snake_case, without units: "sepal length (cm)" is sepal_length."""
    plain = [re.sub(r"\s*\(.*\)", "", name).lower() for name in columns]
    return [_BLOOD.get(name, re.sub(r"\W+", "_", name)) for name in plain]
