"""Which coordinates are recorded: all of a small model, a fair sample of a large one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steepest.watching.coordinates import LAYERS, LEAST, Tensor, coordinates_of


def test_a_small_model_is_recorded_whole_with_a_name_for_each_number() -> None:
    where = coordinates_of([Tensor("fc.weight", 2), Tensor("fc.bias", 1), Tensor("scale", 1)])
    assert where.whole
    assert where.names == ("fc.weight[0]", "fc.weight[1]", "fc.bias", "scale")
    assert where.layers == ("fc", "scale")
    assert where.starts.tolist() == [0, 3]
    assert where.scale.tolist() == [1.0] * 4


def test_a_large_model_is_sampled_and_no_tensor_goes_unseen() -> None:
    tensors = [Tensor("big.weight", 10**7), Tensor("small.bias", 3), Tensor("mid.weight", 1000)]
    where = coordinates_of(tensors, most=1024)
    assert not where.whole
    assert where.total == 10_001_003
    taken = [t.size if p is None else len(p) for t, p in zip(tensors, where.places, strict=True)]
    assert taken[0] == 1023
    assert taken[1] == 3
    assert taken[2] == LEAST
    for tensor, places in zip(tensors, where.places, strict=True):
        if places is not None:
            assert np.all(np.diff(places) > 0)
            assert places[0] >= 0
            assert places[-1] < tensor.size


def test_the_sample_is_the_same_every_time_and_touches_no_random_state() -> None:
    np.random.seed(7)  # noqa: NPY002
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    first, second = (coordinates_of([Tensor("w", 10**6)], most=64) for _ in range(2))
    assert np.array_equal(first.places[0], second.places[0])
    assert np.array_equal(before, np.random.get_state()[1])  # noqa: NPY002


@given(st.lists(st.integers(1, 5000), min_size=1, max_size=30), st.integers(1, 3000))
@settings(max_examples=60, deadline=None)
def test_scales_add_up_to_the_size_of_the_model(sizes: list[int], most: int) -> None:
    where = coordinates_of([Tensor(f"l{i}.w", size) for i, size in enumerate(sizes)], most)
    assert where.scale.sum() == pytest.approx(sum(sizes))
    assert len(where.starts) == len(where.layers) == len(sizes)


def test_a_sum_over_the_sample_estimates_the_sum_over_all() -> None:
    rng = np.random.default_rng(0)
    values = rng.standard_normal(200_000) ** 2
    estimates = []
    for seed in range(40):
        where = coordinates_of([Tensor("w", len(values))], most=1000, seed=seed)
        estimates.append(np.sum(where.scale * values[where.places[0]]))
    error = np.std(values) * len(values) / np.sqrt(1000)  # of one estimate
    assert abs(np.mean(estimates) - values.sum()) < 4 * error / np.sqrt(40)
    assert np.std(estimates) < 1.5 * error


def test_very_many_layers_are_taken_together_by_their_outer_names() -> None:
    names = [f"blocks.{i}.{part}.{kind}" for i in range(30) for part in "abcd" for kind in "wb"]
    where = coordinates_of([Tensor(name, 4) for name in names])
    assert where.layers == tuple(f"blocks.{i}" for i in range(30))
    assert len(coordinates_of([Tensor(f"l{i}.w", 1) for i in range(500)]).layers) <= LAYERS
