"""What is decided before the descent is what all rows say, not only those of the first look."""

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pytest

from steepest.data.contract import Contract
from steepest.errors import InputError
from steepest.passes.asking import Ask
from steepest.run import Request
from steepest.scaling import first_look, preparing
from steepest.scaling.preparing import Ready, look_first, prepare

Prepared = Callable[..., tuple[Ready, int]]
ROWS = 3_000
FAR = 2_800
"""Rows from here on are in none of the pieces' beginnings."""


@pytest.fixture
def prepared(cut: Any, asking: Callable[..., Ask], monkeypatch: pytest.MonkeyPatch) -> Prepared:
    """Ready for a frame of which a look of 160 rows sees the first ten of 16 pieces' rows."""
    monkeypatch.setattr(
        preparing, "look", lambda source, columns: first_look.look(source, columns, 160)
    )

    def prepare_frame(frame: pl.DataFrame, **settings: Any) -> tuple[Ready, int]:
        request = Request("cut", settings.pop("target", "y"), **settings)
        looked = look_first(cut(frame, 188), request)
        ask = asking(looked.source, looked.layout)
        return prepare(ask, looked), ask.passes

    return prepare_frame


def table() -> pl.DataFrame:
    rng = np.random.default_rng(0)
    x, z = rng.normal(size=ROWS), rng.normal(size=ROWS)
    return pl.DataFrame({"x": x, "z": z, "y": 2 * x - z + rng.normal(size=ROWS)})


def late(value: Any, before: Any) -> pl.Expr:
    """That value in the last rows alone."""
    return pl.when(pl.int_range(pl.len()) >= FAR + 60).then(pl.lit(value)).otherwise(before)


def column(contract: Contract, name: str) -> Any:
    return next(own for own in contract.columns if own.name == name)


def test_numbers_alone_take_one_walk(prepared: Prepared) -> None:
    ready, passes = prepared(table())
    assert passes == 1
    assert [own.name for own in ready.contract.features] == ["x", "z"]


def test_facts_of_columns_are_those_of_all_rows(prepared: Prepared) -> None:
    frame = table().with_columns(late(None, pl.col("z")).alias("z"))
    ready, _ = prepared(frame)
    x, z = (column(ready.contract, name) for name in "xz")
    values = frame["x"].to_numpy()
    assert (x.low, x.high) == (values.min(), values.max())
    assert x.mean == pytest.approx(values.mean(), rel=1e-12)
    assert x.std == pytest.approx(values.std(), rel=1e-12)
    assert z.missing == 140
    assert ready.contract.rows == ROWS


def test_levels_are_those_of_all_rows_that_train(
    prepared: Prepared, cut: Any, training_rows: Callable[..., pl.DataFrame]
) -> None:
    letters = pl.Series(np.random.default_rng(1).choice(["a", "b"], ROWS, p=[0.4, 0.6]))
    frame = table().with_columns(t=late("rare", letters))
    ready, passes = prepared(frame)
    assert passes == 2
    counts = dict(training_rows(cut(frame, 188))["t"].value_counts().iter_rows())
    text = ready.representation.texts[0]
    assert text.reference == max(counts, key=lambda level: counts[level])
    assert text.levels == tuple(sorted(set(counts) - {text.reference}))
    assert "rare" in text.levels
    assert dict(column(ready.contract, "t").levels) == dict(frame["t"].value_counts().iter_rows())


def test_a_level_that_only_judges_is_no_column(
    prepared: Prepared, cut: Any, training_rows: Callable[..., pl.DataFrame]
) -> None:
    frame = table().with_row_index("place")
    train = set(training_rows(cut(frame, 188))["place"].to_list())
    held = next(place for place in range(ROWS - 1, 0, -1) if place not in train)
    letters = (
        pl.when(pl.col("place") == held)
        .then(pl.lit("new"))
        .otherwise(pl.when(pl.col("place") % 2 == 0).then(pl.lit("a")).otherwise(pl.lit("b")))
    )
    ready, _ = prepared(frame.with_columns(t=letters).drop("place"))
    assert ready.representation.names == ("x", "z", "t=b") or ready.representation.names == (
        "x", "z", "t=a",
    )  # fmt: skip
    assert ("new", 1) in column(ready.contract, "t").levels


def test_text_of_too_many_levels_over_all_rows_is_left_out(prepared: Prepared) -> None:
    many = pl.int_range(pl.len()).cast(pl.String)
    ready, _ = prepared(table().with_columns(t=late("", pl.lit("a")) + late(1, 0).cast(pl.String)
                        .replace("1", "").add(pl.when(pl.int_range(pl.len()) >= FAR + 60)
                                              .then(many).otherwise(pl.lit("")))))  # fmt: skip
    own = column(ready.contract, "t")
    assert own.role == "left_out"
    assert own.reason == "141 levels, more than 50"
    assert [remark.code for remark in ready.contract.remarks].count("too_many_levels") == 1


@pytest.mark.parametrize(
    "values", [late(5.0, 1.0), late(5.0, pl.col("x")), late(0.0, pl.lit(None)) + pl.col("z")]
)
def test_a_column_left_out_for_what_not_all_rows_bear_out_comes_back(
    prepared: Prepared, values: pl.Expr
) -> None:
    ready, passes = prepared(table().with_columns(c=values))
    assert passes == 2
    assert column(ready.contract, "c").role == "feature"
    assert not [remark for remark in ready.contract.remarks if "c" in remark.columns[:1]
                and remark.code in ("constant", "duplicated")]  # fmt: skip
    assert len(ready.objective.names) == 4


