from __future__ import annotations

from steepest.diagnosis.finding import Diagnosis, Finding, Remedy
from steepest.views.verdict_lines import verdict_lines

FINDING = Finding(
    "diverging",
    "error",
    "Diverging: the steps are too large",
    "the loss rose from 100 to 8.282e9, and 50 % of what was left went that way in the end",
    {},
    (Remedy("set the learning rate to 0.5", {"learning_rate": 0.5}),),
)


def test_the_verdict_comes_first_then_reason_and_remedy():
    lines = list(verdict_lines(Diagnosis("diverging", (FINDING,), (), {}), width=60))
    assert lines[0] == "Verdict: diverging"
    assert lines[1].startswith("  Diverging: the steps are too large. The loss rose")
    assert lines[-1] == "  Try: set the learning rate to 0.5."
    assert max(map(len, lines)) <= 60


def test_a_number_and_its_per_cent_sign_stay_together():
    for width in range(30, 90):
        lines = list(verdict_lines(Diagnosis("diverging", (FINDING,), (), {}), width=width))
        assert not any(line.lstrip().startswith("%") for line in lines)
        assert any("50 %" in line for line in lines)


def test_without_findings_it_says_what_would_be_needed():
    silent = Diagnosis("cannot_tell", (), (), {"crawling": "the sharpness"})
    assert list(verdict_lines(silent)) == [
        "Verdict: cannot_tell",
        "  To tell whether it is crawling: the sharpness.",
    ]
