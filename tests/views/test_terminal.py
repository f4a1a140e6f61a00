"""The screen of `steepest fit`, in narrow, plain and foreign terminals."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace

import pytest
from rich.cells import cell_len
from rich.console import Console

from steepest.data.contract import Contract, Remark
from steepest.diagnosis.finding import Diagnosis
from steepest.run import Run
from steepest.trace import Fact
from steepest.views.terminal import show_contract, show_diagnosis, show_run

Make = Callable[[str], Run]


def shown(run: Run, width: int = 80, encoding: str = "utf-8", *, colour: bool = False) -> str:
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding=encoding, newline="")
    console = Console(file=file, width=width, force_terminal=colour)
    show_run(run, console)
    file.flush()
    return raw.getvalue().decode(encoding)


@pytest.mark.parametrize("width", [60, 80, 200])
def test_lines_fit_the_width_and_end_without_blanks(any_run: Run, width: int) -> None:
    for line in shown(any_run, width).splitlines():
        assert line == line.rstrip()
        if not line.startswith("    steepest fit"):  # to be copied, so never broken
            # the table of coefficients is as wide as its names, cut at 40, and its numbers
            assert cell_len(line) <= max(width, 75), line


def test_without_a_terminal_there_are_no_codes(any_run: Run) -> None:
    assert "\x1b" not in shown(any_run)
    assert "\x1b[" in shown(any_run, colour=True)


def test_a_terminal_with_only_ascii_gets_only_ascii(any_run: Run) -> None:
    assert shown(any_run, encoding="ascii").isascii()


def test_names_are_neither_markup_nor_control_codes(run_of: Make) -> None:
    run = run_of("hostile")
    column = replace(run.contract.columns[0], name="[bold]a\x1b[31m\nb[/bold]")
    odd = replace(run, contract=replace(run.contract, columns=(column, *run.contract.columns[-1:])))
    text = shown(odd)
    assert "[bold]a\ufffd[31m b[/bold]" in text
    assert "[red]$b$[/red]" in shown(run)
    remark = replace(run.contract.remarks[0], sentence="\x1b[2J[red] is\nodd")
    loud = replace(run, contract=replace(run.contract, remarks=(remark,)))
    assert "! Warning: \ufffd[2J[red] is odd" in shown(loud)


def test_a_converged_run_tells_everything_in_order(run_of: Make) -> None:
    text = shown(run_of("line"))
    parts = [
        "Data      /data/houses.csv: 60 rows",
        "Target    price, from size.",
        "Split     48 rows trained; 12 were held out at random",
        "learning rate 0.4, 20 % of the largest stable one",
        "largest stable learning rate 2",
        "✓ Converged.",
        "Coefficient of",
        "Half of the predictions of price",
    ]
    places = [" ".join(text.split()).find(" ".join(part.split())) for part in parts]
    assert -1 not in places
    assert places == sorted(places)


def test_a_remedy_comes_with_the_command_on_one_line(run_of: Make) -> None:
    run = run_of("diverged")
    rate = run.diagnosis.findings[0].remedies[0].set["learning_rate"]
    command = (
        "    steepest fit /data/houses.csv --target price --loss squared "
        f"--learning-rate {rate!r} --steps 700 --scale none"
    )
    text = shown(run, width=60)
    assert command in text.splitlines()
    assert "✗ Diverging: the steps are too large." in text
    assert "ended" in text.lower()


def test_warnings_of_the_contract_are_signed(run_of: Make) -> None:
    text = " ".join(shown(run_of("classes")).split())
    assert "! Warning: radius alone predicts ill almost perfectly" in text
    assert "benign or malignant" in text
    assert "Left out id (it numbers the rows)." in " ".join(shown(run_of("many")).split())


def test_only_the_first_coefficients_are_listed(run_of: Make) -> None:
    text = shown(run_of("hostile"))
    assert "and 292 more, in the report" in text
    assert "(intercept)" in text
    rows = [line for line in text.splitlines() if line.startswith("column ")]
    assert len(rows) == 5


def test_a_diagnosis_alone_and_one_that_found_nothing(run_of: Make) -> None:
    console = Console(width=80, record=True, file=io.StringIO())
    show_diagnosis(run_of("diverged").diagnosis, console)
    text = console.export_text()
    assert "Try: Set the learning rate to 0.1234" in text
    assert "steepest fit" not in text
    show_diagnosis(Diagnosis("cannot_tell", (), (), {"crawling": "the sharpness"}), console)
    assert "What would tell more: the sharpness (crawling)." in console.export_text()


def test_many_remarks_are_counted(run_of: Make) -> None:
    contract = run_of("many").contract
    console = Console(width=80, record=True, file=io.StringIO())
    show_contract(replace(contract, remarks=contract.remarks * 20), console)
    assert "and 12 remarks more, in the report" in console.export_text()


def test_a_number_stays_with_its_per_cent_sign(run_of: Make) -> None:
    run = run_of("line")
    words = ("It is right for 81.3 % of rows. " * 12,)
    evaluation = replace(run.evaluation, sentences=words)
    for width in range(40, 60):
        for line in shown(replace(run, evaluation=evaluation), width).splitlines():
            assert not line.strip().startswith("%")


def test_the_coefficients_of_classes_stand_side_by_side(run_of: Make) -> None:
    run = run_of("species")
    lines = shown(run, 100).splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("Score of"))
    assert lines[at].split() == ["Score", "of", "setosa", "versicolor", "virginica"]
    name, *values = lines[at + 1].split()
    assert name == "petal_length"
    assert [float(value) for value in values] == pytest.approx([1.5, -0.75, -0.75], rel=1e-3)
    assert lines[at + 3].startswith("(intercept)")
    assert "Target    species (3 classes: setosa, versicolor, virginica), from" in "\n".join(lines)


def test_of_many_classes_the_most_frequent_are_shown(run_of: Make) -> None:
    run = run_of("words")
    words = shown(run, 100)
    assert "and 25 more classes, in the report" in words
    assert "and 29 more classes, in the report" not in words
    narrow = shown(run, 60)
    assert "more classes, in the report" in narrow


def test_the_rule_and_the_cost_are_told(run_of: Make) -> None:
    words = " ".join(shown(run_of("species"), 100).split())
    assert "Descent L-BFGS; learning rate set by a line search at every step; 120 steps." in words
    assert "Cost J = Σ vᵢ [log Σₖ e^zᵢₖ − zᵢ of the true class] / Σ vᵢ + ½ · 0.01 ‖w‖²" in words
    assert "Weights trust, of each row." in words
    words = " ".join(shown(run_of("counts"), 200).split())
    assert "momentum (heavy ball), 0.95, the mean of the iterates kept; learning rate" in words
    assert "Log of visits value" in words
    plain = " ".join(shown(run_of("counts"), 200, encoding="ascii").split())
    assert "Cost J = 1/m sum [e^z_i - y_i z_i] + 0.1 |w|_1" in plain


def test_faults_that_are_not_there_are_counted(run_of: Make) -> None:
    text = shown(run_of("diverged"))
    assert "2 other faults looked for and not found." in text
    assert "oscillating" not in text


def test_the_ending_is_told_once(run_of: Make) -> None:
    run = run_of("line")
    words = " ".join(shown(run, 200).split())
    because = run.diagnosis.findings[0].because
    assert words.lower().count(because.lower()) == 1
    odd = replace(run.trace.stop, because="the user pressed Ctrl-C")
    stopped = replace(run, trace=replace(run.trace, stop=odd))
    assert "Ended: the user pressed Ctrl-C." in " ".join(shown(stopped, 200).split())


def test_texts_share_one_remark_and_what_is_left_out_is_counted(run_of: Make) -> None:
    contract = run_of("line").contract
    texts = tuple(
        Remark("one_hot", "info", (name,), f'"{name}" is text.') for name in ("plan", "doctor")
    )
    others = tuple(Remark("wide", "info", (), f"Remark {i}.") for i in range(8))
    text = contract_shown(replace(contract, remarks=(*texts, *others)))
    assert '"plan", "doctor" are text.' in " ".join(text.split())
    assert "and 1 remark more, in the report" in text


def test_a_contract_of_a_first_look_is_not_told_as_all_rows(run_of: Make) -> None:
    contract = run_of("line").contract
    columns = tuple(replace(column, looked_at=12) for column in contract.columns)
    text = contract_shown(replace(contract, columns=columns))
    assert "a first look at some of its rows met" in " ".join(text.split())


def contract_shown(contract: Contract) -> str:
    file = io.StringIO()
    show_contract(contract, Console(file=file, width=80))
    return file.getvalue()


def test_the_bowl_of_drawn_rows_says_so(run_of: Make) -> None:
    run = run_of("line")
    facts = {**run.trace.facts, "curvature_rows": Fact(20_000, "drawn")}
    assert "(of 20,000 rows drawn)." in " ".join(
        shown(replace(run, trace=replace(run.trace, facts=facts))).split()
    )
