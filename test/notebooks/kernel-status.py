"""Starts the kernel whose command line is in sys.argv, runs cells in it as a front end would, and prints what it published as JSON."""

import json
import os
import signal
import sys
import tempfile
import time
from pathlib import Path

folder = tempfile.mkdtemp(prefix="mediclip-status-")
spec = Path(folder, "kernels", "tested", "kernel.json")
spec.parent.mkdir(parents=True)
spec.write_text(json.dumps({"argv": [*sys.argv[1:], "--config-path={connection_file}"], "display_name": "tested", "language": "typescript"}))
os.environ["JUPYTER_PATH"] = folder

from jupyter_client.manager import KernelManager

manager = KernelManager(kernel_name="tested")
manager.start_kernel()
client = manager.client()
client.start_channels()
client.wait_for_ready(timeout=120)


def story(requests, during=lambda name, message: None):
    """What is published for the requests until all are idle: [name of the request, status or text], and how each was replied to."""
    names = {request: name for name, request in requests.items()}
    seen, idle = [], set()
    while idle != set(requests):
        message = client.get_iopub_msg(timeout=60)
        name = names.get(message["parent_header"].get("msg_id"))
        if name is None:
            continue
        content = message["content"]
        status = message["msg_type"] == "status"
        seen.append([name, content["execution_state"] if status else content.get("text", "").strip()])
        if status and content["execution_state"] == "idle":
            idle.add(name)
        during(name, message)
    replies = {}
    while set(replies) != set(requests):
        message = client.get_shell_msg(timeout=60)
        name = names.get(message["parent_header"].get("msg_id"))
        if name is not None:
            replies[name] = message["content"].get("status")
    return {"seen": seen, "replies": replies}


def cell(milliseconds, text):
    return client.execute(f"await new Promise((resolve) => setTimeout(resolve, {milliseconds})); console.log('{text}');")


try:
    stories = {"all": story({"1": cell(300, "one"), "2": cell(300, "two"), "3": cell(1, "three")})}

    long = cell(1500, "end")
    time.sleep(0.5)
    stories["completion"] = story({"cell": long, "completion": client.complete("proc", 4)})

    failing = client.execute("await Promise.resolve(); throw new Error('on purpose');")
    stories["failure"] = story({"1": failing, "2": cell(1, "never")})
    time.sleep(0.5)

    def interrupt(name, message):
        if name == "1" and message["content"].get("execution_state") == "busy":
            time.sleep(0.5)
            manager.interrupt_kernel()

    stories["interrupt"] = story({"1": cell(60_000, "never"), "2": cell(1, "never")}, interrupt)
    time.sleep(0.5)
    stories["after"] = story({"1": cell(1, "works")})
    print(json.dumps(stories))
finally:
    manager.shutdown_kernel(now=True)
