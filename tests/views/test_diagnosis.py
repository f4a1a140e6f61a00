from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import replace

import pytest
from rich.console import Console

from steepest.diagnosis.finding import Diagnosis, Finding, Remedy
from steepest.run import Request
from steepest.views.diagnosis import show_verdict
from steepest.views.workflow_commands import workflow_commands

FOUND = Finding(
    "diverging",
    "error",
    "Diverging: the steps are too large",
    "the loss rose from 100 to 8.282e9",
    {"learning_rate": 1.05, "growth_per_step": 1.21, "largest_stable_learning_rate": 1.0},
    (Remedy("lower the learning rate to 0.5", {"learning_rate": 0.5}),),
)
NOTE = Finding("unfinished", "info", "Unfinished: going down", "it still falls " * 20, {})


def shown(
    *findings: Finding, clear: tuple[str, ...] = (), cannot: Mapping[str, str] | None = None,
    width: int = 80, request: Request | None = None, encoding: str = "utf-8",
) -> str:  # fmt: skip
    out = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    verdict = findings[0].code if findings else "cannot_tell"
    diagnosis = Diagnosis(verdict, findings, clear, cannot or {})
    show_verdict(diagnosis, Console(file=out, width=width), request=request)
    out.seek(0)
    return out.read()


def test_verdict_reason_evidence_and_remedy() -> None:
    text = shown(FOUND)
    assert text.startswith("✗ Diverging: the steps are too large. The loss rose from 100 to")
    assert "      learning rate " in text
    assert "largest stable learning rate" in text
    assert "1.21" in text
    assert "  Do  Lower the learning rate to 0.5." in text
    assert shown(FOUND, encoding="ascii").startswith("X Diverging")


def test_what_the_sentences_say_is_not_listed_again() -> None:
    evidence = {"first_loss": 100.0, "last_loss": 8.282e9, "factor": 10.0, "rate": 0.5}
    remedy = Remedy("lower the learning rate to 0.5", {})
    text = shown(replace(FOUND, evidence=evidence, remedies=(remedy,)))
    assert "factor  10" in text  # the 10 of 100 is not it
    assert "first loss" not in text
    assert "last loss" not in text
    assert "      rate" not in text


def test_a_per_cent_sign_stays_with_its_number_in_ascii_too() -> None:
    share = Finding("converged", "info", "Converged", "within 5 % of the minimum", {})
    assert "Within 5 % of" in shown(share, encoding="ascii")
    assert "Within 5 % of" in shown(share)


def test_facts_stand_beside_each_other_where_there_is_room() -> None:
    wide = [line for line in shown(FOUND, width=96).splitlines() if "  learning" in line]
    narrow = [line for line in shown(FOUND, width=50).splitlines() if "  learning" in line]
    assert "largest" in wide[0]
    assert "largest" not in narrow[0]


def test_several_remedies_are_numbered_and_hold_their_values() -> None:
    remedies = (
        Remedy("go on at a lower rate", {"rule": "fista", "steps": 5000}),
        Remedy("lower the learning rate to 0.5", {"learning_rate": 0.5}),
    )
    finding = Finding("diverging", "error", "Diverging", "it rose", {}, remedies)
    text = shown(finding)
    assert "  Do  1. Go on at a lower rate." in text
    assert "         steps 5,000.\n" in text
    assert "fista" not in text  # an option of ours
    assert "      2. Lower the learning rate to 0.5." in text
    assert text.count("0.5") == 1
    ours = shown(finding, request=Request("houses", "price", scale="none"))
    assert "steepest fit houses --target price --learning-rate 0.5 --scale none" in ours


def test_our_own_options_are_for_our_own_runs() -> None:
    ridge = Remedy("add a small ridge penalty (--l2 0.001)", {"l2": 0.001})
    finding = replace(FOUND, remedies=(ridge,))
    assert "  Do  Add a small ridge penalty.\n         l2 0.001.\n" in shown(finding)
    assert "(--l2 0.001)" in shown(finding, request=Request("houses", "price"))
    (line,) = workflow_commands(Diagnosis("diverging", (finding,), (), {}))
    assert line.endswith("Try: Add a small ridge penalty.")


def test_other_findings_have_one_line_each() -> None:
    short = replace(NOTE, title="Noise", because="it hovers")
    lines = shown(NOTE, NOTE, short).splitlines()
    assert "i Unfinished: going down." in lines
    assert "i Noise. It hovers." in lines


def test_below_a_fault_notes_without_weight_are_left_to_json() -> None:
    saddle = replace(FOUND, title="Saddle", severity="warning")
    text = shown(FOUND, saddle, NOTE)
    assert "! Saddle." in text
    assert "Unfinished" not in text


def test_what_is_clear_and_what_is_not_told() -> None:
    text = shown(FOUND, clear=("converged", "ill_conditioned"),
                 cannot={"crawling": "the learning rate", "overshooting": "the learning rate",
                         "saddle": "gradients"})  # fmt: skip
    assert "Looked for and not found: ill conditioned." in text
    assert "What would tell more: the learning rate (crawling, overshooting)." in text
    assert "saddle" not in text  # beside a verdict, a need of one rule alone
    text = shown(cannot={"crawling": "the learning rate", "softmax": "the classes (--classes K)",
                         "overshooting": "the learning rate", "saddle": "gradients"})  # fmt: skip
    assert text.index("--classes K") < text.index("rate: crawling") < text.index("s: saddle")


def test_needs_are_not_listed_without_end() -> None:
    text = shown(cannot={f"rule_{i}": f"need {i}" for i in range(20)})
    assert text.startswith("? Cannot tell. No rule found anything.")
    assert "and for 15 faults more, in --json." in text


def test_most_rules_looked_and_found_nothing() -> None:
    text = shown(clear=("crawling", "saddle"), cannot={"plateau": "gradients"})
    assert text.startswith("? Nothing found. No fault that was looked for is there, yet")


def test_a_run_of_our_own_is_not_asked_to_log_more() -> None:
    cannot = {"label_leak": "val_loss", "shuffled_labels": "val_loss"}
    assert "val_loss" in shown(FOUND, cannot=cannot)
    assert "val_loss" not in shown(FOUND, cannot=cannot, request=Request("houses", "price"))


@pytest.mark.parametrize("width", [20, 40, 60, 120])
def test_no_width_breaks_it(width: int) -> None:
    text = shown(FOUND, NOTE, cannot={"crawling": "the learning rate"}, width=width)
    assert "Diverging" in text


def test_workflow_commands_are_escaped() -> None:
    finding = Finding("x", "warning", "50 %: a, b", "line one\r\nand 2 :: more", {})
    (line,) = workflow_commands(Diagnosis("x", (finding,), (), {}), "a,b:c%.csv")
    assert line == (
        "::warning file=a%2Cb%3Ac%25.csv,title=50 %25%3A a%2C b::"
        "Line one%0D%0Aand 2 :: more."
    )  # fmt: skip


def test_workflow_commands_have_a_level_a_finding() -> None:
    lines = list(workflow_commands(Diagnosis("diverging", (FOUND, NOTE), (), {})))
    assert lines[0].startswith("::error title=Diverging%3A the steps are too large::The loss")
    assert lines[0].endswith("%0ATry: Lower the learning rate to 0.5.")
    assert lines[1].startswith("::notice title=Unfinished")
    (line,) = workflow_commands(Diagnosis("cannot_tell", (), (), {}))
    assert line.startswith("::notice title=Cannot tell::")
