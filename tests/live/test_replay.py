"""What the page computes by itself is what Python computes: records, words, branches, profiles."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from steepest.errors import InputError
from steepest.live.bench import Bench
from steepest.live.setting import setting_from
from steepest.objective.expression import parse
from steepest.readable import readable

LAB = Path(__file__).parents[2] / "src" / "steepest" / "live" / "static" / "lab.js"
LOAD = """async (text) => {
  const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  window.steepest = await import(address);
}"""
RECORDS = """([settings, table]) => settings.map((setting) => {
  try { return { ...window.steepest.localRecord(setting, table), plane: null }; }
  catch (error) { return error.message; }
})"""
BRANCH = """([setting, table, at, rate]) => {
  const record = window.steepest.localRecord(setting, table);
  return window.steepest.branchRecord(setting, table, record, at, rate);
}"""
PROFILE = """([setting, table, row, along]) => {
  const record = window.steepest.localRecord(setting, table);
  return window.steepest.localProfile(setting, table, record, row, along);
}"""
CURVES = ("w**2", "x**4-3*x**2+x", "exp(w)-2*w", "cos(w)", "(w-3)**2+1", "abs(w)")
REFUSED = (
    "w²",
    "",
    "w = 2",
    "|w|",
    "2w",
    "w^2",
    "tan(w)",
    "2(w+1)",
    "exp(w, 2)",
    "a*b",
    "3",
    "w/0",
    "w % 2",
    "sin",
    "9**9**9*w",
    "(w",
    "constructor(w)",
)

Setting = dict[str, Any]


@pytest.fixture(scope="module")
def numerics(chromium: Browser) -> Iterator[Page]:
    """A blank page with the module of the lab in it, and no lab."""
    page = chromium.new_page()
    fetched: list[str] = []
    page.on("request", lambda asked: fetched.append(asked.url))
    page.evaluate(LOAD, LAB.read_text(encoding="utf-8"))
    yield page
    assert all(address.startswith("blob:") for address in fetched)
    page.close()


@pytest.fixture(scope="module")
def bench() -> Bench:
    """The houses."""
    return Bench.of_table("houses")


@pytest.fixture(scope="module")
def curves() -> Bench:
    """Any curve."""
    return Bench.of_curve("w**2")


def whole(bench: Bench, setting: Setting) -> Setting:
    """The setting with every field, as a page writes it."""
    given = {**msgspec.to_builtins(bench.setup.setting), **setting}
    return msgspec.to_builtins(setting_from(given))


def answered(bench: Bench, setting: Setting) -> Any:
    """Python's record, or why there is none."""
    try:
        *_, part = bench.answer({"ask": "record", "setting": setting})
    except InputError as error:
        return str(error)
    return part["record"]


def both(numerics: Page, bench: Bench, settings: list[Setting]) -> Iterator[tuple[Any, Any]]:
    """The page's records and Python's."""
    asked = [whole(bench, setting) for setting in settings]
    table = msgspec.to_builtins(bench.setup.table)
    local = numerics.evaluate(RECORDS, [asked, table])
    for setting, record in zip(asked, local, strict=True):
        yield record, answered(bench, setting)


def same_numbers(record: Any, expected: Any) -> None:
    """Every column, to 1e-10 of the largest number that it held so far."""
    for name in ("loss", "params", "gradient", "rate", "validation"):
        if expected[name] is None:
            assert record[name] is None
            continue
        told = np.array(record[name], dtype=np.float64)
        right = np.array(expected[name], dtype=np.float64)
        assert told.shape == right.shape
        assert np.array_equal(np.isfinite(told), np.isfinite(right))
        size = np.maximum.accumulate(np.nan_to_num(np.abs(right)), axis=0)
        assert np.all(np.nan_to_num(np.abs(told - right)) <= 1e-10 * size), name
    for name in ("names", "step", "steps", "note", "rule", "loss_of", "growing"):
        assert record[name] == expected[name]
    for name, value in expected["facts"].items():
        assert record["facts"][name] == (value if value is None else pytest.approx(value, rel=1e-9))


