"""Makes the folders of tests/golden that come from architectures.py: python3 make.py OUT. The same bytes every time."""
import json
import os
import sys

import torch

import safetensors_file
from architectures import reference

MADE_BY = "tests/references/make.py of Hooke: float64 run of these weights, rounded to float32"
COMMON = dict(hidden_size=32, intermediate_size=48, num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=64,
              vocab_size=64, rms_norm_eps=1e-6)
GEMMA3 = dict(hidden_activation="gelu_pytorch_tanh", head_dim=24, num_key_value_heads=1, query_pre_attn_scalar=20,
              sliding_window=8)
PATTERN = ["sliding_attention", "sliding_attention", "full_attention", "sliding_attention"]
LLAMA3 = dict(rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=16)


def local_and_global(full, theta=10000.0):
    return dict(rope_parameters=dict(full_attention=full, sliding_attention=dict(rope_type="default", rope_theta=theta)))


def rope(theta=10000.0, **more):
    return dict(rope_parameters=dict(rope_type="default", rope_theta=theta, **more))


# Each folder: what both layouts of the config have, what only that of transformers 4 has, what only that of 5 has.
FOLDERS = {
    "gpt_neo_windows": (
        dict(model_type="gpt_neo", hidden_size=32, num_heads=4, num_layers=3, window_size=6, vocab_size=64,
             max_position_embeddings=64, activation_function="gelu_new", layer_norm_epsilon=1e-5, intermediate_size=None,
             attention_types=[[["global", "local"], 1], [["local"], 1]], attention_layers=["global", "local", "local"]),
        {}, {}),
    "gpt_neox_sequential": (
        dict(model_type="gpt_neox", hidden_size=32, intermediate_size=64, num_attention_heads=4, num_hidden_layers=2,
             max_position_embeddings=64, vocab_size=64, hidden_act="gelu", layer_norm_eps=1e-5, use_parallel_residual=False,
             tie_word_embeddings=False),
        dict(rotary_pct=0.5, rotary_emb_base=10000), rope(partial_rotary_factor=0.5)),
    "llama3_rope": (
        dict(COMMON, model_type="llama", num_hidden_layers=2, hidden_act="silu", head_dim=16, tie_word_embeddings=True),
        dict(rope_theta=500000.0, rope_scaling=LLAMA3), dict(rope_parameters=dict(LLAMA3, rope_theta=500000.0))),
    "llama_biases": (
        dict(COMMON, model_type="llama", num_hidden_layers=2, hidden_act="silu", attention_bias=True, mlp_bias=True,
             tie_word_embeddings=False),
        dict(rope_theta=10000.0, rope_scaling=dict(type="linear", factor=4.0)),
        dict(rope_parameters=dict(rope_type="linear", factor=4.0, rope_theta=10000.0))),
    "mistral": (
        dict(COMMON, model_type="mistral", num_hidden_layers=3, hidden_act="silu", head_dim=24, sliding_window=8,
             tie_word_embeddings=False),
        dict(rope_theta=10000.0), rope()),
    "qwen2_windows": (
        dict(COMMON, model_type="qwen2", num_hidden_layers=3, hidden_act="silu", use_sliding_window=True, sliding_window=6,
             max_window_layers=1, tie_word_embeddings=True),
        dict(rope_theta=1000000.0),
        dict(rope(1000000.0), layer_types=["full_attention", "sliding_attention", "sliding_attention"])),
    "qwen3": (
        dict(COMMON, model_type="qwen3", num_hidden_layers=3, hidden_act="silu", head_dim=32, attention_bias=False,
             use_sliding_window=False, sliding_window=None, max_window_layers=3, tie_word_embeddings=True),
        dict(rope_theta=1000000.0, rope_scaling=None), rope(1000000.0)),
    "gemma": (
        dict(COMMON, model_type="gemma", num_hidden_layers=3, hidden_act="gelu_pytorch_tanh", head_dim=16,
             num_key_value_heads=1, hidden_activation="gelu_pytorch_tanh"),
        dict(rope_theta=10000.0), dict(rope(), tie_word_embeddings=True)),
    "gemma3_text": (
        {**COMMON, **GEMMA3, "model_type": "gemma3_text", "num_hidden_layers": 4},
        dict(rope_theta=1000000.0, rope_local_base_freq=10000.0, rope_scaling=None, sliding_window_pattern=3),
        dict(local_and_global(dict(rope_type="default", rope_theta=1000000.0)), layer_types=PATTERN)),
    "gemma3_text_ropescaled": (
        {**COMMON, **GEMMA3, "model_type": "gemma3_text", "num_hidden_layers": 3},
        dict(rope_theta=1000000.0, rope_local_base_freq=10000.0, rope_scaling=dict(rope_type="linear", factor=8.0),
             sliding_window_pattern=3),
        dict(local_and_global(dict(rope_type="linear", factor=8.0, rope_theta=1000000.0)), layer_types=PATTERN[:3])),
}


