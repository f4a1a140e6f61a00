from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
import pytest

from steepest.data.representation import NumberColumn, Representation, TextColumn
from steepest.errors import InputError
from steepest.evaluation.evaluate import cross_validate, evaluate
from steepest.evaluation.splits.split import Split, split_rows
from steepest.trace import Array

SHAPE = Representation(
    (NumberColumn("x", 0.0),), (TextColumn("t", "a", ("b",)),), ((1,),), (), (), 1, "standard"
)


@dataclass(frozen=True)
class Line:
    """Stands for a Model: slope * x, or the probability of that score."""

    slope: float
    offset: float = 0.0
    classes: tuple[str, ...] = ()
    threshold: float = 0.5
    margins: tuple[()] = ()
    target: str = "y"
    representation: Representation = SHAPE
    scores: int = 1

    @property
    def loss(self) -> str:
        return "logistic" if self.classes else "squared"

    def predict(self, frame: pl.DataFrame) -> Array:
        score = self.slope * frame["x"].to_numpy() + self.offset
        return 1 / (1 + np.exp(-score)) if self.classes else score


def table(rows: int, seed: int = 0) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    return pl.DataFrame({"x": rng.normal(size=rows), "t": rng.choice(["a", "b"], size=rows)})


def line(frame: pl.DataFrame, noise: float = 0.1) -> Array:
    x = frame["x"].to_numpy()
    return 3 * x + 1 + noise * np.random.default_rng(9).normal(size=len(x))


def two(frame: pl.DataFrame) -> Array:
    x = frame["x"].to_numpy()
    return (np.random.default_rng(9).random(len(x)) < 1 / (1 + np.exp(-3 * x))).astype(float)


def least_squares(frame: pl.DataFrame, target: Array) -> Any:
    X = np.column_stack([frame["x"].to_numpy(), np.ones(frame.height)])
    slope, offset = np.linalg.lstsq(X, target, rcond=None)[0]
    return Line(float(slope), float(offset))


def mean_only(frame: pl.DataFrame, target: Array) -> Any:
    return Line(0.0, float(target.mean()))


def test_held_out_rows_of_a_number() -> None:
    frame = table(200)
    target = line(frame)
    target[frame["t"].to_numpy() == "b"] += 1
    found = evaluate(Line(3.0, 1.0), frame, target, baseline=1.25, method="by hand")  # type: ignore[arg-type]
    assert (found.method, found.rows, found.confusion) == ("by hand", 200, None)
    assert found.baseline == "always predicts the mean of the training rows, 1.25"
    error = 3 * frame["x"].to_numpy() + 1 - target
    assert found.score("mean_absolute_error").value == pytest.approx(np.abs(error).mean())
    assert found.score("mean_absolute_error").baseline == pytest.approx(
        np.abs(target - 1.25).mean()
    )
    assert found.score("mean_absolute_error").unit == "y"
    assert found.better_than_baseline is True
    assert found.slices[0].where == "t is b"
    assert found.slices[0].mean_error == pytest.approx(-1, abs=0.05)
    assert dict(found.quantiles)[0.5] == pytest.approx(np.median(np.abs(error)))
    assert found.sentences[0].startswith("Half of the predictions of y are within")
    assert any(said.startswith("It errs low for t is b: by ") for said in found.sentences)


def test_held_out_rows_of_two_classes() -> None:
    frame = table(300)
    model = Line(3.0, classes=("no", "yes"))
    found = evaluate(model, frame, two(frame), baseline=0.4, method="by hand")  # type: ignore[arg-type]
    assert found.baseline == (
        "always gives y=yes its share of the training rows, 0.4, and decides for the more "
        "frequent class, y=no"
    )
    assert [score.name for score in found.scores] == ["log_loss", "accuracy", "roc_auc"]
    assert found.better_than_baseline is True
    assert found.quantiles == ()
    counts = found.confusion
    assert counts is not None
    right = counts.true_positive + counts.true_negative
    assert right + counts.false_positive + counts.false_negative == 300
    assert found.score("accuracy").value == right / 300
    assert len(found.sentences) >= 4 + len(found.slices)


