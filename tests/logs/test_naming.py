from __future__ import annotations

import pytest

from steepest.logs.naming import parameter_index, role_of
from steepest.logs.parameters import parameter_pairs

CALLED = {
    "step": ["step", "Step", "iteration", "Iter", "global_step", "_step", "trainer/global_step",
             "it", "n_iter", "num_updates"],
    "epoch": ["epoch", "Epoch", "epochs", "Round"],
    "loss": ["loss", "Loss", "train_loss", "Train Loss", "train/loss", "Loss/train", "trainLoss",
             "training-loss", "avg_loss", "epoch_loss", "train/epoch_loss", "cost", "total_loss",
             "run-7 - train/loss", "mse", "J", "Value", "train_loss_step"],
    "val_loss": ["val_loss", "Val Loss", "valid_loss", "validation loss", "eval_loss", "eval/loss",
                 "Loss/val", "validation/epoch_loss", "valLoss", "dev_loss", "test_loss",
                 "val_mse", "loss (validation)"],
    "learning_rate": ["lr", "LR", "learning_rate", "learning rate", "learningRate", "train/lr",
                      "lr-Adam", "alpha", "step_size", "epoch_learning_rate", "eta", "lr/pg0"],
    "gradient_norm": ["grad_norm", "gradient_norm", "Gradient Norm", "gnorm", "train/grad_norm",
                      "total_grad_norm", "global_gradient_norm"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "role"), [(name, role) for role, names in CALLED.items() for name in names]
)
def test_usual_names_are_understood(name: str, role: str) -> None:
    found = role_of(name)
    assert found is not None
    assert found[0] == role


@pytest.mark.parametrize(
    "name", ["accuracy", "val_accuracy", "loss_cls", "box_loss", "g_loss", "time", "seconds",
             "eval_runtime", "weight_decay", "w_0", "train_loss_min", "val", "", "lossless"]
)  # fmt: skip
def test_other_measures_are_none_of_these(name: str) -> None:
    assert role_of(name) is None


def test_the_literal_name_is_preferred_to_a_free_reading() -> None:
    literal, free = role_of("loss"), role_of("train_loss")
    other, held_out = role_of("mse"), role_of("test_loss")
    assert literal is not None
    assert free is not None
    assert other is not None
    assert held_out is not None
    assert literal[1] < free[1] < other[1]
    assert held_out[1] > (role_of("val_loss") or ("", 99))[1]


@pytest.mark.parametrize(
    ("name", "index"),
    [("w_0", 0), ("w12", 12), ("theta_3", 3), ("w[2]", 2), ("param/7", 7), ("θ_1", 1), ("b", None)],
)
def test_numbers_of_parameters(name: str, index: int | None) -> None:
    assert parameter_index(name) == index


@pytest.mark.parametrize(
    ("names", "pairs"),
    [
        (["w_0", "w_1", "g_0", "g_1"], [("w_0", "g_0"), ("w_1", "g_1")]),
        (["g_1", "w_1", "g_0", "w_0"], [("w_1", "g_1"), ("w_0", "g_0")]),
        (["w", "b", "g_w", "g_b"], [("w", "g_w"), ("b", "g_b")]),
        (["w", "b", "grad_w", "grad_b"], [("w", "grad_w"), ("b", "grad_b")]),
        (["w", "b", "dw", "db"], [("w", "dw"), ("b", "db")]),
        (["w", "b", "w_grad", "b_grad"], [("w", "w_grad"), ("b", "b_grad")]),
        (["slope", "offset", "dJ_dslope", "dJ_doffset"],
         [("slope", "dJ_dslope"), ("offset", "dJ_doffset")]),
        (["theta_0", "theta_1", "grad_0", "grad_1"],
         [("theta_0", "grad_0"), ("theta_1", "grad_1")]),
        (["w1", "w2", "b", "dw1", "dw2", "db"], [("w1", "dw1"), ("w2", "dw2"), ("b", "db")]),
        (["w", "b"], [("w", None), ("b", None)]),
        (["b"], []),
        (["w_0", "w_1", "dw0", "dw1"], [("w_0", "dw0"), ("w_1", "dw1")]),
        (["w_0", "w_1", "g_0"], [("w_0", "g_0"), ("w_1", None)]),
        (["g_0", "g_1"], [(None, "g_0"), (None, "g_1")]),
        (["accuracy", "seconds", "dev", "g_loss", "d_loss"], []),
    ],
)  # fmt: skip
def test_parameters_find_their_gradients(
    names: list[str], pairs: list[tuple[str | None, str | None]]
) -> None:
    assert parameter_pairs(names) == pairs
