"""Curvature of any objective: sharpness, condition number, largest stable rate.

At one place from the whole Hessian where it is small, else by Lanczos on its products with
vectors; and along a path, at some of its rows.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from steepest.descent.certificate import certificate
from steepest.descent.hessian_products import HessianProducts, hessian_products
from steepest.descent.lanczos import Extremes, extreme_curvatures
from steepest.objective.bowl import Bowl
from steepest.objective.objective import Objective, Powers
from steepest.readable import counted, readable
from steepest.trace import Array, Fact

__all__ = ["bowl_facts", "local_facts", "sharpness_along", "spectrum_facts"]

LARGEST_STORED = 64
LARGEST_DENSE = 500
MOST_PRODUCTS = 64
MOST_ROWS = 32
USUAL_PRODUCTS = 6
ACCURATE = 0.05
PATH_TOLERANCE = 1e-4
NEGLIGIBLE = 1e-3


def bowl_facts(
    bowl: Bowl, names: tuple[str, ...], *, stability: float | None = 2.0
) -> dict[str, Fact]:
    """What is known of a bowl: the same curvature everywhere, and its minimum.

    stability: the largest αλ at which the update rule is stable; None where there is no such
    number.
    """
    how = "exact: singular values of the data"
    facts = spectrum_facts(bowl.curvatures, bowl.sloped, how, stability)
    facts["minimum_loss"] = Fact(bowl.minimum_loss, "exact: the bottom of the bowl")
    facts["minimum"] = Fact(bowl.minimum, "least squares by QR of the data")
    facts["one_minimum"] = Fact(certificate(bowl, names), "smallest eigenvalue of the Hessian")
    if len(names) <= LARGEST_STORED:
        facts["hessian"] = Fact(bowl.hessian, how)
    return facts


def spectrum_facts(
    curvatures: Array, sloped: NDArray[np.bool_], how: str, stability: float | None = 2.0
) -> dict[str, Fact]:
    """Sharpness, smallest eigenvalue, condition number and largest stable rate.

    stability: the largest αλ at which the update rule is stable: 2 for plain descent, 2(1 + β)
    for a heavy ball (Polyak 1964); None where there is no such number.
    """
    sharpness = float(np.max(curvatures))
    facts = {
        "sharpness": Fact(sharpness, how),
        "smallest_eigenvalue": Fact(float(np.min(curvatures)), how),
    } | stable_rate(sharpness, how, stability)
    if sharpness > 0 and np.any(sloped):
        least = float(np.min(curvatures[sloped]))
        note = "" if np.all(sloped) else ", flat directions left out"
        facts["condition_number"] = Fact(sharpness / least, how + note)
    return facts


def stable_rate(sharpness: float, how: str, stability: float | None) -> dict[str, Fact]:
    """The largest stable learning rate, where the rule has one and the cost curves upwards."""
    if stability is None or not sharpness > 0:
        return {}
    rate = stability / sharpness
    return {"largest_stable_learning_rate": Fact(rate, f"{stability:g} / sharpness; {how}")}


def local_facts(
    objective: Objective,
    powers: Powers,
    params: Array,
    *,
    stability: float | None = 2.0,
    products: int = MOST_PRODUCTS,
) -> dict[str, Fact]:
    """Curvature of any objective at params (p,), by the best way that it allows.

    The eigenvalues of its Hessian up to 500 parameters, of a Hessian by products or differences
    up to 64; beyond, by Lanczos with at most so many products. Empty where it is not finite.
    """
    if not np.all(np.isfinite(params)):
        return {}
    ways = hessian_products(objective, powers)
    count = len(params)
    if count > LARGEST_DENSE or (count > LARGEST_STORED and powers.hessian is None):
        found = measured(ways, params, products, 1e-8, None)
        return {} if found is None else extreme_facts(found, ways, stability)
    hessian = whole_hessian(ways, powers, params)
    if not np.all(np.isfinite(hessian)):
        return {}
    curvatures, axes = np.linalg.eigh(hessian)
    sloped = curvatures > ways.flat * np.max(np.abs(curvatures))
    how = whole_how(ways, powers, params, axes)
    facts = spectrum_facts(curvatures, sloped, how, stability)
    if count <= LARGEST_STORED:
        facts["hessian"] = Fact(hessian, how)
    return facts


def whole_how(ways: HessianProducts, powers: Powers, params: Array, axes: Array) -> str:
    """How the eigenvalues of a whole Hessian are known, and how well where it is differenced."""
    if powers.hessian is not None:
        return f"eigenvalues of the Hessian{smooth_part(powers)} at the lowest step"
    how = f"{counted(len(params), 'product')} ({ways.how}), lowest step"
    if ways.exact:
        return how
    error = max(ways.error(params, axes[:, 0]), ways.error(params, axes[:, -1]))
    return f"{how}; error about {readable(error, 2)}"


def smooth_part(powers: Powers) -> str:
    """A note for costs with kinks: curvature is that of the rest."""
    return " of the smooth part" if powers.proximal is not None else ""


def whole_hessian(ways: HessianProducts, powers: Powers, params: Array) -> Array:
    """The Hessian (p, p), symmetric."""
    if powers.hessian is not None:
        return powers.hessian(params)
    product = ways.at(params)
    table = np.column_stack([product(unit) for unit in np.eye(len(params))])
    return 0.5 * (table + table.T)


def measured(
    ways: HessianProducts, params: Array, products: int, tolerance: float, start: Array | None
) -> Extremes | None:
    """The extreme curvatures at params (p,), errors of the products among their errors."""
    found = extreme_curvatures(
        ways.at(params), len(params), steps=products, tolerance=tolerance, start=start
    )
    if found is None or ways.exact:
        return found
    return found.less_certain(
        ways.error(params, found.largest_vector), ways.error(params, found.smallest_vector)
    )


def extreme_facts(
    found: Extremes, ways: HessianProducts, stability: float | None
) -> dict[str, Fact]:
    """The facts of two eigenvalues with their error bounds."""
    limit = "at most" if ways.exact else "about"
    products = counted(found.products, "product")
    how = f"Lanczos, {products} ({ways.how}), lowest step; error {limit} "
    high, low = (how + readable(e, 2) for e in (found.largest_error, found.smallest_error))
    facts = {
        "sharpness": Fact(found.largest, high),
        "smallest_eigenvalue": Fact(found.smallest, low),
    } | stable_rate(found.largest, high, stability)
    if found.smallest > 0 and found.smallest_error <= ACCURATE * found.smallest:
        facts["condition_number"] = Fact(found.largest / found.smallest, low)
    return facts


def sharpness_along(
    objective: Objective,
    powers: Powers,
    params_rows: Array,
    products_budget: int,
    *,
    steps: NDArray[np.int64] | None = None,
) -> tuple[dict[str, Array], dict[str, Fact]]:
    """Sharpness and smallest eigenvalue along a path (k, p), with NaN where not measured.

    products_budget:  at most so many products of a Hessian with a vector, each of which costs
                      about two gradients
    steps:            (k,) the steps of the rows; 0, 1, 2, ... where None

    Gives the measures "sharpness" and "smallest_eigenvalue" (k,), at up to 32 rows spread
    evenly in log(step), first and last among them, and the fact "sharpness_rows": how many, and
    how accurate. A value whose residual is above 5 % of it is left out (a smallest eigenvalue
    counts as 0 where it is below a thousandth of the largest). With only a few products a row
    the residual can be that of a neighbour, and the sharpness then too small by a few per cent.
    Both are empty for bowls, whose curvature is the same everywhere, and where the budget is
    too small for one row.
    """
    if powers.bowl is not None or not len(params_rows):
        return {}, {}
    ways = hessian_products(objective, powers)
    checks = 0 if ways.exact else 4
    least = min(params_rows.shape[1], USUAL_PRODUCTS) + checks
    rows = spread_rows(params_rows, steps, min(MOST_ROWS, products_budget // least))
    found: dict[int, Extremes] = {}
    left, start = products_budget, None
    for done, row in enumerate(rows):
        # the first row knows nothing of its eigenvectors yet, and may take up to a quarter
        share = max(left // (len(rows) - done), left // 4 if start is None else 0)
        extremes = measured(ways, params_rows[row], share - checks, PATH_TOLERANCE, start)
        if extremes is None:
            left -= share
            continue
        left -= extremes.products + checks
        start = extremes.largest_vector + 0.5 * extremes.smallest_vector
        found[row] = extremes
    return path_measures(found, len(params_rows), ways, products_budget - left)


def spread_rows(params_rows: Array, steps: NDArray[np.int64] | None, most: int) -> list[int]:
    """Up to `most` rows whose parameters are finite, evenly in log(step), the last always."""
    finite = np.flatnonzero(np.all(np.isfinite(params_rows), axis=1))
    if not len(finite) or most < 1:
        return []
    at = finite if steps is None else steps[finite]
    last = len(at) - 1
    wanted = np.geomspace(1.0, float(at[last] - at[0]) + 1.0, most) + float(at[0]) - 1.5
    picked = {min(int(row), last) for row in np.searchsorted(at, wanted)} | {last}
    if len(picked) > most:
        picked.discard(0)
    return [int(finite[row]) for row in sorted(picked)]


def path_measures(
    found: dict[int, Extremes], count: int, ways: HessianProducts, used: int
) -> tuple[dict[str, Array], dict[str, Fact]]:
    """The columns (k,) and the fact, of the rows that were measured well enough."""
    largest, smallest = np.full(count, np.nan), np.full(count, np.nan)
    worst = 0.0
    for row, extremes in found.items():
        if extremes.largest_error <= ACCURATE * extremes.scale:
            largest[row] = extremes.largest
            worst = max(worst, extremes.largest_error / (extremes.scale or 1.0))
        if extremes.smallest_error <= max(
            ACCURATE * abs(extremes.smallest), NEGLIGIBLE * extremes.scale
        ):
            smallest[row] = extremes.smallest
    rows = int(np.isfinite(largest).sum())
    if not rows:
        return {}, {}
    how = (
        f"Lanczos at {counted(rows, 'row')} of {count:,}, spread evenly in log(step): "
        f"{counted(used, 'product')} ({ways.how}), relative error "
        f"{'at most' if ways.exact else 'about'} {readable(worst, 2)}"
    )
    measures = {"sharpness": largest, "smallest_eigenvalue": smallest}
    return measures, {"sharpness_rows": Fact(float(rows), how)}
