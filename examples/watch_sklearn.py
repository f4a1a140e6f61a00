"""A network of scikit-learn, watched while it learns from one chunk after the other.

The pixels go in as they are, and the learning rate was meant for another data set.
"""

import numpy as np
from sklearn.datasets import load_digits
from sklearn.neural_network import MLPClassifier

import steepest

images, digits = load_digits(return_X_y=True)
network = MLPClassifier((32,), solver="sgd", learning_rate_init=2.0, random_state=0)

with steepest.watch(network, on_finding="stop", store=False, quiet=True) as watching:
    for step in range(200):
        rows = np.arange(64) + 64 * step
        rows %= len(images)
        network.partial_fit(images[rows], digits[rows], classes=np.arange(10))

print(f"after {len(watching.trace)} of 200 steps:")
for finding in watching.findings:
    print(f"{finding.title}\n  {finding.because}")
    for remedy in finding.remedies:
        print(f"  try: {remedy.sentence}")
