"""Attribution graphs (Ameisen et al. 2025) with dense rows, as circuit-tracer computes them, for per-layer TopK transcoders.

Latents read what the norm before the MLP gives, before its gain, and write what the MLP adds. One forward pass over as many
copies of the prompt as rows are computed together, patterns and norm scales constant; each row is a backward pass from where
its latent reads; gradients are multiplied by every active latent's decoder direction, every error and every embedding.
"""

import time

import numpy
import torch

BATCH = 512


class Transcoders:
    """Weights one after the other, layer by layer: W_enc [latents, width], b_enc, W_dec [latents, width], b_dec."""

    def __init__(self, path, model, latents, active):
        self.active, self.layers = active, []
        data, at = numpy.fromfile(path, dtype="<f4"), 0
        for _ in range(model.layers):
            layer = []
            for shape in ((latents, model.width), (latents,), (latents, model.width), (model.width,)):
                size = int(numpy.prod(shape))
                layer.append(torch.from_numpy(data[at:at + size].copy()).reshape(shape))
                at += size
            self.layers.append(layer)


class Tracing:
    """One prompt."""

    def __init__(self, model, transcoders, tokens):
        self.model, self.positions = model, len(tokens)
        self.tokens = torch.tensor([tokens])
        with torch.no_grad():
            self.record()
            self.encode(transcoders)

    def record(self):
        self.keep = {}
        self.logits = self.model.run(self.tokens, self.keep)[0, -1]

    def encode(self, transcoders):
        places, encoders, decoders, self.errors = [], [], [], []
        for layer, (encoder, bias, decoder, written) in enumerate(transcoders.layers):
            x = self.keep[f"blocks.{layer}.ln2.hook_normalized"][0]
            values, latents = torch.topk(x @ encoder.t() + bias, transcoders.active, dim=-1)
            latents, order = latents.sort(-1)
            values = values.gather(-1, order)
            output = self.keep[f"blocks.{layer}.hook_mlp_out"][0]
            error = output - torch.einsum("pk,pkd->pd", values, decoder[latents]) - written
            error[0] = 0  # as circuit-tracer leaves the first position out
            self.errors.append(error)
            count = (self.positions - 1) * transcoders.active
            positions = torch.arange(1, self.positions).repeat_interleave(transcoders.active)
            places.append(torch.stack([torch.full((count,), layer), positions]))
            encoders.append(encoder[latents[1:].flatten()])
            decoders.append(decoder[latents[1:].flatten()] * values[1:].flatten().unsqueeze(-1))
        self.layer_of, self.position_of = torch.cat(places, 1)
        self.encoders, self.decoders = torch.cat(encoders), decoders
        self.count = len(self.encoders)

    def norm(self, x, name, site):
        """The norm before its gain, its scale held."""
        return (x - x.mean(-1, keepdim=True)) / self.keep[f"{site}.hook_scale"]

    def forward(self):
        """The frozen model on copies of the prompt: what latents read, what they write, the embeddings."""
        model = self.model
        self.embedded = self.keep["hook_embed"].expand(BATCH, -1, -1).clone().requires_grad_()
        self.read, self.written = [], []
        x = self.embedded + self.keep["hook_pos_embed"]
        for layer in range(model.layers):
            gain, bias = model.weights[f"h.{layer}.ln_1.weight"], model.weights[f"h.{layer}.ln_1.bias"]
            normed = self.norm(x, f"h.{layer}.ln_1", f"blocks.{layer}.ln1") * gain + bias
            value = model.weights[f"h.{layer}.attn.c_attn.weight"][:, 2 * model.width:]
            offset = model.weights[f"h.{layer}.attn.c_attn.bias"][2 * model.width:]
            v = (normed @ value + offset).view(BATCH, self.positions, model.heads, -1).transpose(1, 2)
            z = (self.keep[f"blocks.{layer}.attn.hook_pattern"] @ v).transpose(1, 2).flatten(2)
            mid = x + model.linear(z, f"h.{layer}.attn.c_proj")
            self.read.append(self.norm(mid, f"h.{layer}.ln_2", f"blocks.{layer}.ln2"))
            out = self.keep[f"blocks.{layer}.hook_mlp_out"].expand(BATCH, -1, -1).clone().requires_grad_()
            self.written.append(out)
            x = mid + out
        self.last = self.norm(x, "ln_f", "ln_final") * model.weights["ln_f.weight"] + model.weights["ln_f.bias"]

    def rows(self, layers, positions, vectors):
        """Rows of targets: where each gradient enters, and what it is."""
        model, batch = self.model, torch.arange(len(layers))
        places = [*self.read, self.last]
        entering, seeds = [], []
        for layer in layers.unique().tolist():
            chosen = layers == layer
            seed = torch.zeros_like(places[layer])
            seed[batch[chosen], positions[chosen]] = vectors[chosen]
            entering.append(places[layer])
            seeds.append(seed)
        found = torch.autograd.grad(
            entering, [*self.written, self.embedded], seeds, retain_graph=True, allow_unused=True)
        rows = torch.zeros(self.count + (model.layers + 1) * self.positions, len(layers))
        start = 0
        for layer, gradient in enumerate(found[:-1]):
            here = self.position_of[self.layer_of == layer]
            if gradient is not None:
                gradient = gradient[:len(layers)]
                rows[start:start + len(here)] = torch.einsum("bpd,pd->pb", gradient[:, here], self.decoders[layer])
                errors = self.count + layer * self.positions
                rows[errors:errors + self.positions] = torch.einsum("bpd,pd->pb", gradient, self.errors[layer])
            start += len(here)
        rows[-self.positions:] = torch.einsum("bpd,pd->pb", found[-1][:len(layers)], self.keep["hook_embed"][0])
        return rows.t()

    def graph(self, most, mass):
        """[target, source]: latents, errors, tokens, logits; and the logits' probabilities."""
        self.forward()
        probabilities, tokens = torch.topk(torch.softmax(self.logits, -1), most)
        cut = int(torch.searchsorted(probabilities.cumsum(0), mass)) + 1
        probabilities, tokens = probabilities[:cut], tokens[:cut]
        unembedding = self.model.weights["wte.weight"]
        size = self.count + (self.model.layers + 1) * self.positions + len(tokens)
        matrix = torch.zeros(size, size)
        matrix[-len(tokens):, :-len(tokens)] = self.rows(
            torch.full((len(tokens),), self.model.layers), torch.full((len(tokens),), self.positions - 1),
            unembedding[tokens] - unembedding.mean(0))
        for start in range(0, self.count, BATCH):
            part = slice(start, start + BATCH)
            rows = self.rows(self.layer_of[part], self.position_of[part], self.encoders[part])
            matrix[start:start + len(rows), :-len(tokens)] = rows
        return matrix, probabilities


