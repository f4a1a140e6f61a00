from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from steepest.data.breach import ContractCheck
from steepest.data.check_contract import check_contract
from steepest.data.contract import Contract
from steepest.data.sources.framed import FrameSource
from steepest.data.sources.parquet import parquet_source
from steepest.data.survey import read_contract
from steepest.data.table import Table, read_table
from steepest.errors import InputError
from steepest.passes.asking import Ask
from steepest.passes.local import LocalEngine
from steepest.passes.worker import Worker
from steepest.run import Request
from steepest.scaling.checking import CheckedRows, check_by_pieces
from steepest.scaling.later_rows import later_layout

ROWS = 2_500


def people(rows: int = ROWS, seed: int = 0) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    return pl.DataFrame(
        {
            "id": np.arange(rows),
            "age": np.where(rng.random(rows) < 0.1, np.nan, rng.normal(50, 9, rows).round(1)),
            "visits": rng.poisson(7, rows),
            "income": np.exp(rng.normal(3, 1, rows)),
            "town": rng.choice(["A", "B", "C"], rows, p=[0.6, 0.3, 0.1]),
            "ill": rng.choice(["no", "yes"], rows),
        }
    ).with_columns(pl.col("age").fill_nan(None))


@pytest.fixture(scope="module")
def contract() -> Contract:
    return read_contract(read_table(people(seed=1)), "ill", key=("id",))


@pytest.fixture
def checked(tmp_path, contract: Contract) -> Callable[..., CheckedRows]:
    def check(frame: pl.DataFrame, draw: int = 20_000, threads: int = 2, **options) -> CheckedRows:
        frame.write_parquet(tmp_path / "t.parquet", row_group_size=413)
        source = parquet_source([str(tmp_path / "t.parquet")], "t.parquet")
        layout = later_layout(contract, Request("t", "ill"))
        with LocalEngine(Worker(source, layout), threads) as engine:
            return check_by_pieces(Ask(engine), contract, draw=draw, **options)

    return check


def col(name: str) -> pl.Expr:
    return pl.col(name)


def some(name: str, value: object, of: int = 40) -> pl.Expr:
    """The column with another value in one of so many rows, beginning with row 7."""
    place = pl.int_range(pl.len()) % of == 7
    return pl.when(place).then(pl.lit(value)).otherwise(col(name)).alias(name)


BROKEN: dict[str, Callable[[pl.DataFrame], pl.DataFrame]] = {
    "as it was": lambda frame: frame,
    "in other units": lambda frame: frame.with_columns(col("age") * 1000),
    "swapped": lambda f: f.rename({"age": "income", "income": "age"}).select(f.columns),
    "new levels": lambda frame: frame.with_columns(some("town", "moon")),
    "other spelling": lambda frame: frame.with_columns(some("town", "a ")),
    "a level gone": lambda frame: frame.filter(col("town") != "C"),
    "more gaps": lambda frame: frame.with_columns(some("income", None, 3)),
    "marks": lambda frame: frame.with_columns(some("age", -999.0)),
    "constant": lambda frame: frame.with_columns(visits=pl.lit(3)),
    "infinite": lambda frame: frame.with_columns(some("income", float("inf"), 2_000)),
    "text": lambda frame: frame.with_columns(some("visits", "many", 900).cast(pl.String)),
    "commas": lambda frame: frame.with_columns(some("visits", "1,5", 900).cast(pl.String)),
    "absent": lambda frame: frame.drop("visits"),
    "renamed": lambda frame: frame.rename({"visits": "visit"}),
    "out of range": lambda frame: frame.with_columns(col("income") * 1.6),
    "far out": lambda frame: frame.with_columns(some("income", 1e9, 1_500)),
    "fractions": lambda frame: frame.with_columns(col("visits") + 0.5),
    "empty": lambda frame: frame.with_columns(age=pl.lit(None, dtype=pl.Float64)),
    "more, in another order": lambda f: f.with_columns(q=1).select("q", *reversed(f.columns)),
    "dates": lambda frame: frame.with_columns(age=pl.date(2020, 1, 1)),
    "unknown class": lambda frame: frame.with_columns(some("ill", "perhaps", 1_000)),
    "key twice": lambda frame: frame.with_columns(some("id", 3, 1_800)),
    "key with a gap": lambda frame: frame.with_columns(some("id", None, 2_400)),
    "no key": lambda frame: frame.drop("id"),
    "rows twice": lambda f: pl.concat([f, f[1_000:]]).with_columns(id=pl.int_range(pl.len())),
}


def told(check: ContractCheck) -> list[tuple[str, str, str]]:
    return [(breach.severity, breach.code, breach.column) for breach in check.breaches]


@pytest.mark.parametrize("case", BROKEN)
def test_a_table_of_few_rows_is_held_as_in_memory(case: str, checked, contract: Contract) -> None:
    frame = BROKEN[case](people())
    found = checked(frame)
    in_memory = check_contract(contract, frame)
    assert found.check.breaches == in_memory.breaches
    assert (found.check.rows, found.check.drawn) == (frame.height, 0)
    assert sum(found.pieces) == frame.height


@pytest.mark.parametrize("case", BROKEN)
def test_all_that_can_be_counted_is_counted_over_all_rows(
    case: str, checked, contract: Contract
) -> None:
    frame = BROKEN[case](people())
    found, in_memory = checked(frame, draw=900).check, check_contract(contract, frame)
    assert told(found) == told(in_memory)
    assert found.drawn == 900
    for one, other in zip(found.breaches, in_memory.breaches, strict=True):
        if one.code in ("unit_changed", "swapped"):
            continue  # of the rows that were drawn
        assert dict(one.evidence) == pytest.approx(dict(other.evidence), rel=1e-9)
        assert one.came == other.came


def test_the_first_wrong_row_is_that_of_the_table(checked) -> None:
    frame = people().with_columns(
        income=pl.when(col("id") == 2_344).then(float("inf")).otherwise(col("income"))
    )
    (breach,) = checked(frame, draw=500).check.broken
    assert breach.came == "infinite in data row 2,345"


def test_threads_do_not_matter(checked) -> None:
    frame = BROKEN["far out"](BROKEN["more gaps"](people()))
    assert checked(frame, 700, 1).check == checked(frame, 700, 4).check


def test_the_unit_of_no_column_is_refused(checked) -> None:
    with pytest.raises(InputError, match='has no column "size" to have a unit'):
        checked(people(), units={"size": "m"})


def test_units_that_are_stated_are_compared(tmp_path, contract: Contract, checked) -> None:
    assert told(checked(people(), units={"age": "years"}).check) == []


def test_a_table_without_rows_is_broken(contract: Contract) -> None:
    source = FrameSource(Table(people().clear(), "nothing.csv"))
    with LocalEngine(Worker(source, later_layout(contract, Request("t", "ill"))), 1) as engine:
        (breach,) = check_by_pieces(Ask(engine), contract).check.broken
    assert (breach.code, breach.came) == ("empty_table", "no rows")


def test_the_target_may_be_absent_where_it_is_not_asked_for(checked) -> None:
    frame = people().drop("ill")
    assert told(checked(frame, target="ignored").check) == []
    assert told(checked(frame, target="needed").check)[0][1] == "absent"


def test_of_very_many_keys_some_are_looked_at(checked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("steepest.data.hashed_rows.MOST_HASHES", 500)
    found = checked(people(), draw=900).check
    (note,) = [breach for breach in found.breaches if breach.code == "key_in_part"]
    assert note.severity == "note"
    assert dict(note.evidence)["share"] in (0.125, 0.25)
