"""Trains and uses a TopK autoencoder as libraries do, one line of JSON at a time, and answers with the milliseconds.

dictionaries.py FOLDER THREADS; FOLDER is where the other side leaves weights and batches.
"""

import json
import sys
import time

import torch
from torch.nn.functional import embedding_bag


class Gathered(torch.autograd.Function):
    """Latents times decoder rows, by gathering the rows that are active; gradients of these alone."""

    @staticmethod
    def forward(context, indices, values, decoder, transposed):
        context.save_for_backward(indices, values, decoder)
        context.transposed = transposed
        return embedding_bag(indices, decoder, per_sample_weights=values, mode="sum")

    @staticmethod
    def backward(context, gradient):
        indices, values, decoder = context.saved_tensors
        slopes = torch.empty_like(values)
        for start in range(0, len(indices), 256):  # so that what is gathered stays near the processor
            rows = decoder[indices[start:start + 256]]
            slopes[start:start + 256] = torch.bmm(rows, gradient[start:start + 256].unsqueeze(2)).squeeze(2)
        return None, slopes, context.transposed(indices, values, gradient, len(decoder)), None


class Encoded(torch.autograd.Function):
    """The k largest latents; the gradient of the encoder touches these alone."""

    @staticmethod
    def forward(context, x, encoder, bias, k, transposed):
        context.transposed = transposed
        values, indices = torch.relu_(torch.addmm(bias, x, encoder.t())).topk(k, sorted=False)
        context.save_for_backward(x, indices, values, encoder)
        context.mark_non_differentiable(indices)
        return values, indices

    @staticmethod
    def backward(context, gradient, _):
        x, indices, values, encoder = context.saved_tensors
        gradient = gradient * (values > 0)
        bias = torch.zeros(len(encoder)).index_add_(0, indices.flatten(), gradient.flatten())
        inputs = embedding_bag(indices, encoder, per_sample_weights=gradient, mode="sum")
        return inputs, context.transposed(indices, gradient, x, len(encoder)), bias, None, None


def added(indices, values, rows, latents):
    """For each latent the sum of the rows in which it is active, times its values: made one by one and added, as sparsify
    does; some rows at a time, which takes less memory."""
    sums = torch.zeros(latents, rows.shape[1])
    for start in range(0, len(rows), 256):
        part = slice(start, start + 256)
        each = values[part].unsqueeze(2) * rows[part].unsqueeze(1)
        sums.index_add_(0, indices[part].flatten(), each.flatten(0, 1))
    return sums


def bagged(indices, values, rows, latents):
    """The same as a bag of rows for each latent, the fastest way that was found."""
    flat, order = indices.flatten().sort()
    starts = torch.searchsorted(flat, torch.arange(latents))
    return embedding_bag(
        order // indices.shape[1], rows, starts, per_sample_weights=values.flatten()[order], mode="sum")


class Autoencoder:
    """A TopK autoencoder in training; the batches come in turn."""

    def __init__(self, folder, request):
        self.k, self.next, width, latents = request["k"], 0, request["width"], request["latents"]
        numbers = torch.from_file(request["file"], False, (latents + request["rows"] * request["batches"]) * width)
        rows = numbers[:latents * width].view(latents, width)
        self.batches = numbers[latents * width:].view(request["batches"], request["rows"], width).clone()
        self.decoder, self.bias = rows.clone().requires_grad_(), torch.zeros(latents, requires_grad=True)
        self.centre = torch.zeros(width, requires_grad=True)
        self.gathers = request["how"] != "dense"
        self.transposed = bagged if request["how"] == "bags" else added
        # as each library keeps it: [in, out] for the dense step, [out, in] for the gathering one
        self.encoder = (rows if self.gathers else rows.t()).clone(memory_format=torch.contiguous_format).requires_grad_()
        parameters = [self.encoder, self.decoder, self.bias, self.centre]
        self.adam = torch.optim.Adam(parameters, lr=request["rate"])

    def dense(self, x):
        latents = torch.relu(torch.addmm(self.bias, x - self.centre, self.encoder))
        values, indices = latents.topk(self.k, sorted=False)
        return torch.zeros_like(latents).scatter(-1, indices, values) @ self.decoder + self.centre

    def gathered(self, x):
        values, indices = Encoded.apply(x - self.centre, self.encoder, self.bias, self.k, self.transposed)
        return Gathered.apply(indices, values, self.decoder, self.transposed) + self.centre

    def reconstruct(self, x):
        return self.gathered(x) if self.gathers else self.dense(x)

    def step(self):
        x = self.batches[self.next % len(self.batches)]
        self.next += 1
        loss = (self.reconstruct(x) - x).square_().sum(-1).mean()
        self.adam.zero_grad(set_to_none=True)
        loss.backward()
        self.adam.step()
        return loss.item()

    @torch.inference_mode()
    def code(self):
        return (self.reconstruct(self.batches[0]) - self.batches[0]).square_().sum(-1).mean().item()


def main():
    folder, threads = sys.argv[1:]
    torch.set_num_threads(int(threads))
    autoencoder = None
    for line in sys.stdin:
        request = json.loads(line)
        if request["do"] == "about":
            answer = {"torch": torch.__version__}
        elif request["do"] == "begin":
            autoencoder = None  # gives its memory back first
            autoencoder = Autoencoder(folder, request)
            answer = {}
        else:
            start = time.perf_counter()
            loss = autoencoder.step() if request["do"] == "step" else autoencoder.code()
            answer = {"ms": 1000 * (time.perf_counter() - start), "loss": loss}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
