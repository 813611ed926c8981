"""Edge attribution patching with integrated gradients over all edges (Hanna et al. 2024, arXiv:2403.17806)."""

import math

import torch


class EdgeAttribution:
    """A prompt pair of one length; the metric is the logit difference at the last token.

    Components write in the order: input, then each layer's heads and its MLP. They read in the order: each layer's
    queries, keys and values head by head and its MLP, then the logits.
    """

    def __init__(self, model, clean, counterfactual, answer, foil):
        self.model, self.tokens = model, torch.tensor([clean, counterfactual])
        self.answer, self.foil = answer, foil
        self.read_weights, self.read_biases = [], []
        for layer in range(model.layers):
            # As [3 · head, d_model, d_head]: every head's query, key and value reads a stream of its own.
            weight = model.weights[f"h.{layer}.attn.c_attn.weight"]
            self.read_weights.append(weight.view(model.width, 3 * model.heads, -1).transpose(0, 1))
            self.read_biases.append(model.weights[f"h.{layer}.attn.c_attn.bias"].view(3 * model.heads, 1, -1))

    def scores(self, steps):
        """−⟨u(counterfactual) − u(clean), mean of ∂m/∂v⟩ of every component that writes and every one that reads."""
        with torch.inference_mode():
            clean, counterfactual = self.outputs()
        start, end = counterfactual[0], clean[0]
        shares = torch.arange(steps).view(-1, 1, 1) / steps
        gradients = self.gradients(start + shares * (end - start))
        return (clean - counterfactual).flatten(1) @ gradients.flatten(1).t()

    def outputs(self):
        """What every component writes, on both prompts [prompt, component, pos, d_model]."""
        model = self.model
        x = model.embed(self.tokens)
        written = [x.unsqueeze(1)]
        for layer in range(model.layers):
            keep = {}
            z = model.attend(x, layer)
            weight = model.weights[f"h.{layer}.attn.c_proj.weight"].view(model.heads, -1, model.width)
            x = model.finish(x, z, layer, keep)
            written += [z.transpose(1, 2) @ weight, keep[f"blocks.{layer}.hook_mlp_out"].unsqueeze(1)]
        return torch.cat(written, 1)

    def gradients(self, x):
        """Mean gradients with respect to what every component reads [component, pos, d_model], all steps in one batch."""
        model, steps = self.model, x.shape[0]
        x.requires_grad_()
        streams = []
        for layer in range(model.layers):
            heads = x.expand(3 * model.heads, *x.shape)
            mid = x + self.attention(heads, layer)
            read = mid.view_as(mid)  # a node of its own: its gradient leaves out what flows past the MLP
            x = mid + model.mlp(read, layer)
            streams += [heads, read]
        logits = model.unembed(x[:, -1])
        metric = (logits[:, self.answer] - logits[:, self.foil]).sum()
        found = torch.autograd.grad(metric, [*streams, x])
        return torch.cat([g.reshape(-1, *x.shape).sum(1) for g in found]) / steps

    def attention(self, streams, layer):
        """What attention adds, its heads reading streams [3 · head, batch, pos, d_model]."""
        model, (count, batch, positions, _) = self.model, streams.shape
        normed = model.norm(streams, f"h.{layer}.ln_1").view(count, batch * positions, -1)
        packed = torch.baddbmm(self.read_biases[layer], normed, self.read_weights[layer])
        q, k, v = packed.view(3, model.heads * batch, positions, -1)
        scores = torch.baddbmm(model.mask(positions), q, k.transpose(1, 2), alpha=1 / math.sqrt(q.shape[-1]))
        z = torch.bmm(torch.softmax(scores, -1), v).view(model.heads, batch, positions, -1)
        return model.linear(z.permute(1, 2, 0, 3).flatten(2), f"h.{layer}.attn.c_proj")
