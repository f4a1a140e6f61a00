import json
from pathlib import Path

import polars as pl
import pytest


@pytest.fixture
def houses(fitted: Path) -> str:
    table = pl.DataFrame({"size": [float(size) for size in range(900, 2_900)]})
    table = table.with_columns(price=pl.col("size") / 5 + pl.col("size") % 7)
    table.write_parquet("houses.parquet", row_group_size=301)
    return "houses.parquet"


@pytest.mark.parametrize("name", ["out.csv", "out.parquet"])
@pytest.mark.parametrize("how", [("--engine", "local"), ("--memory", "500MB")])
def test_predictions_of_pieces_are_those_in_memory(
    steepest, fitted: Path, houses: str, name: str, how: tuple[str, ...]
) -> None:
    words = ("predict", "houses-1", houses, "--store", fitted)
    in_memory = steepest(*words, "--out", f"memory-{name}")
    by_pieces = steepest(*words, "--out", name, *how)
    assert by_pieces.exit_code == 0
    assert by_pieces.stderr == in_memory.stderr.replace("memory-", "")
    if name == "out.csv":
        assert Path(name).read_bytes() == Path(f"memory-{name}").read_bytes()
    else:
        assert pl.read_parquet(name).equals(pl.read_parquet(f"memory-{name}"))
    assert steepest(*words, *how).stdout == steepest(*words).stdout
    assert not list(Path.cwd().glob(".*"))


def test_the_json_is_that_in_memory_but_for_the_engine(steepest, fitted: Path, houses: str) -> None:
    for command in ("predict", "evaluate"):
        words = (command, "houses-1", houses, "--store", fitted, "--json")
        one, other = (json.loads(steepest(*words, *how).stdout) for how in ((), LOCAL))
        assert (one.pop("engine"), other.pop("engine")) == ("memory", "local")
        assert rounded(one) == rounded(other)


LOCAL = ("--engine", "local")


def rounded(value: object) -> object:
    """Without the last digits, which the number of threads of a matrix product may change."""
    if isinstance(value, dict):
        return {key: rounded(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [rounded(inner) for inner in value]
    return float(f"{value:.10g}") if isinstance(value, float) else value


def test_a_contract_is_checked_by_pieces(steepest, fitted: Path, houses: str) -> None:
    words = ("contract", "check", "houses-1", houses, "--store", fitted)
    in_memory, by_pieces = steepest(*words), steepest(*words, *LOCAL)
    assert by_pieces.exit_code == in_memory.exit_code == 0
    assert by_pieces.stdout == in_memory.stdout
    said = json.loads(steepest(*words, *LOCAL, "--json").stdout)
    assert (said["engine"], said["rows"], said["drawn"]) == ("local", 2_000, 0)


def test_what_is_of_drawn_rows_is_said(
    steepest, fitted: Path, houses: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("steepest.scaling.checking.check_by_pieces.__kwdefaults__", {
        "target": "if there", "units": None, "draw": 500,
    })  # fmt: skip
    words = ("contract", "check", "houses-1", houses, "--store", fitted)
    answer = " ".join(steepest(*words, *LOCAL).stdout.split())
    assert "were looked for in 500 rows drawn at random; all else was counted over all 2,000" in (
        answer
    )


def test_nothing_is_left_of_what_is_refused(steepest, fitted: Path, houses: str) -> None:
    broken = pl.read_parquet(houses).with_columns(
        size=pl.when(pl.int_range(pl.len()) == 1_999).then(float("inf")).otherwise(pl.col("size"))
    )
    broken.write_parquet("broken.parquet", row_group_size=301)
    before = sorted(path.name for path in Path.cwd().iterdir())
    words = ("predict", "houses-1", "broken.parquet", "--store", fitted, *LOCAL)
    answer = steepest(*words, "--out", "out.csv")
    assert answer.exit_code == 2
    assert 'column "size" is infinite in data row 2,000' in answer.stderr
    assert steepest(*words).stdout == ""
    assert sorted(path.name for path in Path.cwd().iterdir()) == before


def test_nothing_is_left_where_the_work_is_cut(
    steepest, fitted: Path, houses: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from steepest.passes.predictions import Predictions

    real = Predictions.of_piece

    def cut(self, piece, worker):
        if piece.place == 4:
            raise KeyboardInterrupt
        return real(self, piece, worker)

    Path("out.csv").write_text("before")
    monkeypatch.setattr(Predictions, "of_piece", cut)
    before = sorted(path.name for path in Path.cwd().iterdir())
    answer = steepest("predict", "houses-1", houses, "--store", fitted, *LOCAL, "--out", "out.csv")
    assert answer.exit_code != 0
    assert Path("out.csv").read_text() == "before"
    assert sorted(path.name for path in Path.cwd().iterdir()) == before


def test_a_memory_that_is_none_is_refused(steepest, fitted: Path, houses: str) -> None:
    answer = steepest("predict", "houses-1", houses, "--store", fitted, "--memory", "much")
    assert answer.exit_code == 2
    assert "expected bytes, as 400MB" in answer.stderr


def test_a_table_without_rows_breaks_the_contract(steepest, fitted: Path) -> None:
    pl.DataFrame({"size": pl.Series([], dtype=pl.Float64)}).write_parquet("none.parquet")
    words = ("contract", "check", "houses-1", "none.parquet", "--store", fitted)
    for how in ((), LOCAL):
        answer = steepest(*words, *how, "--json")
        assert answer.exit_code == 1
        assert json.loads(answer.stdout)["breaches"][0]["code"] == "empty_table"
