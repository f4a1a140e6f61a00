"""The report: whole, safe, self-contained, and the same every time."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest

from steepest.data.contract import Remark
from steepest.diagnosis.finding import Diagnosis
from steepest.errors import InputError
from steepest.evaluation.decisions import Confusion, ConfusionSlice
from steepest.evaluation.evaluation import Score
from steepest.evaluation.leakage.find import CHECKS
from steepest.run import Run
from steepest.views.content import Span, Table
from steepest.views.leak_words import leak_words
from steepest.views.report import LINKS, report_html, write_report
from steepest.views.report_parts.class_trust import class_tables

Make = Callable[[str], Run]
VOID = {"meta", "br", "hr", "img", "link", "input", "wbr"}


class Page(HTMLParser):
    """A page read strictly: every element that is opened is closed, in order."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.parents: list[tuple[str, ...]] = []
        self.words: list[tuple[tuple[str, ...], str]] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs), "an attribute twice"
        self.elements.append((tag, dict(attrs)))
        self.parents.append(tuple(self.open))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append((tuple(self.open), data))

    def text(self, *within: str) -> str:
        words = (w for path, w in self.words if all(tag in path for tag in within))
        return "".join(words).replace("\xa0", " ")

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


_pages: dict[str | None, Page] = {}


@pytest.fixture
def page(any_run: Run) -> Page:
    if any_run.id not in _pages:
        _pages[any_run.id] = Page(report_html(any_run))
    return _pages[any_run.id]


def test_nothing_on_the_page_can_leave_it_or_run(page: Page) -> None:
    kinds = Counter(name for name, _ in page.elements)
    forbidden = {"script", "link", "img", "iframe", "object", "embed", "form", "base", "image"}
    assert not forbidden & set(kinds)
    for name, attributes in page.elements:
        for key, value in attributes.items():
            assert not key.startswith("on"), (name, key)
            assert key not in ("src", "srcset", "action", "xlink:href", "background"), (name, key)
            if key == "href":
                assert (value or "").startswith("#")
            if key in ("style", "clip-path") and "url(" in (value or ""):
                assert "url(#" in (value or "")
    assert "url(" not in page.text("style")
    assert "@import" not in page.text("style")


def test_a_strict_policy_forbids_everything_else(page: Page) -> None:
    policy = next(m for m in page.named("meta") if m.get("http-equiv"))
    assert policy["http-equiv"] == "Content-Security-Policy"
    assert policy["content"] == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    assert page.elements.index(("meta", policy)) < page.elements.index(("style", {}))


def test_ids_are_unique_and_every_reference_has_its_target(page: Page) -> None:
    ids = [a["id"] for _, a in page.elements if "id" in a]
    assert len(ids) == len(set(ids))
    used = set()
    for _, attributes in page.elements:
        for key, value in attributes.items():
            if key == "href":
                used.add((value or "").removeprefix("#"))
            if key in ("aria-labelledby", "aria-describedby"):
                used |= set((value or "").split())
            used |= set(re.findall(r"url\(#([^)]+)\)", value or ""))
    assert used <= set(ids)
    parts = {a["id"] for name, a in page.elements if name == "section"}
    assert parts == {name for name in LINKS if name in used}
    assert set(LINKS) - parts <= {"costs", "curves"}


def test_headings_go_down_one_level_at_a_time(page: Page) -> None:
    levels = [int(name[1]) for name, _ in page.elements if re.fullmatch("h[1-6]", name)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))


def test_tables_and_pictures_are_named_for_who_does_not_see_them(page: Page) -> None:
    assert len(page.named("caption")) == len(page.named("table")) > 3
    headers = page.named("th")
    assert all(header.get("scope") in ("col", "row") for header in headers)
    pictures = [a for a in page.named("svg") if a.get("role") == "img"]
    figures = len(page.named("figure"))
    assert len(pictures) == figures >= 3
    assert all(a.get("aria-labelledby") for a in pictures)
    assert all(a.get("aria-hidden") == "true" for a in page.named("svg") if "role" not in a)
    assert len(page.named("title")) == 1 + figures
    assert all(text.strip() for path, text in page.words if path[-1:] == ("desc",))


def test_pictures_take_every_colour_from_the_page(any_run: Run) -> None:
    html = report_html(any_run)
    figures = html[html.index("<figure>") : html.rindex("</figure>")]
    styles = re.findall(r'style="([^"]*)"', figures)
    assert len(styles) > 50
    assert not [style for style in styles if re.search(r"#[0-9a-f]{6}|rgb\(", style)]
    assert not [style for style in styles if "font-family" in style]


