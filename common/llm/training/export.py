"""Writes a run as a Hugging Face folder: config.json, model.safetensors in bfloat16, tokenizer.model, doc_qa.json, and
documents/ of the generator with questions about them, none of which the model has seen."""
import argparse
import json
import random
import shutil
from pathlib import Path

import torch
from safetensors.torch import save_file

import documents
import model as llama
import tokens as tokenizer

DOCUMENTS = ("harbour", "towns", "registry", "almanac")
BUDGET, QUESTIONS = 2000, 8  # tokens a document; questions about each


def export_model(run, out):
    tokens = tokenizer.Tokens(run / "tokenizer.model")
    state = torch.load(run / "state.pt", weights_only=False)
    weights = {name: weight.to(torch.bfloat16).contiguous() for name, weight in state["model"].items()
               if name != "lm_head.weight"}  # the embedding, once more
    save_file(weights, out / "model.safetensors", metadata={"format": "pt"})
    (out / "model.safetensors").chmod(0o644)
    settings = llama.config(len(tokens), state["query_heads"]).to_dict() | {"architectures": ["LlamaForCausalLM"]}
    kept = ("architectures", "model_type", "hidden_act", "hidden_size", "intermediate_size", "num_hidden_layers",
            "num_attention_heads", "num_key_value_heads", "head_dim", "vocab_size", "rms_norm_eps",
            "max_position_embeddings", "tie_word_embeddings", "attention_bias", "mlp_bias", "bos_token_id",
            "eos_token_id")
    config = {key: settings[key] for key in kept}
    config |= {"rope_theta": settings["rope_parameters"]["rope_theta"], "torch_dtype": "bfloat16"}
    (out / "config.json").write_text(json.dumps(config, indent=1))
    template = {"template": "{document}" + tokenizer.QUESTION, "stop": "\n"}
    (out / "doc_qa.json").write_text(json.dumps(template, indent=2) + "\n")
    shutil.copy(run / "tokenizer.model", out)
    return tokens


def export_documents(tokens, seed, folder):
    """A question about every so many of the facts, so that what is asked stands early, in the middle and late."""
    folder.mkdir(exist_ok=True)
    lines = []
    for number, name in enumerate(DOCUMENTS):
        document = documents.make(random.Random(f"demo {seed} {number}"), BUDGET, lambda text: len(tokens(text)))
        (folder / f"{name}.txt").write_text(document.text)
        every = len(document.asked) // QUESTIONS
        lines += [json.dumps({"document": f"{name}.txt", "question": ask.question, "answer": ask.answer})
                  for ask in document.asked[every // 2::every][:QUESTIONS]]
    (folder / "questions.jsonl").write_text("\n".join(lines) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
                                     epilog="Example: export.py --run build/model --out build/checkpoint")
    parser.add_argument("--run", type=Path, required=True, metavar="FOLDER", help="of train.py")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--seed", type=int, default=1, help="of the documents")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    tokens = export_model(given.run, given.out)
    export_documents(tokens, given.seed, given.out / "documents")


if __name__ == "__main__":
    main()
