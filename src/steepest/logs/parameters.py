"""Which columns of a log are parameters, and which the gradients that belong to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from steepest.logs.naming import parameter_index, plain_name

__all__ = ["parameter_pairs"]

# How people call the gradient of b: before its name, or after it.
_BEFORE = ("g", "grad", "gradient", "grads", "gradients", "d", "dj_d", "dl_d", "dloss_d", "dcost_d")
_AFTER = ("_g", "_grad", "_gradient", "_gradients")
# Parameters that people log by these names without gradients.
_ALONE = frozenset({"w", "b", "theta", "weight", "bias", "intercept", "slope"})
_LEADING = frozenset({"w", "theta", "weight", "slope"})

Pair = tuple[str | None, str | None]


def parameter_pairs(names: Iterable[str]) -> list[Pair]:
    """(parameter, gradient) columns in the order of the file; None where one of them is not
    there.

    names: the columns that have no other role

    >>> parameter_pairs(["w", "b", "dw", "grad_b", "accuracy"])
    [('w', 'dw'), ('b', 'grad_b')]
    >>> parameter_pairs(["theta_0", "g_0", "w_norm"])
    [('theta_0', 'g_0')]
    """
    known = list(names)
    plain = {plain_name(name): name for name in known}
    numbered: dict[int, str] = {}
    for name in known:
        if (index := parameter_index(name)) is not None:
            numbered.setdefault(index, name)
    gradients: dict[str, str] = {}
    for name in known:
        for of in _of_which(plain_name(name)):
            index = int(of) if of.isdecimal() else parameter_index(of)
            target = plain.get(of) or (None if index is None else numbered.get(index))
            if target is not None and target != name:
                gradients.setdefault(target, name)
                break
    alone = (
        {plain[word] for word in _ALONE & plain.keys()} if _LEADING & plain.keys() else set[str]()
    )
    params = alone | set(numbered.values()) | set(gradients)
    pairs: list[Pair] = [(name, gradients.get(name)) for name in known if name in params]
    return pairs or [(None, name) for name in known if _is_numbered_gradient(name)]


def _of_which(name: str) -> Iterator[str]:
    """What a name may be the gradient of: "b" and "rad_b" for "grad_b"."""
    for before in sorted(_BEFORE, key=len, reverse=True):
        if name.startswith(before) and len(name) > len(before):
            yield name.removeprefix(before).lstrip("_")
    for after in _AFTER:
        if name.endswith(after) and len(name) > len(after):
            yield name.removesuffix(after)


def _is_numbered_gradient(name: str) -> bool:
    return any(of.isdecimal() for of in _of_which(plain_name(name)))
