"""What `plot` draws, read back from the axes."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot
from matplotlib.colors import to_hex

from steepest.errors import InputError
from steepest.run import Run
from steepest.trace import Fact, Trace
from steepest.views.path_view import landscape_from_facts
from steepest.views.plots import VIEWS, plot, views_of
from steepest.views.style import DARK, LIGHT

Make = Callable[[str], Run]


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    pyplot.close("all")


def lines(axes: object) -> list[mpl.lines.Line2D]:
    return list(axes.get_lines())  # type: ignore[attr-defined]


def test_every_run_can_be_drawn_without_a_warning(any_run: Run) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        axes = plot(any_run)
        axes[0].figure.canvas.draw()
    assert axes.shape == (3,)
    assert [each.get_title(loc="left") for each in axes] == [view.title for view in VIEWS]


def test_a_trace_shows_loss_and_path_where_it_holds_them(run_of: Make) -> None:
    trace = run_of("line").trace
    assert [view.name for view in views_of(trace)] == ["loss", "path"]
    bare = replace(trace, params=None, gradient=None)
    assert [view.name for view in views_of(bare)] == ["loss"]
    assert len(plot(bare)) == 1


def test_axes_that_are_given_are_drawn_on_and_no_figure_is_made(run_of: Make) -> None:
    from matplotlib.figure import Figure

    own = Figure().subplots(1, 2)
    drawn = plot(run_of("line"), views=["data", "loss"], axes=own)
    assert drawn.tolist() == own.tolist()
    assert own[0].get_xlabel() == "size"
    assert own[1].get_xlabel() == "step"
    assert not pyplot.get_fignums()


@pytest.mark.parametrize(
    ("views", "axes", "words"),
    [
        ("contours", None, "there is no view 'contours'; there are loss, path, data"),
        (["data"], None, "needs a Run"),
        ([], None, "no view was asked for"),
        (["loss"], [None, None], "2 axes for 1 views"),
    ],
)
def test_what_cannot_be_drawn_is_said(run_of: Make, views: str, axes: object, words: str) -> None:
    with pytest.raises(InputError, match=words):
        plot(run_of("line").trace, views=views, axes=axes)


def test_only_traces_and_runs_are_drawn(run_of: Make) -> None:
    with pytest.raises(InputError, match="a Trace or a Run; it got ndarray"):
        plot(np.arange(3.0))  # type: ignore[arg-type]
    bare = replace(run_of("line").trace, params=None, gradient=None)
    with pytest.raises(InputError, match="parameters to be recorded"):
        plot(bare, views="path")


def test_one_step_has_one_colour_in_every_view(run_of: Make) -> None:
    run = run_of("line")
    loss, path = plot(run, views=["loss", "path"])

    def colours(axes: object) -> list[str]:
        drawn = [to_hex(line.get_color()) for line in lines(axes)]
        return [colour for colour in drawn if colour in LIGHT.shades]

    assert colours(loss)[:10] == colours(path)[:10]
    assert colours(path)[0] == LIGHT.shades[0]
    assert LIGHT.shades.index(colours(path)[-1]) == len(LIGHT.shades) - 1


def test_on_a_dark_background_the_dark_palette_is_used(run_of: Make) -> None:
    with mpl.rc_context({"axes.facecolor": "black"}):
        (axes,) = plot(run_of("line"), views="loss")
    colours = {to_hex(line.get_color()) for line in lines(axes)}
    assert colours & set(DARK.shades)
    assert not colours & set(LIGHT.shades)


def test_settings_of_matplotlib_are_left_as_they_were(run_of: Make) -> None:
    before = dict(mpl.rcParams)
    plot(run_of("line"))
    assert dict(mpl.rcParams) == before


def test_the_path_is_the_recorded_one_from_ring_to_square(run_of: Make) -> None:
    run = run_of("line")
    assert run.landscape is not None
    (axes,) = plot(run, views="path")
    ring = next(
        line for line in lines(axes) if line.get_marker() == "o" and len(line.get_xdata()) == 1
    )
    square = next(line for line in lines(axes) if line.get_marker() == "s")
    cross = next(line for line in lines(axes) if line.get_marker() == "x")
    assert ring.get_xydata().tolist() == [[run.landscape.path_x[0], run.landscape.path_y[0]]]
    assert square.get_xydata().tolist() == [[run.landscape.path_x[-1], run.landscape.path_y[-1]]]
    assert cross.get_xydata().tolist() == [list(run.landscape.minimum or ())]


def test_the_contours_of_a_trace_are_its_bowl(run_of: Make) -> None:
    trace = run_of("line").trace
    landscape = landscape_from_facts(trace)
    assert landscape is not None
    hessian, bottom = trace.facts["hessian"].array, trace.facts["minimum"].array
    for i, j in ((0, 0), (7, 100), (120, 3)):
        away = np.array([landscape.x[j], landscape.y[i]]) - bottom
        by_hand = trace.facts["minimum_loss"].number + 0.5 * away @ hessian @ away
        assert landscape.loss[i][j] == pytest.approx(by_hand, rel=1e-12)
    assert landscape.path_x[0] == 0.0
    assert landscape.x[0] < 0.0 < landscape.x[-1]


def test_without_curvature_or_with_more_parameters_there_is_the_path_alone(run_of: Make) -> None:
    trace = run_of("line").trace
    blind = replace(trace, facts={})
    assert landscape_from_facts(blind) is None
    (axes,) = plot(blind, views="path")
    assert not axes.collections
    several = run_of("many").trace
    assert several.params is not None
    (axes,) = plot(replace(several, facts={}), views="path")
    moved = np.ptp(several.params, axis=0)
    most = sorted(np.argsort(-moved)[:2])
    assert [axes.get_xlabel(), axes.get_ylabel()] == [several.names[i] for i in most]


def test_one_parameter_is_drawn_on_its_parabola(run_of: Make) -> None:
    base = run_of("line").trace
    weights = 10 * 0.8 ** np.arange(6)
    trace = Trace(
        step=np.arange(6),
        loss=weights**2,
        learning_rate=np.full(6, 0.1),
        rule="gradient_descent",
        names=("w",),
        stop=base.stop,
        params=weights[:, None],
        facts={
            "hessian": Fact(np.array([[2.0]]), "exact"),
            "minimum": Fact(np.array([0.0]), "exact"),
            "minimum_loss": Fact(0.0, "exact"),
        },
    )
    (axes,) = plot(trace, views="path")
    parabola = max(lines(axes), key=lambda line: len(line.get_xdata()))
    assert parabola.get_ydata() == pytest.approx(parabola.get_xdata() ** 2, abs=1e-9)
    assert [axes.get_xlabel(), axes.get_ylabel()] == ["w", "cost J"]


def test_a_runaway_path_is_drawn_as_far_as_it_is_tame(run_of: Make) -> None:
    trace = run_of("diverged").trace
    landscape = landscape_from_facts(trace)
    assert landscape is not None
    assert 1 <= len(landscape.path_x) < 20
    assert np.isfinite(landscape.loss).all()


def test_a_single_recorded_step_can_be_drawn(run_of: Make) -> None:
    trace = run_of("line").trace
    assert trace.params is not None
    one = replace(
        trace,
        step=trace.step[:1],
        loss=trace.loss[:1],
        learning_rate=trace.learning_rate[:1],
        params=trace.params[:1],
        gradient=None,
    )
    axes = plot(one)
    axes[0].figure.canvas.draw()
    ticks = [text.get_text() for text in axes[0].get_xticklabels()]
    assert "0" in ticks
    assert all("." not in tick for tick in ticks)


def test_the_line_goes_over_the_points_with_its_errors(run_of: Make) -> None:
    run = run_of("line")
    (axes,) = plot(run, views="data")
    drawn = {line.get_label(): line for line in lines(axes)}
    held = np.array(run.sample.held_out)
    x, y = np.array(run.sample.x), np.array(run.sample.target)
    assert drawn["held out"].get_xydata() == pytest.approx(np.column_stack([x[held], y[held]]))
    assert drawn["trained on"].get_xydata() == pytest.approx(np.column_stack([x[~held], y[~held]]))
    curve = next(line for line in lines(axes) if len(line.get_xdata()) == 200)
    assert tuple(curve.get_ydata()) == run.sample.curve_y
    errors = next(line for line in lines(axes) if len(line.get_xdata()) == 3 * len(x))
    assert errors.get_ydata()[:2].tolist() == [run.sample.target[0], run.sample.prediction[0]]


def test_several_features_are_drawn_against_the_truth(run_of: Make) -> None:
    run = run_of("many")
    (axes,) = plot(run, views="data")
    assert [axes.get_xlabel(), axes.get_ylabel()] == ["true value", "predicted value"]
    drawn = {line.get_label(): line for line in lines(axes)}
    assert tuple(drawn["trained on"].get_xdata()) == run.sample.target
    assert tuple(drawn["trained on"].get_ydata()) == run.sample.prediction
    diagonal = next(line for line in lines(axes) if len(line.get_xdata()) == 2)
    assert list(diagonal.get_xdata()) == list(diagonal.get_ydata())
    assert axes.get_legend() is None  # one kind of rows needs none


def test_two_classes_are_drawn_with_the_curve_and_the_threshold(run_of: Make) -> None:
    run = run_of("classes")
    (axes,) = plot(run, views="data")
    words = [text.get_text() for text in axes.texts]
    assert words == ["malignant", "benign", "threshold"]
    curve = next(line for line in lines(axes) if len(line.get_xdata()) == 250)
    z = np.sort(run.sample.x)
    assert curve.get_ydata() == pytest.approx(1 / (1 + np.exp(-z)))
    rows = next(line for line in lines(axes) if line.get_label() == "held out").get_ydata()
    assert np.abs(np.round(rows) - rows).max() < 0.1
    again = plot(run, views="data")[0]
    same = next(line for line in lines(again) if line.get_label() == "held out").get_ydata()
    assert rows.tolist() == same.tolist()


def test_a_failed_model_leaves_the_data_and_says_so(run_of: Make) -> None:
    run = run_of("diverged")
    (axes,) = plot(run, views="data")
    assert "not finite" in axes.texts[0].get_text()
    drawn = {line.get_label(): line for line in lines(axes)}
    assert len(drawn["trained on"].get_xdata()) == 48
    far = replace(run.sample, prediction=(1e200,) * 60, curve_y=(1e200,) * 200)
    (axes,) = plot(replace(run, sample=far), views="data")
    assert "outside" in axes.texts[0].get_text()
    assert axes.get_ylim()[1] < 2 * max(run.sample.target)


def test_names_from_the_data_are_not_read_as_mathematics(run_of: Make) -> None:
    loss, path, data = plot(run_of("hostile"))
    assert "$b$" in path.get_xlabel()
    assert not path.xaxis.label.get_parse_math()
    assert len(path.get_ylabel()) < 40
    assert "evil" in data.get_ylabel()
    assert loss.get_xlabel() == "step"


def test_many_classes_have_a_strip_each(run_of: Make) -> None:
    run = run_of("species")
    (axes,) = plot(run, views="data")
    assert axes.get_xlabel() == "probability of the true class"
    assert [label.get_text() for label in axes.get_yticklabels()] == list(run.contract.classes)
    legend = axes.get_legend()
    assert legend is not None
    words = [text.get_text() for text in legend.get_texts()]
    assert words == ["trained on", "held out", "wrong"]
    trained, held, wrong = axes.lines[:3]
    assert len(trained.get_xdata()) == 300
    assert len(held.get_xdata()) == 100
    decided, truth = np.array(run.sample.x), np.array(run.sample.target)
    assert len(wrong.get_xdata()) == int(np.sum(decided != truth))
    assert np.all(np.abs(np.rint(wrong.get_ydata()) - wrong.get_ydata()) < 0.3)


def test_of_very_many_classes_twelve_have_a_strip(run_of: Make) -> None:
    run = run_of("words")
    (axes,) = plot(run, views="data")
    assert len(axes.get_yticks()) == 12
    shown = sum(len(line.get_xdata()) for line in axes.lines[:2])
    assert shown == int(np.sum(np.array(run.sample.target) < 12))


def test_a_diverged_model_of_classes_says_so(run_of: Make) -> None:
    run = run_of("species")
    nothing = (np.nan,) * len(run.sample.target)
    run = replace(run, sample=replace(run.sample, prediction=nothing, x=nothing))
    (axes,) = plot(run, views="data")
    assert "the model's predictions are not finite numbers" in [t.get_text() for t in axes.texts]
