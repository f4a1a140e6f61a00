"""The cost J that was minimised, as a formula."""

from __future__ import annotations

from steepest.readable import readable
from steepest.run import Request

__all__ = ["bend_words", "cost_formula", "cost_symbols", "in_ascii"]

_OF_A_ROW = {
    "squared": "½ (zᵢ − yᵢ)²",
    "logistic": "[log(1 + e^zᵢ) − yᵢ zᵢ]",
    "softmax": "[log Σₖ e^zᵢₖ − zᵢ of the true class]",
    "poisson": "[e^zᵢ − yᵢ zᵢ]",
    "huber": "h(zᵢ − yᵢ)",
}
_PLAIN = {
    "Σ": "sum ",
    "½": "1/2",
    "²": "^2",
    "ᵢ": "_i",
    "ₖ": "_k",
    "₁": "_1",
    "‖": "|",
    "−": "-",
    "·": "*",
}


def cost_formula(request: Request) -> str:
    """The formula, with the numbers of its penalties; those that are 0 are left out.

    >>> cost_formula(Request("houses", "price", loss="squared"))
    'J = 1/m Σ ½ (zᵢ − yᵢ)²'
    >>> cost_formula(Request("houses", "price", loss="huber", weight="n", l2=0.1, l1=0.02))
    'J = Σ vᵢ h(zᵢ − yᵢ) / Σ vᵢ + ½ · 0.1 ‖w‖² + 0.02 ‖w‖₁'
    """
    row = _OF_A_ROW.get(_family(request), "loss(zᵢ, yᵢ)")
    cost = f"J = 1/m Σ {row}" if request.weight is None else f"J = Σ vᵢ {row} / Σ vᵢ"
    if request.l2:
        cost += f" + ½ · {readable(request.l2)} ‖w‖²"
    if request.l1:
        cost += f" + {readable(request.l1)} ‖w‖₁"
    return cost


def cost_symbols(request: Request) -> str:
    """What the letters of the formula mean, in a sentence.

    >>> cost_symbols(Request("houses", "price", loss="squared", intercept=False))
    'over the m training rows, with the score z = w·x of a row'
    """
    score = "z = w·x + b" if request.intercept else "z = w·x"
    if _family(request) == "softmax":
        score = score.replace("z", "zₖ").replace("w", "wₖ").replace("b", "bₖ")
        words = f"over the m training rows, with a score {score} of a row for each class k"
    else:
        words = f"over the m training rows, with the score {score} of a row"
    bend = bend_words(request)
    words += f"; {bend}" if bend else ""
    if request.weight is not None:
        words += f"; v is the weight of a row, {request.weight}"
    if request.l2 or request.l1:
        units = "standardised columns" if request.scale == "standard" else "the columns as they are"
        words += f"; the penalised w is that of {units}"
        words += ", and the intercept is not penalised" if request.intercept else ""
    return words


def bend_words(request: Request) -> str:
    """What Huber's h is, with its delta; "" for other losses."""
    if _family(request) != "huber":
        return ""
    delta = 1.0 if request.huber_delta is None else request.huber_delta
    return f"h(r) is ½ r² up to |r| = {readable(delta)} and a straight line from there on"


def in_ascii(formula: str) -> str:
    """The same for a terminal that has no more than ASCII."""
    for sign, words in _PLAIN.items():
        formula = formula.replace(sign, words)
    return formula


def _family(request: Request) -> str:
    return request.loss.partition("(")[0]