@pytest.mark.parametrize(("values", "reason"), [
    (pl.lit(1.0), "constant"), (pl.col("x"), 'the same as "x"'), (pl.lit("a"), "constant"),
])  # fmt: skip
def test_a_column_that_all_rows_say_nothing_by_stays_out(
    prepared: Prepared, values: pl.Expr, reason: str
) -> None:
    ready, _ = prepared(table().with_columns(c=values))
    assert column(ready.contract, "c").reason == reason


def test_text_that_varies_late_comes_back(prepared: Prepared) -> None:
    ready, _ = prepared(table().with_columns(t=late("late", pl.lit("early"))))
    assert ready.representation.names == ("x", "z", "t=late")


def test_classes_are_those_of_all_rows(prepared: Prepared) -> None:
    words = pl.when(pl.col("y") > 0).then(pl.lit("high")).otherwise(pl.lit("low"))
    ready, _ = prepared(table().with_columns(y=late("rare", words)))
    assert ready.contract.classes == ("high", "low", "rare")
    assert ready.looked.request.loss == "softmax"
    assert dict(column(ready.contract, "y").levels)["rare"] == 140


def test_a_third_class_is_refused_by_the_logistic_loss(prepared: Prepared) -> None:
    places = (pl.col("y") > 0).cast(pl.Int64)
    with pytest.raises(InputError, match="has 3 different values"):
        prepared(table().with_columns(y=late(2, places)), loss="logistic")


def test_zeros_and_ones_and_then_a_number_are_numbers(prepared: Prepared) -> None:
    places = (pl.col("y") > 0).cast(pl.Float64)
    ready, _ = prepared(table().with_columns(y=late(2.5, places)))
    assert ready.contract.classes == ()
    assert ready.looked.request.loss == "squared"


@pytest.mark.parametrize(("kind", "classes"), [
    (pl.Boolean, ("false", "true")), (pl.Int32, ("0", "1")), (pl.Float64, ("0", "1")),
])  # fmt: skip
def test_classes_may_be_truth_or_numbers(
    prepared: Prepared, kind: Any, classes: tuple[str, ...]
) -> None:
    ready, _ = prepared(table().with_columns(y=(pl.col("y") > 0).cast(kind)))
    assert ready.contract.classes == classes
    assert sum(rows for _, rows in column(ready.contract, "y").levels) == ROWS


def test_a_rare_second_class_is_found(prepared: Prepared) -> None:
    ready, _ = prepared(table().with_columns(y=late("b", pl.lit("a"))))
    assert ready.contract.classes == ("a", "b")


def test_rows_that_miss_a_feature_are_dropped_and_counted(prepared: Prepared) -> None:
    frame = table().with_columns(late(None, pl.col("z")).alias("z"))
    ready, _ = prepared(frame, missing="drop")
    assert (ready.found.used, ready.contract.rows, ready.contract.dropped) == (2_860, 2_860, 0)
    assert any("140 of 3,000 rows were dropped" in r.sentence for r in ready.contract.remarks)


def test_weights_that_are_nothing_are_refused(prepared: Prepared) -> None:
    with pytest.raises(InputError, match='weights "w" are 0 in every row'):
        prepared(table().with_columns(w=pl.lit(0.0)), weight="w")
    with pytest.raises(InputError, match="in data row 2,861 it is -1"):
        prepared(table().with_columns(w=late(-1.0, pl.lit(1.0))), weight="w")


def test_weights_of_nothing_in_a_whole_piece_are_fine(prepared: Prepared) -> None:
    weights = (pl.int_range(pl.len()) >= 400).cast(pl.Float64)
    ready, _ = prepared(table().with_columns(w=weights), weight="w")
    assert ready.found.train.total < ready.found.train.rows


def test_numbers_whose_squares_are_none_are_refused(prepared: Prepared) -> None:
    with pytest.raises(InputError, match='largest number of "x" is'):
        prepared(table().with_columns(x=late(1e200, pl.col("x"))))


def test_how_things_are_known_is_said_where_not_all_rows_were_drawn(
    prepared: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready, _ = prepared(table())
    assert not [remark for remark in ready.contract.remarks if remark.code == "by_pieces"]
    assert ready.contract.repeated == 0
    monkeypatch.setattr(preparing, "DRAWN", 100)
    monkeypatch.setattr(preparing, "FEWEST_DRAWN", 100)
    ready, _ = prepared(table())
    said = [remark for remark in ready.contract.remarks if remark.code == "by_pieces"]
    assert said[0] is ready.contract.remarks[0]
    assert "a first look at 160 rows" in said[0].sentence
    assert "of 100 of them drawn at random" in said[0].sentence
    assert ready.contract.repeated is None


def test_figures_of_some_rows_are_marked(
    prepared: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparing, "DRAWN", 100)
    monkeypatch.setattr(preparing, "FEWEST_DRAWN", 100)
    frame = table().with_columns(
        note=pl.int_range(pl.len()).cast(pl.String),
        plan=pl.when(pl.int_range(pl.len()) % 3 == 0).then(pl.lit("a")).otherwise(pl.lit("b")),
        z=pl.when(pl.int_range(pl.len()) % 7 == 0).then(None).otherwise(pl.col("z")),
    )
    ready, _ = prepared(frame)
    marks = {own.name: (own.looked_at, own.drawn) for own in ready.contract.columns}
    assert marks == {"x": (0, 100), "z": (0, 100), "y": (0, 100), "note": (160, 0),
                     "plan": (0, 0)}  # fmt: skip
    missing = next(remark for remark in ready.contract.remarks if remark.code == "missing")
    assert "the median of the training rows that a first look met" in missing.sentence
