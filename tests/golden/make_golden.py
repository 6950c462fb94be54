"""Makes the golden files of this folder: small random Llama directories and what transformers computes for them.

    python make_golden.py [FOLDER]        default: the folder of this script

Needs torch, transformers (5 or newer, for the newer style of config.json), safetensors and numpy: `./lab check-hf`
leaves such a Python in build/deps/check-hf/bin/python. Nothing that builds or tests RadixLab needs it: the files are
committed, and the test reads them. The files here were made with torch 2.11.0 and transformers 5.23.0.

A directory holds config.json, the weights, in some generation_config.json, and
  tokens.txt            one request, ids separated by spaces, as `generate --tokens` reads it
  greedy.txt            the tokens that generate() of transformers goes on with, up to and with a stop token
  logits.safetensors    `logits_0` [positions, vocab_size] float32, as `generate --logits-out` writes it: computed in
                        float32 with plain attention from the weights as they are stored; and `bfloat16_0`, the same
                        computed in bfloat16, where the weights are bfloat16
"""

import json
import sys
from pathlib import Path

import numpy
import torch
from safetensors.torch import save_file
from transformers import LlamaConfig, LlamaForCausalLM

POSITIONS = 37   # a multiple of no page size
NEW_TOKENS = 12  # at most
CLEAR = 0.02     # of 1 + |logit|: what the best token is ahead at every greedy step, a hundred times the test's bound


def sizes(vocab, hidden, layers, heads, kv_heads, head_dim, inner, tied, eps=1e-5):
    """No dimension is a multiple of another that it could be mistaken for."""
    return dict(vocab_size=vocab, hidden_size=hidden, num_hidden_layers=layers, num_attention_heads=heads,
                num_key_value_heads=kv_heads, head_dim=head_dim, intermediate_size=inner, max_position_embeddings=96,
                rms_norm_eps=eps, tie_word_embeddings=tied)


LLAMA3 = dict(factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=64)

# name: sizes, type of the weights, files, keys of the rotary embedding, where the stop tokens stand
CASES = {
    "old-float32-gqa": (sizes(83, 30, 2, 6, 2, 14, 34, False), torch.float32, 1,
                        dict(rope_theta=10000.0, rope_scaling=None), "number"),
    "new-bfloat16-tied-sharded": (sizes(149, 35, 3, 5, 1, 8, 46, True, 1e-6), torch.bfloat16, 3,
                                  dict(rope_parameters={"rope_theta": 500000.0, "rope_type": "default"}), "list"),
    "old-float16-linear": (sizes(97, 33, 2, 3, 3, 14, 46, False), torch.float16, 1,
                           dict(rope_theta=10000.0, rope_scaling={"type": "linear", "factor": 4.0}), "list"),
    "new-float16-linear-sharded": (sizes(131, 36, 2, 4, 2, 10, 46, True), torch.float16, 2,
                                   dict(rope_parameters={"rope_theta": 12345.5, "rope_type": "linear", "factor": 2.5}),
                                   "generation_config"),
    "old-bfloat16-llama3": (sizes(109, 24, 2, 8, 1, 18, 38, False), torch.bfloat16, 1,
                            dict(rope_theta=10000.0, rope_scaling={"rope_type": "llama3", **LLAMA3}),
                            "generation_config"),
    "new-bfloat16-llama3-tied": (sizes(127, 36, 2, 4, 2, 22, 46, True), torch.bfloat16, 1,
                                 dict(rope_parameters={"rope_theta": 500000.0, "rope_type": "llama3", **LLAMA3}),
                                 "list"),
}


def random_weights(shape, dtype, seed):
    """A model whose attention is far from uniform and whose norms are not all one."""
    torch.manual_seed(seed)
    model = LlamaForCausalLM(LlamaConfig(**shape))
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if weight.dim() == 1:
                weight.copy_(1 + 0.2 * torch.randn(weight.shape))
                continue
            wide = 3.0 if "q_proj" in name or "k_proj" in name else 2.0 if "embed" in name or "lm_head" in name else 1.0
            weight.normal_(0, wide / weight.shape[1] ** 0.5)
    tensors = {name: tensor.to(dtype).contiguous() for name, tensor in model.state_dict().items()}
    if shape["tie_word_embeddings"]:
        del tensors["lm_head.weight"]
    return tensors


