"""A layer that puts out something else than before."""

from __future__ import annotations

from steepest.diagnosis.finding import Answer, Clear, Finding, Remedy
from steepest.diagnosis.record.reading import Reading
from steepest.diagnosis.record.watched import unseen

__all__ = ["layer_contract"]


def layer_contract(reading: Reading) -> Answer:
    """From one step on the output of a layer has another shape, type or scale.

    Sees
        In a watched loop, at some steps, of each innermost layer: the shape of its output without
        the batch, its type, and the root mean square of a sample.
    Matters
        Layers change slowly, because steps are small. A jump comes from outside: data of another
        scale or resolution, a switch of precision, weights that were overwritten.
    Decides
        Another type, another number of dimensions or another size, in a dimension that had not
        varied over the first four looks (the lengths of sequences are free); or a root mean square
        that is off by a factor of ten against the median of the looks before, where these differ
        by less than a factor of three over at least twice as many steps as the jump took. Each
        seen at two looks in a row; the first such layer is named.
    When it is wrong
        Where the change is meant: larger images from some epoch on, or another precision.
    Try
        Look at the batches before and after the step; where the data are the same, at what was
        loaded into the layer, or called, at that step.
    Sources
        Breck et al. 2019, "Data validation for machine learning", section 3, of which this is the
        counterpart inside the network.
    """
    facts = reading.trace.facts
    fact = facts.get("contract_changes")
    if fact is None:
        watched = any(name.startswith("output_scale/") for name in reading.trace.measures)
        return Clear() if watched else unseen(reading)
    layer = str(facts["contract_layers"].value)
    return Finding(
        "layer_contract",
        "warning",
        "A layer puts out something else than before",
        str(fact.value),
        {"step": facts["contract_step"].number},
        (Remedy("compare the batches, and what was loaded or called, before and after it", {}),),
        (layer,),
    )