def shapes(config):
    """Hugging Face's tensor names with their shapes."""
    kind, d, vocab = config["model_type"], config["hidden_size"], config["vocab_size"]
    if kind == "gpt_neo":
        yield "transformer.wte.weight", (vocab, d)
        yield "transformer.wpe.weight", (config["max_position_embeddings"], d)
        yield from norm("transformer.ln_f", d)
        for i in range(config["num_layers"]):
            block = f"transformer.h.{i}."
            for part in "qkv":
                yield f"{block}attn.attention.{part}_proj.weight", (d, d)
            yield from linear(block + "attn.attention.out_proj", d, d)
            yield from linear(block + "mlp.c_fc", d, 4 * d)
            yield from linear(block + "mlp.c_proj", 4 * d, d)
            yield from norm(block + "ln_1", d)
            yield from norm(block + "ln_2", d)
    elif kind == "gpt_neox":
        yield "gpt_neox.embed_in.weight", (vocab, d)
        yield "embed_out.weight", (vocab, d)
        yield from norm("gpt_neox.final_layer_norm", d)
        for i in range(config["num_hidden_layers"]):
            block = f"gpt_neox.layers.{i}."
            yield from linear(block + "attention.query_key_value", d, 3 * d)
            yield from linear(block + "attention.dense", d, d)
            yield from linear(block + "mlp.dense_h_to_4h", d, config["intermediate_size"])
            yield from linear(block + "mlp.dense_4h_to_h", config["intermediate_size"], d)
            yield from norm(block + "input_layernorm", d)
            yield from norm(block + "post_attention_layernorm", d)
    else:
        yield from llama_shapes(config)


def llama_shapes(config):
    kind, d, vocab = config["model_type"], config["hidden_size"], config["vocab_size"]
    q_heads, kv_heads = config["num_attention_heads"], config["num_key_value_heads"]
    d_head, d_mlp = config.get("head_dim") or d // q_heads, config["intermediate_size"]
    biases = config.get("attention_bias", False)
    yield "model.embed_tokens.weight", (vocab, d)
    yield "model.norm.weight", (d,)
    if config.get("tie_word_embeddings") is False:
        yield "lm_head.weight", (vocab, d)
    for i in range(config["num_hidden_layers"]):
        block = f"model.layers.{i}."
        for part, count in (("q", q_heads), ("k", kv_heads), ("v", kv_heads)):
            yield from linear(f"{block}self_attn.{part}_proj", d, count * d_head, biases or kind == "qwen2")
        yield from linear(block + "self_attn.o_proj", q_heads * d_head, d, biases)
        for part, inputs, outputs in (("gate", d, d_mlp), ("up", d, d_mlp), ("down", d_mlp, d)):
            yield from linear(f"{block}mlp.{part}_proj", inputs, outputs, config.get("mlp_bias", False))
        yield block + "input_layernorm.weight", (d,)
        yield block + "post_attention_layernorm.weight", (d,)
        if kind == "gemma3_text":
            yield block + "pre_feedforward_layernorm.weight", (d,)
            yield block + "post_feedforward_layernorm.weight", (d,)
        if kind in ("gemma3_text", "qwen3"):
            yield block + "self_attn.q_norm.weight", (d_head,)
            yield block + "self_attn.k_norm.weight", (d_head,)


def linear(name, inputs, outputs, has_bias=True):
    yield name + ".weight", (outputs, inputs)
    if has_bias:
        yield name + ".bias", (outputs,)


def norm(name, width):
    yield name + ".weight", (width,)
    yield name + ".bias", (width,)


def draw(config, generator):
    """Random weights of which bfloat16 holds every digit: nothing is nought or one, so that nothing can be forgotten."""
    gemma = config["model_type"].startswith("gemma")
    tensors = {}
    for name, shape in shapes(config):
        noise = torch.randn(shape, generator=generator)
        if "embed" in name or "wte" in name or "wpe" in name:
            weight = 0.4 * noise
        elif len(shape) == 2:
            weight = 1.2 * noise / shape[1] ** 0.5
        elif name.endswith(".bias"):
            weight = 0.3 * noise
        else:
            weight = (0.0 if gemma else 1.0) + 0.3 * noise
        tensors[name] = weight.to(torch.bfloat16)
    return tensors


def make(folder, parts, seed):
    both, four, five = parts
    generator = torch.Generator().manual_seed(seed)
    tensors = draw({**both, **four}, generator)
    ids = torch.randint(0, 64, (2, 16), generator=generator)
    config, config5 = {**both, **four, "torch_dtype": "bfloat16"}, {**both, **five, "dtype": "bfloat16"}
    found = reference(config, tensors, ids, torch.float64)
    again = reference(config5, tensors, ids, torch.float64)
    assert all(torch.equal(found[name], again[name]) for name in found), "the two layouts of the config differ"
    rounded = {name: t if t.dtype == torch.int64 else t.float() for name, t in found.items()}
    os.makedirs(folder, exist_ok=True)
    for name, content in (("config.json", config), ("config.v5.json", config5)):
        with open(os.path.join(folder, name), "w") as file:
            json.dump(content, file, indent=2)
            file.write("\n")
    safetensors_file.write(os.path.join(folder, "model.safetensors"), tensors, {"format": "pt"})
    safetensors_file.write(os.path.join(folder, "reference.safetensors"), rounded, {"made_by": MADE_BY})
    top = found["logits"][:, -1].topk(2).values
    peak = max(float(t.max(-1).values.mean()) for n, t in found.items() if n.startswith("attn_pattern"))
    print(f"{folder}: largest logit {found['logits'].abs().max():.1f}, best two {(top[:, 0] - top[:, 1]).min():.2f} apart, "
          f"mean largest attention {peak:.2f}")


if __name__ == "__main__":
    torch.set_num_threads(1)
    for number, (name, parts) in enumerate(FOLDERS.items()):
        make(os.path.join(sys.argv[1], name), parts, 20260101 + number)
