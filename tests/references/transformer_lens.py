"""
Models in TransformerLens' own layout, written as architectures.py is: each head's matrices for themselves, norms or none,
positions added to the stream or to what queries and keys read. python3 transformer_lens.py check FOLDER | make OUT
"""
import json
import os
import sys

import torch

import safetensors_file
from architectures import ACTIVATIONS, causal


def sites(config, tensors, ids):
    """Every activation under TransformerLens' name."""
    found = {}

    def keep(name, tensor):
        found[name] = tensor
        return tensor

    def norm(x, name):
        if config["normalization_type"] is None:
            return x
        if config["normalization_type"] == "LN":
            x = x - x.mean(-1, keepdim=True)
        scale = keep(f"{name}.hook_scale", (x.pow(2).mean(-1, keepdim=True) + config["eps"]).sqrt())
        normalized = keep(f"{name}.hook_normalized", x / scale)
        return normalized * tensors[f"{name}.w"] + (tensors[f"{name}.b"] if config["normalization_type"] == "LN" else 0)

    shortformer = config["positional_embedding_type"] == "shortformer"
    x = keep("hook_embed", tensors["embed.W_E"][ids])
    positions = keep("hook_pos_embed", tensors["pos_embed.W_pos"][:ids.shape[1]].expand(x.shape))
    x = x if shortformer else x + positions
    for i in range(config["n_layers"]):
        block = f"blocks.{i}."
        x = keep(block + "hook_resid_pre", x)
        read = norm(x, block + "ln1")
        placed = read + positions if shortformer else read
        q, k, v = (keep(f"{block}attn.hook_{part}", torch.einsum("bpd,hde->bphe", source, tensors[f"{block}attn.W_{part.upper()}"])
                        + tensors[f"{block}attn.b_{part.upper()}"])
                   for part, source in (("q", placed), ("k", placed), ("v", read)))
        scores = torch.einsum("bqhe,bkhe->bhqk", q, k) / config["attn_scale"]
        scores = keep(block + "attn.hook_attn_scores", scores.masked_fill(~causal(ids.shape[1]), float("-inf")))
        pattern = keep(block + "attn.hook_pattern", scores.softmax(-1))
        z = keep(block + "attn.hook_z", torch.einsum("bhqk,bkhe->bqhe", pattern, v))
        result = keep(block + "attn.hook_result", torch.einsum("bqhe,hed->bqhd", z, tensors[block + "attn.W_O"]))
        out = keep(block + "hook_attn_out", result.sum(2) + tensors[block + "attn.b_O"])
        if not config["attn_only"]:
            mid = x + out if config["parallel_attn_mlp"] else keep(block + "hook_resid_mid", x + out)
            pre = norm(x if config["parallel_attn_mlp"] else mid, block + "ln2") @ tensors[block + "mlp.W_in"]
            pre = keep(block + "mlp.hook_pre", pre + tensors[block + "mlp.b_in"])
            post = keep(block + "mlp.hook_post", ACTIVATIONS[config["act_fn"]](pre))
            out = out + keep(block + "hook_mlp_out", post @ tensors[block + "mlp.W_out"] + tensors[block + "mlp.b_out"])
        x = keep(block + "hook_resid_post", x + out)
    keep("logits", norm(x, "ln_final") @ tensors["unembed.W_U"] + tensors["unembed.b_U"])
    return found


SHAPE = dict(n_layers=2, d_model=24, n_ctx=32, d_head=8, n_heads=3, d_vocab=40, eps=1e-5, attn_scale=8 ** 0.5)
FOLDERS = {
    "tl_shortformer": dict(SHAPE, attn_only=True, normalization_type=None, positional_embedding_type="shortformer"),
    "tl_parallel_mlp": dict(SHAPE, attn_only=False, d_mlp=32, act_fn="gelu_new", normalization_type="RMS", parallel_attn_mlp=True,
                            positional_embedding_type="standard"),
}


def shapes(config):
    heads, d, d_head, vocab = (config[k] for k in ("n_heads", "d_model", "d_head", "d_vocab"))
    norms = [] if config["normalization_type"] is None else ["ln1"] + ([] if config["attn_only"] else ["ln2"])
    yield from (("embed.W_E", (vocab, d)), ("pos_embed.W_pos", (config["n_ctx"], d)), ("unembed.W_U", (d, vocab)),
                ("unembed.b_U", (vocab,)))
    if norms:
        yield "ln_final.w", (d,)
    for i in range(config["n_layers"]):
        block = f"blocks.{i}."
        for part in "QKV":
            yield f"{block}attn.W_{part}", (heads, d, d_head)
            yield f"{block}attn.b_{part}", (heads, d_head)
        yield from ((block + "attn.W_O", (heads, d_head, d)), (block + "attn.b_O", (d,)))
        yield from ((f"{block}{norm}.w", (d,)) for norm in norms)
        if not config["attn_only"]:
            yield from ((block + "mlp.W_in", (d, config["d_mlp"])), (block + "mlp.b_in", (config["d_mlp"],)),
                        (block + "mlp.W_out", (config["d_mlp"], d)), (block + "mlp.b_out", (d,)))


def make(folder, config, seed):
    generator = torch.Generator().manual_seed(seed)
    tensors = {}
    for name, shape in shapes(config):
        noise = torch.randn(shape, generator=generator)
        gain = 1 + 0.3 * noise if name.endswith(".w") else 0.3 * noise
        tensors[name] = gain if len(shape) == 1 or ".b_" in name or "embed." in name else 1.2 * noise / shape[-2] ** 0.5
    ids = torch.randint(0, config["d_vocab"], (2, 14), generator=generator)
    found = sites(config, {name: t.double() for name, t in tensors.items()}, ids)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "tl_config.json"), "w") as file:
        json.dump(config, file, indent=1)
        file.write("\n")
    made_by = {"made_by": "tests/references/transformer_lens.py of Hooke: float64 run of these weights, rounded to float32"}
    safetensors_file.write(os.path.join(folder, "model.safetensors"), tensors, {})
    safetensors_file.write(os.path.join(folder, "tl_reference.safetensors"),
                           {"input_ids": ids, **{name: t.float() for name, t in found.items()}}, made_by)


def check(folder):
    with open(os.path.join(folder, "tl_config.json")) as file:
        config = {"parallel_attn_mlp": False, **json.load(file)}
    expected = safetensors_file.read(os.path.join(folder, "tl_reference.safetensors"))
    found = sites(config, safetensors_file.read(os.path.join(folder, "model.safetensors")), expected["input_ids"])
    for name in sorted(set(found) & set(expected)):
        a, b = found[name].double(), expected[name].double()
        finite = b.isfinite()
        assert torch.equal(a[~finite], b[~finite]), name
        print(f"{name:36} {float((a[finite] - b[finite]).norm() / b[finite].norm()):.2e}")


if __name__ == "__main__":
    if sys.argv[1] == "check":
        check(sys.argv[2])
    else:
        for number, (name, config) in enumerate(FOLDERS.items()):
            make(os.path.join(sys.argv[2], name), config, 20260201 + number)
