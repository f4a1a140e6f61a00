"""Small trainings of Keras, watched and not, on the back end of KERAS_BACKEND; prints JSON."""

from __future__ import annotations

import json
from typing import Any

import keras
import numpy as np

from steepest.watching.keras import WatchCallback
from steepest.watching.telling import FindingError

rng = np.random.default_rng(0)
X = rng.normal(size=(48, 16)).astype("float32")
Y = X[:, :3].argmax(1)
LOSS = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
DENSE = keras.layers.Dense


class Own(keras.Model):
    """A model with a step of its own, which logs the loss of the batch."""

    def __init__(self) -> None:
        super().__init__()
        self.fc1 = DENSE(3, name="fc1")

    def call(self, x: Any) -> Any:
        return self.fc1(x)

    def train_step(self, *given: Any) -> Any:
        if keras.backend.backend() == "jax":
            logs, state = super().train_step(*given)
            return {"loss": logs["loss"]}, state
        return {"loss": super().train_step(*given)["loss"]}


class Spy(keras.callbacks.Callback):
    """Logged losses, and where the weights are after every batch."""

    def __init__(self) -> None:
        super().__init__()
        self.logged: list[float] = []
        self.weights: list[Any] = []

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        self.look()

    def on_train_end(self, logs: Any = None) -> None:
        self.look()

    def look(self) -> None:
        if keras.backend.backend() == "jax":
            self.model.jax_state_sync()
        values = [np.array(weight).ravel() for weight in self.model.get_weights()]
        self.weights.append(np.concatenate(values))

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self.logged.append(float(logs["loss"]))


class Poison(keras.callbacks.Callback):
    """Breaks one weight of the last layer after the fifth batch."""

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if batch != 4:
            return
        if keras.backend.backend() == "jax":
            self.model.jax_state_sync()
        kernel = self.model.get_layer("fc2").kernel
        broken = np.array(keras.ops.convert_to_numpy(kernel))
        broken[0, 0] = np.nan
        kernel.assign(broken)


def net(optimizer: Any = None, drop: float = 0.1, deep: bool = False, **words: Any) -> Any:
    keras.utils.set_random_seed(0)
    layers = [DENSE(8, "relu", name="fc1"), keras.layers.Dropout(drop), DENSE(3, name="fc2")]
    layers = [DENSE(32, "relu", name="fc0"), *layers] if deep else layers
    model = keras.Sequential([keras.Input((16,)), *layers])
    model.compile(optimizer=optimizer or keras.optimizers.SGD(0.1), loss=LOSS, **words)
    return model


def fit(model: Any, *callbacks: Any, x: Any = X, epochs: int = 3, **words: Any) -> Any:
    return model.fit(
        x, Y, batch_size=8, epochs=epochs, verbose=0, callbacks=list(callbacks), **words
    )


def watcher(**words: Any) -> WatchCallback:
    return WatchCallback(store=False, quiet=True, **words)


def plain(watch: WatchCallback) -> dict[str, Any]:
    facts = watch.trace.facts
    return {
        "findings": [finding.to_dict() for finding in watch.findings],
        "facts": {name: fact.value for name, fact in facts.items() if isinstance(fact.value, str)},
        "steps": len(watch.trace),
        "because": watch.trace.stop.because,
    }


def with_and_without(optimizer: Any) -> dict[str, Any]:
    alone, watch = net(optimizer()), watcher()
    fit(alone, validation_data=(X[:16], Y[:16]))
    watched = net(optimizer())  # which seeds the order of the rows anew
    history = fit(watched, watch, validation_data=(X[:16], Y[:16])).history
    pairs = zip(alone.get_weights(), watched.get_weights(), strict=True)
    measured = watch.trace.measures["val_loss"]
    validated = np.flatnonzero(np.isfinite(measured))
    return plain(watch) | {
        "failed": watch.watching.failed,
        "same": all(np.array_equal(one, other) for one, other in pairs),
        "validated": validated.tolist(),
        "val_loss": measured[validated].tolist(),
        "history": history["val_loss"],
        "rates": watch.trace.learning_rate.tolist(),
    }


