"""The frame of every Python side: settings in, "ready" out, then one measurement for every line read."""

import json
import sys
import time


def settings():
    return json.loads(sys.argv[1])


def serve(work, versions):
    """Runs work(order) for every line; work returns a dictionary, to which its seconds are added."""
    print(json.dumps({"ready": True, "versions": versions}), flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        started = time.perf_counter()
        found = work(order) or {}
        print(json.dumps({"seconds": time.perf_counter() - started, **found}), flush=True)


def torch_versions():
    import open_clip
    import torch

    return {"python": sys.version.split()[0], "torch": torch.__version__, "open_clip": open_clip.__version__}
