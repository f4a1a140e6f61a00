"""A graph that is cut between the loss and the parameters."""

from __future__ import annotations

from steepest.diagnosis.finding import Answer, Finding, Remedy
from steepest.diagnosis.record.reading import Reading
from steepest.diagnosis.record.watched import layer_words, layers_in, unseen
from steepest.readable import counted

__all__ = ["detached_loss"]


def detached_loss(reading: Reading) -> Answer:
    """The loss is cut off from the parameters, or from some of them: no gradient arrives.

    Sees
        In a watched loop: which parameters of the optimizer have a gradient when it steps, the
        graph behind the loss, the order in which layers are used, and an error of the backward
        pass.
    Matters
        A gradient goes back the way that the loss was computed. `.detach()`, `.item()`,
        `torch.tensor(loss)`, `.data`, a detour over NumPy or `torch.no_grad()` end that way, and
        an optimizer leaves what has no gradient as it is, without a word.
    Decides
        Of the parameters in the optimizers, at three updates: none had a gradient, and they did
        not move. Or some had none, and their layers take part in every forward pass before any
        that had one; where that is done without a graph (`no_grad`), only layers at a random
        start count, because trained ones are used like that on purpose. Or the backward pass
        itself failed, because the loss does not require a gradient.
    When it is wrong
        Layers whose output is not used, if they are the first to be computed.
    Try
        Compute the loss of tensors alone, from the output of the model to `backward()`; log
        `loss.item()`, and call `backward()` on the loss itself.
    Sources
        The documentation of PyTorch, "Autograd mechanics".
    """
    fact = reading.trace.facts.get("detached_loss")
    if fact is not None:
        return Finding(
            "detached_loss",
            "error",
            "Detached: no gradient reaches any parameter",
            f"{fact.value}; {fact.how}, {counted(len(reading.trace), 'step')} recorded",
            {"steps": float(len(reading.trace))},
            (
                Remedy(
                    "look for .detach(), .item(), .data, torch.tensor(...), NumPy or no_grad "
                    "between the model and backward(), and call backward() on that loss before "
                    "every update",
                    {},
                ),
            ),
        )
    layers = layers_in(reading, "detached")
    if not layers:
        return unseen(reading)
    return Finding(
        "detached_loss",
        "error",
        "Detached: no gradient reaches some layers",
        f"no gradient reaches {layer_words(layers)}: {reading.trace.facts['detached'].how}",
        {"parts": float(len(layers))},
        (
            Remedy(
                f"look for .detach(), .data, NumPy or no_grad right behind layer {layers[-1]}; "
                "what is to stay as it is: requires_grad_(False)",
                {},
            ),
        ),
        layers,
    )
