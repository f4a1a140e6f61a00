"""A loop written by hand, watched while it runs: one line a step says all there is to say.

A straight line through house sizes and prices whose intercept never moves: somebody put a zero
where its slope belongs.
"""

import numpy as np

import steepest

houses = steepest.datasets.load("houses")
x = houses["size"].to_numpy().astype(float)
y = houses["price"].to_numpy().astype(float)
x = (x - x.mean()) / x.std()

w, b, learning_rate = 0.0, 0.0, 0.1
with steepest.watch(store=False) as watching:
    for step in range(300):
        error = w * x + b - y
        dw, db = np.mean(error * x), 0.0  # the fault: the slope along b is left out
        loss = 0.5 * np.mean(error**2)
        watching.log(
            step,
            loss=loss,
            params={"w": w, "b": b},
            gradient={"w": dw, "b": db},
            learning_rate=learning_rate,
        )
        w, b = w - learning_rate * dw, b - learning_rate * db

for finding in watching.diagnosis.findings:
    print(f"{finding.title}\n  {finding.because}")
