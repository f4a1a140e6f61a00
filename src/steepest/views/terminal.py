"""A run on the screen: what entered, how the descent went, what it is worth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from steepest.data.contract import Contract, Remark
from steepest.diagnosis.finding import Diagnosis
from steepest.readable import counted, listed, readable
from steepest.run import Remedied, Request, Run
from steepest.views.axes_text import short
from steepest.views.class_coefficients import coefficients_by_class
from steepest.views.console_lines import (
    aligned,
    ascii_only,
    block,
    command,
    labelled,
    signed,
)
from steepest.views.cost_formula import bend_words, cost_formula, in_ascii
from steepest.views.diagnosis import show_needs
from steepest.views.fit_command import fit_command, fit_options
from steepest.views.phrases import (
    clear_faults,
    cost_words,
    digits_words,
    rate_words,
    rule_words,
    sentence,
    spelled,
    split_sentence,
)
from steepest.views.signs import NOTE, SIGNS, UNKNOWN, sign_of
from steepest.views.trust_lines import show_trust

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["show_contract", "show_diagnosis", "show_run"]

MOST_COEFFICIENTS = 8
MOST_REMARKS = 8
LONGEST_NAME = 40


def show_run(run: Run, console: Console) -> None:
    """Print what `steepest fit` says at the end: data, descent, findings, model, evaluation."""
    show_contract(run.contract, console)
    labelled(console, "Split", split_sentence(run))
    labelled(console, "Cost", *_cost(run.request, console))
    labelled(console, "Descent", *_descent(run))
    if run.remedied is not None:
        labelled(console, "Mends", _mended(run.remedied))
    labelled(console, "Bowl", *_bowl(run))
    console.print()
    show_diagnosis(run.diagnosis, console, request=run.request)
    console.print()
    _coefficients(run, console)
    console.print()
    show_trust(run, console)
    console.print()


def show_contract(contract: Contract, console: Console) -> None:
    """Print what a table holds and what of it enters the model, with its remarks."""
    dropped = f", {contract.dropped:,} without one dropped" if contract.dropped else ""
    rows = f"{contract.rows:,} rows with a target{dropped}"
    if any(c.name == contract.target and c.looked_at for c in contract.columns):
        rows = f"a first look at some of its rows met {rows}"
    labelled(console, "Data", f"{contract.source}: {rows}.")
    classes = f" ({_classes(contract)})" if contract.classes else ""
    features = listed([_short(column.name) for column in contract.features])
    labelled(console, "Target", f"{_short(contract.target)}{classes}, from {features}.")
    if contract.weight is not None:
        labelled(console, "Weights", f"{_short(contract.weight)}, of each row.")
    left_out = [
        f"{_short(column.name)} ({column.reason})"
        for column in contract.columns
        if column.role == "left_out"
    ]
    if left_out:
        labelled(console, "Left out", f"{listed(left_out)}.")
    remarks = _folded(contract.remarks)
    for remark in remarks[:MOST_REMARKS]:
        if remark.severity == "warning":
            signed(console, SIGNS["warning"], "Warning:", remark.sentence)
        else:
            signed(console, NOTE, "", remark.sentence)
    more = len(remarks) - MOST_REMARKS
    if more > 0:
        signed(console, NOTE, "", f"and {counted(more, 'remark')} more, in the report")


def _folded(remarks: Sequence[Remark]) -> list[Remark]:
    """With one sentence on all columns of text, where there are several."""
    texts = [remark for remark in remarks if remark.code == "one_hot"]
    if len(texts) < 2:
        return list(remarks)
    names = tuple(name for remark in texts for name in remark.columns)
    named = listed([f'"{_short(name)}"' for name in names])
    sentence = (
        f"{named} are text. All but the most frequent level of each become columns of 0 and 1 "
        "(one-hot), and their coefficients are differences from that one; the report has the "
        "levels."
    )
    one = Remark("one_hot", "info", names, sentence)
    place = remarks.index(texts[0])
    rest = [remark for remark in remarks[place:] if remark.code != "one_hot"]
    return [*remarks[:place], one, *rest]


def show_diagnosis(
    diagnosis: Diagnosis, console: Console, *, request: Request | None = None
) -> None:
    """Print every finding with its reason and remedies, and what would tell more.

    request: of the run, so that each remedy with an exact value comes as a command, too
    """
    for finding in diagnosis.findings:
        signed(console, sign_of(finding), f"{finding.title}.", sentence(finding.because))
        for remedy in finding.remedies:
            block(console, "  ", "Try:", sentence(remedy.sentence))
            if request is not None and remedy.set:
                command(console, fit_command(request, remedy.set))
    if not diagnosis.findings:
        signed(console, UNKNOWN, "Cannot tell.", "No rule found anything.")
    clear = clear_faults(diagnosis)
    if clear:
        faults = counted(clear.count(", ") + 1, "other fault")
        block(console, "  ", "", f"{faults} looked for and not found.")
    if request is None or not diagnosis.findings:
        show_needs(diagnosis.cannot_tell, console, beside=bool(diagnosis.findings))


def _mended(remedied: Remedied) -> str:
    before = remedied.run or "a run that was not saved"
    return f"{before}, found {spelled(remedied.finding)}: {fit_options(remedied.remedy.set)}."


def _cost(request: Request, console: Console) -> Iterator[str]:
    """The formula of J, in the signs that the terminal has."""
    for words in (cost_formula(request), bend_words(request)):
        if words:
            yield in_ascii(words) if ascii_only(console) else words


def _descent(run: Run) -> Iterator[str]:
    trace = run.trace
    batch = run.request.batch
    over = "" if batch is None else f", batches of {counted(batch, 'row')}"
    average = ", the mean of the iterates kept" if run.request.average else ""
    yield (
        f"{sentence(rule_words(run))[:-1]}{over}{average}; learning rate "
        f"{rate_words(trace)}; {counted(int(trace.step[-1]), 'step')}."
    )
    said = run.diagnosis.findings[:1]
    because = trace.stop.because.rstrip(".")
    told = any(because.lower() in finding.because.lower() for finding in said)
    yield f"{cost_words(trace)}." + ("" if told else f" Ended: {because}.")
    mean = trace.number("average_loss")
    if mean is not None:
        yield f"At the mean of the iterates, which the model is, it is {readable(mean)}."


def _bowl(run: Run) -> Iterator[str]:
    """Curvature and largest stable rate, as far as they are known; the report has the rest."""
    named = {
        "sharpness": "sharpness",
        "condition_number": "condition number",
        "largest_stable_learning_rate": "largest stable learning rate",
    }
    known = [
        f"{words} {readable(number)}"
        for name, words in named.items()
        if (number := run.trace.number(name)) is not None
    ]
    drawn = run.trace.number("curvature_rows")
    of = "" if drawn is None else f" (of {counted(int(drawn), 'row')} drawn)"
    if known:
        yield sentence(f"{', '.join(known)}{of}")


def _coefficients(run: Run, console: Console) -> None:
    """The first coefficients in the input's own units, beside those at the minimum."""
    if run.model.loss == "softmax":
        coefficients_by_class(run, console)
        return
    entries = list(run.coefficients.items())
    best = {} if run.minimum is None else dict(run.minimum.coefficients)
    rows = [(_short(name), value, best.get(name)) for name, value in entries[:MOST_COEFFICIENTS]]
    if run.intercept is not None:
        at_minimum = None if run.minimum is None else run.minimum.intercept
        rows.append(("(intercept)", run.intercept, at_minimum))
    head = "Coefficient of"
    if run.model.classes:
        head = f"Log-odds of {_short(run.model.classes[1])}"
    elif run.model.loss == "poisson":
        head = f"Log of {_short(run.contract.target)}"
    table = [(head, "value", "at the minimum" if run.minimum is not None else "")]
    table += [
        (name, readable(value, 6), "" if at is None else readable(at, 6))
        for name, value, at in rows
    ]
    aligned(console, table)
    if len(entries) > MOST_COEFFICIENTS:
        block(console, "", "", f"and {len(entries) - MOST_COEFFICIENTS:,} more, in the report")
    digits = digits_words(run)
    if digits is not None:
        block(console, "", "", f"{digits}.")


def _classes(contract: Contract) -> str:
    names = [_short(name) for name in contract.classes]
    if len(names) == 2:
        return " or ".join(names)
    return f"{len(names)} classes: {listed(names)}"


def _short(name: str) -> str:
    return short(name, LONGEST_NAME)
