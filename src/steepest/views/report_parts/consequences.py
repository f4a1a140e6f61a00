"""What the errors cost: a day of a thousand cases, the policies, the threshold's curve."""

from __future__ import annotations

import re
from functools import partial

from steepest.evaluation.decisions import Decisions, PolicyOutcome, Thousand, ThresholdPoint
from steepest.evaluation.policies.costs import Costs, costs_from
from steepest.run import Run
from steepest.views.amounts import (
    interval_words,
    money,
    of_target,
    percent,
    threshold_words,
    unit_of_target,
)
from steepest.views.content import (
    Block,
    Cell,
    Command,
    Paragraph,
    Picture,
    Pictures,
    Section,
    Table,
    strong,
)
from steepest.views.fit_command import fit_command
from steepest.views.phrases import sentence
from steepest.views.threshold_view import draw_costs, draw_shares
from steepest.views.told import told_of
from steepest.views.trust_words import policy_sentence, spoken, thousand_sentences

__all__ = ["asking_costs", "consequences"]

EXAMPLES = {"number": "over=1,under=1", "classes": "false_positive=1,false_negative=5"}
POINTS = 10


def consequences(run: Run) -> Section | None:
    """What an error is worth to who uses the model; None where nothing is known of that."""
    thousand, decisions = run.evaluation.thousand, run.evaluation.decisions
    if thousand is None and decisions is None:
        return None
    blocks: tuple[Block, ...] = (
        *_costs(run),
        *(() if thousand is None else _thousand(run, thousand)),
        *(() if decisions is None else _policies(run, decisions)),
        *(() if decisions is None else _pictures(run, decisions)),
    )
    return Section("costs", "What the errors cost", blocks)


def asking_costs(run: Run) -> str:
    """The command that names what errors cost, to be filled in."""
    classes = run.contract.classes
    if not classes:
        example = EXAMPLES["number"]
    elif len(classes) == 2:
        example = EXAMPLES["classes"]
    else:
        example = f"{classes[0]}->{classes[1]}=1"
    return fit_command(run.request, {"costs": f"{example},currency=EUR"})


def _costs(run: Run) -> tuple[Block, ...]:
    held = costs_from(run.request.costs) if run.request.costs else None
    if held is None:
        return (
            Paragraph(
                "Nobody said what an error costs, so that errors are counted and not weighed. To "
                "weigh them, say it, with numbers of your own:"
            ),
            Command(asking_costs(run)),
        )
    return (Paragraph((strong("What was said of costs: "), _said(run, held))),)


def _said(run: Run, costs: Costs) -> str:
    """The cost matrix in words."""
    unit = unit_of_target(run)
    each = f"each {unit}" if unit else "each unit of the target"
    positive = run.contract.classes[1] if len(run.contract.classes) == 2 else ""
    named = (
        (costs.over, f"{each} that a prediction is too high"),
        (costs.under, f"{each} that a prediction is too low"),
        (costs.false_positive, f"a false {positive}"),
        (costs.false_negative, f"a missed {positive}"),
        (costs.true_positive or None, f"a {positive} that is found"),
        (costs.true_negative or None, "a negative that is left in peace"),
        *((one.cost, f"a {one.truth} decided to be {one.decided}") for one in costs.between),
    )
    told = [f"{what} {money(cost, costs.currency)}" for cost, what in named if cost is not None]
    return f"{', '.join(told)}. What is not named costs nothing."


def _thousand(run: Run, thousand: Thousand) -> tuple[Block, ...]:
    amounts = any(kind.amount is not None for kind in thousand.kinds)
    costs = any(kind.cost is not None for kind in thousand.kinds)
    rows: list[tuple[Cell, ...]] = [
        (
            kind.words,
            spoken(kind.count),
            interval_words(kind.low, kind.high, 3),
            *((_amount(run, kind.amount),) if amounts else ()),
            *(("" if kind.cost is None else money(kind.cost, thousand.currency),) * costs),
        )
        for kind in thousand.kinds
    ]
    head = ("Error", "Cases", "95 % interval")
    head += ("Off by, together",) * amounts + ("Cost",) * costs
    told = told_of(run, "costs")
    if not told and thousand.cost is not None:
        told = (next(thousand_sentences(run, thousand)),)
    return (
        *map(Paragraph, told),
        *(
            (
                Table(
                    f"The errors of a day of {thousand.cases:,} cases",
                    head,
                    tuple(rows),
                    numbers=tuple(range(1, len(head))),
                ),
            )
            if rows
            else ()
        ),
    )


