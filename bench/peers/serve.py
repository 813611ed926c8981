"""Does what the benchmark asks, one line of JSON at a time, and answers with the milliseconds that it took.

serve.py FOLDER THREADS, FOLDER a GPT-2 checkpoint in Hugging Face's layout.
"""

import json
import sys
import time

import torch

from attribution import Differentiable, gradients
from edges import EdgeAttribution
from generation import generate
from gpt2 import Gpt2
from sweep import HeadSweep, ResidualSweep
from trace import traced


def milliseconds(work):
    start = time.perf_counter()
    result = work()
    return 1000 * (time.perf_counter() - start), result


def write(tensors, request):
    """Tensors one after the other in the order of the names asked for, into a file; names that nobody asked for."""
    with open(request["file"], "wb") as file:
        for name in request["names"]:
            tensors.pop(name).contiguous().numpy().tofile(file)
    return {"others": list(tensors)}


@torch.inference_mode()
def record(model, request):
    """Every activation of one run into a file."""
    keep = {}
    model.run(torch.tensor(request["tokens"]), keep)
    return write(keep, request)


@torch.inference_mode()
def forward(model, request):
    """A run that records everything."""
    tokens = torch.tensor(request["tokens"])

    def run():
        model.run(tokens, {})

    return {"ms": milliseconds(run)[0]}


def attribution(model, request):
    """Gradients of the metric with respect to every activation; into a file where one is named."""
    tokens, differentiable = torch.tensor(request["tokens"]), Differentiable(model)

    def run():
        return gradients(differentiable, tokens, request["answer"], request["foil"])

    if "file" in request:
        return write(run(), request)
    return {"ms": milliseconds(lambda: run() and None)[0]}


@torch.inference_mode()
def sweep(model, request):
    """A patching sweep, in whole forward passes or from the patched layer on."""
    kind = {"residual": ResidualSweep, "heads": HeadSweep}[request["kind"]]

    def run():
        patching = kind(model, request["clean"], request["counterfactual"], request["answer"], request["foil"])
        return patching.run(patching.places(), request["late"], request["batch"])

    ms, values = milliseconds(run)
    return {"ms": ms, "values": values}


def edges(model, request):
    """Edge attribution, its scores [writing component, reading component] into a file."""
    def run():
        attributed = EdgeAttribution(
            model, request["clean"], request["counterfactual"], request["answer"], request["foil"])
        return attributed.scores(request["steps"])

    ms, scores = milliseconds(run)
    write({"scores": scores}, {"names": ["scores"], **request})
    return {"ms": ms}


@torch.inference_mode()
def generation(model, request):
    """Greedy generation: its tokens and their logits."""
    ms, (tokens, logits) = milliseconds(lambda: generate(model, request["prompt"], request["count"]))
    return {"ms": ms, "tokens": tokens, "logits": logits}


def trace(model, request):
    """An attribution graph: how long it and its pruning take."""
    return traced(model, request)


def about(_, __):
    return {"torch": torch.__version__, "threads": torch.get_num_threads()}


def main():
    folder, threads = sys.argv[1:]
    torch.set_num_threads(int(threads))
    commands = [about, attribution, edges, forward, generation, record, sweep, trace]
    by_name = {command.__name__: command for command in commands}
    model = Gpt2(folder)
    for line in sys.stdin:
        request = json.loads(line)
        print(json.dumps(by_name[request["do"]](model, request)), flush=True)


if __name__ == "__main__":
    main()
