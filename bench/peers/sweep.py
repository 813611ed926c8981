"""A counterfactual prompt patched from the clean one, one place at a time: activation patching, batched."""

import torch


class Sweep:
    """Two prompts of one length; the metric is the logit difference at the last token."""

    def __init__(self, model, clean, counterfactual, answer, foil):
        self.model, self.tokens = model, torch.tensor([counterfactual])
        self.answer, self.foil = answer, foil
        self.clean, self.clean_z, last = self.streams(torch.tensor([clean]))
        self.base, self.base_z, base = self.streams(self.tokens)
        self.to, self.start = self.metric(last), self.metric(base)

    def streams(self, tokens):
        """The residual stream entering each layer, each layer's z, and the stream leaving the last."""
        x, entering, heads = self.model.embed(tokens), [], []
        for layer in range(self.model.layers):
            entering.append(x)
            heads.append(self.model.attend(x, layer))
            x = self.model.finish(x, heads[-1], layer)
        return entering, heads, x

    def metric(self, x):
        logits = self.model.unembed(x[:, -1])
        return logits[:, self.answer] - logits[:, self.foil]

    def value(self, x):
        return ((self.metric(x) - self.start) / (self.to - self.start)).tolist()

    def rest(self, x, layer):
        """Values from the residual stream entering a layer."""
        for later in range(layer, self.model.layers):
            x = self.model.block(x, later)
        return self.value(x)

    def run(self, places, late, batch):
        """Values of places [(layer, which)], layer by layer; a late start needs batches of one layer."""
        values = []
        if not late:
            for i in range(0, len(places), batch):
                values += self.whole(places[i:i + batch])
            return values
        for layer in range(self.model.layers):
            here = [which for at, which in places if at == layer]
            for i in range(0, len(here), batch):
                values += self.late(layer, here[i:i + batch])
        return values


class ResidualSweep(Sweep):
    """Of the residual stream entering each layer, position by position."""

    def places(self):
        return [(layer, position) for layer in range(self.model.layers) for position in range(self.tokens.shape[1])]

    def whole(self, places):
        """Whole forward passes, as batched tools run them."""
        x = self.model.embed(self.tokens.expand(len(places), -1))
        for layer in range(self.model.layers):
            for variant, (at, position) in enumerate(places):
                if at == layer:
                    x[variant, position] = self.clean[layer][0, position]
            x = self.model.block(x, layer)
        return self.value(x)

    def late(self, layer, positions):
        """The same, starting at the patched layer from the kept stream."""
        x = self.base[layer].repeat(len(positions), 1, 1)
        for variant, position in enumerate(positions):
            x[variant, position] = self.clean[layer][0, position]
        return self.rest(x, layer)


class HeadSweep(Sweep):
    """Of each head's z, all positions at once."""

    def places(self):
        return [(layer, head) for layer in range(self.model.layers) for head in range(self.model.heads)]

    def whole(self, places):
        x = self.model.embed(self.tokens.expand(len(places), -1))
        for layer in range(self.model.layers):
            z = self.model.attend(x, layer)
            for variant, (at, head) in enumerate(places):
                if at == layer:
                    z[variant, :, head] = self.clean_z[layer][0, :, head]
            x = self.model.finish(x, z, layer)
        return self.value(x)

    def late(self, layer, heads):
        """The same, starting at the patched layer from the kept stream and z."""
        z = self.base_z[layer].repeat(len(heads), 1, 1, 1)
        for variant, head in enumerate(heads):
            z[variant, :, head] = self.clean_z[layer][0, :, head]
        return self.rest(self.model.finish(self.base[layer], z, layer), layer + 1)
