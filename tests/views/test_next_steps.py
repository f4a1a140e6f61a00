"""What to do next: what is broken first, with the command that mends it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from steepest.diagnosis.finding import Remedy
from steepest.evaluation.decisions import Confusion
from steepest.evaluation.leakage.leakage import Leakage
from steepest.evaluation.policies.costs import costs_from
from steepest.readable import readable
from steepest.run import Run
from steepest.views.next_steps import next_steps

Make = Callable[[str], Run]


def steps_of(run: Run) -> dict[str, tuple[str, str]]:
    return {step.title: (step.because, step.command) for step in next_steps(run)}


def test_a_descent_that_failed_is_mended_first(run_of: Make) -> None:
    first = next_steps(run_of("diverged"))[0]
    assert first.title == "Mend the descent"
    assert "--learning-rate" in first.command
    assert "contract check" not in "".join(step.command for step in next_steps(run_of("diverged")))


def test_a_leak_comes_before_all_that_could_make_it_better(run_of: Make) -> None:
    run = run_of("full")
    titles = [step.title for step in next_steps(run)]
    assert titles[0] == "Find out whether the answer leaks"
    assert titles.index("Use degree 3") < titles.index("Try without ocean_proximity")
    assert len(titles) <= 8


def test_a_leaking_column_is_left_out_where_others_are_left(run_of: Make) -> None:
    run = run_of("full")
    leak = replace(run.contract.remarks[0], code="leak", severity="warning", columns=("age",))
    leaking = replace(run, contract=replace(run.contract, remarks=(leak,)))
    command = next_steps(leaking)[0].command
    assert "--features median_income,rooms,ocean_proximity" in command


def test_a_threshold_is_moved_only_for_more_than_chance(run_of: Make) -> None:
    run = run_of("decided")
    because, command = steps_of(run)["Move the threshold"]
    assert "580 EUR" in because
    assert "1,700 EUR" in because
    assert "--threshold cost" in command
    decisions = run.evaluation.decisions
    assert decisions is not None
    unsure = tuple(replace(policy, cost_low=200.0) for policy in decisions.policies)
    evaluation = replace(run.evaluation, decisions=replace(decisions, policies=unsure))
    assert "Move the threshold" not in steps_of(replace(run, evaluation=evaluation))


def test_costs_are_asked_for_in_a_form_that_is_read(run_of: Make) -> None:
    for name, expected in (("full", "over"), ("decided", "false_positive")):
        run = run_of(name)
        bare = replace(run, request=replace(run.request, costs=""))
        command = steps_of(bare)["Say what errors cost"][1]
        text = command.split("--costs ")[1].split()[0].strip("'")
        costs = costs_from(text)
        assert costs is not None
        assert getattr(costs, expected) is not None


def test_a_setting_that_is_as_good_as_the_best_is_left(run_of: Make) -> None:
    run = run_of("full")
    assert run.study is not None
    assert not any(title.startswith("Set the penalty") for title in steps_of(run))
    best = replace(run.study.validation_curves[0], asked=3.0, advised=None)
    study = replace(run.study, validation_curves=(best,))
    assert "Use degree 3" not in steps_of(replace(run, study=study))


def test_only_idle_columns_are_dropped_one_at_a_time(run_of: Make) -> None:
    because, command = steps_of(run_of("full"))["Try without ocean_proximity"]
    assert "mean absolute error is worse without it by " in because
    assert "1 more look idle, one at a time" in because
    assert command.split("--features ")[1].split()[0] == "median_income,rooms,age"


def test_a_run_that_was_not_studied_says_how(run_of: Make) -> None:
    assert steps_of(run_of("line"))["Study it"][1] == "steepest study houses-1"
    assert "Study it" not in steps_of(run_of("classes"))  # it was not saved
    last = next_steps(run_of("line"))[-1]
    assert last.command == "steepest contract check houses-1 NEW_DATA"


def test_rows_that_straddle_are_split_otherwise(run_of: Make) -> None:
    run = run_of("full")
    leakage = run.evaluation.leakage
    assert leakage is not None
    straddle = replace(leakage.found[0], code="groups_straddle", columns=("ocean_proximity",))
    evaluation = replace(run.evaluation, leakage=replace(leakage, found=(straddle,)))
    command = next_steps(replace(run, evaluation=evaluation))[0].command
    assert "--split group=ocean_proximity" in command
    assert "--features" not in command
    assert next_steps(run)[0].command == ""  # duplicates: the rows are to be mended


def test_title_sentence_and_command_name_the_same_setting(run_of: Make) -> None:
    run = run_of("full")
    because, command = steps_of(run)["Use degree 3"]
    assert run.study is not None
    curve = run.study.validation_curves[0]
    found = next(point for point in curve.points if point.at == 3.0)
    assert readable(found.held_out, 3) in because
    assert "--degree 3" in command
    unsure = replace(curve, advised=None)
    study = replace(run.study, validation_curves=(unsure,))
    assert not any(title.startswith("Use degree") for title in steps_of(replace(run, study=study)))


def test_no_other_step_stands_beside_a_column_that_knows_the_answer(run_of: Make) -> None:
    run = run_of("full")
    leaks = tuple(
        replace(run.contract.remarks[0], code=code, severity="warning", columns=(column,),
                sentence=f"{column} knows it")
        for code, column in (("leak", "age"), ("noisy_copy", "rooms"))
    )  # fmt: skip
    [step] = next_steps(
        replace(
            run,
            contract=replace(run.contract, remarks=leaks[:1]),
            evaluation=replace(run.evaluation, leakage=Leakage(leaks[1:], (), {})),
        )
    )
    assert step.title == "Fit again without rooms and age"
    assert step.command.split("--features ")[1].split()[0] == "median_income,ocean_proximity"


def test_a_threshold_that_decides_alike_for_all_is_never_advised(run_of: Make) -> None:
    run = run_of("decided")
    decisions = run.evaluation.decisions
    assert decisions is not None
    alike = tuple(
        replace(policy, confusion=Confusion(0.0, 28, 22, 0, 0))
        if policy.cost is not None and policy.cost < 912
        else policy
        for policy in decisions.policies
    )
    evaluation = replace(run.evaluation, decisions=replace(decisions, policies=alike))
    assert "Move the threshold" not in steps_of(replace(run, evaluation=evaluation))


def test_no_threshold_is_advised_where_only_one_kind_of_error_has_a_cost(run_of: Make) -> None:
    run = run_of("decided")
    half = replace(run, request=replace(run.request, costs="false_negative=20,currency=EUR"))
    steps = steps_of(half)
    assert "Move the threshold" not in steps
    assert "false_positive" in steps["Say what the other errors cost"][1]
    assert "Say what the other errors cost" not in steps_of(run)


def test_more_rows_are_a_step_only_where_they_would_help(run_of: Make) -> None:
    run = run_of("full")
    assert run.study is not None
    curve = run.study.learning_curve
    assert curve is not None
    for words, expected in (
        ("more rows would help.", True),
        ("more rows would help, but little.", False),
        ("more rows of this kind would hardly help.", False),
    ):
        study = replace(run.study, learning_curve=replace(curve, sentence=words))
        steps = steps_of(replace(run, study=study))
        assert ("Collect more rows" in steps) is expected


def test_the_first_remedy_with_a_command_is_taken(run_of: Make) -> None:
    run = run_of("diverged")
    top = run.diagnosis.findings[0]
    wordy = Remedy("look at the data", {})
    found = replace(top, remedies=(wordy, *top.remedies))
    diagnosis = replace(run.diagnosis, findings=(found, *run.diagnosis.findings[1:]))
    assert "--learning-rate" in next_steps(replace(run, diagnosis=diagnosis))[0].command


def test_a_column_that_these_rows_cannot_judge_is_kept(run_of: Make) -> None:
    run = run_of("full")
    assert run.study is not None
    for verdict, expected in (("unsure", False), ("little", True), ("buys", False)):
        first, *rest = run.study.columns
        worths = (
            replace(first, verdict=verdict, low=-0.1),
            *(replace(worth, verdict="buys") for worth in rest),
        )
        steps = steps_of(replace(run, study=replace(run.study, columns=worths)))
        assert (f"Try without {first.column}" in steps) is expected


def test_no_study_is_advised_of_rows_that_came_piece_by_piece(run_of: Make) -> None:
    run = run_of("line")
    run = replace(run, id="far-1", study=None)
    by_pieces = replace(run, split=replace(run.split, held_out=(), counted=3))
    assert any(step.title == "Study it" for step in next_steps(run))
    assert not any(step.title == "Study it" for step in next_steps(by_pieces))
