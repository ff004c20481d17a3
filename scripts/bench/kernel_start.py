"""Seconds from starting the notebooks' kernel to its first picture; needs jupyter_client and the kernel."""

import json
import sys
import time

from jupyter_client.manager import KernelManager

from side import serve, settings

code = settings()["code"]


def work(_):
    started = time.perf_counter()
    manager = KernelManager(kernel_name="mediclip")
    manager.start_kernel()
    client = manager.client()
    try:
        client.start_channels()
        client.wait_for_ready(timeout=120)
        ready = time.perf_counter() - started
        client.execute(code)
        while True:
            message = client.get_iopub_msg(timeout=120)
            content = message["content"]
            if message["msg_type"] == "display_data":
                return {"ready": ready}
            if message["msg_type"] == "error" or content.get("name") == "stderr":
                raise SystemExit(f"the kernel says: {json.dumps(content)[:300]}")
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


serve(work, {"python": sys.version.split()[0]})
