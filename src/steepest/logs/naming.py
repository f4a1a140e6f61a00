"""What the columns of a log mean, told from their names.

Names are taken apart into words, whatever joins them ("Train Loss", "loss/train",
"trainLoss"), and words that only say where or how a number was averaged are set aside.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["ROLES", "parameter_index", "plain_name", "role_of", "words_of"]

ROLES = ("step", "epoch", "loss", "val_loss", "learning_rate", "gradient_norm")
"""What a column of numbers may be, besides parameters, their gradients and other measures."""

_STEP = ({"step"}, {"iteration"}, {"iter"}, {"iterations"}, {"it"}, {"update"}, {"updates"},
         {"steps"}, {"iters"}, {"n", "iter"}, {"num", "updates"}, {"num", "steps"})  # fmt: skip
_EPOCH = ({"epoch"}, {"epochs"}, {"round"})
_LOSS = ({"loss"}, {"cost"}, {"losses"})
# Names of losses that could mean something else, taken where nothing is called a loss.
_LOSS_ELSE = ({"objective"}, {"nll"}, {"mse"}, {"cross", "entropy"}, {"crossentropy"}, {"j"},
              {"error"}, {"err"}, {"l"}, {"value"})  # fmt: skip
_RATE = ({"lr"}, {"learning", "rate"}, {"learningrate"}, {"alpha"}, {"eta"}, {"step", "size"},
         {"stepsize"}, {"rate"})  # fmt: skip
_NORM = ({"grad", "norm"}, {"gradient", "norm"}, {"gradnorm"}, {"gnorm"}, {"g", "norm"})
_HELD_OUT = frozenset({"val", "valid", "validation", "eval", "evaluation", "dev", "test", "holdout",
                       "heldout", "testing", "vloss"})  # fmt: skip
# Words that change neither what was measured nor on which rows.
_ASIDE = frozenset({"train", "training", "tr", "trn", "avg", "average", "mean", "running", "total",
                    "global", "trainer", "metrics", "epoch", "step", "batch", "full", "optimizer",
                    "pg0", "group0", "current", "adam", "adamw", "sgd", "l2", "2", "0",
                    "the", "of"})  # fmt: skip
_PARAMETER = re.compile(
    r"(w|theta|θ|params?|parameters?|weights?|p|x|beta|coefs?|coefficients?)_?(\d+)"
)


def plain_name(name: str) -> str:
    """A name in lower case, its words joined by underscores.

    >>> plain_name("Train Loss"), plain_name("loss/val"), plain_name("learningRate")
    ('train_loss', 'loss_val', 'learning_rate')
    """
    own = name.rpartition(" - ")[2]  # dashboards export "name of the run - loss"
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z][a-z])", "_", own)
    return re.sub(r"[\W_]+", "_", spaced).strip("_").lower()


def words_of(name: str) -> list[str]:
    """The words of a name.

    >>> words_of("validation loss")
    ['validation', 'loss']
    """
    return plain_name(name).split("_")


def role_of(name: str) -> tuple[str, int] | None:
    """What a column of that name is, and how freely that was read (0: literally); or None.

    >>> role_of("Iteration"), role_of("lr-Adam"), role_of("accuracy")
    (('step', 0), ('learning_rate', 1), None)
    >>> role_of("eval_loss")[0], role_of("loss/train")[0], role_of("train_loss_epoch")[0]
    ('val_loss', 'loss', 'loss')
    """
    words = words_of(name)
    held_out = _HELD_OUT & set(words)
    for role, spellings in (("step", _STEP), ("epoch", _EPOCH), ("learning_rate", _RATE),
                            ("gradient_norm", _NORM)):  # fmt: skip
        freely = _freely(words, spellings)
        if freely is not None and not held_out:
            return role, freely
    rest = [word for word in words if word not in held_out]
    for elsewhere, spellings in ((0, _LOSS), (10, _LOSS_ELSE)):
        freely = _freely(rest, spellings)
        if freely is not None:
            apart = 1 if held_out & {"test", "testing"} else 0
            return ("val_loss" if held_out else "loss"), freely + elsewhere + apart
    return None


def _freely(words: list[str], spellings: Iterable[set[str]]) -> int | None:
    """How many words had to be set aside to read a name as one of the spellings, or None."""
    for place, spelling in enumerate(spellings):
        rest = set(words) - spelling
        if spelling <= set(words) and rest <= _ASIDE:
            return len(rest) + (place if rest else 0)
    return None


def parameter_index(name: str) -> int | None:
    """The number of a parameter in a name such as w_0, theta1 or params/2, or None.

    >>> parameter_index("w_10"), parameter_index("theta[3]"), parameter_index("accuracy")
    (10, 3, None)
    """
    found = _PARAMETER.fullmatch(plain_name(name))
    return int(found[2]) if found else None
