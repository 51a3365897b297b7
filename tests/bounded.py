"""Runs shapelint on files in child processes with little memory and little time, and says what became of each.

``python -m tests.bounded`` reads requests from standard input, one JSON array of arguments for ``shapelint`` a line, forks a child for each,
and answers with one JSON object a line: the exit status, what was printed, the seconds of CPU, and the most memory that was in use.
"""

import io
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import redirect_stderr, redirect_stdout
from typing import Any, NamedTuple

MEMORY = 2 << 30  # bytes of address space
SECONDS = 40


class Outcome(NamedTuple):
    """What became of a run. ``status`` is None where a signal ended it."""

    status: int | None
    out: str
    err: str
    seconds: float
    megabytes: int


class Server:
    """A process that has imported shapelint and forks a child for every run."""

    def __init__(self) -> None:
        self.process = subprocess.Popen([sys.executable, "-m", "tests.bounded"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, *args: str, folder: str = ".", seconds: int = SECONDS, memory: int = MEMORY, scale: int = 1) -> Outcome:
        """``scale`` divides the interpreter's budgets of steps, for programs that use up any budget."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(json.dumps([args, folder, seconds, memory, scale]) + "\n")
        self.process.stdin.flush()
        return Outcome(*json.loads(self.process.stdout.readline()))

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()


def _serve() -> None:
    from shapelint.cli import main

    with tempfile.TemporaryDirectory() as folder, redirect_stdout(io.StringIO()):  # what every child needs is imported once
        path = os.path.join(folder, "net.py")
        with open(path, "w", encoding="utf-8") as file:
            file.write("import torch\nfrom torch import nn\n\nnn.Linear(3, 4)(torch.randn(2, 5))\n")
        main([path])
        main(["show", f"{path}:nn.Linear(3, 4)", "--input", "N 3"])
    for line in sys.stdin:
        print(json.dumps(_forked(*json.loads(line))), flush=True)


def _forked(args: list[str], folder: str, seconds: int, memory: int, scale: int) -> list[Any]:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _scale(scale)
        _child(args, folder, seconds, memory, writing)
    os.close(writing)
    start = time.monotonic()
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read()
    _, status, usage = os.wait4(child, 0)
    out, err = json.loads(said) if said else ("", f"ended by signal {os.waitstatus_to_exitcode(status)} after {time.monotonic() - start:.1f} s")
    code = os.waitstatus_to_exitcode(status)
    return [code if code >= 0 else None, out, err, usage.ru_utime + usage.ru_stime, usage.ru_maxrss >> 10]


def _scale(scale: int) -> None:
    from shapelint.interp import limits

    for name in vars(limits):
        if name.startswith("STEPS_") and name not in ("STEPS_PER_OPERATOR", "STEPS_BETWEEN_LOOKS"):
            setattr(limits, name, getattr(limits, name) // scale)


def _child(args: list[str], folder: str, seconds: int, memory: int, writing: int) -> None:
    from shapelint.cli import main

    os.chdir(folder)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    signal.alarm(seconds * 10)  # for what sleeps
    out, err = io.StringIO(), io.StringIO()
    status = 99
    try:
        with redirect_stdout(out), redirect_stderr(err):
            status = main(args)
    except BaseException as error:  # whatever a user would see as a traceback
        import traceback

        err.write("".join(traceback.format_exception(error)[-12:]))
    said = json.dumps([out.getvalue()[-20_000:], err.getvalue()[-4_000:]]).encode()
    while said:
        said = said[os.write(writing, said):]
    os._exit(status)


if __name__ == "__main__":
    _serve()
