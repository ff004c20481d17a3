"""Runs notebooks from top to bottom in the project's kernel and fails where a reader would see an error.

    python scripts/run-notebooks.py [--write] [--jobs N] [--timeout SECONDS] [--settle SECONDS] [NOTEBOOK...]

Without names it runs every notebook of notebooks/. Nothing is written unless --write puts the outputs back into the files.
A notebook fails if a cell does (also one that does not compile), if its kernel dies, or if an error that nobody caught
(a timer, a rejected promise) shows on stderr during the run or shortly after the last cell. All failures are named at the end.
"""

import argparse
import asyncio
import os
import re
import shutil
import signal
import sys
import time
from pathlib import Path

os.environ["JUPYTER_PATH"] = os.pathsep.join(
    [str(Path(sys.prefix) / "share" / "jupyter"), *filter(None, [os.environ.get("JUPYTER_PATH")])]
)

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

ROOT = Path(__file__).resolve().parent.parent
KERNEL = "mediclip"
UNCAUGHT = re.compile(r"^(UncaughtException|UnhandledPromiseRejection)\b", re.MULTILINE)
DIAGNOSTIC = re.compile(r"^(?:\S+ )?\d+:\d+ - ", re.MULTILINE)
INTERNAL_FRAME = re.compile(r"^\s+at .*(node:|node_modules.tslab)")
SHOWN_LINES = 25


class Failure(Exception):
    """A cell that failed: its index in the notebook and what it printed."""

    def __init__(self, cell, reason, text=""):
        super().__init__(reason)
        self.cell = cell
        self.reason = reason
        self.text = text


class Interrupted(Exception):
    """Ctrl-C or SIGTERM."""


class Progress:
    """One line per finished cell; on a terminal also a last line, redrawn in place, with what runs now."""

    running = {}

    def __init__(self, name, total):
        self.name = name
        self.total = total
        self.done = 0

    def begin(self, source):
        self.done += 1
        line = next((line for line in source.splitlines() if line.strip()), "")[:70]
        self.running[self] = (time.monotonic(), line)
        self.draw()

    def finish(self):
        started, line = self.running.pop(self)
        text = f"{self.name}  cell {self.done:2d}/{self.total} {time.monotonic() - started:6.1f}s  {line}"
        print(f"\r\x1b[2K{text}" if sys.stderr.isatty() else text, file=sys.stderr, flush=True)
        self.draw()

    @classmethod
    def draw(cls):
        if not sys.stderr.isatty():
            return
        now = time.monotonic()
        parts = [f"{p.name}  cell {p.done:2d}/{p.total} {now - started:5.0f}s" for p, (started, _) in cls.running.items()]
        width = shutil.get_terminal_size().columns
        print(f"\r\x1b[2K{'  |  '.join(parts)[: width - 1]}", end="", file=sys.stderr, flush=True)

    @classmethod
    async def keep_drawing(cls):
        while True:
            await asyncio.sleep(1)
            cls.draw()


class StderrWatch:
    """Collects everything the kernel prints on stderr, even while no cell runs."""

    def __init__(self, manager):
        self.channels = manager.client()
        self.channels.start_channels(shell=False, iopub=True, stdin=False, hb=False, control=False)
        self.heard = {}
        self.task = asyncio.ensure_future(self._listen())

    async def _listen(self):
        while True:
            message = await self.channels.iopub_channel.get_msg(timeout=None)
            content = message.get("content", {})
            if message["header"]["msg_type"] == "stream" and content.get("name") == "stderr":
                request = message["parent_header"].get("msg_id", "")
                self.heard[request] = self.heard.get(request, "") + content.get("text", "")

    def close(self):
        self.task.cancel()
        self.channels.stop_channels()


def shorten(text):
    """The first lines of an error, without the frames inside Node and the kernel."""
    lines = [line for line in text.rstrip().splitlines() if not INTERNAL_FRAME.search(line)]
    return "\n".join(lines[:SHOWN_LINES] + (["..."] if len(lines) > SHOWN_LINES else []))


def stderr_of(cell):
    outputs = cell.get("outputs", [])
    return "".join(o.get("text", "") for o in outputs if o["output_type"] == "stream" and o["name"] == "stderr")


def may_fail(cell):
    return "raises-exception" in cell.get("metadata", {}).get("tags", [])


async def run_cells(client, progress, settle):
    """Executes the cells one after the other; raises Failure at the first that fails."""
    cells = client.nb.cells
    cell_of_request = {}
    watch = StderrWatch(client.km)
    ran = []

    def check_late():
        for request, text in watch.heard.items():
            index = cell_of_request.get(request, ran[-1] if ran else 0)
            if UNCAUGHT.search(text) and not may_fail(cells[index]):
                raise Failure(index, "an uncaught error during or after this cell", text[UNCAUGHT.search(text).start() :])

    def remember(cell, cell_index, execute_reply):
        cell_of_request[execute_reply["parent_header"]["msg_id"]] = cell_index

    client.on_cell_executed = remember
    try:
        for index, cell in enumerate(cells):
            if cell.cell_type != "code" or not cell.source.strip():
                continue
            ran.append(index)
            progress.begin(cell.source)
            try:
                await client.async_execute_cell(cell, index, execution_count=len(ran))
            except CellExecutionError:
                raise Failure(index, "the cell failed", stderr_of(cell)) from None
            except CellTimeoutError:
                raise Failure(index, f"the cell ran longer than {client.timeout} s") from None
            except DeadKernelError:
                raise Failure(index, "the kernel died", stderr_of(cell)) from None
            finally:
                progress.finish()
            if DIAGNOSTIC.search(stderr_of(cell)) and not may_fail(cell):
                raise Failure(index, "the cell does not compile", stderr_of(cell))
            check_late()
        await asyncio.sleep(settle)
        check_late()
    finally:
        watch.close()


