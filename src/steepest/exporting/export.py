"""Write a model in a form that other programs read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from steepest.arguments import shown
from steepest.errors import InputError
from steepest.exporting.json_file import JSON_MARK, json_file
from steepest.exporting.onnx_file import ONNX_MARK, onnx_file
from steepest.exporting.origin import Origin, origin_of
from steepest.exporting.python_file import PYTHON_MARK, python_file
from steepest.model import Model
from steepest.run import Run
from steepest.whole_file import refuse_place as refuse_a_place
from steepest.whole_file import write_whole

__all__ = ["FORMATS", "Form", "Format", "export", "format_of", "refuse_place"]

Form = Literal["json", "python", "onnx"]
_HEAD = 4_096


@dataclass(frozen=True, slots=True)
class Format:
    """One form.

    ending:  of the names of its files
    mark:    what the head of such a file holds, so that it may be written again
    write:   where the model comes from -> the file
    """

    name: Form
    ending: str
    mark: bytes
    write: Callable[[Origin], bytes]


FORMATS = (
    Format("json", ".json", JSON_MARK, json_file),
    Format("python", ".py", PYTHON_MARK, python_file),
    Format("onnx", ".onnx", ONNX_MARK, onnx_file),
)


def export(
    run_or_model: Run | Model,
    path: str | Path,
    to: Form | None = None,
    *,
    overwrite: bool = False,
) -> Path:
    """Write the model of a run where programs without steepest can use it; the path comes back.

    path:       the file; its folder exists
    to:         "json": the model with its contract, to be read; "python": a file with the functions
                `predict` and `decide`, which needs nothing but Python; "onnx": a graph for
                onnxruntime and its like; None: by the ending .json, .py or .onnx of the path
    overwrite:  also where another file is at that path; an export of before is replaced anyway,
                and a device or a pipe never

    The same run gives the same file to the byte. Raises InputError for a path that cannot be
    written and a model that diverged; MissingDependencyError for "onnx" without onnx.

    >>> import tempfile
    >>> from steepest.fitting import fit
    >>> run = fit("houses", "price", holdout=0)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     written = export(run, Path(folder) / "houses.py")
    ...     names: dict = {}
    ...     exec(written.read_text(), names)
    >>> round(names["predict"]({"size": 1000.0}), 3) == round(
    ...     float(run.model.predict({"size": [1000.0]})[0]), 3)
    True
    """
    place = Path(path)
    form = format_of(place, to)
    refuse_place(place, form, overwrite=overwrite)
    content = form.write(origin_of(run_or_model))
    try:
        write_whole(content, place)
    except OSError as error:
        raise InputError(f"{place} could not be written: {error.strerror or error}") from error
    return place


def format_of(path: Path, to: str | None) -> Format:
    """The form that was asked for, or that the ending says; InputError for none."""
    known = ", ".join(form.name for form in FORMATS)
    for form in FORMATS:
        if form.name == to or (to is None and path.suffix.lower() == form.ending):
            return form
    if to is None:
        endings = ", ".join(form.ending for form in FORMATS)
        raise InputError(
            f"the ending of {path} tells no form to export to; name one of {known}, or end the "
            f"file's name in one of {endings}"
        )
    raise InputError(f"there is no form {shown(to)} to export to; known: {known}")


def refuse_place(place: Path, form: Format, *, overwrite: bool) -> None:
    """Raise InputError where a file of that form cannot be, or would destroy something else."""
    refuse_a_place(
        place,
        "the export",
        f"model{form.ending}",
        mine=lambda there: overwrite or _is_export(there, form),
        kind=f"{form.name} export of steepest",
        else_=", or ask to overwrite it (--force, overwrite=True)",
    )


def _is_export(place: Path, form: Format) -> bool:
    try:
        with place.open("rb") as file:
            return form.mark in file.read(_HEAD)
    except OSError:
        return False
