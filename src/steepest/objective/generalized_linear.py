"""Generalised linear models: a mean loss of scores z = X w + b, with its penalties."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from steepest.arguments import flag, shown, texts
from steepest.data.blocks import Block, Blocks, InMemory
from steepest.data.sparse import CSR
from steepest.errors import InputError
from steepest.objective.column_scales import ColumnScales
from steepest.objective.concordance import concordant_distance
from steepest.objective.design import row_squares
from steepest.objective.losses import Loss, loss_named
from steepest.objective.objective import Powers
from steepest.objective.parallel import Threads, thread_count
from steepest.objective.penalty import Kinked, Penalty
from steepest.objective.row_curvature import hessian_sum, hessian_vector_sum
from steepest.objective.row_pass import RowPass
from steepest.objective.rows import RowBatches, check_block, gathered, parameter_names
from steepest.objective.separability import one_class_column, own_side
from steepest.objective.spectrum import FEW_COLUMNS, largest_eigenvalue, total_weight
from steepest.objective.triangle import reduce_rows
from steepest.readable import readable
from steepest.trace import Array, Fact

__all__ = ["GeneralizedLinear"]

MOST_CLASSES = 10_000  # unless they are named
MOST_PARAMS = 500  # a bound on the distance needs all eigenvalues of the Hessian


class GeneralizedLinear:
    """J = Σ ωᵢ loss(w·xᵢ + b, yᵢ) / Σ ωᵢ + ½ l2 ‖w‖² + l1 ‖w‖₁, over m rows with d features.

    X: (m, d) dense float64 or float32 in any order, or sparse; it is not copied. y: (m,) as
    the loss wants it: 0 or 1 for the logistic, codes 0 .. K-1 for softmax. weight: (m,) how
    much each row counts; None: all the same. b is never penalised. threads: a number, or
    "all"; the results are the same to the bit for any.

    The parameters are the d weights, then the intercept b where there is one; for softmax the
    same for each class in turn, classes named by `classes` ("0", "1", ... where None).

    Raises InputError where shapes do not fit, a value is not finite, a penalty is negative,
    or a target is not one that the loss is for.

    >>> import numpy as np
    >>> X, y = np.array([[-1.0], [1.0]]), np.array([0.0, 1.0])
    >>> value, gradient = GeneralizedLinear(X, y).value_and_gradient(np.zeros(2))
    >>> round(value, 6), gradient.tolist()
    (0.693147, [-0.5, 0.0])
    """

    def __init__(
        self,
        X: ArrayLike | CSR,
        y: ArrayLike,
        *,
        loss: str | Loss = "logistic",
        intercept: bool = True,
        names: Sequence[str] | None = None,
        weight: ArrayLike | None = None,
        l2: float = 0.0,
        l1: float = 0.0,
        classes: Sequence[str] | None = None,
        threads: Threads = 2,
    ) -> None:
        blocks = InMemory(X, y, names=names, weight=weight)
        self._set(blocks, loss, intercept, (l2, l1), classes, threads)

    @classmethod
    def from_blocks(
        cls,
        blocks: Blocks,
        *,
        loss: str | Loss = "logistic",
        intercept: bool = True,
        l2: float = 0.0,
        l1: float = 0.0,
        classes: Sequence[str] | None = None,
        threads: Threads = 2,
    ) -> GeneralizedLinear:
        """The same objective over rows that come block by block, from anywhere."""
        objective = cls.__new__(cls)
        objective._set(blocks, loss, intercept, (l2, l1), classes, threads)
        return objective

    def _set(
        self,
        blocks: Blocks,
        loss: str | Loss,
        intercept: bool,
        penalties: tuple[float, float],
        classes: Sequence[str] | None,
        threads: Threads,
    ) -> None:
        self._loss = _loss_given(loss)
        self._intercept = intercept = flag("intercept", intercept)
        self._threads = thread_count(threads)
        self._blocks = gathered(blocks)
        for block in self._blocks:
            check_block(block)
            self._loss.check(block.y)
        named = _class_names(self._blocks, self._loss, classes)
        self._columns = blocks.names
        self._classes = max(len(named), 1)
        self._names = parameter_names(blocks.names, intercept, named)
        one = Penalty.on_weights(*penalties, len(blocks.names) + intercept, intercept)
        self._penalty = Penalty(*penalties, np.tile(one.penalised, self._classes))
        self._weight = total_weight(self._blocks)
        self._walk = RowPass(
            self._blocks,
            self._loss,
            intercept=intercept,
            classes=self._classes,
            threads=self._threads,
        )
        self._facts: dict[str, Fact] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The d features, then "intercept" where there is one; "class:feature" of classes."""
        return self._names

    def value_and_gradient(self, params: Array) -> tuple[float, Array]:
        """J and its gradient (p,) at params (p,); at a kink of l1, its least subgradient."""
        value, gradient = self.smooth(params)
        penalty = self._penalty
        return value + penalty.value(params), penalty.subgradient(params, gradient)

    def smooth(self, params: Array) -> tuple[float, Array]:
        """J without the l1 part, and its gradient (p,)."""
        total, gradient = self._walk.sums(params)
        penalty, shrinking = self._penalty.smooth_value_and_gradient(params)
        return total / self._weight + penalty, gradient / self._weight + shrinking

    def hessian(self, params: Array) -> Array:
        """The Hessian (p, p) of the smooth part at params."""
        total = hessian_sum(
            self._blocks, self._loss, self._by_class(params), self._intercept, self._threads
        )
        return total / self._weight + np.diag(self._penalty.shrink)

    def hessian_vector(self, params: Array) -> Callable[[Array], Array]:
        """v (p,) -> the Hessian of the smooth part at params times v, without forming it."""
        product = hessian_vector_sum(
            self._blocks, self._loss, self._walk, self._by_class(params), self._intercept
        )
        shrink = self._penalty.shrink
        return lambda v: product(self._by_class(v)).ravel() / self._weight + shrink * v

    def _by_class(self, params: Array) -> Array:
        return params.reshape(self._classes, -1) if self._loss.scores == "classes" else params

    def distance_bound(self, params: Array, gradient: Array) -> float | None:
        """An upper bound on ‖params - minimum‖, or None where none can be had there.

        From self-concordance, R the largest ‖xᵢ‖ times the loss's (`concordant_distance`);
        where everything is penalised by l2 also ‖gradient‖/l2, as J is curved at least by l2.
        """
        if self._penalty.l1 or len(params) > MOST_PARAMS:
            return None
        bounds: list[float] = []
        if self._penalty.l2 and self._penalty.penalised.all():
            bounds.append(float(np.linalg.norm(gradient)) / self._penalty.l2)
        if self._loss.self_concordance is not None:
            concordance = self._loss.self_concordance
            radius = concordance * self._largest_row() if concordance else 0.0
            noise = sum(len(block.y) for block in self._blocks) * np.finfo(np.float64).eps
            found = concordant_distance(self.hessian(params), gradient, radius, float(noise))
            bounds += [] if found is None else [found]
        return min(bounds, default=None)

    def _largest_row(self) -> float:
        largest = 0.0
        for block in self._blocks:
            squares = row_squares(block.X)
            counting = squares if block.weight is None else squares[block.weight > 0]
            largest = max(largest, float(counting.max(initial=0.0)))
        return float(np.sqrt(largest + self._intercept))

    def separated(self, params: Array) -> str | None:
        """A proof that the classes can be told apart perfectly (`own_side`), or None."""
        return own_side(self._blocks, self._by_class(params), self._intercept)

    def unbounded_column(self) -> str | None:
        """A column that pulls its coefficient to infinity (`one_class_column`), or None."""
        if not self._intercept:
            return None
        return one_class_column(self._blocks, self._columns, max(self._classes, 2))

    def powers(self) -> Powers:
        """Derivatives, batches of rows, a bound on the distance; for classes, separability."""
        provable = self._loss.separable and not (self._penalty.l1 or self._penalty.l2)
        return Powers(
            hessian=self.hessian,
            hessian_vector=self.hessian_vector,
            proximal=Kinked(self._penalty, self.smooth) if self._penalty.l1 else None,
            batches=self._batches,
            distance_bound=self.distance_bound,
            unbounded=self.separated if provable else None,
            facts=self._known(),
            unbounded_along=self.unbounded_column if provable else None,
        )

    @property
    def penalty(self) -> Penalty:
        """What large coefficients cost."""
        return self._penalty

    def _batches(self) -> RowBatches:
        return RowBatches.of(
            self._blocks,
            self._loss,
            intercept=self._intercept,
            penalty=self._penalty,
            classes=self._classes,
            threads=self._threads,
        )

    def _known(self) -> dict[str, Fact]:
        """What the data say before any step; found when first asked for."""
        if self._facts is None:
            self._facts = self._find_facts()
        return self._facts

    def _find_facts(self) -> dict[str, Fact]:
        facts: dict[str, Fact] = {}
        sparse = any(isinstance(block.X, CSR) for block in self._blocks)
        if not sparse and len(self._columns) + self._intercept <= FEW_COLUMNS:
            triangle = reduce_rows(self._blocks, intercept=self._intercept, threads=self._threads)
            whole = triangle.whole()
            facts |= ColumnScales.of(whole, triangle.rows, self._intercept).facts()
            steepest = float(np.linalg.norm(whole[:-1, :-1], 2)) ** 2 / triangle.rows
            how = "exact"
        elif self._loss.largest_curvature is None:
            return facts
        else:
            steepest, how = largest_eigenvalue(self._blocks, self._intercept, self._threads)
        if self._loss.largest_curvature is not None:
            bound = self._loss.largest_curvature * steepest + self._penalty.l2
            said = "bound: largest curvature times data"
            facts["sharpness_bound"] = Fact(bound, said if how == "exact" else f"{said} ({how})")
        return facts


def _loss_given(loss: str | Loss) -> Loss:
    if isinstance(loss, Loss):
        return loss
    if not isinstance(loss, str):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InputError(f"loss is {shown(loss)}; expected a Loss or its name, as 'logistic'")
    return loss_named(loss)


def _class_names(
    blocks: Sequence[Block], loss: Loss, classes: Sequence[str] | None
) -> tuple[str, ...]:
    """K names for a loss of classes, none for one of a single score."""
    if loss.scores == "one":
        return ()
    most = int(max(block.y.max(initial=0.0) for block in blocks))
    if classes is None:
        if most >= MOST_CLASSES:
            raise InputError(
                f"the largest target is class {readable(most)}, and codes from 0 to it are more "
                f"than {MOST_CLASSES:,} classes; number them from 0, or name them with classes="
            )
        return tuple(str(k) for k in range(max(most + 1, 2)))
    named = texts("classes", classes)
    if most >= len(named):
        raise InputError(
            f"a target is class {readable(most)}; expected codes from 0 to {len(named) - 1}"
        )
    return named
