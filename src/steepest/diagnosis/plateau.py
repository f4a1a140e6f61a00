"""Flat, but not a minimum."""

from __future__ import annotations

from steepest.diagnosis.finding import Answer, CannotTell, Clear, Finding, Remedy
from steepest.diagnosis.reading import Reading
from steepest.diagnosis.series import Series
from steepest.readable import readable

__all__ = ["plateau"]

LONG = 0.4
ROWS = 40
WON = 0.15
FLAT = 0.05
DROP = 0.5


def plateau(reading: Reading) -> Answer:
    """The loss stays level for long and then falls by much: the level was no minimum.

    Sees
        The smoothed training loss: the longest stretch of it within a narrow band before the
        larger part of the descent.
    Matters
        Where the surface is nearly flat (near a saddle, or with saturated units) the gradient
        is small, and a descent seems done long before it is.
    Decides
        At least four tenths of the record lie within a twentieth of the whole gain of each
        other, and after them the loss falls by half of the gain or more. By then it is
        a fact, not a guess; from within, no loss can tell a plateau from a minimum.
    When it is wrong
        A learning rate that is warmed up or cut makes such stretches too.
    Try
        Momentum, or an adaptive rule such as Adam; weights that start farther from zero,
        and inputs and activations that do not saturate.
    Sources
        Dauphin et al. 2014, "Identifying and attacking the saddle point problem in
        high-dimensional non-convex optimization"; Saxe, McClelland and Ganguli 2014, "Exact
        solutions to the nonlinear dynamics of learning in deep linear neural networks".
    """
    curve = reading.curve
    if curve is None:
        return CannotTell("a log of losses")
    if len(curve.train) < ROWS:
        return CannotTell("the loss at forty steps or more")
    stretch = _stretch(curve.train)
    if curve.broken or stretch is None:
        return Clear()
    begin, end, level = stretch
    return Finding(
        "plateau",
        "warning",
        "Plateau: flat for long, and no minimum",
        f"from step {int(begin):,} to {int(end):,} the loss stays near {readable(level)}, and "
        f"then falls to {readable(curve.train.last)}",
        {"begin": begin, "end": end, "level": level, "last_loss": curve.train.last},
        (Remedy("momentum or Adam, and weights that start farther from zero", {}),),
    )


def _stretch(train: Series) -> tuple[float, float, float] | None:
    level, gain = train.level, train.first - train.lowest
    if train.won < WON or gain < 10 * train.noise:
        return None
    rows = len(level)
    long = int(LONG * rows)
    for begin in range(0, rows - long, max(1, rows // 100)):
        end = begin + long
        here = float(level[begin])
        if abs(float(level[end - 1]) - here) < FLAT * gain and here - train.last > DROP * gain:
            return float(train.step[begin]), float(train.step[end - 1]), here
    return None
