"""Parameters and gradients copied to the host, whatever they are kept in."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from steepest.watching.coordinates import Coordinates, Tensor, coordinates_of  # noqa: E402
from steepest.watching.pytorch.staging import Staging  # noqa: E402


def tensors(*shapes: tuple[int, ...], dtype: object = None) -> list:
    generator = torch.Generator().manual_seed(0)
    made = [torch.randn(shape, generator=generator).to(dtype or torch.float32) for shape in shapes]
    parameters = [torch.nn.Parameter(tensor) for tensor in made]
    for parameter in parameters:
        parameter.grad = 2 * parameter.detach()
    return parameters


def where_of(parameters: list, most: int = 1024) -> Coordinates:
    return coordinates_of([Tensor(f"l{i}.w", p.numel()) for i, p in enumerate(parameters)], most)


def filled(parameters: list, most: int = 1024) -> np.ndarray:
    where = where_of(parameters, most)
    row = np.zeros((2, where.count))
    Staging(parameters, where).fill(row)
    return row


def flat(parameters: list) -> np.ndarray:
    return np.concatenate([p.detach().double().reshape(-1).numpy() for p in parameters])


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16, torch.float16])
def test_all_numbers_of_a_small_model_in_the_order_of_its_tensors(dtype: object) -> None:
    parameters = tensors((3, 4), (4,), (2, 1, 2), dtype=dtype)
    row = filled(parameters)
    np.testing.assert_array_equal(row[0], flat(parameters))
    np.testing.assert_array_equal(row[1], 2 * flat(parameters))


def test_a_sample_of_a_large_one_is_what_the_coordinates_say() -> None:
    parameters = tensors((60, 50), (50,), (7,))
    where = where_of(parameters, most=300)
    row = np.zeros((2, where.count))
    Staging(parameters, where).fill(row)
    whole = [p.detach().reshape(-1).numpy() for p in parameters]
    expected = [w if at is None else w[at] for w, at in zip(whole, where.places, strict=True)]
    np.testing.assert_array_equal(row[0], np.concatenate(expected))
    np.testing.assert_array_equal(row[1], 2 * row[0])


def test_what_has_no_gradient_has_zeros() -> None:
    parameters = tensors((3,), (2,))
    parameters[1].grad = None
    assert filled(parameters)[1, 3:].tolist() == [0.0, 0.0]


def test_parameters_that_move_to_other_memory_are_followed() -> None:
    parameters = tensors((4,))
    where = where_of(parameters)
    staging, row = Staging(parameters, where), np.zeros((2, 4))
    staging.fill(row)
    parameters[0].data = torch.full((4,), 7.0)
    staging.fill(row)
    assert row[0].tolist() == [7.0] * 4


def test_transposed_and_strided_tensors_are_read_in_their_own_order() -> None:
    parameter = torch.nn.Parameter(torch.arange(12.0).reshape(3, 4).t())
    parameter.grad = torch.arange(12.0).reshape(4, 3)[:, :]
    row = filled([parameter])
    np.testing.assert_array_equal(row[0], parameter.detach().reshape(-1).numpy())
    np.testing.assert_array_equal(row[1], np.arange(12.0))


def test_a_sparse_gradient_is_read_as_what_it_stands_for() -> None:
    embedding = torch.nn.Embedding(5, 2, sparse=True)
    embedding(torch.tensor([1, 3])).sum().backward()
    row = filled([embedding.weight])
    assert row[1].reshape(5, 2).tolist() == [[0, 0], [1, 1], [0, 0], [1, 1], [0, 0]]


def test_a_gradient_that_can_be_differentiated_again_is_only_read() -> None:
    parameter = torch.nn.Parameter(torch.tensor([3.0]))
    (slope,) = torch.autograd.grad((parameter**3).sum(), parameter, create_graph=True)
    parameter.grad = slope
    assert filled([parameter])[1].tolist() == [27.0]
    assert slope.requires_grad
