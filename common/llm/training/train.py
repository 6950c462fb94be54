"""Trains the demo's model: seeded, resumable, on the CPU. Started by ./lab train-model, which makes its environment.

The run lives in a folder: tokenizer.model, state.pt (everything that the next step needs) and log.txt. The same command
goes on where the last one stopped. The same seed and number of threads give the same model."""
import argparse
import math
import random
import time
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F

import batches
import curriculum
import model as llama
import tokens as tokenizer
from curriculum import STAGES

LEARNING_RATE, WARM_UP, LAST_RATE = 2e-3, 40, 0.03
LANGUAGE_WEIGHT, LANGUAGE_POSITIONS = 0.1, 768
SAVE_SECONDS, TELL_SECONDS = 60, 10


@dataclass
class Progress:
    """Where the run stands; saved with it."""
    step: int = 0
    tokens: int = 0
    stage: int = 0
    stage_steps: int = 0
    stage_tokens: int = 0
    right: float = 0.0  # running share of right answers in this stage
    loss: float = 0.0
    seconds: float = 0.0


class Run:
    def __init__(self, folder, seed, budget, query_heads):
        self.folder, self.budget, self.seed, self.query_heads = folder, budget, seed, query_heads
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "tokenizer.model").exists():
            tokenizer.train(folder / "tokenizer.model", seed)
        self.tokens = tokenizer.Tokens(folder / "tokenizer.model")
        torch.manual_seed(seed)
        self.dice = random.Random(f"training {seed}")
        self.model = llama.crafted(len(self.tokens), query_heads)
        matrices = [weight for weight in self.model.parameters() if weight.dim() == 2]
        vectors = [weight for weight in self.model.parameters() if weight.dim() == 1]
        self.optimizer = torch.optim.AdamW([{"params": matrices, "weight_decay": 0.01}, {"params": vectors,
                                            "weight_decay": 0.0}], lr=LEARNING_RATE, betas=(0.9, 0.98), fused=True)
        self.progress = Progress()
        if (folder / "state.pt").exists():
            self._load()

    def _load(self):
        state = torch.load(self.folder / "state.pt", weights_only=False)
        for name in ("seed", "query_heads"):
            if state[name] != getattr(self, name):
                raise SystemExit(f"{self.folder} holds a run with {name} {state[name]}; expected {getattr(self, name)}")
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.progress = Progress(**state["progress"])
        self.dice.setstate(state["dice"])
        torch.set_rng_state(state["torch"])

    def save(self):
        half = self.folder / "state.pt.making"
        torch.save({"seed": self.seed, "query_heads": self.query_heads, "progress": vars(self.progress),
                    "model": self.model.state_dict(), "optimizer": self.optimizer.state_dict(),
                    "dice": self.dice.getstate(), "torch": torch.get_rng_state()}, half)
        half.replace(self.folder / "state.pt")

    def rate(self):
        """Warm-up, then level, then down along a line for the last third of the budget."""
        left = max(0.0, 1 - self.progress.tokens / self.budget)
        return LEARNING_RATE * min(1.0, (self.progress.step + 1) / WARM_UP, max(LAST_RATE, 3 * left))

    def step(self):
        stage, earlier = curriculum.stage_for(self.dice, self.progress.stage)
        batch = batches.make(self.dice, self.tokens, stage.length, stage.sequences,
                             STAGES[self.progress.stage].style, stage.repeats, stage.respelled)
        places = batches.positions(self.dice, stage.length, curriculum.LONGEST)
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate()
        loss, right = self._learn(batch, places)
        self._count(stage, earlier, loss, right)

    def _learn(self, batch, places):
        """One step of the optimizer; (loss of the answers, share of the questions answered rightly)."""
        asked = (batch.marks.flatten() == batches.IN_ANSWER).nonzero()[:, 0]
        other = (batch.marks.flatten() == batches.LANGUAGE).nonzero()[:, 0]
        other = other[torch.randperm(len(other))[:LANGUAGE_POSITIONS]]
        picked, wanted = torch.cat((asked, other)), batch.ids[:, 1:].flatten()
        with torch.autocast("cpu", torch.bfloat16):
            x = llama.hidden(self.model, batch.ids[:, :-1].contiguous(), *llama.rotations(self.model, places))
            logits = self.model.lm_head(x.flatten(0, 1)[picked]).float()
        losses = F.cross_entropy(logits, wanted[picked], reduction="none")
        loss = losses[:len(asked)].mean()
        (loss + LANGUAGE_WEIGHT * losses[len(asked):].mean()).backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad()
        hit = torch.zeros(batch.marks.numel(), dtype=torch.bool)
        hit[picked] = logits.argmax(-1) == wanted[picked]
        hit = hit.view(batch.marks.shape)
        told = [bool(hit[row, first:first + size].all()) for row, first, size in batch.answers]
        return loss.item(), sum(told) / max(1, len(told))

    def _count(self, stage, earlier, loss, right):
        now = self.progress
        now.step += 1
        now.tokens += stage.length * stage.sequences
        now.stage_tokens += stage.length * stage.sequences
        if earlier:
            return
        now.stage_steps += 1
        keep = min(curriculum.KEPT, 1 - 1 / now.stage_steps)
        now.right = keep * now.right + (1 - keep) * right
        now.loss = keep * now.loss + (1 - keep) * loss
        limit = STAGES[now.stage]
        enough = now.stage_steps >= curriculum.FEWEST_STEPS and now.right > limit.enough
        if now.stage + 1 < len(STAGES) and (enough or now.stage_tokens > limit.most):
            self.tell("passed" if enough else "left")
            now.stage, now.stage_steps, now.stage_tokens = now.stage + 1, 0, 0

    def tell(self, word=""):
        now = self.progress
        line = (f"{now.seconds:6.0f} s  step {now.step:5}  {now.tokens / 1e6:6.2f} M tokens  length "
                f"{STAGES[now.stage].length:4}  right {now.right:6.1%}  loss {now.loss:.3f}  "
                f"rate {self.rate():.1e} {word}")
        with open(self.folder / "log.txt", "a") as log:
            print(line.rstrip(), file=log)
        return line


def train(run, seconds, bar):
    """Until the budget of tokens or of time is used."""
    started, saved, told, before = time.monotonic(), 0.0, 0.0, run.progress.seconds
    while run.progress.tokens < run.budget:
        run.step()
        spent = time.monotonic() - started
        run.progress.seconds = before + spent
        bar.update(run.progress.tokens, run.budget)
        if spent - told > TELL_SECONDS:
            told = spent
            run.tell()
        if spent - saved > SAVE_SECONDS:
            saved = spent
            run.save()
        if spent > seconds:
            break
    run.save()


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
                                     epilog="Example: train.py --out build/model --seed 1 --threads 2 --minutes 60")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="the run; goes on if there is one")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--query-heads", type=int, default=llama.KV_HEADS, metavar="N",
                        help=f"a multiple of the {llama.KV_HEADS} KV heads (default: {llama.KV_HEADS})")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--tokens", type=float, default=32e6, help="to train on in all (default: 32e6)")
    parser.add_argument("--minutes", type=float, default=math.inf, help="stop after so long; the next call goes on")
    return parser.parse_args()


def main():
    from lab.services.terminal import Progress as Bar
    given = arguments()
    torch.set_num_threads(given.threads)
    run = Run(given.out, given.seed, given.tokens, given.query_heads)
    with Bar(f"Training in {given.out}") as bar:
        train(run, given.minutes * 60, bar)
    print(run.tell("stopped").strip())


if __name__ == "__main__":
    main()