def test_the_page_is_small_enough_and_the_same_every_time(any_run: Run) -> None:
    html = report_html(any_run)
    assert len(html.encode()) < 300_000
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "black", "svg.fonttype": "path"}):
        assert report_html(any_run) == html


def test_the_largest_run_stays_below_its_size(run_of: Make) -> None:
    run = run_of("hostile")
    assert run.landscape is not None
    rng = np.random.default_rng(1)
    rows = tuple(rng.normal(size=1000).tolist())
    walk = tuple((0.01 * rng.normal(size=2000).cumsum() * 1e5).tolist())
    losses = 1e9 * (1 + rng.random(60_000))
    steps = np.arange(60_000)
    trace = replace(
        run.trace,
        step=steps,
        loss=losses,
        learning_rate=np.full(60_000, 0.4),
        params=None,
        gradient=None,
    )
    large = replace(
        run,
        trace=trace,
        sample=replace(
            run.sample, x=rows, target=rows, prediction=rows, held_out=(True, False) * 500
        ),
        landscape=replace(
            run.landscape, path_x=walk, path_y=walk[::-1], path_step=tuple(range(2000))
        ),
    )
    assert len(report_html(large).encode()) < 600_000


def test_names_from_the_data_are_text_and_nothing_else(run_of: Make) -> None:
    html = report_html(run_of("hostile"))
    assert "<script" not in html
    assert "<img" not in html
    assert "<i>" not in html
    page = Page(html)
    assert '<script>alert("x")</script> & [red]$b$[/red]' in page.text("main")
    assert "</title><img src=//evil.example>" in page.text("h1")
    assert "名前" in page.text("table")


def test_the_verdict_comes_first_with_its_remedy_and_the_command(run_of: Make) -> None:
    run = run_of("diverged")
    page = Page(report_html(run))
    main = page.text("main")
    assert main.index("What was asked, and the answer") == 0
    assert "Not with this model: its descent failed." in main
    cards = main[main.index("The descent") :]
    assert cards.index("Fault") < cards.index("Diverging: the steps are too large")
    rate = run.diagnosis.findings[0].remedies[0].set["learning_rate"]
    assert f"--learning-rate {rate!r}" in page.text("section", "pre")
    assert "Set the learning rate to 0.1234 (1 / sharpness)" in main
    assert main.index("--learning-rate") < main.index("How good, and how sure")


def test_a_leaking_column_is_warned_of_before_the_verdict(run_of: Make) -> None:
    run = run_of("classes")
    page = Page(report_html(run))
    main = page.text("main")
    assert main.index("the answer may be leaking") < main.index("What was asked")
    leak = next(remark for remark in run.contract.remarks if remark.code == "leak")
    assert main.count(leak.sentence) == 3  # above, with the data, and with what to do
    calm = replace(run, contract=replace(run.contract, remarks=()))
    assert "the answer may be leaking" not in report_html(calm)


def test_the_scores_stand_beside_their_baseline_and_interval(run_of: Make) -> None:
    page = Page(report_html(run_of("line")))
    words = page.text("main")
    for number in ("49,630", "31,000 to 68,400", "118,900", "R²"):
        assert number in words
    assert words.count("12 were held out at random (share 0.2, seed 0)") == 1


def test_the_model_is_given_in_the_units_of_the_input(run_of: Make) -> None:
    run = run_of("line")
    page = Page(report_html(run))
    words = page.text("main")
    slope, offset = run.coefficients["size"], run.intercept
    assert f"price = {slope:.2f} × size + {offset:,.0f}" in words
    assert "Digits in common" in words
    several = Page(report_html(run_of("many"))).text("main")
    assert "Digits in common" not in several
    assert " − " in several  # a negative coefficient


def test_digits_in_common_are_counted(run_of: Make) -> None:
    run = run_of("line")
    assert run.minimum is not None
    off = {"size": run.coefficients["size"] * (1 + 1e-5)}
    page = Page(report_html(replace(run, minimum=replace(run.minimum, coefficients=off))))
    cells = [text for path, text in page.words if path[-1:] == ("td",)]
    assert cells.count("5.0") == 1
    same = replace(run.minimum, coefficients=dict(run.coefficients), intercept=run.intercept)
    cells = [t for p, t in Page(report_html(replace(run, minimum=same))).words if p[-1:] == ("td",)]
    assert cells.count("all") == 2


def test_many_coefficients_and_columns_are_folded(run_of: Make) -> None:
    page = Page(report_html(run_of("hostile")))
    assert "The other 288 coefficients" in page.text("summary")
    assert "The other 31 columns" in page.text("summary")
    assert "column 56" in page.text("details", "table")


