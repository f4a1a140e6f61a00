"""The largest and the smallest curvature, from products of a Hessian with vectors only.

Lanczos: the products span a small space, and the extreme eigenvalues of the operator seen from
there (Ritz values) are close to its own long before the space is all of R^p. The basis is kept
orthogonal to rounding (Gram-Schmidt, twice: "twice is enough", Parlett 1980, section 6.9), so
that no eigenvalue appears twice (Paige 1971). Golub and Van Loan 2013, section 10.1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from steepest.trace import Array

__all__ = ["Extremes", "extreme_curvatures"]

EPS = float(np.finfo(np.float64).eps)
MOST_NUMBERS = 2**25
ENOUGH_SETTLED = 3


@dataclass(frozen=True, slots=True, eq=False)
class Extremes:
    """The extreme eigenvalues of a symmetric operator on R^p, as far as they were found.

    largest, smallest:              Ritz values; both lie between the true extremes
    largest_error, smallest_error:  an eigenvalue lies this close to each: the norm of the
                                    residual Hx - θx, and the rounding of a product
    largest_vector, smallest_vector:  (p,) their vectors x, of length 1
    products:                       how many products were used
    complete:                       whether the space was all of R^p, so that none is missed
    """

    largest: float
    smallest: float
    largest_error: float
    smallest_error: float
    largest_vector: Array
    smallest_vector: Array
    products: int
    complete: bool

    @property
    def scale(self) -> float:
        """The larger of the two in size: the norm of the operator."""
        return max(abs(self.largest), abs(self.smallest))

    def less_certain(self, largest: float, smallest: float) -> Extremes:
        """The same where the products themselves have errors of these sizes."""
        return replace(
            self,
            largest_error=self.largest_error + largest,
            smallest_error=self.smallest_error + smallest,
        )


def extreme_curvatures(
    product: Callable[[Array], Array],
    count: int,
    *,
    steps: int = 64,
    tolerance: float = 1e-8,
    seed: int = 0,
    start: Array | None = None,
) -> Extremes | None:
    """The largest and smallest eigenvalue of a symmetric operator on R^count, v -> Hv.

    steps:      at most so many products; with `count` of them the answer is exact to rounding.
                Fewer where the basis would take more than some 500 MB
    tolerance:  stop when both errors are below this part of the larger eigenvalue, for three
                products in a row
    seed:       of the random start
    start:      (p,) a vector near to those looked for, as from a Hessian near by; it is mixed
                with a random one, so that no eigenvector can stay out of sight

    None where a product is not finite. Where the products run into an invariant subspace, a
    new random direction goes on from there. An error bound says that some eigenvalue is that
    close; that it is the extreme one is certain only if complete, and else as good as certain
    where the bound is small, because the start was random.

    >>> H = np.diag([-1.0, 2.0, 5.0])
    >>> found = extreme_curvatures(lambda v: H @ v, 3)
    >>> round(found.smallest, 12), round(found.largest, 12), found.products, found.complete
    (-1.0, 5.0, 3, True)
    """
    rng = np.random.default_rng(seed)
    most = max(1, min(steps, count, max(8, MOST_NUMBERS // count)))
    space = _Space(np.empty((most, count)), np.empty((most, count)), np.zeros((most, most)))
    direction = _first(rng, count, start)
    settled = size = 0
    while size < most and settled < ENOUGH_SETTLED:
        with np.errstate(all="ignore"):
            image = np.asarray(product(direction), dtype=np.float64)
            length = float(np.sqrt(image @ image))
        # an overflow further on would be no answer either
        if not np.isfinite(length):
            return None
        rest = space.add(size, direction, image)
        size += 1
        scale, residual = space.outlook(size, float(np.linalg.norm(rest)))
        settled = settled + 1 if residual <= max(tolerance, 2 * count * EPS) * scale else 0
        if size < most:
            basis = space.basis[:size]
            direction = _next(rest, basis, scale)
            direction = _fresh(rng, basis) if direction is None else direction
    return space.extremes(size)


@dataclass(frozen=True, slots=True, eq=False)
class _Space:
    """The directions so far, their images under the operator, and the operator seen from there.

    basis:      (k, p) orthonormal rows
    images:     (k, p) the operator times each of them
    projected:  (k, k) basis · imagesᵀ, symmetric
    """

    basis: Array
    images: Array
    projected: Array

    def add(self, size: int, direction: Array, image: Array) -> Array:
        """Take in one more direction and its image; what of the image (p,) the basis lacks."""
        self.basis[size], self.images[size] = direction, image
        basis = self.basis[: size + 1]
        seen = basis @ image
        self.projected[size, : size + 1] = seen
        self.projected[: size + 1, size] = seen
        return _apart(image - seen @ basis, basis)

    def outlook(self, size: int, rest: float) -> tuple[float, float]:
        """The larger eigenvalue in size, and the residual of the extreme pairs.

        Only the last direction's image leaves the basis, by a part of length `rest`: a pair's
        residual is that times the last weight of its vector (Paige 1971).
        """
        values, vectors = np.linalg.eigh(self.projected[:size, :size])
        weight = float(np.max(np.abs(vectors[-1, [0, -1]])))
        return float(np.max(np.abs(values))), rest * weight

    def extremes(self, size: int) -> Extremes:
        """The extreme Ritz values of the first directions, with their residuals."""
        values, vectors = np.linalg.eigh(self.projected[:size, :size])
        count = self.basis.shape[1]
        rounding = count * EPS * float(np.max(np.abs(values)))
        low, low_error, low_vector = self._pair(size, float(values[0]), vectors[:, 0])
        high, high_error, high_vector = self._pair(size, float(values[-1]), vectors[:, -1])
        return Extremes(
            largest=high,
            smallest=low,
            largest_error=high_error + rounding,
            smallest_error=low_error + rounding,
            largest_vector=high_vector,
            smallest_vector=low_vector,
            products=size,
            complete=size == count,
        )

    def _pair(self, size: int, value: float, weights: Array) -> tuple[float, float, Array]:
        vector = weights @ self.basis[:size]
        residual = weights @ self.images[:size] - value * vector
        length = float(np.linalg.norm(vector))
        return value, float(np.linalg.norm(residual)) / length, vector / length


def _first(rng: np.random.Generator, count: int, start: Array | None) -> Array:
    """A random unit vector, or a start with a tenth of one."""
    random = _unit(rng.standard_normal(count))
    if start is None or not np.all(np.isfinite(start)) or not np.any(start):
        return random
    return _unit(_unit(start) + 0.1 * random)


def _next(rest: Array, basis: Array, scale: float) -> Array | None:
    """The direction that the basis lacks, or None where what it lacks is only rounding."""
    length = float(np.linalg.norm(rest))
    if length <= 10 * EPS * np.sqrt(len(rest)) * scale:
        return None
    direction = rest / length
    # of a short rest, rounding is the larger part
    return direction if length > 0.01 * scale else _unit(_apart(direction, basis))


def _fresh(rng: np.random.Generator, basis: Array) -> Array:
    """A random unit vector across the basis."""
    count = int(basis.shape[1])
    rest = _unit(_apart(rng.standard_normal(count), basis))
    return _unit(_apart(rest, basis))


def _apart(vector: Array, basis: Array) -> Array:
    """The vector without its part along orthonormal rows."""
    return vector - (basis @ vector) @ basis


def _unit(vector: Array) -> Array:
    return vector / np.linalg.norm(vector)
