"""A training loop in PyTorch whose author forgot the new head: the optimizer holds only the body.

One line around the loop, and one for the loss, say so by name.
"""

import torch
from torch.nn import functional

import steepest

torch.manual_seed(0)
torch.set_num_threads(1)
x = torch.randn(512, 20)
y = x[:, :4].argmax(1)

body = torch.nn.Sequential(torch.nn.Linear(20, 32), torch.nn.ReLU())
model = torch.nn.Sequential(body, torch.nn.Linear(32, 4))
optimizer = torch.optim.Adam(body.parameters(), lr=1e-2)  # the fault: not model.parameters()

with steepest.watch(model, optimizer, store=False) as watching:
    for _step in range(60):
        rows = torch.randint(0, 512, (32,))
        loss = functional.cross_entropy(model(x[rows]), y[rows])
        watching.log(loss=loss)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

for finding in watching.findings:
    print(f"{finding.title}\n  {finding.because}")
    for remedy in finding.remedies:
        print(f"  try: {remedy.sentence}")
