"""Makes the golden files of this folder: two small random Llama directories and the logits that transformers computes.

    python make_golden.py [FOLDER]        default: the folder of this script

Needs torch, transformers (5 or newer, for the newer style of config.json), safetensors and numpy. Nothing that builds or
tests RadixLab needs it: the files are committed, and the test reads them. The files here were made with torch 2.11.0 and
transformers 5.23.0.

A directory holds config.json, the weights, tokens.txt (one request a line, ids separated by spaces, as `generate --tokens`
reads it) and logits.safetensors (tensor `logits_0` [positions, vocab_size] float32, as `generate --logits-out` writes it).
The logits are computed in float32 with plain attention, from the weights as they are stored.
"""

import json
import sys
from pathlib import Path

import numpy
import torch
from safetensors.torch import load_file, save_file
from transformers import LlamaConfig, LlamaForCausalLM

POSITIONS = 37  # a multiple of no page size

# No dimension is a multiple of another that it could be mistaken for; head_dim is not hidden_size / heads.
OLD = dict(vocab_size=211, hidden_size=60, num_hidden_layers=2, num_attention_heads=6, num_key_value_heads=2, head_dim=14,
           intermediate_size=76, max_position_embeddings=96, rms_norm_eps=1e-5, tie_word_embeddings=False)
NEW = dict(vocab_size=307, hidden_size=40, num_hidden_layers=3, num_attention_heads=5, num_key_value_heads=1, head_dim=8,
           intermediate_size=92, max_position_embeddings=128, rms_norm_eps=1e-6, tie_word_embeddings=True)


def random_model(sizes, theta, seed):
    """A model whose attention is far from uniform and whose norms are not all one."""
    torch.manual_seed(seed)
    config = LlamaConfig(**sizes, rope_parameters={"rope_type": "default", "rope_theta": theta},
                         bos_token_id=1, eos_token_id=2)
    model = LlamaForCausalLM(config)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if weight.dim() == 1:
                weight.copy_(1 + 0.2 * torch.randn(weight.shape))
                continue
            wide = 3.0 if "q_proj" in name or "k_proj" in name else 2.0 if "embed" in name or "lm_head" in name else 1.0
            weight.normal_(0, wide / weight.shape[1] ** 0.5)
    return model


def write_config(folder, sizes, **style):
    common = dict(architectures=["LlamaForCausalLM"], model_type="llama", hidden_act="silu", attention_bias=False,
                  mlp_bias=False, bos_token_id=1, eos_token_id=2)
    (folder / "config.json").write_text(json.dumps({**common, **sizes, **style}, indent=2) + "\n")


def write_weights(folder, model, dtype, shards):
    tensors = {name: tensor.to(dtype).contiguous() for name, tensor in model.state_dict().items()}
    if model.config.tie_word_embeddings:
        del tensors["lm_head.weight"]
    if shards == 1:
        save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
        return
    names = list(tensors)
    weight_map = {name: f"model-{i * shards // len(names) + 1:05}-of-{shards:05}.safetensors" for i, name in enumerate(names)}
    for file in sorted(set(weight_map.values())):
        save_file({n: tensors[n] for n in names if weight_map[n] == file}, folder / file, metadata={"format": "pt"})
    total = sum(t.numel() * t.element_size() for t in tensors.values())
    index = {"metadata": {"total_size": total}, "weight_map": weight_map}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index, indent=2) + "\n")


def write_logits(folder, seed):
    """Loads the directory as anyone would, and runs one prompt."""
    model = LlamaForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    ids = numpy.random.default_rng(seed).integers(3, model.config.vocab_size, POSITIONS).tolist()
    ids[20:24] = ids[4:8]  # a repeated passage, so that rotary positions matter
    with torch.no_grad():
        logits = model(torch.tensor([[1] + ids[1:]])).logits[0]
    (folder / "tokens.txt").write_text(" ".join(map(str, [1] + ids[1:])) + "\n")
    save_file({"logits_0": logits.contiguous()}, folder / "logits.safetensors")
    return logits


def main():
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    for name, sizes, theta, dtype, shards, seed in (
        ("old-float32-gqa", OLD, 10000.0, torch.float32, 1, 11),
        ("new-bfloat16-tied-sharded", NEW, 500000.0, torch.bfloat16, 3, 12),
    ):
        folder = out / name
        folder.mkdir(parents=True, exist_ok=True)
        write_weights(folder, random_model(sizes, theta, seed), dtype, shards)
        if name.startswith("old"):
            write_config(folder, sizes, rope_theta=theta, rope_scaling=None, torch_dtype="float32")
        else:
            write_config(folder, sizes, rope_parameters={"rope_theta": theta, "rope_type": "default"}, dtype="bfloat16")
        logits = write_logits(folder, seed)
        print(f"{name}: logits {list(logits.shape)}, deviation {logits.std():.2f}")


main()
