"""A loop that somebody wrote by hand, recorded and diagnosed.

The loop below is gradient descent for a straight line through house sizes and prices, as a
textbook writes it. It does not learn. We record it in a Trace, and ask why.
"""

import numpy as np

import steepest

houses = steepest.datasets.load("houses")
x = houses["size"].to_numpy().astype(float)
y = houses["price"].to_numpy().astype(float)

w, b, learning_rate = -0.1, 900.0, 1e-6
params, gradients, losses = [], [], []
for _step in range(200):
    error = w * x + b - y
    dw, db = np.mean(error * x), np.mean(error)
    params.append((w, b))
    gradients.append((dw, db))
    losses.append(0.5 * np.mean(error**2))
    w, b = w - learning_rate * dw, b - learning_rate * db

trace = steepest.Trace(
    step=np.arange(200),
    loss=np.array(losses),
    learning_rate=np.full(200, learning_rate),
    rule="gradient_descent",
    names=("w", "b"),
    stop=steepest.Stop("budget", "200 steps"),
    params=np.array(params),
    gradient=np.array(gradients),
)

for finding in steepest.diagnose(trace).findings:
    print(f"{finding.title}\n  {finding.because}")
    for remedy in finding.remedies:
        print(f"  try: {remedy.sentence}")
