import importlib
import pkgutil
from dataclasses import dataclass, is_dataclass, replace
from types import MappingProxyType, NoneType
from typing import Any, get_args, get_origin, get_type_hints

import msgspec
import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from polars.testing import assert_frame_equal

import steepest.passes
from steepest.objective.factor import Factor
from steepest.passes.column_sums import ColumnSums
from steepest.passes.drawn_rows import DrawnRows
from steepest.passes.loss_sums import LinearLoss, LossSums, Sums
from steepest.passes.packed import digest, pack, unpack
from steepest.passes.survey import Survey
from steepest.trace import Array


@dataclass(frozen=True, slots=True)
class Everything:
    number: int
    real: float
    word: str | None
    yes: bool
    several: tuple[int, ...]
    two: tuple[str, float]
    named: dict[str, list[float | None]]


EVERYTHING = Everything(
    2**62, -0.0, None, True, (1, 2), ("a", float("inf")), {"x": [1.0, None], "y": []}
)


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    columns: list[ColumnSums]
    train: Factor
    drawn: DrawnRows
    none: DrawnRows


def held() -> Held:
    rng = np.random.default_rng(3)
    frame = pl.DataFrame(
        {
            "x": [1.0, None, float("nan")],
            "place": ["sea", None, "höhe"],
            "yes": [True, False, None],
            "count": pl.Series([1, None, 2**62], dtype=pl.Int64),
            "day": pl.Series([1, 2, None], dtype=pl.Date),
        }
    )
    drawn = DrawnRows(np.array([1, 2**63, 2**64 - 1], dtype=np.uint64), frame)
    factor = Factor(np.asfortranarray(rng.normal(size=(4, 4))), 7, 7.0, 7, 1e-16)
    return Held(
        columns=[ColumnSums(1, 6, -0.0, float("nan"), 2.0, 3.0), ColumnSums(0, 7)],
        train=factor,
        drawn=drawn,
        none=replace(drawn, keys=drawn.keys[:0], frame=frame[:0]),
    )


def test_an_answer_comes_back_to_the_bit() -> None:
    was = held()
    now = unpack(pack(was), Held)
    assert repr(now.columns) == repr(was.columns)  # NaN and -0.0 among them
    assert (now.train.rows, now.train.total, now.train.level) == (7, 7.0, 1e-16)
    assert now.train.R.tobytes() == was.train.R.tobytes()
    assert now.train.R.flags.f_contiguous
    assert not now.train.R.flags.c_contiguous
    assert now.train.R.flags.writeable
    assert now.drawn.keys.dtype == np.uint64
    assert now.drawn.keys.tolist() == was.drawn.keys.tolist()
    assert_frame_equal(now.drawn.frame, was.drawn.frame)
    assert now.none.frame.schema == was.none.frame.schema
    assert now.none.frame.height == 0


def test_plain_values_come_back() -> None:
    now = unpack(pack(EVERYTHING), Everything)
    assert now == EVERYTHING
    assert str(now.real) == "-0.0"


@given(
    arrays(
        st.sampled_from(["<f8", ">f8", "<f4", "<i8", "<u8", "|b1", "<i2"]),
        array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4),
    ),
    st.booleans(),
)
def test_arrays_come_back_to_the_bit(array: Array, turned: bool) -> None:
    was = array.T if turned else array
    now = unpack(pack(Sums(was)), Sums).values
    assert now.shape == was.shape
    assert now.dtype == was.dtype.newbyteorder("=")
    assert now.tobytes() == was.astype(now.dtype).tobytes()


def test_numbers_of_numpy_are_numbers() -> None:
    one = Everything(np.int64(3), np.float64(0.5), "w", True, (), ("a", 1.0), {})  # pyright: ignore[reportArgumentType]
    same = Everything(3, 0.5, "w", True, (), ("a", 1.0), {})
    assert unpack(pack(one), Everything) == same
    assert pack({"a": MappingProxyType({"b": 1})}) == pack({"a": {"b": 1}})


def test_what_could_run_is_refused_on_the_way_in() -> None:
    with pytest.raises(TypeError, match="object"):
        pack(Sums(np.array([print, None], dtype=object)))
    with pytest.raises(TypeError, match="function"):
        pack(lambda: 1)