def write_weights(folder, tensors, shards):
    if shards == 1:
        save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
        return
    names = list(tensors)
    weight_map = {name: f"model-{i * shards // len(names) + 1:05}-of-{shards:05}.safetensors"
                  for i, name in enumerate(names)}
    for file in sorted(set(weight_map.values())):
        save_file({n: tensors[n] for n in names if weight_map[n] == file}, folder / file, metadata={"format": "pt"})
    total = sum(t.numel() * t.element_size() for t in tensors.values())
    index = {"metadata": {"total_size": total}, "weight_map": weight_map}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index, indent=2) + "\n")


def write_config(folder, shape, dtype, rope, stops):
    keys = dict(architectures=["LlamaForCausalLM"], model_type="llama", hidden_act="silu", attention_bias=False,
                mlp_bias=False, bos_token_id=1, eos_token_id=stops)
    keys |= {"torch_dtype" if "rope_theta" in rope else "dtype": str(dtype).removeprefix("torch.")}
    (folder / "config.json").write_text(json.dumps({**keys, **shape, **rope}, indent=2) + "\n")


def load(folder, dtype):
    return LlamaForCausalLM.from_pretrained(folder, dtype=dtype, attn_implementation="eager").eval()


def greedy(folder, prompt):
    """The tokens, and by how much the choice that was closest was ahead."""
    made = load(folder, torch.float32).generate(prompt, attention_mask=torch.ones_like(prompt), do_sample=False,
                                                max_new_tokens=NEW_TOKENS, pad_token_id=0, output_logits=True,
                                                return_dict_in_generate=True)
    best = [row[0].topk(2).values for row in made.logits]
    return made.sequences[0, prompt.shape[1]:].tolist(), min(float((a - b) / (1 + a.abs())) for a, b in best)


def write_case(folder, seed, shape, dtype, shards, rope, stop_place):
    folder.mkdir(parents=True, exist_ok=True)
    write_weights(folder, random_weights(shape, dtype, seed), shards)
    ids = numpy.random.default_rng(seed).integers(3, shape["vocab_size"], POSITIONS).tolist()
    ids[20:24] = ids[4:8]  # a repeated passage, so that rotary positions matter
    prompt = torch.tensor([[1] + ids[1:]])

    (folder / "generation_config.json").unlink(missing_ok=True)  # of an earlier run: it would end the free one
    write_config(folder, shape, dtype, rope, None)
    free, _ = greedy(folder, prompt)
    new = [i for i in range(2, NEW_TOKENS) if free[i] not in free[:i]]
    if len(new) < 2:
        return False
    early, late = free[new[0]], free[new[1]]  # a reader that takes a list's first, or the wrong file, stops elsewhere
    stops = {"number": late, "list": [0, late], "generation_config": early}[stop_place]
    write_config(folder, shape, dtype, rope, stops)
    if stop_place == "generation_config":
        generation = {"do_sample": False, "eos_token_id": [0, late], "pad_token_id": 0}
        (folder / "generation_config.json").write_text(json.dumps(generation, indent=2) + "\n")

    tokens, ahead = greedy(folder, prompt)
    if ahead < CLEAR or tokens != free[:new[1] + 1]:
        return False
    (folder / "tokens.txt").write_text(" ".join(map(str, prompt[0].tolist())) + "\n")
    (folder / "greedy.txt").write_text(" ".join(map(str, tokens)) + "\n")
    with torch.no_grad():
        logits = {"logits_0": load(folder, torch.float32)(prompt).logits[0].contiguous()}
        if dtype == torch.bfloat16:
            logits["bfloat16_0"] = load(folder, torch.bfloat16)(prompt).logits[0].contiguous()
    save_file(logits, folder / "logits.safetensors")
    exact = logits["logits_0"]
    print(f"{folder.name}: seed {seed}, logits {list(exact.shape)}, deviation {exact.std():.2f}, greedy {tokens}, "
          f"at least {ahead:.2f} ahead")
    return True


def main():
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    for first, (name, case) in enumerate(CASES.items()):
        seeds = range(100 * first, 100 * first + 100)
        if not any(write_case(out / name, seed, *case) for seed in seeds):
            sys.exit(f"{name}: no seed of {len(seeds)} gives a greedy continuation that is clear at every step")


main()
