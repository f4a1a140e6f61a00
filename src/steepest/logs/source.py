"""What kind of log a path holds, told by its content, and its rows."""

from __future__ import annotations

import os
from difflib import get_close_matches
from pathlib import Path

from steepest.errors import InputError
from steepest.logs.delimited import read_delimited_log
from steepest.logs.table import LogTable

__all__ = ["read_source"]

# What a file begins with -> what it is, for those that are refused.
_FOREIGN = {
    b"\x1f\x8b": "compressed with gzip; unpack it first",
    b"PK\x03\x04": "a zip archive, a workbook or a saved model; give its log as CSV or JSON",
    b"\x80\x02": "pickled, which may run anything when read; write the log as CSV or JSON",
    b"\x80\x03": "pickled, which may run anything when read; write the log as CSV or JSON",
    b"\x80\x04": "pickled, which may run anything when read; write the log as CSV or JSON",
    b"\x80\x05": "pickled, which may run anything when read; write the log as CSV or JSON",
    b"SQLite format 3": "a SQLite database; of a store of runs, name the run and --store",
    b"PAR1": "a Parquet file; write the log as CSV or JSON lines",
    b"\x93NUMPY": "an array of NumPy; write the log as CSV with a line of column names",
    b"\xff\xfe": "text in UTF-16; save it as UTF-8",
    b"\xfe\xff": "text in UTF-16; save it as UTF-8",
}


def read_source(path: Path) -> LogTable:
    """The rows of a log; InputError says why where there are none."""
    try:
        if path.is_dir():
            return _folder(path)
        head = _head(path)
        if _is_events(path, head):
            return _events(path)
        return _text(path, head)
    except FileNotFoundError as error:
        raise InputError(_not_found(path)) from error
    except PermissionError as error:
        raise InputError(f"{path} may not be read; change its permissions") from error
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{str(path)!r} could not be read: {error}") from error


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(65_536)


def _is_events(path: Path, head: bytes) -> bool:
    return "tfevents" in path.name or b"brain.Event:" in head[:64]


def _folder(path: Path) -> LogTable:
    """A folder: TensorBoard's events in it, or the one log that it holds."""
    if any("tfevents" in name for _, _, names in os.walk(path) for name in names):
        return _events(path)
    known = [entry for name in ("trainer_state.json", "metrics.csv", "training.log")
             if (entry := path / name).is_file()]  # fmt: skip
    if len(known) == 1:
        return _text(known[0], _head(known[0]))
    raise InputError(
        f"{path} is a folder without TensorBoard events or a trainer_state.json; name a log in it"
    )


def _events(path: Path) -> LogTable:
    from steepest.logs.tensorboard import read_events

    return read_events(path)


def _text(path: Path, head: bytes) -> LogTable:
    if not head.strip():
        raise InputError(f"{path} is empty; a log has at least a step and a loss in every row")
    for start, what in _FOREIGN.items():
        if head.startswith(start):
            raise InputError(f"{path} is {what}")
    if b"\0" in head:
        raise InputError(f"{path} is a binary file; a log in CSV, JSON or JSON lines is needed")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        byte = error.object[error.start]
        raise InputError(
            f"{path} is not text in UTF-8: byte {error.start:,} is 0x{byte:02x}; save it as UTF-8"
        ) from error
    if not text.strip():
        raise InputError(f"{path} is empty; a log has at least a step and a loss in every row")
    if text.lstrip()[0] in "{[":
        from steepest.logs.json_log import read_json_log

        return read_json_log(path, text)
    return read_delimited_log(path, text)


def _not_found(path: Path) -> str:
    folder = path.parent
    if not folder.is_dir():
        return f"there is no file {path}: its folder {folder} does not exist"
    beside = sorted(entry.name for entry in folder.iterdir())
    near = get_close_matches(path.name, beside, n=1, cutoff=0.6)
    return f"there is no file {path}" + (f'; did you mean "{near[0]}"?' if near else "")
