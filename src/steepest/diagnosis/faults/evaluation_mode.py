"""Training in evaluation mode."""

from __future__ import annotations

from steepest.diagnosis.finding import Answer, Finding, Remedy
from steepest.diagnosis.record.reading import Reading
from steepest.diagnosis.record.watched import layer_words, layers_in, unseen

__all__ = ["evaluation_mode"]


def evaluation_mode(reading: Reading) -> Answer:
    """Updates are made while dropout and batch norm are switched to evaluation.

    Sees
        In a watched loop: the mode of dropout and of norms with running statistics at updates,
        and at the forward passes before them that build a graph.
    Matters
        In evaluation mode nothing is dropped, and batch norm divides by the running statistics
        instead of those of the batch, which then stay where they are: at zero and one, if it was
        never in training mode. The network overfits, or diverges, and nothing says so.
    Decides
        At three updates the model as a whole is in evaluation mode, with dropout or norms of
        parts that are trained; or it is in training mode and all of their dropout is off. Batch
        norm alone that is held fixed, or belongs to a frozen part, is the usual fine-tuning.
    When it is wrong
        A loop that trains without dropout on purpose, by way of `eval()` instead of a rate of 0.
    Try
        Call `model.train()` before the first step and after every evaluation.
    Sources
        Ioffe and Szegedy 2015, "Batch normalization"; Srivastava et al. 2014, "Dropout"; the
        documentation of `torch.nn.Module.train`.
    """
    layers = layers_in(reading, "evaluation_mode")
    if not layers:
        return unseen(reading)
    how = reading.trace.facts["evaluation_mode"].how
    return Finding(
        "evaluation_mode",
        "warning",
        "Trained in evaluation mode",
        f"{layer_words(layers)} {'is' if len(layers) == 1 else 'are'} in evaluation mode {how}",
        {"layers": float(len(layers))},
        (Remedy("call model.train() before the first step and after every evaluation", {}),),
        layers,
    )
