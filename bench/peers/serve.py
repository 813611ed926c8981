"""Does what the benchmark asks, one line of JSON at a time, and answers with the milliseconds that it took.

serve.py FOLDER THREADS, FOLDER a GPT-2 checkpoint in Hugging Face's layout.
"""

import json
import sys
import time

import torch

from gpt2 import Gpt2
from sweep import Sweep


def milliseconds(work):
    start = time.perf_counter()
    result = work()
    return 1000 * (time.perf_counter() - start), result


def record(model, request):
    """Every activation of one run, one after the other in the order asked for, into a file."""
    keep = {}
    model.run(torch.tensor(request["tokens"]), keep)
    with open(request["file"], "wb") as file:
        for name in request["names"]:
            keep.pop(name).contiguous().numpy().tofile(file)
    return {"others": list(keep)}


def forward(model, request):
    """A run that records everything."""
    tokens = torch.tensor(request["tokens"])

    def run():
        model.run(tokens, {})

    return {"ms": milliseconds(run)[0]}


def sweep(model, request):
    """A patching sweep, in whole forward passes or from the patched layer on."""
    def run():
        patching = Sweep(model, request["clean"], request["counterfactual"], request["answer"], request["foil"])
        return patching.run(request["late"], request["batch"])

    ms, values = milliseconds(run)
    return {"ms": ms, "values": values}


def about(_, __):
    return {"torch": torch.__version__, "threads": torch.get_num_threads()}


def main():
    folder, threads = sys.argv[1:]
    torch.set_num_threads(int(threads))
    commands = {"about": about, "record": record, "forward": forward, "sweep": sweep}
    with torch.inference_mode():
        model = Gpt2(folder)
        for line in sys.stdin:
            request = json.loads(line)
            print(json.dumps(commands[request["do"]](model, request)), flush=True)


if __name__ == "__main__":
    main()
