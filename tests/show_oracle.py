"""What torch says about a model: forward hooks on every module without children, and counts of parameters and multiply-accumulates."""

import contextlib
import importlib.util
import io
import sys
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode


def load(path: Path) -> Any:
    """The file as a fresh module; its folder is on the path meanwhile, and what it imported from there is forgotten."""
    known = set(sys.modules)
    sys.path[:0] = [str(path.parent), str(path.parent / "src")]
    try:
        spec = importlib.util.spec_from_file_location(f"shown_{uuid.uuid4().hex}", path)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        with contextlib.redirect_stdout(io.StringIO()):
            spec.loader.exec_module(module)
        return module
    finally:
        del sys.path[:2]
        for name in set(sys.modules) - known:
            if str(getattr(sys.modules[name], "__file__", "")).startswith(str(path.parent)):
                del sys.modules[name]


def shapes_in(value: Any) -> Iterator[list[int]]:
    if isinstance(value, torch.Tensor):
        yield list(value.shape)
    elif isinstance(value, (tuple, list)):
        for item in value:
            yield from shapes_in(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from shapes_in(item)


def leaf_calls(model: nn.Module, inputs: Sequence[torch.Tensor], training: bool = False) -> list[dict[str, Any]]:
    """Path, class and shapes of every call of a leaf module, in order."""
    model.train(training)
    seen: list[dict[str, Any]] = []

    def note(path: str) -> Any:
        def hook(module: nn.Module, args: Any, kwargs: Any, output: Any) -> None:
            own = sum(parameter.numel() for parameter in module.parameters(recurse=False))
            seen.append({
                "path": path, "op": type(module).__name__, "inputs": list(shapes_in((args, tuple(kwargs.values())))), "outputs": list(shapes_in(output)), "params": own,
            })

        return hook

    handles = [module.register_forward_hook(note(path), with_kwargs=True) for path, module in model.named_modules() if not list(module.children())]
    with torch.no_grad():
        model(*inputs)
    for handle in handles:
        handle.remove()
    return seen


def macs(model: nn.Module, inputs: Sequence[torch.Tensor]) -> int:
    """Half of the floating point operations that torch counts. With gradients, as attention takes another, uncounted way without."""
    model.eval()
    with FlopCounterMode(display=False) as counter:
        model(*inputs)
    return counter.get_total_flops() // 2


def inputs_of(spec: str) -> list[torch.Tensor]:
    """Tensors for a spec of numbers."""
    made = []
    for part in spec.split(";"):
        sizes, _, dtype = part.partition(":")
        shape = [int(size) for size in sizes.split()]
        made.append(torch.zeros(shape, dtype=torch.int64) if "int" in dtype else torch.randn(shape))
    return made


def field_by_gradient(model: nn.Module, size: int, channels: int = 3) -> int:
    """The receptive field of the middle of the output, from which inputs have a gradient. All weights are put to 1."""
    model = model.double().eval()
    for parameter in model.parameters():
        nn.init.constant_(parameter, 0.01)
    image = torch.rand(1, channels, size, size, dtype=torch.float64, requires_grad=True)
    output = model(image)
    output[..., output.shape[-2] // 2, output.shape[-1] // 2].sum().backward()
    assert image.grad is not None
    rows = image.grad.abs().sum((0, 1, 3)).nonzero().flatten()
    return int(rows.max() - rows.min() + 1)
