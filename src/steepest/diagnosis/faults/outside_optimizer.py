"""Layers that the optimizer does not hold."""

from __future__ import annotations

from steepest.diagnosis.finding import Answer, Finding, Remedy
from steepest.diagnosis.record.reading import Reading
from steepest.diagnosis.record.watched import layer_words, layers_in, unseen
from steepest.readable import counted

__all__ = ["outside_optimizer"]


def outside_optimizer(reading: Reading) -> Answer:
    """Some layers get a gradient at every step, and no optimizer ever moves them.

    Sees
        In a watched loop: the parameters of the model and those that the optimizers hold, by
        identity, the gradients at an update, and whether the values change.
    Matters
        An optimizer moves the tensors that it was handed when it was built. A layer that was
        replaced or added afterwards, a model that was made again, or a part that was left out
        stays as it is: the others learn around it, and the loss comes to rest higher.
    Decides
        A parameter requires a gradient and has one at an update, is in no optimizer that is
        alive, and keeps its values from one update to the next but one. A leading part of the
        model that holds anything but a random start (a trained one, of which the rest uses the
        features) is no fault.
    When it is wrong
        A part that is meant to keep the random values that it was drawn with, and is left out
        of the optimizer rather than frozen.
    Try
        Build the optimizer last, from the parameters of the model as it is then; or add those
        that came later (`add_param_group`). What is to stay as it is: `requires_grad_(False)`.
    Sources
        The documentation of `torch.optim`, "Constructing it"; Humbatova et al. 2020, "Taxonomy
        of real faults in deep learning systems" (wrong or missing parameters of an optimizer).
    """
    layers = layers_in(reading, "outside_optimizer")
    if not layers:
        return unseen(reading)
    strangers = reading.trace.number("optimizer_elsewhere")
    evidence = {"parts": float(len(layers))}
    if strangers is not None:
        evidence["tensors_elsewhere"] = strangers
    sentence = (
        "build the optimizer after the model is complete, from its own parameters; or hand it "
        "those of the new layers (add_param_group); if it is meant, freeze them: "
        "requires_grad_(False)"
    )
    return Finding(
        "outside_optimizer",
        "error",
        "Outside the optimizer: layers that nothing moves",
        _because(reading, layers, strangers),
        evidence,
        (Remedy(sentence, {}),),
        layers,
    )


def _because(reading: Reading, layers: tuple[str, ...], strangers: float | None) -> str:
    how = reading.trace.facts["outside_optimizer"].how
    words = f"{layer_words(layers)}: {how}"
    if strangers is None:
        return words
    tensors = counted(int(strangers), "tensor")
    return f"{words}; and the optimizer holds {tensors} that the model does not have"
