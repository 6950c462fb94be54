"""What transformers computes for a directory, beside what we did. Started by check_hf.py in an environment that has
torch; a JSON line on standard input asks for a directory, a JSON line on standard output answers."""
import json
import os
import sys

os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", TRANSFORMERS_VERBOSITY="error")

import numpy  # noqa: E402
import torch  # noqa: E402
from safetensors.numpy import load_file  # noqa: E402
from transformers import LlamaForCausalLM  # noqa: E402
from transformers.utils import logging  # noqa: E402


def load(folder, dtype):
    """The model as anyone would load it, with plain attention; a weight that is not found would be made up silently."""
    model, info = LlamaForCausalLM.from_pretrained(folder, dtype=dtype, attn_implementation="eager",
                                                   output_loading_info=True)
    wrong = {kind: sorted(map(str, names)) for kind, names in info.items() if names and kind != "error_msgs"}
    if wrong:
        raise ValueError(f"transformers loads {folder} with {wrong}")
    return model.eval()


def logits_of(model, tokens):
    """[positions, vocab], in double, of one request."""
    with torch.no_grad():
        return model(torch.tensor([tokens])).logits[0].double().numpy()


def top_two(row):
    second, first = numpy.partition(row, -2)[-2:]
    return first, first - second


def largest_error(ours, theirs):
    """max |a - b| / (1 + |b|); infinity where anything is not finite."""
    worst = 0.0
    for a, b in zip(ours, theirs, strict=True):
        if a.shape != b.shape:
            raise ValueError(f"our logits are {list(a.shape)}, those of transformers {list(b.shape)}")
        error = (numpy.abs(a - b) / (1 + numpy.abs(b))).max()
        worst = max(worst, float(error) if numpy.isfinite(error) else numpy.inf)
    return worst


def choices(ours, theirs, needed):
    """In how many rows the best token is the same. Where the best two differ by no more than what is `needed` of a row,
    rounding may choose: too close to compare."""
    figures = {"compared": 0, "close": 0, "wrong": 0}
    for mine, row, gap_needed in zip(numpy.concatenate(ours), numpy.concatenate(theirs), needed, strict=True):
        clear = top_two(row)[1] > gap_needed
        figures["compared" if clear else "close"] += 1
        figures["wrong"] += int(clear and mine.argmax() != row.argmax())
    return figures


def root_mean_square(ours, theirs):
    return float(numpy.sqrt(numpy.mean(numpy.concatenate([(a - b).ravel() for a, b in zip(ours, theirs)]) ** 2)))


def greedy(model, tokens, ours, bound):
    """Greedy tokens of one request: how many are the same before the first choice that was too close to compare."""
    prompt = torch.tensor([tokens])
    made = model.generate(prompt, attention_mask=torch.ones_like(prompt), do_sample=False, max_new_tokens=ours["most"],
                          pad_token_id=0, output_logits=True, return_dict_in_generate=True)
    theirs, mine = made.sequences[0, len(tokens):].tolist(), ours["tokens"]
    for step, (token, row) in enumerate(zip(theirs, made.logits, strict=True)):
        if step < len(mine) and mine[step] == token:
            continue
        best, gap = top_two(row[0].double().numpy())
        return {"same": step, "wrong": int(gap > bound * (1 + abs(best)))}
    return {"same": len(theirs), "wrong": int(len(mine) != len(theirs))}


def answer(job):
    exact = load(job["folder"], torch.float32)
    theirs = [logits_of(exact, tokens) for tokens in job["requests"]]
    result = {}
    for dtype, asked in job["runs"].items():
        file = load_file(asked["logits"])
        ours = [file[f"logits_{i}"].astype(float) for i in range(len(theirs))]
        result[dtype] = {"error": largest_error(ours, theirs)}
        if dtype == "float32":
            needed = asked["bound"] * (1 + numpy.abs(numpy.concatenate(theirs).max(axis=1)))
        else:
            rounded = load(job["folder"], torch.bfloat16)
            their_own = [logits_of(rounded, tokens) for tokens in job["requests"]]
            needed = asked["clear"] * numpy.abs(numpy.concatenate(their_own) - numpy.concatenate(theirs)).max(axis=1)
            off = root_mean_square(ours, theirs)
            result[dtype] |= {"their_error": largest_error(their_own, theirs),
                              "ratio": off / root_mean_square(their_own, theirs),
                              "share": off / root_mean_square(theirs, [numpy.zeros_like(part) for part in theirs])}
        result[dtype] |= choices(ours, theirs, needed)
    steps = [greedy(exact, tokens, ours, job["runs"]["float32"]["bound"])
             for tokens, ours in zip(job["requests"], job["greedy"], strict=True)]
    result["greedy"] = {key: sum(step[key] for step in steps) for key in ("same", "wrong")}
    return result


def main():
    logging.disable_progress_bar()
    for line in sys.stdin:
        try:
            told = answer(json.loads(line))
        except Exception as error:  # one directory that cannot be compared must not end the others
            told = {"trouble": f"{type(error).__name__}: {error}"}
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