def same_words(record: Any, expected: Any) -> None:
    """The card: verdict, sentences, evidence and remedies."""
    told, right = record["diagnosis"], expected["diagnosis"]
    for name in ("verdict", "clear", "cannot_tell"):
        assert told[name] == right[name]
    assert record["stop"] == expected["stop"]
    for finding, other in zip(told["findings"], right["findings"], strict=True):
        assert finding["because"] == other["because"]
        for name in ("code", "severity", "title"):
            assert finding[name] == other[name]
        assert finding["evidence"] == pytest.approx(other["evidence"], rel=1e-6, abs=1e-9)
        for remedy, better in zip(finding["remedies"], other["remedies"], strict=True):
            assert remedy["sentence"] == better["sentence"]
            assert remedy["set"] == pytest.approx(better["set"], rel=1e-5)


def sharpness(bench: Bench, scale: str) -> float:
    record = answered(bench, whole(bench, {"scale": scale, "steps": 0}))
    return record["facts"]["sharpness"]


@pytest.mark.parametrize("scale", ["raw", "unit", "standard"])
def test_lines_at_any_rate(numerics: Page, bench: Bench, scale: str) -> None:
    steepest = sharpness(bench, scale)
    shares = (0.01, 0.1, 0.5, 0.9, 1.2, 1.5, 1.97, 2.2, 6.0)
    settings = [
        {"scale": scale, "rate": share / steepest, "steps": steps, "start": start}
        for share in shares
        for steps in (3, 40, 400)
        for start in ([-0.1, 900.0], [0.2, 150.0])
    ]
    for record, expected in both(numerics, bench, settings):
        same_numbers(record, expected)
        assert record["diagnosis"]["verdict"] == expected["diagnosis"]["verdict"]
        if scale == "unit":
            same_words(record, expected)


@pytest.mark.parametrize("bug", ["sign", "factor", "bias", "order"])
def test_bugs_are_found_alike(numerics: Page, bench: Bench, bug: str) -> None:
    steepest = sharpness(bench, "unit")
    rates = (None, 0.01 / steepest, 0.3 / steepest, 1.5 / steepest)
    settings = [{"bug": bug, "rate": rate, "steps": steps} for rate in rates for steps in (20, 200)]
    for record, expected in both(numerics, bench, settings):
        same_numbers(record, expected)
        told, right = record["diagnosis"], expected["diagnosis"]
        if bug == "order":  # what it leaves unexplained is rounding, and its digits are chance
            assert told["verdict"] == right["verdict"]
            assert [f["title"] for f in told["findings"]] == [f["title"] for f in right["findings"]]
        else:
            same_words(record, expected)


def test_held_out_rows_moved_points_and_long_records(numerics: Page, bench: Bench) -> None:
    moved = [[0, 3000.0, 100.0], [3, 900.0, 800.0]]
    settings = [
        {"holdout": 0.3, "steps": 300},
        {"holdout": 0.3, "scale": "standard", "moved": moved, "steps": 30, "rate": 0.3},
        {"moved": moved, "steps": 30, "rate": 0.1},
        {"steps": 20_000, "rate": 0.01},
        {"steps": 12_345, "scale": "raw", "holdout": 0.3},
    ]
    for record, expected in both(numerics, bench, settings):
        same_numbers(record, expected)
        assert record["diagnosis"]["verdict"] == expected["diagnosis"]["verdict"]
        for name, value in expected["fit"].items():
            if name not in ("design", "curve_x", "curve_design"):
                assert record["fit"][name] == value
        for name in ("design", "curve_x", "curve_design"):
            np.testing.assert_allclose(
                record["fit"][name], expected["fit"][name], rtol=1e-12, atol=1e-12
            )


@pytest.mark.parametrize("expression", CURVES)
def test_curves(numerics: Page, curves: Bench, expression: str) -> None:
    settings = [
        {"expression": expression, "rate": rate, "steps": steps, "start": [start]}
        for rate in (1e-3, 0.05, 0.1)
        for steps in (4, 50)
        for start in (-2.5, 0.0, 1.0, 2.0)
    ]
    for record, expected in both(numerics, curves, settings):
        same_numbers(record, expected)
        same_words(record, expected)


