"""What rules would need where they cannot tell, in the same words, so that needs merge."""

from __future__ import annotations

__all__ = ["CLASSES", "HELD_OUT", "MORE", "PLAIN", "RATE", "RECORD", "WATCHED"]

RECORD = "parameters and gradients (w_i and g_i) with the loss of all rows"
PLAIN = "plain descent on the loss of all rows"
RATE = "the learning rate"
MORE = "more steps"
HELD_OUT = "val_loss, the loss on held-out rows"
CLASSES = "the losses of a classifier, and how many classes it has (--classes K)"
WATCHED = "the loop itself, watched as it runs (steepest.watch)"
