"""Greedy answers from a model's folder: a document's keys and values are computed once, each question goes on from
them."""
import copy
import json
from pathlib import Path

import torch
from transformers import LlamaForCausalLM

import tokens as tokenizer

MOST_NEW = 16  # tokens of an answer


class Reader:
    def __init__(self, folder, dtype=torch.float32):
        self.tokens = tokenizer.Tokens(Path(folder) / "tokenizer.model")
        self.model = LlamaForCausalLM.from_pretrained(folder, dtype=dtype).eval()

    @torch.no_grad()
    def read(self, text):
        """The cache of <s> and the document; layers[i].keys is [1, kv_heads, positions, head_dim]."""
        ids = [tokenizer.BEGIN] + self.tokens(text)
        return self.model(torch.tensor([ids]), use_cache=True).past_key_values

    @torch.no_grad()
    def answer(self, cache, question):
        """The cache is left as it was."""
        cache, said = copy.deepcopy(cache), []
        ids = self.tokens(tokenizer.QUESTION.format(question=question))
        while len(said) < MOST_NEW:
            logits = self.model(torch.tensor([ids]), past_key_values=cache, use_cache=True).logits
            ids = [int(logits[0, -1].argmax())]
            if ids[0] == self.tokens.newline:
                break
            said += ids
        return self.tokens.model.decode(said).strip()


def handwritten(folder):
    """[(document's text, [(question, answer)])] of a folder with questions.jsonl."""
    asked = [json.loads(line) for line in (folder / "questions.jsonl").read_text().splitlines()]
    names = sorted({ask["document"] for ask in asked})
    return [((folder / name).read_text().strip(), [(ask["question"], ask["answer"]) for ask in asked
                                                   if ask["document"] == name]) for name in names]