def influence(matrix, weights):
    """w (Ā + Ā² + …), and Ā."""
    shares = matrix.abs()
    shares /= shares.sum(1, keepdim=True).clamp(min=1e-10)
    current = weights @ shares
    total = current.clone()
    while current.any():
        current = current @ shares
        total += current
    return total, shares


def threshold(scores, share):
    ordered = scores.sort(descending=True).values
    at = int(torch.searchsorted(ordered.cumsum(0) / ordered.sum(), share))
    return ordered[min(at, len(ordered) - 1)]


def prune(matrix, probabilities, latents, errors, nodes=0.8, edges=0.98):
    """How many nodes and edges are left."""
    weights = torch.zeros(len(matrix))
    weights[-len(probabilities):] = probabilities
    score, _ = influence(matrix, weights)
    kept = score >= threshold(score, nodes)
    free = latents + errors
    kept[free:] = True
    pruned = matrix.clone()
    pruned[~kept] = 0
    pruned[:, ~kept] = 0
    score, shares = influence(pruned, weights)
    edge = shares * (score + weights)[:, None]
    links = edge >= threshold(edge.flatten(), edges)
    before = None
    while before is None or not torch.equal(before, kept):
        before = kept.clone()
        links[~kept] = False
        links[:, ~kept] = False
        kept[:free] &= links[:, :free].any(0)
        kept[:latents] &= links[:latents].any(1)
    return int(kept.sum()), int(links.sum())


def traced(model, request, known={}):
    """Milliseconds of tracing and of pruning; the matrix into a file where one is named."""
    key = request["transcoders"]
    if key not in known:
        known[key] = Transcoders(key, model, request["latents"], request["active"])
    start = time.perf_counter()
    tracing = Tracing(model, known[key], request["tokens"])
    matrix, probabilities = tracing.graph(request["most"], request["mass"])
    middle = time.perf_counter()
    with torch.no_grad():
        nodes, edges = prune(matrix, probabilities, tracing.count, model.layers * tracing.positions)
    end = time.perf_counter()
    if "file" in request:
        matrix.numpy().tofile(request["file"])
    return {"ms": 1000 * (middle - start), "prune": 1000 * (end - middle), "size": len(matrix), "nodes": nodes, "edges": edges}
