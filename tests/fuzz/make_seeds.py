"""Writes the seeds of the fuzz targets: small valid inputs, the same on every machine.

Usage: make_seeds.py OUT_FOLDER [REPLAY_FUZZ_MANAGER]    the program writes the stories of the manager's seeds; it is left
out where chapter 05 is not built
"""
import json
import pathlib
import random
import struct
import subprocess
import sys


def main() -> int:
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    out = pathlib.Path(sys.argv[1])
    for target, seeds in {"config": configs(), "safetensors": folders(), "tokenizer": tokenizers(),
                          "manager": calls(), "trace": traces()}.items():
        (out / target).mkdir(parents=True, exist_ok=True)
        for number, seed in enumerate(seeds):
            (out / target / f"{number:02}").write_bytes(seed)
    (out / "story").mkdir(exist_ok=True)
    for seed in sorted((out / "manager").iterdir()) if sys.argv[2:] else []:
        subprocess.run([sys.argv[2], seed, "--story", out / "story" / seed.name], check=True, stdout=subprocess.DEVNULL)
    return 0


def configs():
    sizes = {"vocab_size": 64, "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 24}
    llama = {"architectures": ["LlamaForCausalLM"], "model_type": "llama", **sizes}
    older = {**llama, "rope_theta": 10000.0, "rope_scaling": None, "torch_dtype": "bfloat16", "eos_token_id": 2}
    newer = {**llama, "rope_parameters": {"rope_theta": 5e5, "rope_type": "default"}, "dtype": "float16",
             "num_key_value_heads": 2, "head_dim": 8, "eos_token_id": [2, 3], "bos_token_id": 1, "rms_norm_eps": 1e-5,
             "tie_word_embeddings": True, "max_position_embeddings": 4096, "hidden_act": "silu", "mlp_bias": False}
    return [json.dumps(config).encode() for config in ({"model_type": "llama", **sizes}, older, newer)]


def shard(tensors):
    """A section of fuzz_safetensors: mode 'h', the bytes of data, the header."""
    header, end = {"__metadata__": {"format": "pt"}}, 0
    for name, dtype, shape, size in tensors:
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [end, end + size]}
        end += size
    return b"h" + bytes([end]) + json.dumps(header, separators=(",", ":")).encode()


def folders():
    one = shard([("a", "F32", [2, 3], 24), ("none", "F32", [0, 7], 0)])
    two = shard([("b", "BF16", [5], 10), ("c", "F16", [], 2), ("i", "I64", [1], 8)])
    index = json.dumps({"weight_map": {"a": "1.safetensors", "none": "1.safetensors", "b": "2.safetensors"}}).encode()
    header = b'{"u":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}}'
    raw = b"r\0" + struct.pack("<Q", len(header)) + header + b"xyz"
    return [b"\xff".join(sections) for sections in ((b"", one), (b"", two, one), (index, one, two), (b"", raw))]


def traces():
    lines = [[{"op": "config", "capacity": 64}, {"id": 1, "tokens": [1, 2, 3, 4, 5]}, {"id": "b", "tokens": [1, 2, 3, 4, 9], "cache_salt": 2},
              {"op": "match", "tokens": [1, 2]}, {"op": "mark", "label": "warm"},
              {"tokens": [7, 7], "output_tokens": [8], "priority": 1, "duration": 9, "cache_salt": "x"}],
             [{"timestamp": 1, "input_length": 5, "output_length": 2, "hash_ids": [3]}, {"input_length": 513, "hash_ids": [3, 4]}],
             [{"op": "story", "page_size": 4}, {"op": "request_ended", "tokens": [1, 2, 3, 4], "cache_salt": 0, "found": 2}]]
    return ["".join(f"{json.dumps(line)}\n" for line in one).encode() for one in lines]


def varint(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out + bytes([value]))


def field(number, content):
    return varint(number << 3 | 2) + varint(len(content)) + content


def number_field(number, value):
    return varint(number << 3) + varint(value)


def piece(text, kind=1, score=0.0):
    return field(1, field(1, text) + varint(2 << 3 | 5) + struct.pack("<f", score) + number_field(3, kind))


def tokenizers():
    """Unigram and BPE; with user-defined, control, byte and unused pieces; with normalisation rules; a self test."""
    start = piece(b"<unk>", 2) + piece(b"<s>", 3) + piece(b"</s>", 3)
    words = b"".join(piece(t, score=-i - 1.0) for i, t in enumerate([b"a", b"b", b"ab", b"bb", b"\xe2\x96\x81", b"\xe2\x96\x81ab"]))
    some_bytes = b"".join(piece(b"<0x%02X>" % i, 6) for i in range(256))
    others = piece(b"<mask>", 4) + piece(b"old", 5)
    kind = {name: field(2, number_field(3, i)) for i, name in enumerate(["unigram", "bpe", "word", "char"], start=1)}
    fallback = field(2, number_field(3, 2) + number_field(35, 1))
    test = field(4, field(1, field(1, b"ab") + field(2, b"\xe2\x96\x81ab")))
    return [start + words + kind["unigram"], start + words + others + kind["bpe"] + test, start + words + kind["word"],
            start + words + kind["char"] + field(3, rules()), start + words + some_bytes + fallback]


def rules():
    """`b` is replaced by `a`: a double array of 256 units (root, the unit of 'b', its text's place), and the text."""
    units = [0] * 256
    units[0] = 0  # the root's children: at 0 ^ byte
    units[ord("b")] = ord("b") | 1 << 8 | (ord("b") ^ 200) << 10
    units[200] = 1 << 31 | 0
    array = struct.pack("<256I", *units)
    return field(2, struct.pack("<I", len(array)) + array + b"a\0")


def calls():
    """Each manager of the ladder, at each page size and under each policy, and some more: an insert, then anything."""
    chance = random.Random(17)
    return [bytes([cell, 0, 2, 0x1b, 1, 0, 3, 0x1a, 1]) + chance.randbytes(30) for cell in range(40)]


if __name__ == "__main__":
    sys.exit(main())