async def run_notebook(notebook, path, name, options):
    """Runs one notebook in a kernel of its own, started in the notebook's folder as JupyterLab does."""
    client = NotebookClient(
        notebook,
        kernel_name=KERNEL,
        timeout=options.timeout,
        startup_timeout=120,
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(path.parent)}},
    )
    total = sum(1 for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip())
    client.km = client.create_kernel_manager()
    try:  # not in async_setup_kernel: it would take the signals, and give them back while other notebooks run
        await client.async_start_new_kernel()
        await client.async_start_new_kernel_client()
        info = await client.async_wait_for_reply(client.kc.kernel_info())
        await run_cells(client, Progress(name, total), options.settle)
    finally:
        if client.km is not None:
            await client._async_cleanup_kernel()
    return info["content"]["language_info"] if info else None


def normalise(notebook, language_info):
    """Leaves in a notebook only what its source and results determine, so that diffs between runs stay small."""
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "TypeScript (MediCLIP)", "language": "typescript", "name": KERNEL},
            **({"language_info": language_info} if language_info else {}),
            **{key: value for key, value in notebook.metadata.items() if key not in ("kernelspec", "language_info", "widgets")},
        }
    )
    for number, cell in enumerate(notebook.cells):
        if notebook.nbformat_minor >= 5 and not cell.get("id"):
            cell["id"] = f"cell-{number + 1}"
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", []):
            output.pop("transient", None)
        if cell.cell_type == "code" and not cell.source.strip():
            cell.execution_count = None
            cell.outputs = []


def write(notebook, path):
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        temporary.write_text(nbformat.writes(notebook).rstrip("\n") + "\n", encoding="utf-8")
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def describe(cells, failure):
    source = next((line for line in cells[failure.cell].source.splitlines() if line.strip()), "")
    number = sum(1 for cell in cells[: failure.cell + 1] if cell.cell_type == "code" and cell.source.strip())
    return f"code cell {number} ({source[:60]}): {failure.reason}"


async def run_file(path, options):
    """Runs one file; returns None or the text that says what failed."""
    name = path.name
    try:
        notebook = nbformat.read(path, as_version=4)
    except Exception as error:  # nbformat raises many kinds for a file that is no notebook
        return f"{name}: not a notebook ({str(error).splitlines()[0] if str(error) else type(error).__name__})"
    for last in (False, False, True):  # another program may have taken a port before the kernel could
        try:
            language_info = await run_notebook(notebook, path.resolve(), name, options)
            break
        except Failure as failure:
            text = shorten(failure.text)
            return f"{name}: {describe(notebook.cells, failure)}" + (f"\n{text}" if text else "")
        except RuntimeError as error:
            if last:
                return f"{name}: the kernel did not start ({error})"
    if options.write:
        normalise(notebook, language_info)
        write(notebook, path)
    return None


async def run_files(paths, options):
    """Runs files, `options.jobs` at a time; returns the failures in the order of the files. An interruption ends the running ones."""
    places = asyncio.Semaphore(options.jobs)
    loop = asyncio.get_running_loop()
    interrupted = False

    async def in_turn(path):
        async with places:
            return await run_file(path, options)

    def interrupt():
        nonlocal interrupted
        if not interrupted:  # a second one would cut the end of the kernels short
            interrupted = True
            loop.set_exception_handler(lambda *_: None)  # nbclient's kernel watcher fails when the kernel ends
            for task in tasks:
                task.cancel()

    tasks = [asyncio.ensure_future(in_turn(path)) for path in paths]
    drawing = asyncio.ensure_future(Progress.keep_drawing())
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, interrupt)
    await asyncio.wait(tasks)
    drawing.cancel()
    if interrupted:
        raise Interrupted
    return [task.result() for task in tasks if task.result() is not None]


def positive(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text}: expected 1 or more")
    return number


def parse():
    parser = argparse.ArgumentParser(prog="run-notebooks", description=__doc__.split("\n\n")[0])
    parser.add_argument("notebooks", nargs="*", type=Path, help="notebooks to run (default: all in notebooks/)")
    parser.add_argument("--write", action="store_true", help="save the outputs in the files")
    parser.add_argument("--jobs", type=positive, default=1, help="notebooks that run at the same time (default 1)")
    parser.add_argument("--timeout", type=int, default=1800, help="seconds that one cell may take (default 1800)")
    parser.add_argument("--settle", type=float, default=2.0, help="seconds to wait for late errors after the last cell (default 2)")
    return parser.parse_args()


def main():
    options = parse()
    paths = options.notebooks or sorted(ROOT.glob("notebooks/*.ipynb"))
    missing = next((path for path in paths if not path.is_file()), None)
    if missing is not None:
        print(f"notebooks: {missing}: no such file", file=sys.stderr)
        return 2
    if not paths:
        print("notebooks: no notebooks in notebooks/", file=sys.stderr)
        return 0
    started = time.monotonic()
    failures = asyncio.run(run_files(paths, options))
    for text in failures:
        print(f"\nFAILED {text}", file=sys.stderr)
    passed = len(paths) - len(failures)
    print(f"notebooks: {passed} of {len(paths)} passed, {time.monotonic() - started:.0f} s", file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (KeyboardInterrupt, Interrupted):
        print("\nnotebooks: interrupted", file=sys.stderr)
        sys.exit(130)
