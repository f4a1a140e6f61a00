"""Curvature at the end of a descent: sharpness, condition number, largest stable rate."""

from __future__ import annotations

import numpy as np

from steepest.objective.bowl import Bowl
from steepest.objective.objective import Objective, Powers
from steepest.readable import counted, listed
from steepest.trace import Array, Fact

__all__ = ["bowl_facts", "local_facts"]

LARGEST_STORED = 64
LARGEST_DENSE = 500


def bowl_facts(bowl: Bowl, names: tuple[str, ...]) -> dict[str, Fact]:
    """What is known of a bowl: the same curvature everywhere, and its minimum."""
    how = "exact: singular values of the data"
    facts = spectrum_facts(bowl.curvatures, bowl.sloped, how)
    facts["minimum_loss"] = Fact(bowl.minimum_loss, "exact: the bottom of the bowl")
    facts["minimum"] = Fact(bowl.minimum, "least squares by QR of the data")
    facts["one_minimum"] = Fact(certificate(bowl, names), "smallest eigenvalue of the Hessian")
    if len(names) <= LARGEST_STORED:
        facts["hessian"] = Fact(bowl.hessian, how)
    return facts


def certificate(bowl: Bowl, names: tuple[str, ...]) -> str:
    """A sentence: one minimum; one, but hardly curved; or flat along which columns."""
    curvatures, sloped = bowl.curvatures, bowl.sloped
    least = bowl.rows * np.finfo(np.float64).eps * bowl.sharpness
    if not np.all(sloped):
        count = counted(int((~sloped).sum()), "direction")
        return (
            f"convex, but flat along {count} of {shown_columns(bowl.axes[:, ~sloped], names)}: "
            "these columns say the same, and any point along there is as good"
        )
    if curvatures[-1] > least:
        return (
            f"the bowl has one minimum: its smallest curvature {curvatures[-1]:.3g} is above "
            f"rounding ({least:.1g})"
        )
    return (
        "the bowl has one minimum, since its columns are independent, but it is hardly curved "
        f"along {shown_columns(bowl.axes[:, curvatures <= least], names)}: {curvatures[-1]:.3g}, "
        f"where the rounding of a Hessian is {least:.1g}"
    )


def shown_columns(axes: Array, names: tuple[str, ...]) -> str:
    """The columns that some axes (p, n) are made of, most of all first, eight at most."""
    weight = np.sqrt(np.sum(axes**2, axis=1))
    order: list[int] = np.argsort(-weight).tolist()
    return listed([names[j] for j in order if weight[j] > 0.1])


def spectrum_facts(curvatures: Array, sloped: np.ndarray, how: str) -> dict[str, Fact]:
    """Sharpness, smallest eigenvalue, condition number and largest stable rate."""
    sharpness = float(np.max(curvatures))
    facts = {
        "sharpness": Fact(sharpness, how),
        "smallest_eigenvalue": Fact(float(np.min(curvatures)), how),
    }
    if sharpness > 0:
        facts["largest_stable_learning_rate"] = Fact(2.0 / sharpness, f"2 / sharpness; {how}")
        if np.any(sloped):
            least = float(np.min(curvatures[sloped]))
            note = "" if np.all(sloped) else ", flat directions left out"
            facts["condition_number"] = Fact(sharpness / least, how + note)
    return facts


def local_facts(objective: Objective, powers: Powers, params: Array) -> dict[str, Fact]:
    """Curvature of any objective at params (p,): its own Hessian, or differences of gradients.

    Empty where there are too many parameters for a dense Hessian, or it is not finite.
    """
    count = len(objective.names)
    if count > LARGEST_DENSE or not np.all(np.isfinite(params)):
        return {}
    if powers.hessian is not None:
        hessian, how = powers.hessian(params), "eigenvalues of the Hessian at the lowest step"
    elif count <= LARGEST_STORED:
        hessian, how = (
            differenced_hessian(objective, params),
            "differences of gradients, lowest step",
        )
    else:
        return {}
    if not np.all(np.isfinite(hessian)):
        return {}
    curvatures: Array = np.asarray(np.linalg.eigvalsh(hessian), dtype=np.float64)
    noise = 1e-7 if powers.hessian is None else 1e-14
    sloped = curvatures > noise * np.max(np.abs(curvatures))
    facts = spectrum_facts(curvatures, sloped, how)
    if count <= LARGEST_STORED:
        facts["hessian"] = Fact(hessian, how)
    return facts


def differenced_hessian(objective: Objective, params: Array) -> Array:
    """The Hessian (p, p) by central differences of the gradient, made symmetric."""
    steps = np.cbrt(np.finfo(np.float64).eps) * np.maximum(1.0, np.abs(params))
    columns: list[Array] = []
    for j, size in enumerate(steps):
        ahead, behind = params.copy(), params.copy()
        ahead[j] += size
        behind[j] -= size
        difference = (
            objective.value_and_gradient(ahead)[1] - objective.value_and_gradient(behind)[1]
        )
        columns.append(difference / (ahead[j] - behind[j]))
    hessian = np.column_stack(columns)
    return 0.5 * (hessian + hessian.T)
