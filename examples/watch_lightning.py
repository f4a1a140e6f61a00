"""A Lightning training in which a layer was frozen before it had learned anything."""

import logging
import warnings

import pytorch_lightning as pl
import torch
from torch.nn import functional

from steepest.watching.lightning import WatchCallback

logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)
warnings.simplefilter("ignore")  # Lightning's own: few workers, few batches


class Classifier(pl.LightningModule):
    """Which of the first four inputs is the largest?"""

    def __init__(self):
        super().__init__()
        self.features = torch.nn.Linear(20, 32)
        self.hidden = torch.nn.Linear(32, 32)
        self.head = torch.nn.Linear(32, 4)
        self.hidden.requires_grad_(False)  # the fault: it was never trained

    def training_step(self, batch, _):
        """The loss of one batch."""
        x, y = batch
        hidden = torch.relu(self.hidden(torch.relu(self.features(x))))
        return functional.cross_entropy(self.head(hidden), y)

    def configure_optimizers(self):
        """Adam on all that may move."""
        return torch.optim.Adam(self.parameters(), lr=1e-2)


torch.set_num_threads(1)
pl.seed_everything(0, verbose=False)
x = torch.randn(512, 20)
rows = torch.utils.data.TensorDataset(x, x[:, :4].argmax(1))
watch = WatchCallback(store=False, on_finding="stop")
quiet = ("logger", "enable_checkpointing", "enable_progress_bar", "enable_model_summary")
off = dict.fromkeys(quiet, False)
trainer = pl.Trainer(max_epochs=5, accelerator="cpu", callbacks=[watch], **off)
trainer.fit(Classifier(), torch.utils.data.DataLoader(rows, batch_size=32, shuffle=True))

print(f"stopped after {trainer.global_step} of 80 steps")
finding = watch.findings[0]
print(f"{finding.title}\n  {finding.because}")