def _amount(run: Run, amount: float | None) -> str:
    return "" if amount is None else of_target(run, amount)


def _policies(run: Run, decisions: Decisions) -> tuple[Block, ...]:
    if not decisions.policies:
        return ()
    # what the evaluation says of its policy stands above, where it says something
    chosen = [each for each in decisions.policies if each.chosen and not told_of(run, "costs")]
    costs = any(each.cost is not None for each in decisions.policies)
    head = ("Policy", "Threshold", "Recall", "Precision", "Called so")
    head += ("Cost of 1,000 cases", "95 % interval") if costs else ()
    return (
        *(Paragraph(policy_sentence(run, each)) for each in chosen),
        Table(
            f"Ways to choose the threshold above which a row is called {run.contract.classes[1]}",
            head,
            tuple(_policy_row(run, each, costs=costs) for each in decisions.policies),
            numbers=tuple(range(1, len(head))),
        ),
        *(
            Paragraph(sentence(each.words), "small")
            for each in decisions.policies
            if each.words != _briefly(each)
        ),
        Paragraph(
            "A policy's threshold is judged on rows that it was not chosen on, a tenth at a time "
            "(above 20,000 rows, half of them).",
            "small",
        ),
    )


def _briefly(outcome: PolicyOutcome) -> str:
    """What a policy is, up to where its words go on with numbers of these rows."""
    return re.split("[:;]", outcome.words)[0]


def _policy_row(run: Run, outcome: PolicyOutcome, *, costs: bool) -> tuple[Cell, ...]:
    named = costs_from(run.request.costs) if run.request.costs else None
    currency = "" if named is None else named.currency
    row: tuple[Cell, ...] = (
        (strong(_briefly(outcome)), " (this model)") if outcome.chosen else _briefly(outcome),
        threshold_words(outcome.threshold),
        "no row" if outcome.recall is None else percent(outcome.recall),
        "no row" if outcome.precision is None else percent(outcome.precision),
        percent(outcome.called),
    )
    if not costs:
        return row
    cost = "" if outcome.cost is None else money(outcome.cost, currency)
    return (*row, cost, interval_words(outcome.cost_low, outcome.cost_high))


def _pictures(run: Run, decisions: Decisions) -> tuple[Block, ...]:
    if len(decisions.curve) < 2:
        return ()
    positive = run.contract.classes[1]
    shares = Picture(
        "threshold",
        "What a threshold finds",
        f"Above the threshold a row is called {positive}. Recall: of those that are, the share "
        "that is found. Precision: of those called so, the share that is.",
        partial(draw_shares, decisions=decisions),
        _points(run, decisions),
        "The upright line is this model's threshold.",
    )
    costs = Picture(
        "threshold-cost",
        "What a threshold costs",
        "",
        partial(draw_costs, decisions=decisions),
        reading="The cost of a thousand cases at each threshold. The upright line is this "
        "model's; the ring is where it is least on these rows.",
    )
    priced = any(point.cost is not None for point in decisions.curve)
    return (Pictures((shares, costs) if priced else (shares,)),)


def _points(run: Run, decisions: Decisions) -> Table:
    """Every tenth of the thresholds, for who does not see the picture."""
    each = max(1, len(decisions.curve) // POINTS)
    shown = decisions.curve[::each]
    costs = any(point.cost is not None for point in shown)
    named = costs_from(run.request.costs) if run.request.costs else None
    currency = "" if named is None else named.currency
    head = ("Threshold", "Recall", "Precision", *(("Cost of 1,000 cases",) if costs else ()))
    return Table(
        "What a threshold finds",
        head,
        tuple(_point(point, currency, costs=costs) for point in shown),
        numbers=tuple(range(1, len(head))),
        wide=False,
    )


def _point(point: ThresholdPoint, currency: str, *, costs: bool) -> tuple[str, ...]:
    cost = "" if point.cost is None else money(point.cost, currency)
    return (
        threshold_words(point.threshold),
        _share(point.true_positive, point.false_negative),
        _share(point.true_positive, point.false_positive),
        *((cost,) if costs else ()),
    )


def _share(part: int, rest: int) -> str:
    return percent(part / (part + rest)) if part + rest else "no row"
