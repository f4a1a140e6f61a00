"""What other models reach on the same rows, where that is more."""

from __future__ import annotations

from steepest.evaluation.studies.study import Peer, Study
from steepest.readable import readable
from steepest.run import Run
from steepest.views.phrases import score_words

__all__ = ["better_peer", "is_richer", "peer_answer", "peer_words"]


def better_peer(study: Study | None) -> Peer | None:
    """The best of the models that are shown to be better than this one."""
    if study is None:
        return None
    sign = -1.0 if study.better == "higher" else 1.0
    better = [peer for peer in study.peers if _shown_better(peer, sign)]
    return max(better, key=lambda peer: sign * peer.difference, default=None)


def _shown_better(peer: Peer, sign: float) -> bool:
    if peer.difference_low is None or peer.difference_high is None:
        return False
    return min(sign * peer.difference_low, sign * peer.difference_high) > 0


def peer_words(peer: Peer) -> str:
    """What a model is called by those who did not write it."""
    return "gradient-boosted trees" if is_richer(peer) else f"scikit-learn's {peer.name}"


def is_richer(peer: Peer) -> bool:
    """Whether it can follow what no line can."""
    return "Boosting" in peer.name or "Boosted" in peer.name


def peer_answer(run: Run) -> str:
    """That another model is shown to do better; "" where none is."""
    study, peer = run.study, better_peer(run.study)
    if study is None or peer is None:
        return ""
    ours = "" if study.value is None else f", this one {readable(study.value, 3)}"
    kind = "A richer" if is_richer(peer) else "Another linear"
    return (
        f"{kind} model, {peer_words(peer)}, reaches {score_words(study.score)} "
        f"{readable(peer.value, 3)} on the same rows{ours}."
    )
