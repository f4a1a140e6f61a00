"""Flat, but not a minimum."""

from __future__ import annotations

import numpy as np

from steepest.diagnosis.finding import Answer, CannotTell, Clear, Finding, Remedy
from steepest.diagnosis.losses.series import Series
from steepest.diagnosis.record.flat_ground import downward_at_the_end
from steepest.diagnosis.record.needs import MORE
from steepest.diagnosis.record.reading import Reading
from steepest.readable import readable

__all__ = ["plateau"]

LONG = 0.4
ROWS = 40
WON = 0.15
FEW = 8
GONE = 0.1
FLAT = 0.05
DROP = 0.5


def plateau(reading: Reading) -> Answer:
    """The loss stays level for long and then falls by much: the level was no minimum.

    Sees
        A record: the curvature along every move, and how much of the loss is gone. A log: the
        smoothed training loss, its longest stretch of it within a narrow band before the
        larger part of the descent.
    Matters
        Where the surface is nearly flat (near a saddle, or with saturated units) the gradient
        is small, and a descent seems done long before it is.
    Decides
        A record: the cost curves downward along every move (by more than a millionth of the
        largest such curvature), the norm of the gradient grows, and less than a tenth of the
        loss is gone: on a convex cost, and on the way to a saddle, the gradient shrinks first.
        Or it curves downward at the end, where the loss fell by less than 1 % over the later
        half, but so little that as many steps again would not lead out (α|λ|k below a half).
        A log: at least four tenths of the rows lie within a twentieth of the whole gain of each
        other, and after them the loss falls by half of the gain or more. By then it is
        a fact, not a guess; from within, no loss can tell a plateau from a minimum. Of a watched
        loop, which is over it by then and was sound, it is only said.
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
        return _of_record(reading)
    if len(curve.train) < ROWS:
        return CannotTell(MORE)
    stretch = _stretch(curve.train)
    if curve.broken or stretch is None:
        return Clear()
    begin, end, level = stretch
    return Finding(
        "plateau",
        "info" if reading.framework or reading.looks is not None else "warning",
        "Plateau: flat for long, and no minimum",
        f"from step {int(begin):,} to {int(end):,} the loss stays near {readable(level)}, and "
        f"then falls to {readable(curve.train.last)}",
        {"begin": begin, "end": end, "level": level, "last_loss": curve.train.last},
        (Remedy("take momentum or Adam, and start the weights farther from zero", {}),),
    )


def _of_record(reading: Reading) -> Answer:
    trace, rows = reading.trace, reading.finite
    if trace.params is None or trace.gradient is None or reading.sampled or rows < FEW:
        return CannotTell(f"parameters and gradients of {FEW} steps or more")
    if trace.loss_of == "batch":
        return CannotTell("the gradient of all rows")
    moves, turns = np.diff(trace.params[:rows], axis=0), np.diff(trace.gradient[:rows], axis=0)
    curved, norm = np.sum(moves * turns, axis=1), np.linalg.norm(trace.gradient[:rows], axis=1)
    least = float(np.min(curved))
    loss = trace.loss[:rows]
    gone = float(loss[0] - loss[-1]) / max(abs(float(loss[0])), 1e-300)
    down = least < 0 and bool(np.all(curved < 1e-6 * least))
    if reading.done or not 0 < gone < GONE or np.any(np.diff(loss) > 0):
        return Clear()
    if not (down and norm[-1] > norm[0]):
        return _nearly_flat(reading, gone)
    return Finding(
        "plateau",
        "warning",
        "Plateau: flat, and no minimum",
        f"the gradient, of norm {readable(float(norm[-1]))}, grows as the descent goes, so the "
        f"cost curves downward, and only {readable(100 * gone, 2)} % of the loss is gone",
        {"gradient_norm": float(norm[-1]), "share_gone": gone, "loss": float(loss[-1])},
        (Remedy("start elsewhere (--start random), or add momentum (--rule momentum)", {}),),
    )


def _nearly_flat(reading: Reading, gone: float) -> Answer:
    ground = None if reading.bounded else downward_at_the_end(reading)
    if ground is None or ground.opens:
        return Clear()
    return Finding(
        "plateau",
        "warning",
        "Plateau: flat, and no minimum",
        f"the cost curves downward, by so little ({readable(ground.curvature)}) that as many steps "
        f"again would not lead out, and only {readable(100 * gone, 2)} % of the loss is gone",
        {"smallest_curvature": ground.curvature, "share_gone": gone},
        (Remedy("start elsewhere (--start random), or add momentum (--rule momentum)", {}),),
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
