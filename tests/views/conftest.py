"""Runs made by hand, for the views to draw: small descents, walked by a NumPy loop."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import matplotlib
import numpy as np
import pytest

from steepest.data.contract import Column, Contract, Remark
from steepest.data.representation import NumberColumn, Representation
from steepest.diagnosis.finding import Diagnosis, Finding, Remedy
from steepest.evaluation.decisions import (
    Calibration,
    CalibrationBin,
    Confusion,
    ConfusionSlice,
    Decisions,
    ErrorKind,
    PolicyOutcome,
    PredictionInterval,
    Thousand,
    ThresholdPoint,
    WorstSlice,
)
from steepest.evaluation.evaluation import (
    ClassCounts,
    ErrorSlice,
    Evaluation,
    Repeats,
    Score,
)
from steepest.evaluation.leakage.leakage import Leakage
from steepest.evaluation.splits.split import Split
from steepest.evaluation.studies.study import (
    ColumnWorth,
    CurvePoint,
    LearningCurve,
    Peer,
    Study,
    ValidationCurve,
)
from steepest.landscape import Landscape
from steepest.model import Model
from steepest.run import Minimum, Request, Run, Sample
from steepest.trace import Fact, Stop, Trace

matplotlib.use("agg")

Array = np.ndarray


@dataclass(frozen=True)
class KeptModel:
    """What the views ask of a model."""

    coefficients: Mapping[str, float]
    intercept: float | None
    loss: str
    target: str
    classes: tuple[str, ...] = ()
    threshold: float = 0.5


def bowl(X: Array, y: Array) -> tuple[Array, Array, float]:
    """Hessian (p, p), minimum (p,) and least J of least squares, the intercept last."""
    design = np.column_stack([X, np.ones(len(X))])
    minimum = np.linalg.lstsq(design, y, rcond=None)[0]
    residual = design @ minimum - y
    return design.T @ design / len(y), minimum, float(residual @ residual / (2 * len(y)))


def descend_by_hand(
    X: Array,
    y: Array,
    *,
    steps: int,
    names: tuple[str, ...],
    rate: float | None = None,
    start: tuple[float, ...] | None = None,
    reason: Literal["converged", "budget", "non_finite"] = "converged",
    because: str = "within 9.8e-9 of the minimum, relative to its size",
) -> Trace:
    """Plain descent on squared error, J = 1/(2m) sum of squares, all of it recorded."""
    hessian, minimum, least = bowl(X, y)
    sharpness, flattest = np.linalg.eigvalsh(hessian)[[-1, 0]]
    rate = 1 / sharpness if rate is None else rate
    params = [np.zeros(len(minimum)) if start is None else np.array(start, dtype=float)]
    with np.errstate(all="ignore"):
        for _ in range(steps):
            params.append(params[-1] - rate * hessian @ (params[-1] - minimum))
        table = np.array(params)
        gradient = (table - minimum) @ hessian
        loss = least + 0.5 * np.einsum("ki,ki->k", table - minimum, gradient)
    exact = "exact: singular values of the data"
    facts: dict[str, Fact] = {
        "sharpness": Fact(float(sharpness), exact),
        "smallest_eigenvalue": Fact(float(flattest), exact),
        "largest_stable_learning_rate": Fact(float(2 / sharpness), f"2 / sharpness; {exact}"),
        "condition_number": Fact(float(sharpness / flattest), exact),
        "minimum_loss": Fact(least, "exact: the bottom of the bowl"),
        "minimum": Fact(minimum, "least squares by QR of the data"),
        "hessian": Fact(hessian, exact),
        "one_minimum": Fact(
            f"the bowl has one minimum: its smallest curvature {flattest:.3g} is above rounding",
            "smallest eigenvalue of the Hessian",
        ),
        "path": Fact("step by step: every step evaluates the cost", "chosen by hand"),
        "learning_rate_choice": Fact("auto: 1/λ_max", "chosen before the first step"),
    }
    return Trace(
        step=np.arange(steps + 1),
        loss=loss,
        learning_rate=np.full(steps + 1, rate),
        rule="gradient_descent",
        names=names,
        stop=Stop(reason, because, 9.8e-9 if reason == "converged" else None),
        params=table,
        gradient=gradient,
        facts=facts,
    )


def landscape_around(trace: Trace) -> Landscape:
    """A grid of J over the first two parameters, the others at their minimum."""
    assert trace.params is not None
    bottom, hessian = trace.facts["minimum"].array, trace.facts["hessian"].array
    kept = trace.loss <= 100 * trace.loss[0]
    path = trace.params[kept][:, :2]
    seen = np.vstack([path, bottom[:2]])
    room = 0.15 * np.ptp(seen, axis=0) + 1e-9
    x, y = (np.linspace(seen[:, i].min() - room[i], seen[:, i].max() + room[i], 61) for i in (0, 1))
    away = np.stack(np.meshgrid(x, y), axis=-1) - bottom[:2]
    height = 0.5 * np.einsum("...i,ij,...j->...", away, hessian[:2, :2], away)
    return Landscape(
        plane="the plane of both parameters",
        x_label=trace.names[0],
        y_label=trace.names[1],
        x=tuple(x.tolist()),
        y=tuple(y.tolist()),
        loss=tuple(map(tuple, (trace.facts["minimum_loss"].number + height).tolist())),
        path_x=tuple(path[:, 0].tolist()),
        path_y=tuple(path[:, 1].tolist()),
        path_step=tuple(trace.step[kept].tolist()),
        minimum=(float(bottom[0]), float(bottom[1])),
    )


def number_column(name: str, values: Array, role: Any = "feature", **more: Any) -> Column:
    return Column(
        name=name,
        dtype="Float64",
        kind="number",
        role=role,
        reason=more.pop("reason", ""),
        missing=more.pop("missing", 0),
        distinct=len(np.unique(values)),
        low=float(values.min()),
        high=float(values.max()),
        mean=float(values.mean()),
        std=float(values.std()),
    )


CONVERGED = Diagnosis(
    verdict="converged",
    findings=(
        Finding(
            "converged",
            "info",
            "Converged",
            "within 9.8e-9 of the minimum, relative to its size",
            {"steps": 40.0, "relative_distance_bound": 9.8e-9},
        ),
    ),
    clear=("diverging", "non_finite", "oscillating", "overshooting", "crawling", "unfinished"),
    cannot_tell={"separable": "two classes", "noise_floor": "mini-batches"},
)


def houses() -> tuple[Array, Array]:
    """60 sizes in square feet and prices in dollars."""
    rng = np.random.default_rng(7)
    size = rng.uniform(800, 4500, 60).round()
    return size, (70_000 + 135 * size + rng.normal(0, 55_000, 60)).round(-2)


def evaluation_of_prices(target: str = "price") -> Evaluation:
    return Evaluation(
        method="12 of 60 rows held out at random (seed 0)",
        rows=12,
        baseline="always predicts the mean of the training rows, 431,200",
        scores=(
            Score("mean_absolute_error", 49_627.3, 31_000.2, 68_400.9, 118_900.0, "lower", target),
            Score(
                "root_mean_squared_error", 60_112.0, 40_000.0, 82_000.0, 139_000.0, "lower", target
            ),
            Score("r2", 0.8125, 0.61, 0.93, 0.0, "higher"),
        ),
        quantiles=((0.5, 41_200.0), (0.9, 101_400.0)),
        slices=(
            ErrorSlice(f"predicted {target} above 500,000", 5, -31_000.0, -60_000.0, -2_000.0),
        ),
        confusion=None,
        sentences=(
            f"Half of the predictions of {target} are within 41,200 of the truth; one in ten is "
            "off by more than 101,400.",
            "Always predicting the mean of the training rows, 431,200, would be off by 118,900 on "
            "average; the model is off by 49,630 (95 % interval 31,000 to 68,400).",
            "It removes 81.3 % of the squared error of the mean.",
        ),
        better_than_baseline=True,
    )


def line_run() -> Run:
    size, price = houses()
    centred = (size - size.mean()) / size.std()
    trace = descend_by_hand(
        centred[:, None], price, steps=40, rate=0.4, names=("size", "intercept")
    )
    w, b = trace.last_params
    slope = float(w / size.std())
    offset = float(b - w * size.mean() / size.std())
    held_out = tuple(range(0, 60, 5))
    curve = np.linspace(size.min(), size.max(), 200)
    return Run(
        id="houses-1",
        created="2026-01-02T03:04:05+00:00",
        version="0.1.0",
        request=Request(source="/data/houses.csv", target="price", loss="squared"),
        contract=Contract(
            source="/data/houses.csv",
            rows=60,
            dropped=0,
            target="price",
            classes=(),
            columns=(number_column("size", size), number_column("price", price, "target")),
            remarks=(),
        ),
        split=Split("random", 0.2, 0, 60, held_out),
        model=KeptModel({"size": slope}, offset, "squared", "price"),  # type: ignore[arg-type]
        trace=trace,
        diagnosis=CONVERGED,
        evaluation=evaluation_of_prices(),
        sample=Sample(
            feature="size",
            x=tuple(size.tolist()),
            target=tuple(price.tolist()),
            prediction=tuple((slope * size + offset).tolist()),
            held_out=tuple(i in held_out for i in range(60)),
            curve_x=tuple(curve.tolist()),
            curve_y=tuple((slope * curve + offset).tolist()),
        ),
        seconds={"read": 0.01, "represent": 0.002, "descend": 0.1, "evaluate": 0.02},
        minimum=Minimum({"size": slope * (1 + 1e-9)}, offset * (1 - 1e-9), 14.0, "QR, refined"),
        landscape=landscape_around(trace),
    )


def many_run() -> Run:
    rng = np.random.default_rng(3)
    rows, names = 400, ("median_income", "rooms", "age", "ocean_proximity=INLAND")
    X = np.column_stack(
        [
            rng.gamma(4, 1, rows),
            rng.gamma(8, 0.7, rows),
            rng.uniform(1, 52, rows),
            rng.random(rows) < 0.3,
        ]
    )
    y = X @ [41_000.0, -5_000.0, 900.0, -48_000.0] + 60_000 + rng.normal(0, 40_000, rows)
    standard = (X - X.mean(axis=0)) / X.std(axis=0)
    trace = descend_by_hand(standard, y, steps=120, names=(*names, "intercept"))
    weights = trace.last_params[:-1] / X.std(axis=0)
    offset = float(trace.last_params[-1] - weights @ X.mean(axis=0))
    prediction = X @ weights + offset
    base = line_run()
    return replace(
        base,
        id="homes-12",
        request=Request(
            source="homes.parquet", target="value", loss="squared", seed=3, holdout=0.0
        ),
        contract=Contract(
            source="homes.parquet",
            rows=rows,
            dropped=7,
            target="value",
            classes=(),
            columns=(
                *(number_column(names[i], X[:, i], missing=(0, 12, 0)[i]) for i in range(3)),
                Column(
                    *("ocean_proximity", "String", "text", "feature", "", 0, 2),
                    levels=(("NEAR OCEAN", 280), ("INLAND", 120)),
                ),
                Column(*("id", "Int64", "number", "left_out", "it numbers the rows", 0, rows)),
                number_column("value", y, "target"),
            ),
            remarks=(
                Remark(
                    "missing",
                    "info",
                    ("rooms",),
                    "12 of 400 rows have no rooms; they get the training rows' median.",
                ),
            ),
        ),
        split=Split("none", 0.0, 3, rows, (), folds=5),
        model=KeptModel(  # type: ignore[arg-type]
            dict(zip(names, weights.tolist(), strict=True)), offset, "squared", "value"
        ),
        trace=trace,
        evaluation=evaluation_of_prices("value"),
        sample=Sample(
            feature="",
            x=tuple(prediction.tolist()),
            target=tuple(y.tolist()),
            prediction=tuple(prediction.tolist()),
            held_out=(False,) * rows,
        ),
        minimum=None,
        landscape=landscape_around(trace),
    )


def classes_run() -> Run:
    rng = np.random.default_rng(11)
    score = rng.normal(0.4, 2.2, 250)
    ill = (rng.random(250) < 1 / (1 + np.exp(-score))).astype(float)
    base = many_run()
    positive = "malignant"
    return replace(
        base,
        id=None,
        request=Request(source="patients.csv", target="ill", loss="logistic", scale="standard"),
        contract=replace(
            base.contract,
            source="patients.csv",
            target="ill",
            classes=("benign", positive),
            columns=(
                number_column("radius", score),
                Column(
                    *("ill", "String", "text", "target", "", 0, 2),
                    levels=(("malignant", 140), ("benign", 110)),
                ),
            ),
            remarks=(
                Remark(
                    "leak",
                    "warning",
                    ("radius",),
                    "radius alone predicts ill almost perfectly: it probably leaks the target.",
                ),
            ),
        ),
        split=Split("stratified", 0.2, 0, 250, tuple(range(50))),
        model=KeptModel({"radius": 1.02}, 0.4, "logistic", "ill", ("benign", positive)),  # type: ignore[arg-type]
        sample=Sample(
            feature="",
            x=tuple(score.tolist()),
            target=tuple(ill.tolist()),
            prediction=tuple((1 / (1 + np.exp(-score))).tolist()),
            held_out=tuple(i < 50 for i in range(250)),
        ),
        evaluation=Evaluation(
            method="50 of 250 rows held out at random (seed 0, classes in proportion)",
            rows=50,
            baseline="always gives ill=malignant its share of the training rows, 0.56",
            scores=(
                Score("log_loss", 0.41, 0.31, 0.55, 0.69, "lower"),
                Score("accuracy", 0.82, 0.69, 0.91, 0.56, "higher"),
                Score("roc_auc", 0.9, None, None, 0.5, "higher"),
            ),
            quantiles=(),
            slices=(),
            confusion=Confusion(0.5, 24, 5, 17, 4),
            sentences=("It decides ill correctly for 82 % of the rows.",),
            better_than_baseline=None,
        ),
        minimum=None,
        landscape=None,
    )


def diverged_run() -> Run:
    size, price = houses()
    trace = descend_by_hand(
        size[:, None] / 1000,
        price,
        steps=700,
        rate=1.0,
        names=("size", "intercept"),
        reason="non_finite",
        because="the loss became infinite at step 413",
    )
    rate = trace.number("largest_stable_learning_rate")
    assert rate is not None
    base = line_run()
    nan = float("nan")
    return replace(
        base,
        id="houses-2",
        request=replace(base.request, learning_rate=1.0, scale="none", steps=700),
        model=KeptModel({"size": nan}, nan, "squared", "price"),  # type: ignore[arg-type]
        trace=trace,
        diagnosis=Diagnosis(
            verdict="diverging",
            findings=(
                Finding(
                    "diverging",
                    "error",
                    "Diverging: the steps are too large",
                    "learning rate 1 times sharpness 8.1 is 8.1, above the limit of 2: the loss "
                    "rose from 100 to 4.2e304",
                    {"learning_rate": 1.0, "sharpness": 8.1},
                    (
                        Remedy(
                            "set the learning rate to 0.1234 (1 / sharpness); anything below "
                            "0.2469 is stable",
                            {"learning_rate": rate / 2},
                        ),
                    ),
                ),
                Finding(
                    "non_finite",
                    "error",
                    "Not finite: NaN or overflow",
                    "the loss became infinite at step 413",
                    {"step": 413.0},
                    (Remedy("lower the learning rate: it overflowed from growth", {}),),
                ),
            ),
            clear=("crawling", "oscillating"),
            cannot_tell={"separable": "two classes"},
        ),
        evaluation=Evaluation(
            method="12 of 60 rows held out at random (seed 0)",
            rows=12,
            baseline="always predicts the mean of the training rows, 431,200",
            scores=(
                Score("mean_absolute_error", nan, None, None, 118_900.0, "lower", "price"),
                Score("r2", nan, None, None, 0.0, "higher"),
            ),
            quantiles=(),
            slices=(),
            confusion=None,
            sentences=(
                "The model's predictions of price are not finite numbers: its descent diverged, "
                "and there is nothing in it to trust.",
            ),
            better_than_baseline=False,
        ),
        sample=replace(
            base.sample, prediction=(nan,) * 60, curve_y=(nan,) * len(base.sample.curve_x)
        ),
        landscape=landscape_around(trace),
    )


EVIL = '<script>alert("x")</script> & [red]$b$[/red]'


def hostile_run() -> Run:
    """Names that are markup in three languages, 60 columns and 300 coefficients."""
    base = line_run()
    names = [EVIL, "名前 Δ 🏠", "x" * 300, *(f"column {i}" for i in range(57))]
    columns = tuple(number_column(name, np.arange(60.0) * 1.7) for name in names)
    price = replace(base.contract.columns[1], name="</title><img src=//evil.example>")
    coefficients = {f"{names[i % 60]}^{i}": (-1) ** i * 1.37 * i for i in range(300)}
    return replace(
        base,
        id="<b>-1",
        request=replace(base.request, source="/data/<i>.csv", target=price.name),
        contract=replace(
            base.contract,
            source="/data/<i>.csv",
            target=price.name,
            columns=(*columns, price),
            remarks=(
                Remark("leak", "warning", (EVIL,), f"{EVIL} gives the target away."),
                Remark("collinear", "warning", tuple(names[3:6]), "three columns say the same."),
            ),
        ),
        model=replace(base.model, coefficients=coefficients, target=price.name),  # type: ignore[type-var]
        sample=replace(base.sample, feature=EVIL),
        minimum=replace(base.minimum, coefficients=coefficients),  # type: ignore[type-var]
        landscape=replace(base.landscape, x_label=EVIL, y_label="x" * 300),  # type: ignore[type-var]
    )


def many_classes_run(classes: tuple[str, ...] = ("setosa", "versicolor", "virginica")) -> Run:
    """A softmax model of two columns: the classes lie on a circle, the last ones are rare."""
    base, rng, count = many_run(), np.random.default_rng(8), len(classes)
    share = 1 / (1 + np.arange(count))
    truth = np.sort(rng.choice(count, 400, p=share / share.sum()))
    angle = 2 * np.pi * np.arange(count) / count
    centres = 1.5 * np.column_stack([np.cos(angle), np.sin(angle)])
    X = centres[truth] + rng.normal(size=(400, 2))
    score = X @ centres.T + np.log(share)
    probability = np.exp(score) / np.exp(score).sum(axis=1, keepdims=True)
    held_out = np.arange(400) % 4 == 0
    decided = probability.argmax(axis=1)
    pairs = np.zeros((count, count), dtype=int)
    np.add.at(pairs, (truth[held_out], decided[held_out]), 1)
    names = ("petal_length", "petal_width")
    params = np.column_stack([centres, np.log(share)]).ravel()
    trace = replace(
        base.trace,
        rule="lbfgs",
        learning_rate=np.full(len(base.trace), np.nan),
        measures={"sharpness": np.where(base.trace.step % 40 == 0, 3.0, np.nan)},
    )
    levels = tuple((name, int(np.sum(truth == place))) for place, name in enumerate(classes))
    return replace(
        base,
        id=f"iris-{count}",
        request=Request("iris", "species", loss="softmax", rule="lbfgs", l2=0.01, weight="trust"),
        contract=replace(
            base.contract,
            source="iris",
            target="species",
            classes=classes,
            columns=(
                *(number_column(name, X[:, i]) for i, name in enumerate(names)),
                number_column("trust", rng.random(400), "weight", reason="weights of the rows"),
                Column(*("species", "String", "text", "target", "", 0, count), levels=levels),
            ),
        ),
        split=Split("stratified", 0.25, 0, 400, tuple(np.flatnonzero(held_out).tolist())),
        model=Model(
            Representation(
                tuple(NumberColumn(name, 0.0) for name in names),
                (),
                ((1, 0), (0, 1)),
                (0.0, 0.0),
                (1.0, 1.0),
                1,
                "none",
            ),
            tuple(params.tolist()),
            True,
            "softmax",
            "species",
            classes,
        ),
        trace=trace,
        sample=Sample(
            feature="",
            x=tuple(decided.astype(float).tolist()),
            target=tuple(truth.astype(float).tolist()),
            prediction=tuple(probability[np.arange(400), truth].tolist()),
            held_out=tuple(held_out.tolist()),
        ),
        evaluation=Evaluation(
            method="100 of 400 rows held out at random (seed 0, classes in proportion)",
            rows=100,
            baseline="always gives each class its share of the training rows",
            scores=(
                Score("log_loss", 0.41, 0.31, 0.55, 0.99, "lower"),
                Score("accuracy", 0.82, 0.69, 0.91, 0.55, "higher"),
                Score("balanced_accuracy", 0.8, 0.66, 0.9, 1 / count, "higher"),
            ),
            quantiles=(),
            slices=(ErrorSlice("petal_width above 1.8", 25, 0.21, 0.05, 0.37),),
            confusion=None,
            sentences=("It decides species correctly for 82 % of the rows.",),
            better_than_baseline=True,
            counts=ClassCounts(classes, tuple(map(tuple, pairs.tolist()))),
        ),
        minimum=None,
        landscape=None,
    )


def words_run() -> Run:
    """Thirty classes, some of them named to do harm."""
    names = (EVIL, "Δ [b]", "x" * 300, "$a$", *(f"class {i:02}" for i in range(26)))
    return many_classes_run(names)


def counts_run() -> Run:
    """Counts over one column, by a Poisson model; a rule with numbers, a mean of iterates."""
    base = line_run()
    x = np.array(base.sample.x) / 1000
    rate = np.exp(0.6 * x - 0.3)
    visits = np.random.default_rng(1).poisson(rate)
    curve = np.array(base.sample.curve_x) / 1000
    return replace(
        base,
        id="visits-1",
        request=Request(
            "visits.csv", "visits", loss="poisson", rule="momentum:0.95", average=True, l1=0.1
        ),
        contract=replace(
            base.contract,
            target="visits",
            columns=(number_column("hours", x), number_column("visits", visits, "target")),
        ),
        model=KeptModel({"hours": 0.6}, -0.3, "poisson", "visits"),  # type: ignore[arg-type]
        trace=replace(base.trace, rule="momentum"),
        sample=replace(
            base.sample,
            feature="hours",
            x=tuple(x.tolist()),
            target=tuple(visits.astype(float).tolist()),
            prediction=tuple(rate.tolist()),
            curve_x=tuple(curve.tolist()),
            curve_y=tuple(np.exp(0.6 * curve - 0.3).tolist()),
        ),
        evaluation=replace(evaluation_of_prices("visits"), slices=()),
        minimum=None,
    )


def curve_of(at: tuple[float, ...], start: float, fall: float) -> tuple[CurvePoint, ...]:
    """A curve that falls and flattens, with its intervals."""
    return tuple(
        CurvePoint(place, start - fall * 0.9 ** (i + 1), start + fall * 0.6**i, start, start * 1.5)
        for i, place in enumerate(at)
    )


def study_of(score: str, names: tuple[str, ...], peer: str) -> Study:
    worths = tuple(
        ColumnWorth(
            each,
            gain=0.231 / (i + 1) ** 2 - 0.011,
            low=0.193 / (i + 1) ** 2 - 0.023,
            high=0.272 / (i + 1) ** 2,
            parameters=i + 1,
            missing=0.0317 * i,
            drift=None if i == 1 else 0.0123 + 0.11 * i,
            levels=2 if i == 3 else 0,
            sentence=("worth its upkeep", "not shown to be worth anything")[i > 2],
        )
        for i, each in enumerate(names)
    )
    return Study(
        method="5-fold cross-validation on all 400 rows (seed 3)",
        score=score,
        better="lower",
        value=49_627.3,
        columns=worths,
        columns_method="the rise of the loss, in units of the squared error, on 5 folds",
        peers=(
            Peer(peer, 49_611.8, 31_100.4, 68_300.1, 15.5, -40.2, 71.3, 0.0421),
            Peer("Boosted", 41_520.7, 27_700.5, 60_000.2, 8_106.6, 512.4, 15_700.9, 1.234),
        ),
        learning_curve=LearningCurve(
            curve_of((20, 40, 80, 160, 320), 48_000.0, 21_000.0),
            "from 160 to 320 rows the error fell by 1,300: more rows would help a little",
        ),
        validation_curves=(
            ValidationCurve(
                "degree", curve_of((1, 2, 3), 45_000.0, 9_000.0), 1.0, 3.0, 2.0,
                "best is degree 3; 1, which was asked for, is worse by 900: try --degree 3.",
                advised=3.0,
            ),
            ValidationCurve(
                "l2", curve_of((0.0, 0.001, 0.01, 0.1), 49_000.0, 2_000.0), 0.0, 0.1, 0.0,
                "no penalty is within one standard error of the best, 0.1",
            ),
        ),
    )  # fmt: skip


def full_run() -> Run:
    """A number, with all that can be told of it."""
    base = many_run()
    names = tuple(column.name for column in base.contract.features)
    bins = tuple(
        CalibrationBin(90_000.5 + 40_000 * i, 93_111.2 + 38_000 * i, 81_000.0 + 38_000 * i,
                       105_000.0 + 38_000 * i, 40)
        for i in range(10)
    )  # fmt: skip
    columns = tuple(
        replace(column, unit="USD" if column.name == "value" else "years" * (column.name == "age"))
        for column in base.contract.columns
    )
    return replace(
        base,
        id="homes-13",
        request=replace(base.request, costs="over=1,under=2.5,currency=EUR", key="id"),
        contract=replace(base.contract, columns=columns, key=("id",)),
        evaluation=replace(
            evaluation_of_prices("value"),
            worst=(
                WorstSlice("median_income above 4.7", 97, 71_212.5, 58_019.4, 85_317.8, 49_627.3),
                WorstSlice("proximity is INLAND", 120, 61_007.1, 50_923.3, 70_121.9, 49_627.3),
            ),
            intervals=(
                PredictionInterval(0.5, 39_411.2, 42_987.6, 0.5075, 0.4587, 0.5561, 400),
                PredictionInterval(0.9, 98_341.7, 104_512.3, 0.8975, 0.8641, 0.9237, 400),
            ),
            calibration=Calibration(
                bins, 3_412.6, 0.9713, 0.9127, 1.0299, 2_871.4, 0.417,
                "Where it predicts more, the truth is higher by as much: nothing against it.",
            ),
            thousand=Thousand(
                (
                    ErrorKind("over", "value predicted too high", 523.4, 474.2, 571.9, 26_113_000.0,
                              26_113_000.0),
                    ErrorKind("under", "value predicted too low", 476.6, 428.1, 525.8, 23_514_300.0,
                              58_785_750.0),
                ),
                84_898_750.0, 70_123_450.0, 99_765_400.0, 203_456_700.0, "EUR",
            ),
            leakage=Leakage(
                (
                    Remark(
                        "duplicates", "warning", (),
                        "17 of the 80 rows that judge the model are among those that trained it.",
                    ),
                ),
                ("straddling_groups", "fitted_outside"),
                {"straddling_times": "a column of dates"},
            ),
            repeats=Repeats(
                "mean_absolute_error", (49_627.3, 47_213.8, 52_719.6), 49_853.6, 43_217.4, 56_489.7
            ),
        ),
        study=study_of("mean_absolute_error", names, "Ridge"),
    )  # fmt: skip


def decided_run() -> Run:
    """Two classes, with policies, their costs, and the threshold's curve."""
    base = classes_run()
    spots = np.linspace(0.0, 1.0, 21)
    curve = tuple(
        ThresholdPoint(float(at), round(28 * (1 - at**2)), round(22 * (1 - at) ** 2),
                       22 - round(22 * (1 - at) ** 2), 28 - round(28 * (1 - at**2)),
                       400 * float((at - 0.22) ** 2) + 731.0)
        for at in spots
    )  # fmt: skip
    outcomes = (
        PolicyOutcome("0.5", "at a probability of 0.5", 0.5, True, Confusion(0.5, 24, 5, 17, 4),
                      0.8571, 0.8276, 0.58, 1_700.0, 912.3, 2_487.6),
        PolicyOutcome("cost", "where the errors cost least", 0.213, False,
                      Confusion(0.213, 27, 9, 13, 1), 0.9643, 0.75, 0.72, 580.0, 207.4, 952.1),
        PolicyOutcome("recall=0.9", "90 % of the positives found", 0.31, False,
                      Confusion(0.31, 26, 7, 15, 2), 0.9286, 0.7879, 0.66, 940.0, 402.7, 1_477.5),
    )  # fmt: skip
    study = study_of("log_loss", ("radius",), "LogisticRegression")
    return replace(
        base,
        id="patients-3",
        request=replace(base.request, costs="false_positive=1,false_negative=20,currency=EUR"),
        contract=replace(base.contract, remarks=()),
        evaluation=replace(
            base.evaluation,
            better_than_baseline=True,
            worst=(WorstSlice("radius above 1.9", 13, 0.3846, 0.2017, 0.6122, 0.18),),
            calibration=Calibration(
                tuple(
                    CalibrationBin(0.05 + 0.1 * i, 0.03 + 0.103 * i, max(0.0, 0.103 * i - 0.2),
                                   min(1.0, 0.24 + 0.1 * i), 5)
                    for i in range(10)
                ),
                0.0312, 1.1173, 0.7812, 1.4534, 0.0417, 0.6312,
                "Of the rows given a probability, as many are ill as it says, but for chance.",
            ),
            decisions=Decisions(
                outcomes, curve,
                (ConfusionSlice("radius above 1.9", 13, Confusion(0.5, 6, 3, 2, 2)),),
            ),
            thousand=Thousand(
                (
                    ErrorKind("false_positive", "called malignant, in truth benign", 100.0, 43.5,
                              213.6, None, 100.0),
                    ErrorKind("false_negative", "called benign, in truth malignant", 80.0, 31.5,
                              188.4, None, 1_600.0),
                ),
                1_700.0, 912.3, 2_487.6, 11_200.0, "EUR",
            ),
            leakage=Leakage((), ("duplicates", "target_copies"), {}),
        ),
        study=replace(study, value=0.41, validation_curves=()),
    )  # fmt: skip


RUNS: dict[str, Callable[[], Run]] = {
    "full": full_run,
    "decided": decided_run,
    "line": line_run,
    "many": many_run,
    "classes": classes_run,
    "diverged": diverged_run,
    "hostile": hostile_run,
    "species": many_classes_run,
    "words": words_run,
    "counts": counts_run,
}
_made: dict[str, Run] = {}


@pytest.fixture
def run_of() -> Callable[[str], Run]:
    """A run by its name, one of RUNS."""

    def made(name: str) -> Run:
        if name not in _made:
            _made[name] = RUNS[name]()
        return _made[name]

    return made


@pytest.fixture(params=list(RUNS))
def any_run(request: pytest.FixtureRequest, run_of: Callable[[str], Run]) -> Run:
    """Each of the runs in its turn."""
    return run_of(request.param)
