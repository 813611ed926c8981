"""GPT-2 in PyTorch, written by hand: packed queries, keys and values, fused operations where PyTorch has them."""

import json
import math

import numpy
import torch
import torch.nn.functional as F


def read_safetensors(path):
    """All float32 tensors of a file: a header's length, the header as JSON, the numbers."""
    data = numpy.fromfile(path, dtype=numpy.uint8)
    length = int(data[:8].view("<u8")[0])
    header = json.loads(data[8:8 + length].tobytes())
    header.pop("__metadata__", None)
    body = data[8 + length:]
    tensors = {}
    for name, entry in header.items():
        assert entry["dtype"] == "F32", name
        start, end = entry["data_offsets"]
        values = body[start:end].copy().view("<f4")
        tensors[name.removeprefix("transformer.")] = torch.from_numpy(values).reshape(entry["shape"])
    return tensors


class Gpt2:
    """The forward pass; `keep` is a dict that takes every activation under TransformerLens' name, or None."""

    def __init__(self, folder):
        with open(f"{folder}/config.json", encoding="utf-8") as file:
            config = json.load(file)
        self.layers, self.heads, self.width = config["n_layer"], config["n_head"], config["n_embd"]
        self.epsilon = config["layer_norm_epsilon"]
        self.weights = read_safetensors(f"{folder}/model.safetensors")
        self.masks = {}

    def linear(self, x, name):
        """[..., in] to [..., out] by a matrix [in, out] and a bias."""
        weight, bias = self.weights[name + ".weight"], self.weights[name + ".bias"]
        rows = x.reshape(-1, weight.shape[0])
        # OpenBLAS is many times slower at a product of one row than at the same as a matrix and a vector.
        flat = torch.addmv(bias, weight.t(), rows[0]) if len(rows) == 1 else torch.addmm(bias, rows, weight)
        return flat.view(*x.shape[:-1], weight.shape[1])

    def norm(self, x, name, keep=None, site=None):
        gain, bias = self.weights[name + ".weight"], self.weights[name + ".bias"]
        if keep is None:
            return F.layer_norm(x, (self.width,), gain, bias, self.epsilon)
        normalized, _, inverse = torch.native_layer_norm(x, (self.width,), None, None, self.epsilon)
        keep[site + ".hook_scale"] = inverse.reciprocal()
        keep[site + ".hook_normalized"] = normalized
        return torch.addcmul(bias, normalized, gain)

    def mask(self, positions):
        """0 up to the query's position, -inf after it."""
        if positions not in self.masks:
            self.masks[positions] = torch.full((positions, positions), -math.inf).triu(1)
        return self.masks[positions]

    def attend(self, x, layer, keep=None):
        """The heads' z [batch, pos, head, d_head] from the residual stream entering a layer."""
        batch, positions, _ = x.shape
        normed = self.norm(x, f"h.{layer}.ln_1", keep, f"blocks.{layer}.ln1")
        q, k, v = self.linear(normed, f"h.{layer}.attn.c_attn").view(batch, positions, 3, self.heads, -1).unbind(2)
        width, square = q.shape[-1], (batch, self.heads, positions, positions)

        def flat(heads):
            return heads.transpose(1, 2).reshape(batch * self.heads, positions, width)

        scores = torch.baddbmm(
            self.mask(positions), flat(q), flat(k).transpose(1, 2), alpha=1 / math.sqrt(width)).view(square)
        pattern = torch.softmax(scores, -1)
        z = torch.bmm(pattern.flatten(0, 1), flat(v)).view(batch, self.heads, positions, width).transpose(1, 2)
        if keep is not None:
            site = f"blocks.{layer}.attn."
            keep[site + "hook_q"], keep[site + "hook_k"], keep[site + "hook_v"] = q, k, v
            keep[site + "hook_attn_scores"], keep[site + "hook_pattern"], keep[site + "hook_z"] = scores, pattern, z
        return z

    def mlp(self, mid, layer, keep=None):
        """What the MLP adds, from the residual stream after attention."""
        site = f"blocks.{layer}."
        pre = self.linear(self.norm(mid, f"h.{layer}.ln_2", keep, site + "ln2"), f"h.{layer}.mlp.c_fc")
        post = F.gelu(pre, approximate="tanh")
        if keep is not None:
            keep[site + "mlp.hook_pre"], keep[site + "mlp.hook_post"] = pre, post
        return self.linear(post, f"h.{layer}.mlp.c_proj")

    def finish(self, x, z, layer, keep=None):
        """The residual stream after a block, from that entering it and its heads' z."""
        attn_out = self.linear(z.flatten(2), f"h.{layer}.attn.c_proj")
        mid = x + attn_out
        mlp_out = self.mlp(mid, layer, keep)
        after = mid + mlp_out
        if keep is not None:
            site = f"blocks.{layer}."
            keep[site + "hook_resid_pre"], keep[site + "hook_resid_mid"] = x, mid
            keep[site + "hook_resid_post"] = after
            keep[site + "hook_attn_out"], keep[site + "hook_mlp_out"] = attn_out, mlp_out
        return after

    def block(self, x, layer, keep=None):
        """The residual stream after a block."""
        return self.finish(x, self.attend(x, layer, keep), layer, keep)

    def embed(self, tokens, keep=None):
        token = F.embedding(tokens, self.weights["wte.weight"])
        position = self.weights["wpe.weight"][:tokens.shape[1]].expand_as(token)
        if keep is not None:
            keep["hook_embed"], keep["hook_pos_embed"] = token, position
        return token + position

    def unembed(self, x, keep=None):
        normed, weight = self.norm(x, "ln_f", keep, "ln_final"), self.weights["wte.weight"]
        if x.numel() == self.width:  # one row, as above
            logits = torch.mv(weight, normed.flatten()).view(*x.shape[:-1], -1)
        else:
            logits = F.linear(normed, weight)
        if keep is not None:
            keep["logits"] = logits
        return logits

    def run(self, tokens, keep=None):
        """Logits of every position [batch, pos, vocabulary]."""
        x = self.embed(tokens, keep)
        for layer in range(self.layers):
            x = self.block(x, layer, keep)
        return self.unembed(x, keep)
