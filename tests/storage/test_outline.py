import json
import math

import numpy as np
import pytest

from steepest.errors import InputError
from steepest.storage.outline import Outline, outline_from_json, outline_to_json
from steepest.trace import Fact, Stop


def test_an_outline_is_strict_json_and_comes_back() -> None:
    facts = {
        "sharpness": Fact(math.inf, "measured"),
        "space": Fact("two directions", "said"),
        "hessian": Fact(np.array([[1.0, math.nan], [-math.inf, -0.0]]), "exact"),
        "none": Fact(np.empty((0, 3)), "exact"),
    }
    stop = Stop("unbounded", "the classes are separable", math.inf)
    text = outline_to_json(Outline("adam", ("w", "b"), "batch", facts, stop))
    json.loads(text, parse_constant=pytest.fail)
    back = outline_from_json(text)
    assert (back.rule, back.names, back.loss_of, back.stop) == ("adam", ("w", "b"), "batch", stop)
    assert back.facts["sharpness"] == facts["sharpness"]
    assert back.facts["space"] == facts["space"]
    np.testing.assert_array_equal(back.facts["hessian"].array, facts["hessian"].array)
    assert back.facts["none"].array.shape == (0, 3)


def test_a_whole_number_of_numpy_is_a_number() -> None:
    outline = Outline(facts={"rows": Fact(np.int64(5), "counted")})  # pyright: ignore
    assert outline_from_json(outline_to_json(outline)).facts["rows"].number == 5.0


SOUND = outline_to_json(Outline("adam", ("w",), facts={"space": Fact("a plane", "said")}))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "null",
        '{"stop": [1]}',
        "[" * 100_000,
        SOUND.replace('"adam"', "7"),
        SOUND.replace('["w"]', "[7]"),
        SOUND.replace('"full"', '"half"'),
        SOUND.replace('"said"', "null"),
        SOUND.replace('"a plane"', "[]"),
        SOUND.replace('"text": "a plane"', '"number": ' + "9" * 400),
        SOUND.replace('"stop": null', '"stop": ["tired", "", null]'),
        SOUND.replace('"stop": null', '"stop": ["budget", 7, null]'),
    ],
    ids=range(14),
)
def test_what_holds_no_outline_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="a trace that cannot be read"):
        outline_from_json(text)
