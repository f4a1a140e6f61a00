"""All lessons, in the order in which they are best taken."""

from __future__ import annotations

from difflib import get_close_matches

from steepest.errors import InputError
from steepest.lessons import (
    batch_or_sample,
    live_demo,
    one_minimum,
    oscillation_trap,
    proportional_steps,
    reading_failure,
    scaling,
    slow_convergence,
    tangent,
)
from steepest.lessons.part import Lesson

__all__ = ["LESSONS", "lesson_named"]

LESSONS: tuple[Lesson, ...] = (
    slow_convergence.LESSON,
    oscillation_trap.LESSON,
    proportional_steps.LESSON,
    tangent.LESSON,
    live_demo.LESSON,
    reading_failure.LESSON,
    one_minimum.LESSON,
    scaling.LESSON,
    batch_or_sample.LESSON,
)


def lesson_named(name: str) -> Lesson:
    """The lesson of that name; InputError with the nearest name where there is none.

    >>> lesson_named("tangent").title
    'The tangent: what a slope is, and why the minus sign is enough'
    """
    known = {lesson.name: lesson for lesson in LESSONS}
    if name in known:
        return known[name]
    near = get_close_matches(name.lower().replace("_", "-"), known, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
    raise InputError(f"there is no lesson {name!r}; {hint}")
