"""Gradients for attribution patching: of a logit difference, with respect to what a run keeps."""

import torch

from gpt2 import Gpt2


class Differentiable(Gpt2):
    """A model that keeps what attribution patching reads: every activation but the norms', which stay fused."""

    def __init__(self, model):
        self.__dict__.update(model.__dict__)

    def norm(self, x, name, keep=None, site=None):
        return super().norm(x, name, None, site)


def gradients(model, tokens, answer, foil):
    """One forward and one backward pass: the gradient of the summed metric by each activation's name."""
    keep = {}
    x = model.embed(tokens).requires_grad_()
    for layer in range(model.layers):
        x = model.block(x, layer, keep)
    logits = model.unembed(x[:, -1])
    metric = (logits[:, answer] - logits[:, foil]).sum()
    return dict(zip(keep, torch.autograd.grad(metric, list(keep.values()))))