def test_probabilities_too_small_in_one_part_are_told() -> None:
    frame = table(600)
    target = np.where(frame["t"].to_numpy() == "b", 1.0, two(frame))
    model = Line(3.0, classes=("no", "yes"))
    found = evaluate(model, frame, target, baseline=0.7, method="")  # type: ignore[arg-type]
    assert any(
        sentence.startswith("For t is b it gives y=yes a probability too low by 0.")
        for sentence in found.sentences
    )


def test_cross_validation_predicts_each_row_from_the_others() -> None:
    frame = table(50)
    target = line(frame)
    seen: list[tuple[int, int]] = []

    def train(part: pl.DataFrame, part_target: Array) -> Any:
        seen.append((part.height, len(part_target)))
        return least_squares(part, part_target)

    found = cross_validate(train, frame, target, split_rows(50, share=0, seed=4, classes=None))
    assert seen == [(40, 40)] * 5
    assert found.method == "5-fold cross-validation (seed 4)"
    assert found.rows == 50
    assert found.better_than_baseline is True
    assert found.score("mean_absolute_error").value == pytest.approx(0.08, abs=0.03)


def test_leaving_one_out_is_the_closed_form_of_the_hat_matrix() -> None:
    frame = table(12)
    target = line(frame, noise=1.0)
    X = np.column_stack([frame["x"].to_numpy(), np.ones(12)])
    hat = X @ np.linalg.pinv(X)
    left_out = (target - hat @ target) / (1 - np.diag(hat))
    found = cross_validate(least_squares, frame, target, Split("none", 0, 0, 12, (), folds=12))
    assert found.score("mean_absolute_error").value == pytest.approx(np.abs(left_out).mean())


def test_the_baseline_of_each_fold_is_the_mean_of_its_training_rows() -> None:
    frame = table(20)
    target = line(frame)
    found = cross_validate(mean_only, frame, target, Split("none", 0, 0, 20, (), folds=20))
    absolute = found.score("mean_absolute_error")
    # the mean of the others is off by m / (m - 1) times as much as the mean of all
    assert absolute.baseline == pytest.approx(np.abs(target - target.mean()).mean() * 20 / 19)
    assert absolute.value == pytest.approx(absolute.baseline)
    assert found.score("r2").value == pytest.approx(0, abs=1e-12)
    assert found.better_than_baseline is None


def test_classes_are_dealt_evenly_over_the_folds() -> None:
    frame = table(40)
    target = (np.arange(40) < 10).astype(float)
    shares: list[float] = []

    def train(part: pl.DataFrame, part_target: Array) -> Any:
        shares.append(float(part_target.mean()))
        return Line(0.0, classes=("no", "yes"))

    cross_validate(train, frame, target, split_rows(40, share=0, seed=0, classes=target))
    assert shares == [0.25] * 5


@pytest.mark.parametrize("rows", [2, 3, 4, 6])
def test_few_rows_are_cross_validated(rows: int) -> None:
    frame = table(rows)
    split = split_rows(rows, share=0.2 if rows < 5 else 0, seed=0, classes=None)
    found = cross_validate(least_squares, frame, line(frame), split)
    assert found.rows == rows
    assert found.better_than_baseline is None
    assert found.method.startswith(f"{min(rows, 5)}-fold")
    assert f"On the {rows} rows evaluated, y is off by" in found.sentences[0]


def test_one_row_cannot_be_cross_validated() -> None:
    frame = table(1)
    found = cross_validate(
        least_squares, frame, line(frame), split_rows(1, share=0, seed=0, classes=None)
    )
    assert (found.rows, found.scores, found.better_than_baseline) == (0, (), None)
    assert "nothing is known" in found.sentences[0]


