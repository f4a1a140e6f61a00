"""A small language model under Hugging Face's Trainer, of which a layer was frozen by mistake."""

import tempfile
import warnings

import torch
import transformers

from steepest.watching.transformers import WatchCallback

warnings.simplefilter("ignore")
transformers.logging.set_verbosity_error()
transformers.set_seed(0)
torch.set_num_threads(1)

rows = [(torch.arange(16) * (1 + at % 3) + at) % 29 for at in range(128)]
data = [{"input_ids": row, "labels": row} for row in rows]
config = transformers.GPT2Config(n_layer=1, n_embd=32, n_head=2, vocab_size=29, n_positions=16)
model = transformers.GPT2LMHeadModel(config)
model.transformer.h[0].mlp.c_fc.requires_grad_(False)  # the fault: it was never trained

watch = WatchCallback(store=False, on_finding="stop")
with tempfile.TemporaryDirectory() as folder:
    arguments = transformers.TrainingArguments(
        output_dir=folder,
        report_to=[],
        disable_tqdm=True,
        save_strategy="no",
        use_cpu=True,
        learning_rate=1e-2,
        num_train_epochs=4,
    )
    trainer = transformers.Trainer(
        model=model, args=arguments, train_dataset=data, callbacks=[watch]
    )
    trainer.train()

print(f"stopped after {trainer.state.global_step} of {trainer.state.max_steps} steps")
finding = watch.findings[0]
print(f"{finding.title}\n  {finding.because}")