def true_losses() -> list[float]:
    """Those of the batches, one by one."""
    model, true = net(drop=0.0), []
    for at in range(0, 48, 8):
        true.append(float(model.train_on_batch(X[at : at + 8], Y[at : at + 8])))
        model.reset_metrics()
    return true


def looks() -> dict[str, Any]:
    """What is recorded of one epoch in order, beside what really was."""
    watch, spy = watcher(every=1), Spy()
    fit(net(drop=0.0), spy, watch, epochs=1, shuffle=False)
    measures = watch.trace.measures
    moved = np.linalg.norm(np.diff(spy.weights, axis=0), axis=1)
    return {
        "recorded": watch.trace.loss.tolist(),
        "true": true_losses(),
        "update_norm": measures["update_norm"].tolist(),
        "gradient_norm": measures["gradient_norm"].tolist(),
        "true_update": moved.tolist(),
    }


def executions() -> list[float]:
    watch = watcher()
    fit(net(drop=0.0, steps_per_execution=3), watch, epochs=1, shuffle=False)
    return watch.trace.loss.tolist()


def layer_names() -> list[str]:
    given = keras.Input((16,))
    block = keras.Sequential([DENSE(8, name="inner")], name="block")
    model = keras.Model(given, DENSE(3, name="head")(block(given)))
    model.compile(optimizer="sgd", loss=LOSS)
    watch = watcher()
    fit(model, watch, epochs=1)
    names = [name for name in watch.trace.measures if name.startswith("weight_norm/")]
    return [name.partition("/")[2] for name in names]


def stopped() -> dict[str, Any]:
    bad, watch = X.copy(), watcher(on_finding="stop")
    bad[24] = np.nan
    fit(net(), watch, x=bad, epochs=4, shuffle=False)
    return plain(watch)


def raised() -> str:
    bad, watch = X.copy(), watcher(on_finding="raise")
    bad[24] = np.nan
    try:
        fit(net(), watch, x=bad, epochs=9, shuffle=False)
    except FindingError as error:
        return str(error)
    return ""


def frozen(trained: bool) -> dict[str, Any]:
    model, watch = net(deep=True), watcher()
    if trained:
        fit(model, epochs=4)
    model.get_layer("fc1").trainable = False
    model.compile(optimizer="sgd", loss=LOSS)
    fit(model, watch, epochs=1)
    return plain(watch)


def own() -> dict[str, Any]:
    model, watch, spy = Own(), watcher(), Spy()
    spy.look = lambda: None
    model.compile(optimizer="sgd", loss=LOSS)
    fit(model, watch, spy, epochs=1)
    return plain(watch) | {"recorded": watch.trace.loss.tolist(), "logged": spy.logged}


def broken() -> dict[str, Any]:
    watch = watcher(every=1)
    fit(net(), Poison(), watch, epochs=2)
    return plain(watch)["facts"]


def idle() -> dict[str, Any]:
    watch = watcher()
    fit(net(keras.optimizers.SGD(0.0)), watch)
    return plain(watch)


def schedule() -> Any:
    return keras.optimizers.Adam(keras.optimizers.schedules.ExponentialDecay(0.05, 4, 0.9))


found: dict[str, Any] = {
    "backend": keras.backend.backend(),
    "sgd": with_and_without(lambda: keras.optimizers.SGD(0.1)),
    "schedule": with_and_without(schedule),
    "looks": looks(),
    "stopped": stopped(),
    "broken": broken(),
    "frozen": frozen(False),
}
if keras.backend.backend() == "jax":  # each of these is compiled anew, which takes its time
    found["executions"] = executions()
else:
    found |= {"layers": layer_names(), "raised": raised(), "tuned": frozen(True)}
    found |= {"own": own(), "idle": idle()}
print(json.dumps(found))