def forged(kind: str, raw: bytes, shape: tuple[int, ...] = (1,), order: str = "C") -> bytes:
    inner = msgspec.msgpack.encode((kind, shape, order, raw))
    return msgspec.msgpack.encode({"values": msgspec.msgpack.Ext(1, inner)})


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xc1",
        pack(Sums(np.ones(3)))[:-1],
        pack(Sums(np.ones(3))) + b"\x00",
        pack(held()),
        pack({"values": [1.0]}),
        pack({"values": 1.0}),
        pack({"values": np.ones(2), "more": 1}),
        pack({}),
        pack([1, 2]),
        forged("|O", b"\0" * 8),
        forged("|V8", b"\0" * 8),
        forged("nonsense", b"\0" * 8),
        forged("<f8", b"\0" * 7),
        forged("<f8", b"\0" * 8, (2,)),
        forged("<f8", b"\0" * 8, (-1, 2**63)),
        forged("<f8", b"\0" * 8, order="K"),
        msgspec.msgpack.encode({"values": msgspec.msgpack.Ext(1, b"\xc1")}),
        msgspec.msgpack.encode({"values": msgspec.msgpack.Ext(2, b"no frame")}),
        msgspec.msgpack.encode({"values": msgspec.msgpack.Ext(9, b"")}),
    ],
)
def test_what_is_no_such_answer_is_refused_on_the_way_out(data: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        unpack(data, Sums)


def test_a_field_of_another_kind_is_refused() -> None:
    for name, other in (
        ("number", 1.5),
        ("number", True),
        ("word", 3),
        ("several", ["a"]),
        ("two", ["a"]),
        ("named", {"x": ["y"]}),
        ("yes", 1),
    ):
        plain = {field: getattr(EVERYTHING, field) for field in Everything.__slots__}
        with pytest.raises(ValueError, match=r".+"):
            unpack(pack(plain | {name: other}), Everything)


def test_a_question_is_known_by_its_numbers() -> None:
    of = LinearLoss("logistic", None, 1, True)
    asked = LossSums(of, np.array([0.1, -0.2]))
    assert len(digest(asked)) == 16
    assert digest(asked) == digest(LossSums(of, np.array([0.1, -0.2])))
    others = [
        LossSums(of, np.array([0.1, np.nextafter(-0.2, 0.0)])),
        LossSums(replace(of, intercept=False), asked.params),
        Survey(asked.params, 3, (1.0, 1.0)),
    ]
    assert len({digest(asked), *map(digest, others)}) == 4


def answers() -> list[type]:
    """The types of the answers to every question of the house."""
    found: dict[str, type] = {}
    for info in pkgutil.iter_modules(steepest.passes.__path__, "steepest.passes."):
        module = importlib.import_module(info.name)
        for kind in vars(module).values():
            if isinstance(kind, type) and kind.__module__ == info.name and is_dataclass(kind):
                asked: Any = vars(kind).get("answer")
                if isinstance(asked, property):
                    answer = asked.fget(None)  # pyright: ignore[reportOptionalCall]
                    found[answer.__qualname__] = answer
    return list(found.values())


@pytest.mark.parametrize("answer", answers(), ids=lambda kind: kind.__name__)
def test_the_types_of_all_answers_can_be_read_again(answer: type) -> None:
    known = (int, float, str, bytes, bool, NoneType, np.ndarray, pl.DataFrame)
    waiting: list[Any] = [answer]
    while waiting:
        kind = waiting.pop()
        inner = get_args(kind)
        if is_dataclass(kind):
            waiting += get_type_hints(kind, localns={"pl": pl, "np": np}).values()
        elif get_origin(kind) is np.ndarray or kind is Ellipsis:
            continue
        elif inner:
            waiting += inner
        else:
            assert kind in known, f"{kind} in {answer}"


def test_another_version_asks_another_question(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Survey(np.ones(3), 3, (1.0, 1.0))
    before = digest(asked)
    monkeypatch.setattr("steepest.passes.packed.__version__", "999")
    assert digest(asked) != before
