from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from steepest.cli.main import main


def curve(*arguments: object):
    return CliRunner().invoke(main, ["curve", *map(str, arguments)])


def epoch_losses(output: str) -> list[str]:
    lines = [line for line in output.splitlines() if line.startswith("Epoch ")]
    return [line.split("Loss = ")[1] for line in lines]


def test_the_defaults_print_the_lines_of_the_source_notes():
    result = curve("w**2")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == "Starting weight: 10.0, Starting Loss: 100.0"
    expected = [
        f"Epoch {k}: Weight = {10 * 0.8**k:.4f}, Loss = {100 * 0.64**k:.4f}" for k in range(1, 51)
    ]
    assert lines[1:51] == expected
    assert lines[51] == ""
    assert "J(w) = w**2" in lines[52]
    assert "J'(w) = 2*w" in lines[53]
    assert "Verdict: converged" in lines


def test_learning_rate_one_is_trapped_with_the_loss_frozen():
    result = curve("w**2", "--learning-rate", 1.0)
    assert set(epoch_losses(result.stdout)) == {"100.0000"}
    assert "Epoch 49: Weight = -10.0000, Loss = 100.0000" in result.stdout
    assert "Verdict: oscillating" in result.stdout
    assert "Try: halve the learning rate, to 0.5" in result.stdout


@pytest.mark.parametrize(("start", "epoch"), [(10, 15), (15, 15), (20, 16)])
def test_the_loss_first_prints_zero_at_this_epoch(start, epoch):
    losses = epoch_losses(curve("w**2", "--start", start, "--learning-rate", 0.2).stdout)
    assert losses.index("0.0000") + 1 == epoch


def test_a_diverging_run_stays_readable_and_ends_at_overflow():
    result = curve("w**4", "--learning-rate", 0.1)
    lines = result.stdout.splitlines()
    assert lines[1] == "Epoch 1: Weight = -390.0000, Loss = 2.3134e+10"
    assert "Verdict: diverging" in lines
    assert max(map(len, lines)) < 81


def test_leaving_the_domain_prints_nan_and_stops():
    result = curve("log(w)", "--start", 1, "--learning-rate", 0.6, "--steps", 9)
    assert result.exit_code == 0
    assert "Loss = nan" in result.stdout
    assert "Verdict: non_finite" in result.stdout


def test_an_overflowing_step_is_printed_without_a_warning():
    result = curve("exp(w)", "--learning-rate", 1e306, "--steps", 3)
    assert result.exit_code == 0, result.exception
    assert "Epoch 1: Weight = -inf, Loss = 0.0000" in result.stdout
    assert result.stderr == ""


def test_no_steps_print_the_start_alone():
    lines = curve("w**2", "--start", 0.1, "--steps", 0).stdout.splitlines()
    assert lines[0] == "Starting weight: 0.1, Starting Loss: 0.010000000000000002"
    assert lines[1] == ""


def test_an_expression_may_begin_with_a_minus():
    result = curve("-3*w + w**2", "--start", -1, "--steps", 1)
    assert result.stdout.startswith("Starting weight: -1.0, Starting Loss: 4.0\nEpoch 1: ")


def test_every_epoch_is_printed_where_the_record_is_thinned():
    result = curve("w**2", "--steps", 10_050, "--learning-rate", 0.001)
    assert len(epoch_losses(result.stdout)) == 10_050


def test_json_is_one_object_with_step_zero_first():
    result = curve("x**2 - x", "--start", 2, "--learning-rate", 0.25, "--steps", 2, "--json")
    answer = json.loads(result.stdout)
    assert answer["names"] == ["x"]
    assert answer["expression"] == "x**2 - x"
    assert answer["derivative"] == "2*x - 1"
    assert answer["steps"] == [
        {"step": 0, "params": [2.0], "loss": 2.0, "gradient": [3.0]},
        {"step": 1, "params": [1.25], "loss": 0.3125, "gradient": [1.5]},
        {"step": 2, "params": [0.875], "loss": -0.109375, "gradient": [0.75]},
    ]
    assert isinstance(answer["verdict"], str)
    assert isinstance(answer["findings"], list)


def test_numbers_that_json_cannot_hold_are_null():
    result = curve("log(w)", "--start", 1, "--learning-rate", 2, "--steps", 1, "--json")
    steps = json.loads(result.stdout)["steps"]
    assert steps[-1]["params"] == [-1.0]
    assert steps[-1]["loss"] is None


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["w^2"], "write ** for powers"),
        (["__import__('os')"], "__import__ is no known function"),
        (["w + x"], "2 variables"),
        (["w**2", "--start", "nan"], "nan"),
        (["w**2", "--start", "inf"], "inf"),
        (["w**2", "--learning-rate", "0"], "learning rate is 0"),
        (["w**2", "--learning-rate", "-0.1"], "learning rate is -0.1"),
        (["w**2", "--learning-rate", "nan"], "learning rate is nan"),
        (["w**2", "--steps", "-1"], "steps is -1"),
        (["w**2", "--steps", "1000001"], "steps is 1,000,001"),
        (["w**2", "--start", "ten"], "not a valid float"),
        (["w**2", "--step", "5"], "--step"),
        ([], "EXPRESSION"),
    ],
)
def test_bad_input_is_one_sentence_and_status_two(arguments, says):
    for extra in ([], ["--json"]):
        result = CliRunner().invoke(main, ["curve", *arguments, *extra])
        assert result.exit_code == 2
        assert says in result.stderr
        assert result.stdout == ""
        assert "Traceback" not in result.stderr


def test_help_has_two_examples():
    assert curve("--help").stdout.count("\n    steepest curve") == 2