def test_every_fact_says_how_it_is_known(run_of: Make) -> None:
    run = run_of("line")
    words = Page(report_html(run)).text("main")
    for name, fact in run.trace.facts.items():
        if not isinstance(fact.value, np.ndarray) and name != "learning_rate_choice":
            assert fact.how in words, name
    assert "20 % of the largest stable one" in words
    bare = replace(run, trace=replace(run.trace, facts={}), minimum=None, landscape=None)
    assert "largest stable" not in report_html(bare)


def test_findings_clear_and_what_could_not_be_told(run_of: Make) -> None:
    words = Page(report_html(run_of("diverged"))).text("section")
    assert "Not finite: NaN or overflow" in words
    assert "2 other faults looked for and not found" in words
    assert "crawling, oscillating." in words
    assert "separable: two classes" in words
    run = run_of("line")
    nothing = Diagnosis("cannot_tell", (), (), {"crawling": "the sharpness"})
    words = Page(report_html(replace(run, diagnosis=nothing))).text("main")
    assert "The record is too thin to tell" in words
    assert "crawling: the sharpness" in words


def test_warnings_of_the_contract_say_that_they_are(run_of: Make) -> None:
    run = run_of("line")
    remark = Remark("collinear", "warning", ("size",), "size and area say the same.")
    html = report_html(replace(run, contract=replace(run.contract, remarks=(remark,))))
    assert "Warning: size and area say the same." in Page(html).text("section", "li")
    assert "Nothing about it needs a remark." in report_html(run)


def test_a_run_without_scores_says_so(run_of: Make) -> None:
    run = run_of("line")
    empty = replace(
        run.evaluation,
        scores=(),
        quantiles=(),
        slices=(),
        rows=0,
        sentences=("No row was left.",),
        better_than_baseline=None,
        baseline="",
    )
    words = Page(report_html(replace(run, evaluation=empty))).text("main")
    assert "Not evaluated" in words
    assert words.count("No row was left.") == 2


def test_it_is_written_whole_and_nothing_else_is_left(tmp_path: Path, run_of: Make) -> None:
    path = tmp_path / "run.html"
    path.write_text("old")
    assert write_report(run_of("line"), path) == path
    assert path.read_text("utf-8") == report_html(run_of("line"))
    assert os.listdir(tmp_path) == ["run.html"]


def test_a_link_keeps_pointing_where_it_points(tmp_path: Path, run_of: Make) -> None:
    link = tmp_path / "latest.html"
    link.symlink_to(tmp_path / "run.html")
    write_report(run_of("line"), link)
    assert link.is_symlink()
    assert (tmp_path / "run.html").read_text("utf-8").startswith("<!doctype html>")


def test_where_it_cannot_be_written_is_said(tmp_path: Path, run_of: Make) -> None:
    missing = tmp_path / "no" / "run.html"
    with pytest.raises(InputError, match=r"cannot be written to .*run\.html: No such file"):
        write_report(run_of("line"), missing)
    with pytest.raises(InputError, match="is a folder and not a file"):
        write_report(run_of("line"), tmp_path)
    assert os.listdir(tmp_path) == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
def test_it_is_never_written_over_what_is_no_file(tmp_path: Path, run_of: Make) -> None:
    place = tmp_path / "run.html"
    os.mkfifo(place)
    with pytest.raises(InputError, match="not a file; name a file to write to"):
        write_report(run_of("line"), place)
    assert place.is_fifo()


def test_the_classes_have_their_tables(run_of: Make) -> None:
    run = run_of("species")
    words = Page(report_html(run)).text("main")
    assert "Decisions, counted: a line for each true class, a column for each decided" in words
    assert "Found (recall)" in words
    assert "Where it is wrong more often: the share of wrong decisions" in words
    assert "21 %" in words
    assert run.evaluation.counts is not None
    assert f"{run.evaluation.counts.rows(0):,}" in words
    assert "difference of the coefficients of setosa and versicolor" in words


def test_of_very_many_classes_the_rare_ones_stand_together(run_of: Make) -> None:
    run = run_of("words")
    words = Page(report_html(run)).text("main")
    assert "the 10 classes of the most rows, and the 20 others" in words
    assert "Coefficients of the 10 most frequent of 30 classes" in words
    assert "The other 20 classes" in words
    assert "Of 30 classes the 12 of the most rows are shown." in words
    for name in run.contract.classes:
        assert name[:30] in words


