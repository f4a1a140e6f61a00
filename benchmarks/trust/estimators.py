"""How many of scikit-learn's checks each setting of the two estimators passes."""

from __future__ import annotations

import os
import warnings
from collections import Counter
from typing import Any

__all__ = ["section"]

DRAWN = 8  # fewer rows than the tables of the checks have


def section(seed: int = 0, quick: bool = False) -> str:
    """A Markdown section: passed, skipped and failed checks of every setting.

    seed: has no effect, as the checks set their own; quick: of the first setting only.
    """
    before = os.environ.get("SCIPY_ARRAY_API")
    os.environ["SCIPY_ARRAY_API"] = "1"  # else scikit-learn skips a check
    try:
        rows = [_row(estimator) for estimator in _settings()[: 1 if quick else None]]
    finally:
        _restore(before)
    passed = sum(counts["passed"] for _, counts, _ in rows)
    every = sum(sum(counts.values()) for _, counts, _ in rows)
    return "\n".join(
        [
            "## Estimators",
            "",
            f"`check_estimator` of scikit-learn {_version()}: {passed:,} of {every:,} checks are "
            f"passed by the {len(rows)} settings of the table; others were not run. The goal is "
            "all, none skipped and none expected to fail, of all settings but the last two.",
            "",
            f"- With mini-batches of {DRAWN} rows a weight counts as repeated rows in the mean and "
            "not to the digit, so that the two checks of that equality cannot pass; nor do they "
            "for scikit-learn's own SGDRegressor, where they are expected to fail.",
            "- Poisson without an intercept is held, three times, to a score above 0.5 on a target "
            "that it cannot reach; PoissonRegressor(fit_intercept=False) fails the same three.",
            "",
            "| setting | passed | skipped | failed |",
            "| --- | ---: | ---: | ---: |",
            *(
                f"| `{name}` | {done['passed']} | {done['skipped']} | {_failed(done, which)} |"
                for name, done, which in rows
            ),
            "",
        ]
    )


def _settings() -> list[Any]:
    from steepest.sklearn import GradientDescentClassifier, GradientDescentRegressor

    return [
        GradientDescentRegressor(),
        GradientDescentRegressor("huber"),
        GradientDescentRegressor("poisson"),
        GradientDescentRegressor(l1=0.01),
        GradientDescentRegressor(batch=256),
        GradientDescentRegressor(scale="none"),
        GradientDescentRegressor(rule="nesterov"),
        GradientDescentRegressor(l2=0.1, fit_intercept=False),
        GradientDescentClassifier(),
        GradientDescentClassifier(l2=0.0),
        GradientDescentClassifier(l1=0.05, max_iter=300),
        GradientDescentClassifier(batch=256, l2=0.1),
        GradientDescentClassifier(scale="none", l2=0.1),
        GradientDescentClassifier(class_weight="balanced", l2=0.1),
        GradientDescentRegressor(batch=DRAWN),
        GradientDescentRegressor("poisson", fit_intercept=False),
    ]


def _row(estimator: Any) -> tuple[str, Counter[str], list[str]]:
    from sklearn.utils.estimator_checks import check_estimator

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        outcome = check_estimator(estimator, on_skip=None, on_fail=None)
    failed = [one["check_name"] for one in outcome if one["status"] not in ("passed", "skipped")]
    name = " ".join(str(estimator).split())
    return name, Counter(one["status"] for one in outcome), failed


def _failed(counts: Counter[str], which: list[str]) -> str:
    failed = sum(counts.values()) - counts["passed"] - counts["skipped"]
    return f"{failed}" + (f": {', '.join(which)}" if which else "")


def _version() -> str:
    import sklearn

    return sklearn.__version__


def _restore(before: str | None) -> None:
    if before is None:
        del os.environ["SCIPY_ARRAY_API"]
    else:
        os.environ["SCIPY_ARRAY_API"] = before


if __name__ == "__main__":
    print(section())
