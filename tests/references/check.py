"""Holds architectures.py against references that transformers itself made: python3 check.py FOLDER... prints a table."""
import json
import os
import sys

import torch

import safetensors_file
from architectures import reference


def differences(folder, config_name, dtype):
    with open(os.path.join(folder, config_name)) as file:
        config = json.load(file)
    expected = safetensors_file.read(os.path.join(folder, "reference.safetensors"))
    found = reference(config, safetensors_file.read(os.path.join(folder, "model.safetensors")), expected["input_ids"], dtype)
    for name, tensor in expected.items():
        if tensor.dtype == torch.int64:
            yield name, 0.0 if torch.equal(found[name], tensor) else float("inf")
        else:
            a, b = found[name].double(), tensor.double()
            yield name, float((a - b).norm() / b.norm())


def main(folders):
    print(f"{'folder':24} {'config':14} {'run in':8} {'tensors':>7} {'largest relative difference':>28}")
    worst = 0.0
    for folder in folders:
        for config_name in ("config.json", "config.v5.json"):
            if not os.path.exists(os.path.join(folder, config_name)):
                continue
            for dtype in (torch.float32, torch.float64):
                found = dict(differences(folder, config_name, dtype))
                name = max(found, key=found.get)
                worst = max(worst, found[name])
                print(f"{os.path.basename(os.path.normpath(folder)):24} {config_name:14} {str(dtype)[6:]:8} {len(found):7} "
                      f"{found[name]:12.2e} {name}")
    return 0 if worst <= 1e-5 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
