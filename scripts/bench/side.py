"""What all Python sides share: settings in, "ready" out, then one measurement for every line read."""

import json
import sys
import time


def settings():
    return json.loads(sys.argv[1])


def serve(work, versions):
    """Runs work(order) for every line; work returns a dictionary, and serve adds the seconds."""
    print(json.dumps({"ready": True, "versions": versions}), flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        started, cpu = time.perf_counter(), time.process_time()
        found = work(order) or {}
        taken = {"seconds": time.perf_counter() - started, "cpu": time.process_time() - cpu}
        print(json.dumps({**taken, **found}), flush=True)


def torch_device(settings):
    """The device on which PyTorch creates tensors from here on: the GPU if the TypeScript side uses it."""
    import torch

    device = "cuda" if settings["gpu"] else "cpu"
    torch.set_default_device(device)
    return device


def torch_finish():
    """Waits for the GPU, which works asynchronously."""
    import torch

    if torch.cuda.is_available():
        torch.cuda.synchronize()


def torch_versions():
    import open_clip
    import torch

    return {"python": sys.version.split()[0], "torch": torch.__version__, "open_clip": open_clip.__version__}
