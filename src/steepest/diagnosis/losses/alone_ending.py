"""How a log of losses ends: still going down, hovering in noise, or done."""

from __future__ import annotations

from typing import Literal

from steepest.diagnosis.finding import Answer, CannotTell, Clear, Finding, Remedy
from steepest.diagnosis.losses.loss_curve import LossCurve
from steepest.diagnosis.losses.stall import stall
from steepest.diagnosis.losses.upturn import upturn
from steepest.diagnosis.record.needs import MORE
from steepest.readable import counted, readable

__all__ = ["crawling_alone", "ending_alone"]

SIGMAS = 4.0
RECOVERED = 0.8
SHARE = 0.05
NOISY = 0.02

Ending = Literal["converged", "noise_floor", "unfinished"]


def ending_alone(curve: LossCurve, code: Ending) -> Answer:
    """Exactly one of the three, where nothing broke.

    Unfinished: a line through the last third falls by more than four standard errors, and the
    same again would be worth a twentieth of all that was gained. Else it is flat: a noise floor
    where the scatter from row to row is more than a fiftieth of the level, converged where it
    is less.
    """
    if len(curve.train) < 5 and not curve.broken:
        return CannotTell(MORE)
    if curve.broken or _went_wrong(curve) or _ending(curve) != code:
        return Clear()
    train = curve.train
    rows = counted(curve.rows, "row")
    evidence = {"first_loss": train.first, "last_loss": train.last, "scatter": train.noise}
    fell = f"from {readable(train.first)} the loss fell to {readable(train.last)} in {rows}"
    if code == "unfinished":
        slope = -train.trend(2 / 3, 1.0).slope
        evidence["fall_per_step"] = slope
        because = f"{fell}, and still falls by {readable(slope, 3)} a step"
        remedy = _more(curve)
        return Finding(code, "info", "Unfinished: still going down", because, evidence, (remedy,))
    if code == "noise_floor":
        because = f"{fell}, and hovers there with a scatter of {readable(train.noise, 3)}"
        title = "Noise floor: mini-batches keep it from settling"
        return Finding(code, "info", title, because, evidence, (_quieter(curve),))
    return Finding(code, "info", "Converged", f"{fell}, and hardly moves any more", evidence)


def _went_wrong(curve: LossCurve) -> bool:
    """Whether it never learned, or was thrown out: then its end is no end of a descent."""
    slow, turn = stall(curve), upturn(curve)
    stuck = slow is not None and slow.kind in ("frozen", "dead", "crawling")
    thrown = turn is not None and turn.kind == "early" and curve.train.gained <= RECOVERED
    return stuck or thrown


def _ending(curve: LossCurve) -> Ending:
    train = curve.train
    late = train.trend(2 / 3, 1.0)
    ahead = -late.slope * train.span / 3
    gain = max(abs(train.first - train.last), 1e-12)
    if late.sigmas < -SIGMAS and ahead > SHARE * gain:
        return "unfinished"
    return "noise_floor" if train.noise > NOISY * abs(train.last) else "converged"


def _more(curve: LossCurve) -> Remedy:
    """More steps; of a log by epochs that ends before those that were intended, as many."""
    meant, done = curve.context.epochs, int(curve.train.step[-1])
    if meant is None or not 0 < done < meant:
        return Remedy("give it more steps", {})
    return Remedy(f"go on: the log ends at {done:,}, of {meant:,} epochs intended", {})


def _quieter(curve: LossCurve) -> Remedy:
    told = curve.context.batch
    batch = (
        "a larger batch" if told is None else f"batches of {2 * told:,} instead of {told:,} rows"
    )
    lowers = (
        f"that lowers the level; so do {batch}" if told else f"that lowers the level; {batch} too"
    )
    if curve.rate is None or not curve.rate.last > 0:
        return Remedy(f"halve the learning rate: {lowers}", {})
    if curve.rate.last < 0.5 * float(curve.rate.value.max()):
        return Remedy("let the learning rate decay longer, or take a larger batch", {})
    half = curve.rate.last / 2
    sentence = f"halve the learning rate, to {readable(half)}: {lowers}"
    return Remedy(sentence, {"learning_rate": half})


def _times(factor: float) -> str:
    return "tenfold" if factor == 10 else f"{readable(factor, 2)} times"


def crawling_alone(curve: LossCurve, because: str | None) -> Answer:
    """A straight line down that has gained next to nothing; how it is told is in `stall`.

    To gain the whole in as many steps, a line asks for 1 / (share gained) of the rate; the
    remedy goes there, but by no more than a hundredfold at a time, since the curvature that
    limits it cannot be seen from here.
    """
    if len(curve.train) < 5:
        return CannotTell(MORE)
    if because is None:
        return Clear()
    train = curve.train
    share = max(train.gained, 1e-6)
    factor = min(max(1.0 / share, 10.0), 100.0)
    evidence = {"first_loss": train.first, "last_loss": train.last, "share_gained": share}
    sentence, rate = f"raise the learning rate {_times(factor)}", None
    if curve.rate is not None and curve.rate.last > 0:
        evidence["learning_rate"] = curve.rate.last
        rate = curve.rate.last * factor
        sentence = f"raise the learning rate to about {readable(rate, 2)}"
    remedy = Remedy(sentence, {} if rate is None else {"learning_rate": rate})
    title = "Crawling: the steps are far too small"
    return Finding("crawling", "warning", title, because, evidence, (remedy,))
