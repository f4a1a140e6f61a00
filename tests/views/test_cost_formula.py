import pytest

from steepest.objective.losses import LOSSES
from steepest.run import Request
from steepest.views.cost_formula import cost_formula, cost_symbols, in_ascii


@pytest.mark.parametrize("loss", [loss.name for loss in LOSSES])
def test_every_loss_has_a_formula_that_ascii_can_say(loss: str) -> None:
    request = Request("t", "y", loss=loss, weight="n", l2=0.5, l1=0.25)
    formula = cost_formula(request)
    assert "loss(" not in formula
    assert formula.endswith(" / Σ vᵢ + ½ · 0.5 ‖w‖² + 0.25 ‖w‖₁")
    assert in_ascii(formula).isascii()


def test_the_bend_of_huber_is_said() -> None:
    request = Request("t", "y", loss="huber", huber_delta=2.5)
    assert "up to |r| = 2.5 and a straight line" in cost_symbols(request)
    assert "|r| = 1 and" in cost_symbols(Request("t", "y", loss="huber"))
    assert cost_formula(Request("t", "y", loss="huber(2.5)")) == "J = 1/m Σ h(zᵢ − yᵢ)"


def test_without_an_intercept_there_is_none_to_leave_unpenalised() -> None:
    words = cost_symbols(Request("t", "y", loss="softmax", intercept=False, l2=1.0))
    assert words == (
        "over the m training rows, with a score zₖ = wₖ·x of a row for each class k; the penalised "
        "w is that of standardised columns"
    )
    words = cost_symbols(Request("t", "y", loss="huber", scale="none", l1=1.0))
    assert words.endswith(
        "w is that of the columns as they are, and the intercept is not penalised"
    )
