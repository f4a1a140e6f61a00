"""What the small networks learn: shipped tables and made-up ones, split for validation."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from logged import Array
from problems import table

__all__ = ["Data", "data"]

Generator = np.random.Generator


@dataclass(frozen=True, slots=True, eq=False)
class Data:
    """Standardised inputs; a class (m,) or a number (m, 1) for each row.

    classes: how many, or None for numbers; base: the loss of the best constant answer
    """

    name: str
    X: Array
    target: Array
    X_val: Array
    target_val: Array
    classes: int | None

    @property
    def base(self) -> float:
        """Entropy of the class shares, or the variance."""
        if self.classes is None:
            return float(self.target.var())
        shares = np.bincount(self.target, minlength=self.classes) / len(self.target)
        shares = shares[shares > 0]
        return -float((shares * np.log(shares)).sum())

    def with_inputs(self, X: Array, X_val: Array) -> Data:
        """Other inputs, the same targets."""
        return replace(self, X=X, X_val=X_val)


def data(generator: Generator, *, classes: bool | None = None, rows: int = 400,
         names: tuple[str, ...] = ()) -> Data:  # fmt: skip
    """One at random: classes, numbers, or either; at most so many rows."""
    if classes is None:
        classes = generator.random() < 0.7
    kinds = ("digits", "digits", "wine", "iris", "breast_cancer", "blobs", "blobs", "spirals")
    pool = names or (kinds if classes else ("diabetes", "teacher", "teacher", "waves"))
    name = str(generator.choice(pool))
    maker = MADE.get(name)
    X, target = shipped(name, classes) if maker is None else maker(generator)
    order = generator.permutation(len(X))[:rows]
    X, target = X[order], target[order]
    if classes and name in ("digits", "blobs") and generator.random() < 0.4:
        few = int(generator.integers(2, target.max() + 2))
        X, target = X[target < few], target[target < few]
    return split(name, X, target, classes)


def split(name: str, X: Array, target: Array, classes: bool) -> Data:
    """A quarter for validation; inputs standardised by the training rows."""
    cut = 3 * len(X) // 4
    varied = X[:cut].std(axis=0) > 0
    X = X[:, varied]
    X = (X - X[:cut].mean(axis=0)) / X[:cut].std(axis=0)
    X = np.clip(X, -5, 5)
    if not classes:
        target = target.reshape(-1, 1)
    count = int(target.max()) + 1 if classes else None
    return Data(name, X[:cut], target[:cut], X[cut:], target[cut:], count)


def shipped(name: str, classes: bool) -> tuple[Array, Array]:
    """A table of scikit-learn; numbers are standardised."""
    X, numbers, kinds = table(name)
    return X, kinds if classes else (numbers - numbers.mean()) / numbers.std()


def blobs(generator: Generator) -> tuple[Array, Array]:
    """2 to 10 clouds in 2 to 20 dimensions, near or far apart."""
    count, size = int(generator.integers(2, 11)), int(generator.integers(2, 21))
    centres = generator.standard_normal((count, size)) * generator.uniform(0.7, 3)
    k = generator.integers(0, count, 600)
    return centres[k] + generator.standard_normal((600, size)), k


def spirals(generator: Generator) -> tuple[Array, Array]:
    """2 to 4 arms: hard at first."""
    count = int(generator.integers(2, 5))
    k = generator.integers(0, count, 600)
    along = generator.uniform(0.2, 1, 600)
    angle = 2 * np.pi * (k / count + generator.uniform(0.4, 0.9) * along)
    X = along[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return X + 0.03 * generator.standard_normal(X.shape), k


def teacher(generator: Generator) -> tuple[Array, Array]:
    """Numbers that a random small network gave, with noise."""
    size = int(generator.integers(2, 21))
    X = generator.standard_normal((600, size))
    hidden = np.tanh(X @ generator.standard_normal((size, 6)) / np.sqrt(size) * 1.5)
    y = hidden @ generator.standard_normal(6)
    y = (y - y.mean()) / y.std()
    return X, y + generator.uniform(0.02, 0.6) * generator.standard_normal(600)


def waves(generator: Generator) -> tuple[Array, Array]:
    """A sine of one input, with noise."""
    x = generator.uniform(-1, 1, (500, 1))
    y = np.sin(generator.uniform(2, 8) * x[:, 0] + generator.uniform(0, 6))
    return x, y + generator.uniform(0.05, 0.4) * generator.standard_normal(500)


MADE = {"blobs": blobs, "spirals": spirals, "teacher": teacher, "waves": waves}
