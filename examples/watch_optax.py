"""A jitted training step of JAX and optax, watched by the state of its optimizer.

The learning rate is a hundred times what Adam can bear here.
"""

import jax
import jax.numpy as jnp
import optax
from sklearn.datasets import load_digits

import steepest
from steepest.watching.optax import observed

pixels, labels = (jnp.asarray(part) for part in load_digits(return_X_y=True))
first, second = jax.random.split(jax.random.key(0))
params = {
    "hidden": {"w": 0.1 * jax.random.normal(first, (64, 32)), "b": jnp.zeros(32)},
    "output": {"w": 0.1 * jax.random.normal(second, (32, 10)), "b": jnp.zeros(10)},
}


def loss_of(params, x, y):
    """Cross-entropy of a network with one hidden layer."""
    hidden = jax.nn.relu(x @ params["hidden"]["w"] + params["hidden"]["b"])
    scores = hidden @ params["output"]["w"] + params["output"]["b"]
    return optax.softmax_cross_entropy_with_integer_labels(scores, y).mean()


with steepest.watch(on_finding="stop", store=False, quiet=True) as watching:
    optimizer = observed(optax.adam(0.3), watching, learning_rate=0.3)
    state = optimizer.init(params)

    @jax.jit
    def train(params, state, x, y):
        """One step; nothing in it knows of the watching."""
        loss, gradient = jax.value_and_grad(loss_of)(params, x, y)
        updates, state = optimizer.update(gradient, state, params)
        return optax.apply_updates(params, updates), state, loss

    for step in range(300):
        rows = (jnp.arange(64) + 64 * step) % len(pixels)
        params, state, loss = train(params, state, pixels[rows] / 16, labels[rows])
        watching.log(loss=loss, state=state)

print(f"after {len(watching.trace)} of 300 steps:")
for finding in watching.findings:
    print(f"{finding.title}\n  {finding.because}")
