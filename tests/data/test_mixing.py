"""The mixing of SplitMix64, held against numbers that others have published."""

import numpy as np

from steepest.data.mixing import ODD, mix


def test_the_stream_of_seed_zero_is_that_of_the_reference() -> None:
    places = np.arange(1, 4, dtype=np.uint64)
    stream = mix(places * ODD)
    assert [hex(value) for value in stream.tolist()] == [
        "0xe220a8397b1dcdaf",
        "0x6e789e6aa1b965f4",
        "0x6c45d188009454f",
    ]


def test_it_is_done_in_place_and_gives_each_number_another() -> None:
    values = np.arange(10_000, dtype=np.uint64)
    assert mix(values) is values
    assert len(set(values.tolist())) == 10_000