@pytest.mark.parametrize("rows", [0, 1, 2, 3])
@pytest.mark.parametrize("classes", [(), ("no", "yes")])
def test_few_held_out_rows(rows: int, classes: tuple[str, ...]) -> None:
    frame = table(rows)
    model: Any = Line(1.0, classes=classes)
    found = evaluate(model, frame, np.ones(rows), baseline=1.0, method="by hand")
    assert found.rows == rows
    assert found.better_than_baseline is None
    assert found.sentences
    assert all(np.isfinite(score.value) for score in found.scores)
    assert bool(found.scores) is (rows > 0)


@pytest.mark.parametrize("only", [0.0, 1.0])
def test_a_single_class_is_evaluated(only: float) -> None:
    frame = table(30)
    target = np.full(30, only)
    found = cross_validate(
        lambda part, part_target: Line(1.0, classes=("no", "yes")),  # type: ignore[arg-type,return-value]
        frame,
        target,
        split_rows(30, share=0, seed=0, classes=target),
    )
    assert [score.name for score in found.scores] == ["log_loss", "accuracy"]
    assert found.score("accuracy").baseline == 1
    assert found.better_than_baseline is False


def test_a_constant_target_is_evaluated() -> None:
    frame, target = table(40), np.full(40, 0.1 + 0.2)
    found = cross_validate(mean_only, frame, target, split_rows(40, share=0, seed=0, classes=None))
    assert found.better_than_baseline is None
    assert found.score("r2").value == 0
    assert found.sentences[0] == "Every prediction of y is exact, to rounding."


@pytest.mark.parametrize("slope", [np.nan, np.inf, 1e308])
@pytest.mark.parametrize("classes", [(), ("no", "yes")])
def test_a_diverged_model_is_evaluated(slope: float, classes: tuple[str, ...]) -> None:
    frame = table(60)
    target = two(frame)

    class Diverged(Line):
        def predict(self, frame: pl.DataFrame) -> Array:
            with np.errstate(all="ignore"):
                return super().predict(frame)

    model: Any = Diverged(slope, 1e308, classes=classes)
    found = evaluate(model, frame, target, baseline=0.5, method="")
    assert found.sentences
    if not classes or np.isnan(slope):
        assert found.better_than_baseline is False


def test_columns_that_are_no_features_are_not_looked_at() -> None:
    frame = table(100).with_columns(secret=pl.Series(["a"] * 50 + ["b"] * 50))
    target = line(frame)
    target[:50] += 5
    found = evaluate(Line(3.0, 1.0), frame, target, baseline=0.0, method="")  # type: ignore[arg-type]
    assert not any("secret" in part.where for part in found.slices)


def test_evaluations_are_the_same_each_time() -> None:
    frame = table(100)
    one, same = (
        evaluate(Line(2.5, 1.0), frame, line(frame), baseline=0.0, method="")  # type: ignore[arg-type]
        for _ in range(2)
    )
    assert one == same


def test_targets_that_do_not_fit_are_refused() -> None:
    frame = table(10)
    number: Any = Line(1.0)
    with pytest.raises(InputError, match=r"shape \(9,\); expected \(10,\)"):
        evaluate(number, frame, np.ones(9), baseline=0.0, method="")
    target = np.ones(10)
    target[3] = np.nan
    with pytest.raises(InputError, match="row 3 is not a finite number"):
        evaluate(number, frame, target, baseline=0.0, method="")
    two_classes: Any = Line(1.0, classes=("no", "yes"))
    with pytest.raises(InputError, match=r"row 0 is 2\.0; a model of two classes"):
        evaluate(two_classes, frame, np.full(10, 2.0), baseline=0.5, method="")
    split = split_rows(9, share=0, seed=0, classes=None)
    with pytest.raises(InputError, match="the split is of 9 rows; the table has 10"):
        cross_validate(least_squares, frame, np.ones(10), split)


