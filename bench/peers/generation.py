"""Greedy generation with a key-value cache allocated once."""

import math

import torch


def generate(model, prompt, count):
    """The likeliest next tokens, one after the other, and their logits."""
    positions = len(prompt) + count
    width = model.width // model.heads
    keys = torch.empty(model.layers, model.heads, positions, width)
    values = torch.empty_like(keys)
    read, start, tokens, logits = prompt, 0, [], []
    for _ in range(count):
        best = step(model, torch.tensor(read), start, keys, values).max(-1)
        start += len(read)
        read = [int(best.indices)]
        tokens += read
        logits.append(float(best.values))
    return tokens, logits


def step(model, tokens, start, keys, values):
    """Logits after the last of some tokens, which begin at a position; their keys and values join the cache."""
    count, end = len(tokens), start + len(tokens)
    x = model.weights["wte.weight"][tokens] + model.weights["wpe.weight"][start:end]
    for layer in range(model.layers):
        packed = model.linear(model.norm(x, f"h.{layer}.ln_1"), f"h.{layer}.attn.c_attn")
        q, k, v = packed.view(count, 3, model.heads, -1).permute(1, 2, 0, 3)
        keys[layer, :, start:end], values[layer, :, start:end] = k, v
        scores = q @ keys[layer, :, :end].transpose(1, 2) / math.sqrt(q.shape[-1])
        if count > 1:
            scores += model.mask(end)[start:]
        z = torch.softmax(scores, -1) @ values[layer, :, :end]
        mid = x + model.linear(z.transpose(0, 1).flatten(1), f"h.{layer}.attn.c_proj")
        x = mid + model.mlp(mid, layer)
    return model.unembed(x[-1])
