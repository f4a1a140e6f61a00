"""The functions of an exported Python file, as text: they are the same for every model."""

from __future__ import annotations

__all__ = [
    "CHEAPEST",
    "CHOICE",
    "COUNT",
    "INTERVAL",
    "INTERVAL_OF_COUNT",
    "LARGEST",
    "NUMBER",
    "NUMBERS",
    "PROBABILITY",
    "SCORE",
    "SCORES",
    "SHARES",
    "TERMS",
    "TEXTS",
]

TERMS = '''\
def terms(row):
    """The value of each term, standardised; ValueError for a row that cannot be used."""
    if not hasattr(row, "keys"):
        raise ValueError(f"the row is {row!r}; expected a dict of its columns")
    absent = [name for name in (*NUMBERS, *TEXTS) if name not in row]
    if absent:
        raise ValueError(f"the row lacks {', '.join(map(repr, absent))}")
    numbers = {name: _number(name, row[name]) for name in NUMBERS}
    texts = {name: _level(row[name]) for name in TEXTS}
    return [
        (_value(made, numbers, texts) - centre) / spread
        for made, centre, spread, _ in TERMS
    ]


def _value(made, numbers, texts):
    if isinstance(made, tuple):
        column, level = made
        return float(texts[column] == level)
    product = 1.0
    for column, power in made.items():
        for _ in range(power):
            product *= numbers[column]
    if not math.isfinite(product):
        raise ValueError(f"{made} is too large for a number")
    return product'''

NUMBERS = """\
def _number(name, value):
    if _is_missing(value):
        return NUMBERS[name]
    try:
        number = math.nan if isinstance(value, (str, bytes)) else float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if math.isnan(number):
        raise ValueError(f"{name!r} is {value!r}; expected a number")
    if not math.isfinite(number):
        raise ValueError(f"{name!r} is {value!r}; expected a finite number")
    return number


def _is_missing(value):
    if value is None or type(value).__name__ in ("NAType", "NaTType"):  # of pandas
        return True
    try:
        return math.isnan(value)
    except (TypeError, ValueError, OverflowError):
        return False"""

TEXTS = """\
def _level(value):
    if _is_missing(value):
        return "(missing)"
    return str(value).lower() if isinstance(value, bool) else str(value)"""

SCORE = '''\
def score(row):
    """The linear part: what the terms and the intercept add up to."""
    weights = (weight for _, _, _, weight in TERMS)
    return sum(x * w for x, w in zip(terms(row), weights)) + INTERCEPT'''

SCORES = '''\
def scores(row):
    """The linear part of each class: what the terms and its intercept add up to."""
    values, weights = terms(row), [of_class for _, _, _, of_class in TERMS]
    return [
        sum(x * w[k] for x, w in zip(values, weights)) + intercept
        for k, intercept in enumerate(INTERCEPT)
    ]'''

NUMBER = '''\
def predict(row):
    """The prediction for a row, in the target's units."""
    return score(row)'''

COUNT = '''\
def predict(row):
    """The number to be expected of a row, in the target's units."""
    try:
        return math.exp(score(row))
    except OverflowError:
        return math.inf'''

INTERVAL = '''\
def predict_interval(row, coverage=COVERAGE):
    """The ends of the interval in which a share of `coverage` of the truths is expected."""
    for share, below, above in INTERVALS:
        if abs(share - coverage) < 1e-9:
            middle = predict(row)
            return middle - below, middle + above
    known = ", ".join(str(share) for share, _, _ in INTERVALS)
    raise ValueError(f"coverage is {coverage!r}; expected one of {known}")'''

INTERVAL_OF_COUNT = INTERVAL.replace("middle - below,", "max(0.0, middle - below),")

PROBABILITY = '''\
def predict(row):
    """The probability of the second of the two classes."""
    z = score(row)
    small = math.exp(-abs(z))
    return (1.0 if z >= 0 else small) / (1.0 + small)'''

CHOICE = '''\
def decide(row):
    """The class: the second where its probability is the threshold or more."""
    z = score(row)
    if math.isnan(z):
        raise ValueError("the values of the row are too large to decide by")
    return CLASSES[z >= LIMIT]'''

SHARES = '''\
def predict(row):
    """The probability of each class, by its name."""
    z = scores(row)
    largest = max(z)
    parts = [math.exp(own - largest) for own in z]
    whole = sum(parts)
    return {name: part / whole for name, part in zip(CLASSES, parts)}'''

LARGEST = '''\
def decide(row):
    """The likeliest class, of several the first."""
    probabilities = predict(row)
    return max(CLASSES, key=probabilities.get)'''

CHEAPEST = '''\
def decide(row):
    """The class that is expected to cost least, of several the first."""
    shares = predict(row).values()
    expected = [
        sum(share * costs[k] for share, costs in zip(shares, COSTS))
        for k in range(len(CLASSES))
    ]
    return CLASSES[expected.index(min(expected))]'''