def test_all_rows_are_in_the_table_of_decisions(run_of: Make) -> None:
    run = run_of("words")
    assert run.evaluation.counts is not None
    table = class_tables(run, run.evaluation.counts)[0]
    assert isinstance(table, Table)
    cells = [cell for row in table.rows for cell in row[1:]]
    shown = [cell.text if isinstance(cell, Span) else str(cell) for cell in cells]
    assert len(shown) == 11 * 11
    assert sum(int(cell) for cell in shown if cell != "·") == 100


def test_the_cost_is_given_as_a_formula_with_its_penalties(run_of: Make) -> None:
    words = Page(report_html(run_of("species"))).text("main")
    assert "J = Σ vᵢ [log Σₖ e^zᵢₖ − zᵢ of the true class] / Σ vᵢ + ½ · 0.01 ‖w‖²" in words
    assert "v is the weight of a row, trust; the penalised w is that of standardised" in words
    assert "set by a line search at every step" in words
    assert "sharpness along the way" in words
    assert "--rule lbfgs --weight trust --l2 0.01" in words
    assert "J = 1/m Σ ½ (zᵢ − yᵢ)²" in Page(report_html(run_of("line"))).text("main")


def test_counts_are_multiplied(run_of: Make) -> None:
    words = Page(report_html(run_of("counts"))).text("main")
    assert "expected visits = ez" in words
    assert "multiplied by e to the power of a coefficient" in words
    assert "with the model's curve; thin lines are the errors" in words
    assert "gradient descent with momentum (heavy ball), 0.95" in words
    assert "the mean of the iterates is kept" in words
    assert "--average" in words


def test_what_a_manager_asks_comes_before_the_log_loss(run_of: Make) -> None:
    main = Page(report_html(run_of("decided"))).text("main")
    answer = main[: main.index("What to do next")]
    assert "it finds 85.7 % of the malignant and calls 22.7 % of the benign so too" in answer
    assert "1,000 cases cost 1,700 EUR, against 11,200 EUR for the baseline" in answer
    assert "log loss" not in answer.split("A richer model")[0]
    full = Page(report_html(run_of("full"))).text("main")
    assert "it is off by 49,630 USD on average, the baseline by 118,900 USD" in full
    assert "A richer model, gradient-boosted trees, reaches" in full


def test_good_decisions_beside_bad_probabilities_are_both_told(run_of: Make) -> None:
    run = run_of("decided")
    scores = (
        Score("log_loss", 0.75, 0.2, 1.4, 0.66, "lower"),
        Score("accuracy", 0.947, 0.89, 0.976, 0.632, "higher"),
    )
    unsure = replace(run.evaluation, scores=scores, better_than_baseline=None)
    words = Page(report_html(replace(run, evaluation=unsure))).text("main")
    assert "Its decisions are better than guessing, its probabilities are not shown to be" in words
    assert "Not shown to be better than guessing" not in words


def test_the_contract_stands_behind_a_fold_that_paper_unfolds(run_of: Make) -> None:
    page = Page(report_html(run_of("line")))
    folds = dict(zip(_summaries(page), page.named("details"), strict=True))
    assert folds["All 2 columns: kind, missing values, range"]["class"] == "printed"
    assert "class" not in folds["The descent in numbers"]
    assert "class" not in folds["All settings, and the time taken"]


def _summaries(page: Page) -> list[str]:
    return [text for path, text in page.words if path[-1:] == ("summary",)]


def test_every_leakage_check_has_plain_words() -> None:
    for check in CHECKS:
        code = check.__name__
        assert leak_words(code) != code.replace("_", " "), code


def test_what_the_study_answered_is_not_left_open(run_of: Make) -> None:
    run = run_of("full")
    open_one = {"overfitting": "val_loss", "shuffled_labels": "val_loss"}
    diagnosis = replace(run.diagnosis, cannot_tell=open_one)
    words = Page(report_html(replace(run, diagnosis=diagnosis))).text("main")
    assert "1 fault that the steps alone cannot tell" in words
    assert "overfitting: val_loss" not in words


def test_parts_are_ranked_by_cost_where_costs_are_named(run_of: Make) -> None:
    run = run_of("decided")
    decisions = run.evaluation.decisions
    assert decisions is not None
    missed = ConfusionSlice("age above 60", 20, Confusion(0.5, 6, 0, 10, 4))
    often = ConfusionSlice("age below 20", 20, Confusion(0.5, 6, 8, 6, 0))
    slices = replace(decisions, slices=(often, missed))
    words = Page(
        report_html(replace(run, evaluation=replace(run.evaluation, decisions=slices)))
    ).text("main")
    assert "the costliest first; of all rows" in words
    assert words.index("age above 60") < words.index("age below 20")
    assert "4,000 EUR" in words  # 4 of 20 missed, at 20 EUR, for a thousand such cases
