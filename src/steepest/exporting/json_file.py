"""A model with its contract as JSON that people can read, and back."""

from __future__ import annotations

import json
import math
from typing import Any, cast

from steepest.errors import InputError
from steepest.exporting.origin import Origin
from steepest.model import Model

__all__ = ["JSON_MARK", "json_file", "model_from_json_file"]

JSON_MARK = b'"kind": "steepest export"'
FORMAT = 1


def json_file(origin: Origin) -> bytes:
    """The model, its coefficients in the input's units, and the contract of its training rows.

    Numbers that are not finite, which columns that are left out may hold, are null.
    """
    import msgspec

    by_class = origin.model.by_class()
    document = {
        "kind": "steepest export",
        "format": FORMAT,
        "steepest": origin.version,
        "run": origin.run,
        "created": origin.created,
        "verdict": origin.verdict,
        "target": origin.model.target,
        "units": dict(origin.units),
        "coefficients": [
            {"class": name, "intercept": intercept, "of": slopes}
            for name, (slopes, intercept) in zip(_scored(origin.model), by_class, strict=True)
        ],
        "model": json.loads(origin.model.to_json()),
        "contract": msgspec.to_builtins(origin.contract),
    }
    text = json.dumps(_finite(document), indent=2, ensure_ascii=False, allow_nan=False)
    return (text + "\n").encode("utf-8", errors="backslashreplace")


def model_from_json_file(text: str | bytes) -> Model:
    """The model of an exported file; InputError where it does not hold one."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"this is not the JSON of an exported model: {error}") from error
    if not isinstance(document, dict):
        raise InputError("this JSON is not an exported model; `steepest export` writes one")
    held = cast("dict[str, Any]", document)
    version = held.get("format")
    if held.get("kind") != "steepest export" or type(version) is not int:
        raise InputError("this JSON is not an exported model; `steepest export` writes one")
    if version < 1:
        raise InputError(
            f"this exported model has format {version}; a whole number from 1 is expected"
        )
    if version > FORMAT:
        raise InputError(
            f"this model was exported in format {version} by a newer steepest; this one reads "
            f"format {FORMAT}: upgrade it"
        )
    return Model.from_json(json.dumps(held.get("model")))


def _scored(model: Model) -> tuple[str | None, ...]:
    """The class that each score is of; None for a number."""
    if model.scores > 1:
        return model.classes
    return (model.classes[1] if model.classes else None,)


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(inner) for key, inner in cast("dict[str, Any]", value).items()}
    if isinstance(value, (list, tuple)):
        return [_finite(inner) for inner in cast("list[Any]", value)]
    return value