# the other losses


@dataclass(frozen=True)
class Kinds:
    """Stands for a softmax Model of one column: class k has the score slopes[k] * x."""

    slopes: tuple[float, ...] = (-2.0, 0.0, 2.0)
    target: str = "kind"
    classes: tuple[str, ...] = ("low", "middle", "high")
    threshold: float = 0.5
    margins: tuple[()] = ()
    costs: tuple[()] = ()
    loss: str = "softmax"
    representation: Representation = SHAPE

    @property
    def scores(self) -> int:
        return len(self.classes)

    def predict(self, frame: pl.DataFrame) -> Array:
        score = np.outer(frame["x"].to_numpy(), self.slopes)
        score[:, 1] += 0.5
        score = np.exp(score - score.max(axis=1, keepdims=True))
        return score / score.sum(axis=1, keepdims=True)

    def places(self, probability: Array) -> np.ndarray:
        return probability.argmax(axis=1)


def kinds(frame: pl.DataFrame, seed: int = 5) -> Array:
    probability = Kinds().predict(frame)
    drawn = np.random.default_rng(seed).random(frame.height)
    return (drawn[:, None] > probability.cumsum(axis=1)).sum(axis=1).astype(float)


def test_held_out_rows_of_many_classes() -> None:
    from sklearn.metrics import accuracy_score, log_loss

    frame = table(400)
    target = kinds(frame)
    model: Any = Kinds()
    found = evaluate(model, frame, target, baseline=(0.3, 0.25, 0.45), method="by hand")
    probability = model.predict(frame)
    assert found.rows == 400
    assert found.confusion is None
    assert found.score("log_loss").value == pytest.approx(log_loss(target, probability))
    assert found.score("accuracy").value == pytest.approx(
        accuracy_score(target, probability.argmax(axis=1))
    )
    assert found.score("accuracy").baseline == pytest.approx(np.mean(target == 2))
    assert found.counts is not None
    assert sum(map(sum, found.counts.counts)) == 400
    assert found.counts.classes == ("low", "middle", "high")
    assert found.baseline == (
        "always gives each class its share of the training rows, and decides for kind=high, the "
        "most frequent class of the training rows"
    )
    assert found.better_than_baseline is True
    assert found.sentences[0].startswith("It decides kind correctly for ")


def test_where_the_classes_are_confused_is_a_slice() -> None:
    frame = table(600)
    target = Kinds().predict(frame).argmax(axis=1).astype(float)
    b = frame["t"].to_numpy() == "b"
    target[b] = np.random.default_rng(0).permutation(target[b])
    model: Any = Kinds()
    found = evaluate(model, frame, target, baseline=(0.3, 0.25, 0.45), method="")
    assert found.slices[0].where == "t is b"
    assert found.slices[0].mean_error > 0.1
    assert found.sentences[-1].startswith("For t is b it is wrong more often: on ")


def test_many_classes_are_cross_validated_each_fold_with_its_own_shares() -> None:
    frame = table(50)
    target = np.repeat([0.0, 1.0, 2.0], [30, 15, 5])
    model: Any = Kinds()
    seen: list[list[int]] = []

    def train(part: pl.DataFrame, part_target: Array) -> Any:
        seen.append(np.bincount(part_target.astype(int)).tolist())
        return model

    split = split_rows(50, share=0, seed=0, classes=target)
    found = cross_validate(train, frame, target, split, classes=model.classes)
    assert seen == [[24, 12, 4]] * 5  # dealt evenly
    shares = np.tile([0.6, 0.3, 0.1], (50, 1))
    expected = -np.log(shares[np.arange(50), target.astype(int)]).mean()
    assert found.score("log_loss").baseline == pytest.approx(expected)
    assert found.rows == 50


