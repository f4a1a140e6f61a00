"""A Keras model, on JAX or on PyTorch, of which a layer was frozen before it had learned."""

import importlib.util
import os

if "KERAS_BACKEND" not in os.environ:
    os.environ["KERAS_BACKEND"] = "jax" if importlib.util.find_spec("jax") else "torch"

import keras
import numpy as np

from steepest.watching.keras import WatchCallback

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
x = rng.normal(size=(512, 20)).astype("float32")
y = x[:, :4].argmax(1)

layers = keras.layers
model = keras.Sequential(
    [
        keras.Input((20,)),
        layers.Dense(32, activation="relu", name="features"),
        layers.Dense(32, activation="relu", name="hidden"),
        layers.Dense(4, name="head"),
    ]
)
model.get_layer("hidden").trainable = False  # the fault: it was never trained
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
model.compile(optimizer=keras.optimizers.Adam(1e-2), loss=loss)

watch = WatchCallback(store=False, on_finding="stop")
model.fit(x, y, batch_size=32, epochs=5, verbose=0, callbacks=[watch])

print(f"{keras.backend.backend()}: stopped after {len(watch.trace)} of 80 steps")
finding = watch.findings[0]
print(f"{finding.title}\n  {finding.because}")