def test_known_endings_of_a_parabola(numerics: Page, curves: Bench) -> None:
    settings = [{"rate": rate, "steps": 50} for rate in (0.1, 0.9, 1.0, 1.1, 1e-4, 1e6)]
    verdicts = []
    for record, expected in both(numerics, curves, settings):
        same_numbers(record, expected)
        same_words(record, expected)
        verdicts.append(record["diagnosis"]["verdict"])
    assert verdicts[2:5] == ["oscillating", "diverging", "crawling"]


def test_expressions_are_refused_in_the_same_words(numerics: Page, curves: Bench) -> None:
    asked = [{**whole(curves, {}), "expression": text} for text in REFUSED]
    told = numerics.evaluate(RECORDS, [asked, None])
    for text, words in zip(REFUSED, told, strict=True):
        with pytest.raises(InputError) as refused:
            parse(text)
        assert words == str(refused.value)


def test_the_adaptive_rate_where_none_is_asked_for(numerics: Page, curves: Bench) -> None:
    settings = [{"expression": "exp(w)-2*w", "rate": None, "steps": 12, "start": [1.0]}]
    ((record, expected),) = both(numerics, curves, settings)
    assert len(set(record["rate"])) > 5
    np.testing.assert_allclose(record["rate"], expected["rate"], rtol=1e-6)
    np.testing.assert_allclose(record["loss"], expected["loss"], rtol=1e-9)


@pytest.mark.parametrize("start", [100.0, -3.0, 0.0])
def test_an_adaptive_rate_that_has_fallen_to_nothing(
    numerics: Page, curves: Bench, start: float
) -> None:
    settings = [{"rate": None, "steps": 2_500, "start": [start]}]
    ((record, expected),) = both(numerics, curves, settings)
    same_numbers(record, expected)
    same_words(record, expected)
    spent = "at which steps no longer move the parameters" in record["stop"]["because"]
    assert spent == (start != 0.0)
    assert (record["steps"] < 2_500) == spent


@pytest.mark.parametrize("bug", ["none", "order"])
def test_a_branch(numerics: Page, bench: Bench, bug: str) -> None:
    setting = whole(bench, {"steps": 50, "bug": bug})
    *_, part = bench.answer({"ask": "branch", "setting": setting, "at": 20, "rate": 0.1})
    table = msgspec.to_builtins(bench.setup.table)
    record = numerics.evaluate(BRANCH, [setting, table, 20, 0.1])
    same_numbers(record, part["record"])
    assert record["step"][0] == 20
    assert record["diagnosis"]["verdict"] == part["record"]["diagnosis"]["verdict"]


@pytest.mark.parametrize(("step", "along"), [(0, -1), (2, 0), (5, 1), (50, -1)])
def test_a_profile(numerics: Page, bench: Bench, step: int, along: int) -> None:
    setting = whole(bench, {"steps": 50, "rate": 0.1})
    asked = {"ask": "profile", "setting": setting, "step": step, "along": along}
    *_, part = bench.answer(asked)
    table = msgspec.to_builtins(bench.setup.table)
    profile = numerics.evaluate(PROFILE, [setting, table, step, along])
    expected = part["profile"]
    assert (profile["step"], profile["along"]) == (expected["step"], expected["along"])
    for name in ("t", "loss", "here", "height", "slope", "next"):
        np.testing.assert_allclose(profile[name], expected[name], rtol=1e-9, atol=1e-9)


def test_the_plane_stays_where_it_is_while_the_rate_changes(numerics: Page, bench: Bench) -> None:
    table = msgspec.to_builtins(bench.setup.table)
    asked = [whole(bench, {"rate": rate}) for rate in (0.1, 0.11, 0.3)]
    same = numerics.evaluate(
        """([settings, table]) => {
          const planes = settings.map((each) => window.steepest.localRecord(each, table).plane);
          return planes.every((plane) => plane.loss === planes[0].loss && plane.x === planes[0].x);
        }""",
        [asked, table],
    )
    assert same
    plane = numerics.evaluate(
        "([setting, table]) => window.steepest.localRecord(setting, table).plane", [asked[0], table]
    )
    record = answered(bench, asked[0])
    least = record["facts"]["minimum_loss"]
    assert min(map(min, plane["loss"])) == pytest.approx(least, rel=1e-9), readable(least)
    assert plane["minimum"] == pytest.approx(record["facts"]["minimum"])