def test_many_classes_of_equal_shares_are_not_called_the_most_frequent() -> None:
    frame = table(30)
    model: Any = Kinds()
    found = evaluate(model, frame, kinds(frame), baseline=(1 / 3, 1 / 3, 1 / 3), method="")
    assert "kind=low, one of the most frequent classes of the training rows" in found.baseline


def test_a_diverged_model_of_many_classes_is_evaluated() -> None:
    frame = table(30)
    model: Any = Kinds(slopes=(np.nan, 0.0, 1.0))
    found = evaluate(model, frame, kinds(frame), baseline=(0.3, 0.3, 0.4), method="")
    assert found.counts is None
    assert found.slices == ()
    assert found.better_than_baseline is False
    assert all(np.isnan(score.value) for score in found.scores)


def test_two_classes_under_softmax_take_the_share_of_the_positive_one() -> None:
    frame = table(60)
    model: Any = Kinds(slopes=(0.0, 1.0), classes=("no", "yes"))
    target = two(frame)
    found = evaluate(model, frame, target, baseline=0.3, method="")
    expected = -np.log(np.where(target == 1, 0.3, 0.7)).mean()
    assert found.score("log_loss").baseline == pytest.approx(expected)


@pytest.mark.parametrize(("bad", "said"), [(3.0, "is 3.0"), (-1.0, "is -1.0"), (0.5, "is 0.5")])
def test_a_place_that_is_no_class_is_refused(bad: float, said: str) -> None:
    frame = table(4)
    model: Any = Kinds()
    target = np.array([0.0, 1.0, bad, 2.0])
    with pytest.raises(InputError, match="kind of row 2") as refused:
        evaluate(model, frame, target, baseline=(0.3, 0.3, 0.4), method="")
    assert said in str(refused.value)


def test_a_baseline_of_other_classes_is_refused() -> None:
    frame = table(4)
    model: Any = Kinds()
    with pytest.raises(InputError, match="the baseline has 2 numbers"):
        evaluate(model, frame, np.zeros(4), baseline=(0.3, 0.7), method="")


@dataclass(frozen=True)
class Counts(Line):
    """Stands for a Poisson Model: the exponential of the line."""

    @property
    def loss(self) -> str:
        return "poisson"

    def predict(self, frame: pl.DataFrame) -> Array:
        return np.exp(self.slope * frame["x"].to_numpy() + self.offset)


def test_held_out_rows_of_counts() -> None:
    from sklearn.metrics import mean_poisson_deviance

    frame = table(300)
    model: Any = Counts(0.8, 0.5)
    target = np.random.default_rng(1).poisson(model.predict(frame)).astype(float)
    found = evaluate(model, frame, target, baseline=float(target.mean()), method="")
    deviance = found.score("mean_poisson_deviance")
    assert deviance.value == pytest.approx(mean_poisson_deviance(target, model.predict(frame)))
    assert found.scores[0].name == "mean_absolute_error"
    removed = 100 * (1 - deviance.value / deviance.baseline)
    assert found.sentences[2].startswith(f"It removes {removed:.3g} % of the Poisson deviance of")


def test_counts_that_are_negative_are_refused() -> None:
    frame = table(4)
    model: Any = Counts(0.8, 0.5)
    with pytest.raises(InputError, match="row 1 is -2; a model of the poisson loss"):
        evaluate(model, frame, np.array([0.0, -2.0, 1.0, 1.0]), baseline=1.0, method="")


@dataclass(frozen=True)
class Robust(Line):
    """Stands for a Model of Huber's loss."""

    @property
    def loss(self) -> str:
        return "huber(2.0)"


def test_outliers_do_not_condemn_a_robust_model() -> None:
    frame = table(200)
    target = line(frame)
    target[::40] += 300.0
    model: Any = Robust(3.0, 1.0)
    found = evaluate(model, frame, target, baseline=float(target.mean()), method="")
    assert found.score("r2").value < 0.1
    assert found.better_than_baseline is True
    assert found.sentences[2].endswith(" % of the absolute error of the mean.")
