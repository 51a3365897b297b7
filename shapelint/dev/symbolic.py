"""What ResNet-152 on ``N 3 H W`` costs: the arithmetic on symbolic sizes alone, and ``shapelint show`` of the whole network, beside building
and running it on torch's meta device.
"""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from .cold import medians, print_ratios

NETWORK = os.path.join(os.path.dirname(__file__), *[os.pardir] * 2, "fixtures", "networks", "resnet.py")
ON_META = """
import sys
sys.path.insert(0, {folder!r})
import torch
from resnet import ResNet152
with torch.device("meta"):
    net = ResNet152().eval()
    with torch.no_grad():
        net(torch.empty(1, 3, 224, 224))
"""


class Replay:
    """The operator calls of one run on numbers, ready to be made again on other sizes."""

    def __init__(self) -> None:
        self.calls: list[tuple[Callable[..., Any], Any, list[Any], dict[str, Any], Any]] = []

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Note every call of an operator."""
        from ..ops.declare import Operator

        apply, call = Operator.apply, Operator.call

        def noted_apply(op: Any, layer: Any, args: Any, kwargs: Any) -> Any:
            result = apply(op, layer, args, kwargs)
            self.calls.append((apply, (op, layer), list(args), dict(kwargs), result))
            return result

        def noted_call(op: Any, args: Any, kwargs: Any) -> Any:
            result = call(op, args, kwargs)
            self.calls.append((call, (op,), list(args), dict(kwargs), result))
            return result

        Operator.apply, Operator.call = noted_apply, noted_call  # type: ignore[method-assign, assignment]
        try:
            yield
        finally:
            Operator.apply, Operator.call = apply, call  # type: ignore[method-assign]

    def run(self, old: tuple[int, ...], new: tuple[Any, ...]) -> tuple[float, Any]:
        """Make the calls again with ``new`` for the input ``old``: milliseconds of formulas and requirements, and the last result."""
        from ..dims.facts import Facts
        from ..ops.kinds import T
        from ..ops.problems import follow

        shapes: dict[int, Any] = {}
        prepared = [(function, bound, args, kwargs, result) for function, bound, args, kwargs, result in self.calls]
        facts = Facts()
        before = follow(facts)
        spent = 0.0
        last: Any = None
        try:
            for function, bound, args, kwargs, result in prepared:
                given = [T.of(shapes.get(id(arg.shape), new if arg.shape == old else arg.shape), arg.dtype) if isinstance(arg, T) else arg for arg in args]
                start = time.perf_counter()
                last = function(*bound, given, kwargs)
                spent += time.perf_counter() - start
                shapes[id(result)] = last
                facts.take_fresh()
        finally:
            follow(before)
        return spent * 1000, last


def arithmetic() -> tuple[float, int, Any]:
    """Milliseconds of the symbolic arithmetic of ResNet-152 in this process, whose tables know no symbol yet; calls; the result's shape."""
    from ..dims import sym
    from ..interp import Program
    from ..interp.values import Tensor
    from ..source.files import read_source
    from ..source.text import SourceFile

    source = read_source(NETWORK)
    assert isinstance(source, SourceFile)
    run = Program([os.path.dirname(NETWORK)]).enter(source)
    replay, shape = Replay(), (2, 3, 224, 224)

    def call() -> None:
        net = run.m.call(run.scope.table["ResNet152"], [], {})
        with replay.recording():
            run.m.call(net, [Tensor(shape, "float")], {})

    run.guarded(call)
    spent, last = replay.run(shape, (sym("N"), 3, sym("H"), sym("W")))
    return spent, len(replay.calls), last


def bench(runs: int) -> None:
    """ResNet-152 as ``N 3 H W``."""
    if not os.path.isfile(NETWORK):
        print("ResNet-152: no fixtures here, so this needs a checkout of the repository")
        return
    code = "from shapelint.dev.symbolic import arithmetic; print(*arithmetic(), sep='|')"
    found = [subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split("|") for _ in range(runs)]
    spent = statistics.median(float(parts[0]) for parts in found)
    print(f"\nResNet-152 on N 3 H W: {spent:.2f} ms of symbolic arithmetic in {found[0][1]} operator calls, cold; median of {runs}; result {found[0][2].strip()}")
    commands = {
        "shapelint show ResNet152": [sys.executable, "-m", "shapelint", "show", f"{NETWORK}:ResNet152", "--input", "N 3 H W"],
        "torch: build, run on meta": [sys.executable, "-c", ON_META.format(folder=os.path.dirname(NETWORK))],
    }
    times = medians(commands, runs)
    reference = "shapelint show ResNet152"
    print_ratios("whole processes", times, reference)
    torch_seconds = times.get("torch: build, run on meta")
    if torch_seconds:
        print(f"symbolic arithmetic alone: 1/{torch_seconds * 1000 / spent:.0f} of torch's time")
