"""Questions and answers as bytes, and back: MessagePack of dataclasses, arrays and frames.

No pickle: bytes of a store are data of unknown origin and must never run. What is read is held
against the type that it should be, field by field. Every bit survives: NaN, -0.0, 64-bit keys,
and whether an array lies by rows or by columns, by which sums are taken in another order.

Source: https://github.com/msgpack/msgpack/blob/master/spec.md
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from hashlib import blake2b
from types import NoneType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import msgspec
import numpy as np

from steepest.version import __version__

__all__ = ["digest", "pack", "unpack"]

Kind = TypeVar("Kind")

_ARRAY, _FRAME = 1, 2
_KINDS = "biuf"


def pack(value: object) -> bytes:
    """A frozen dataclass as bytes; TypeError where it holds what cannot be written down.

    >>> from steepest.passes.loss_sums import Sums
    >>> unpack(pack(Sums(np.array([1.5, -0.0]))), Sums).values.tolist()
    [1.5, -0.0]
    """
    return msgspec.msgpack.encode(value, enc_hook=_plain)


def unpack(data: bytes, kind: type[Kind]) -> Kind:
    """The value of that type again; ValueError for bytes that are none."""
    try:
        held = msgspec.msgpack.decode(data, ext_hook=_held)
        return _as(kind, held)
    except (TypeError, OverflowError, RecursionError, KeyError, NameError) as error:
        raise ValueError(f"not the bytes of a {kind.__name__}: {error}") from error


def digest(asked: object) -> bytes:
    """(16 bytes) by which the same question of the same version of this program is known."""
    kind = type(asked)
    name = f"{__version__} {kind.__module__}.{kind.__qualname__}"
    return blake2b(name.encode() + b"\0" + pack(asked), digest_size=16).digest()


def _plain(value: Any) -> Any:
    """What MessagePack has no word for."""
    if isinstance(value, np.ndarray):
        return msgspec.msgpack.Ext(_ARRAY, _array_bytes(cast("np.ndarray[Any, Any]", value)))
    if isinstance(value, np.generic):
        return cast("Any", value).item()
    if isinstance(value, Mapping):
        return dict(cast("Mapping[str, Any]", value))
    import polars as pl

    if not isinstance(value, pl.DataFrame):
        raise TypeError(f"a {type(value).__name__} cannot be written down")
    file = io.BytesIO()
    value.write_ipc(file)
    return msgspec.msgpack.Ext(_FRAME, file.getvalue())


def _array_bytes(array: np.ndarray[Any, Any]) -> bytes:
    if array.dtype.kind not in _KINDS:
        raise TypeError(f"an array of {array.dtype} cannot be written down")
    by_columns = array.flags.f_contiguous and not array.flags.c_contiguous
    order = "F" if by_columns else "C"
    kind = array.dtype.newbyteorder("<")
    raw = array.astype(kind, copy=False).tobytes(order)
    return msgspec.msgpack.encode((kind.str, array.shape, order, raw))


def _held(code: int, data: memoryview) -> Any:
    if code == _ARRAY:
        kind, shape, order, raw = msgspec.msgpack.decode(
            data, type=tuple[str, tuple[int, ...], str, bytes]
        )
        found = np.dtype(kind)
        if found.kind not in _KINDS or order not in ("C", "F"):
            raise ValueError(f"an array of {kind} was not expected")
        flat = np.frombuffer(raw, dtype=found).astype(found.newbyteorder("="))
        return flat.reshape(shape, order=cast("Any", order))
    if code == _FRAME:
        return _frame(data)
    raise ValueError(f"there is nothing of the kind {code}")


def _frame(data: memoryview) -> Any:
    import polars as pl

    try:
        return pl.read_ipc(io.BytesIO(data))
    except (OSError, pl.exceptions.PolarsError) as error:
        raise ValueError(f"a frame that cannot be read: {error}") from error


def _as(kind: Any, held: Any) -> Any:
    """What was read as the type that a field is declared to be; ValueError where it is not."""
    if is_dataclass(kind) and isinstance(kind, type):
        return _dataclass(kind, held)
    origin: Any = get_origin(kind) or kind
    inner = get_args(kind)
    if origin is Union or type(kind).__name__ == "UnionType":
        return _one_of(inner, held)
    if origin in (list, tuple) and isinstance(held, list):
        return _several(origin, inner, cast("list[Any]", held))
    if origin in (dict, Mapping) and isinstance(held, dict):
        pairs = cast("dict[Any, Any]", held).items()
        return {_as(inner[0], key): _as(inner[1], value) for key, value in pairs}
    if origin is NoneType or origin is None:
        origin = NoneType
    if not isinstance(held, origin) or (isinstance(held, bool) and origin is not bool):
        raise ValueError(f"a {type(held).__name__} where a {kind} was expected")
    return held


def _dataclass(kind: Any, held: Any) -> Any:
    names = [field.name for field in fields(kind)]
    if not isinstance(held, dict) or list(cast("dict[Any, Any]", held)) != names:
        raise ValueError(f"not the fields of a {kind.__name__}")
    import polars as pl

    hints = get_type_hints(kind, localns={"pl": pl, "np": np})
    return kind(**{name: _as(hints[name], held[name]) for name in names})


def _several(origin: Any, inner: tuple[Any, ...], held: list[Any]) -> Any:
    if origin is list:
        return [_as(inner[0], item) for item in held]
    if inner[-1:] == (Ellipsis,):
        return tuple(_as(inner[0], item) for item in held)
    if len(inner) != len(held):
        raise ValueError(f"{len(held)} items where {len(inner)} were expected")
    return tuple(_as(one, item) for one, item in zip(inner, held, strict=True))


def _one_of(kinds: tuple[Any, ...], held: Any) -> Any:
    for kind in kinds:
        try:
            return _as(kind, held)
        except ValueError:
            continue
    raise ValueError(f"a {type(held).__name__} where one of {kinds} was expected")
