"""Nothing to learn: by the held-out loss, or by the level of guessing."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from steepest.diagnosis.diagnose import diagnose
from steepest.diagnosis.record.record import Context
from steepest.trace import Trace

T = np.arange(80.0)


def test_learning_by_heart_is_told_by_the_held_out_loss(log: Callable[..., Trace]) -> None:
    by_heart = log(0.3 + 0.8 * np.exp(-T / 40), val_loss=1.1 + 0.004 * T)
    assert diagnose(by_heart, Context(classes=3)).verdict == "shuffled_labels"


def test_labels_mixed_anew_bring_the_loss_to_guessing(log: Callable[..., Trace]) -> None:
    scatter = 0.01 * np.random.default_rng(0).normal(size=80)
    loss = np.log(10) + 0.6 * np.exp(-T / 4) + scatter
    assert diagnose(log(loss), Context(classes=10)).verdict == "shuffled_labels"
    # a squared error may come to rest at ln 10, too: without the classes nothing is said
    assert diagnose(log(loss)).verdict != "shuffled_labels"


def test_a_sound_run_is_clear_and_a_short_fall_cannot_tell(log: Callable[..., Trace]) -> None:
    sound = log(0.1 + np.exp(-T / 8), val_loss=0.2 + np.exp(-T / 8))
    assert "shuffled_labels" in diagnose(sound).clear
    assert "val_loss" in diagnose(log(1.5 - 0.004 * T)).cannot_tell["shuffled_labels"]
