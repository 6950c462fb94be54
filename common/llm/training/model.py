"""The model: transformers' own Llama, so that what is trained is what anyone loads."""
import torch
import torch.nn.functional as F
from transformers import LlamaConfig, LlamaForCausalLM

from craft import Crafter


KV_HEADS, HEAD = 4, 32


def config(pieces, query_heads=KV_HEADS):
    return LlamaConfig(
        vocab_size=pieces, hidden_size=128, intermediate_size=384, num_hidden_layers=4,
        num_attention_heads=query_heads, num_key_value_heads=KV_HEADS, head_dim=HEAD,
        rms_norm_eps=1e-5, max_position_embeddings=4096, tie_word_embeddings=True,
        bos_token_id=1, eos_token_id=2, rope_parameters={"rope_type": "default", "rope_theta": 1e7},
        attn_implementation="sdpa")


def crafted(pieces, query_heads=KV_HEADS):
    """A model at the start that craft.py explains; query heads that share a KV head share its role."""
    model = LlamaForCausalLM(config(pieces))
    Crafter(model).craft()
    return model if query_heads == KV_HEADS else _grouped(model, LlamaForCausalLM(config(pieces, query_heads)))


@torch.no_grad()
def _grouped(model, grouped):
    """Each query head becomes several on the same KV head, almost equal, that write its output between them."""
    each = grouped.config.num_attention_heads // KV_HEADS
    state = model.state_dict()
    for name, weight in state.items():
        if name.endswith("q_proj.weight"):
            copies = weight.view(KV_HEADS, 1, HEAD, -1).expand(-1, each, -1, -1).flatten(0, 2)
            state[name] = copies + 0.02 * torch.randn_like(copies)
        if name.endswith("o_proj.weight"):
            state[name] = weight.view(-1, KV_HEADS, 1, HEAD).expand(-1, -1, each, -1).flatten(1) / each
    grouped.load_state_dict(state)
    return grouped


def rotations(model, positions):
    """(cos, sin) [1, positions, head_dim] of any positions, with gaps between them or without."""
    return model.model.rotary_emb(torch.empty(0), positions[None].float())


def hidden(model, ids, cos, sin):
    """[sequences, positions, width] after the last norm, in bfloat16 where autocast says so."""
    x = model.model.embed_tokens(ids)
    x = x.to(torch.bfloat16) if torch.is_autocast_enabled("cpu") else x
    for layer in model.model.layers:
        x = x + _attend(layer.self_attn, layer.input_layernorm(x), cos, sin)
        x = x + layer.mlp(layer.post_attention_layernorm(x))
    return model.model.norm(x)


def _attend(attention, x, cos, sin):
    split = (*x.shape[:2], -1, attention.head_dim)
    q, k, v = (part(x).view(split).transpose(1, 2) for part in (attention.q_proj, attention.k_proj, attention.v_proj))
    out = F.scaled_dot_product_attention(_turn(q, cos, sin), _turn(k, cos, sin), v, is_causal=True,
                                         enable_gqa=k.shape[1] != q.shape[1])
    return attention.o_proj(out.transpose(1, 2).flatten(2))


def _turn(x, cos, sin):
    a, b = x.chunk(2, -1)
    return x * cos[:, None].to(x.dtype) + torch.cat((-b, a), -1) * sin[:, None].to(x.dtype)
