"""The residual stream of a counterfactual prompt patched from the clean one, one layer and position at a time."""

import torch


class Sweep:
    """Two prompts of one length; the metric is the logit difference at the last token."""

    def __init__(self, model, clean, counterfactual, answer, foil):
        self.model, self.tokens = model, torch.tensor([counterfactual])
        self.answer, self.foil = answer, foil
        self.clean, last = self.residuals(torch.tensor([clean]))
        self.base, base = self.residuals(self.tokens)
        self.to, self.start = self.metric(last), self.metric(base)

    def residuals(self, tokens):
        """The residual stream entering each layer, and that leaving the last."""
        x, entering = self.model.embed(tokens), []
        for layer in range(self.model.layers):
            entering.append(x)
            x = self.model.block(x, layer)
        return entering, x

    def metric(self, x):
        logits = self.model.unembed(x[:, -1])
        return logits[:, self.answer] - logits[:, self.foil]

    def value(self, x):
        return ((self.metric(x) - self.start) / (self.to - self.start)).tolist()

    def whole(self, places):
        """Values of [(layer, position)] from whole forward passes, as batched tools run them."""
        x = self.model.embed(self.tokens.expand(len(places), -1))
        for layer in range(self.model.layers):
            for variant, (at, position) in enumerate(places):
                if at == layer:
                    x[variant, position] = self.clean[layer][0, position]
            x = self.model.block(x, layer)
        return self.value(x)

    def late(self, places):
        """The same for places of one layer, starting there from the kept stream."""
        first = places[0][0]
        x = self.base[first].repeat(len(places), 1, 1)
        for variant, (_, position) in enumerate(places):
            x[variant, position] = self.clean[first][0, position]
        for layer in range(first, self.model.layers):
            x = self.model.block(x, layer)
        return self.value(x)

    def run(self, late, batch):
        """All values, layer by layer; a late start needs batches of one layer."""
        layers, positions = range(self.model.layers), range(self.tokens.shape[1])
        places = [(layer, position) for layer in layers for position in positions]
        step = min(batch, len(positions)) if late else batch
        values = []
        for i in range(0, len(places), step):
            values += (self.late if late else self.whole)(places[i:i + step])
        return values
