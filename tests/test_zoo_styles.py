"""Constructs that packages of models are built of, on small programs: each is run by torch and read by the interpreter, and ``result`` is the same."""

import textwrap
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional

from .test_interp import value


def ran(text: str) -> Any:
    """``result`` as Python and torch compute it: shapes for tensors, tuples for lists."""
    names: dict[str, Any] = {"torch": torch, "nn": nn, "F": functional, "__name__": "net"}
    exec(textwrap.dedent(text), names)
    return shaped(names["result"])


def shaped(found: Any) -> Any:
    if isinstance(found, torch.Tensor):
        return tuple(found.shape)
    return tuple(map(shaped, found)) if isinstance(found, (list, tuple)) else found


PROGRAMS: dict[str, str] = {
    "an object of a plain class is no Sequence, one with __iter__ is Iterable": """
        from collections.abc import Callable, Iterable, Mapping, Sequence, Sized
        from dataclasses import dataclass
        from typing import NamedTuple
        @dataclass
        class Block:
            depth: int = 1
        class Pair(NamedTuple):
            a: int
        class Bag:
            def __iter__(self):
                return iter(())
            def __len__(self):
                return 0
        class Layer(nn.Module):
            pass
        kinds = (Sequence, Iterable, Mapping, Callable, Sized)
        result = [isinstance(each, kind) for each in (Block(), Pair(1), Bag(), Layer()) for kind in kinds]
    """,
    "pools keep their sizes as they were given, convolutions as tuples": """
        class Same(nn.MaxPool2d):
            def __init__(self, size, stride=None):
                super().__init__((size, size), stride)
            def forward(self, x):
                return F.max_pool2d(F.pad(x, (0, self.kernel_size[0] - 1)), self.kernel_size, self.stride)
        layers = (nn.MaxPool2d(3), nn.MaxPool2d((3, 3)), nn.AvgPool2d((2, 2), 2), nn.AvgPool1d(2), nn.AvgPool3d(2), nn.Conv2d(1, 1, 3),
                  nn.Unfold((2, 2)))
        result = [(layer.kernel_size, layer.stride, layer.padding) for layer in layers] + [Same(3)(torch.ones(1, 1, 9, 9))]
    """,
    "counts of distinct numbers, and numbers in reverse": """
        widths, depths = torch.unique(torch.tensor([8, 8, 16, 24, 24, 24]), return_counts=True)
        blocks = (4 ** torch.arange(3)).flip(0).tolist()
        result = [widths.tolist(), depths.tolist(), blocks]
    """,
    "a layer of torch is no subclass of a user's": """
        class Star(nn.Module):
            def __init__(self, mode):
                super().__init__()
        def made(kind):
            return kind(1) if issubclass(kind, Star) else kind()
        result = [issubclass(nn.Identity, Star), issubclass(Star, Star), issubclass(nn.Identity, nn.Module), made(nn.Identity)(torch.ones(2))]
    """,
    "what is cached under a device is there the next time": """
        class Biased(nn.Module):
            def __init__(self):
                super().__init__()
                self.bias, self.cache = nn.Parameter(torch.zeros(4, 4)), {}
            def biases(self, device):
                key = str(device)
                if key not in self.cache:
                    self.cache[key] = self.bias[:, [0, 1, 2]]
                return self.cache[key]
            def forward(self, x):
                return x @ self.biases(x.device)
        net = Biased()
        result = [net(torch.ones(2, 4)), net(torch.ones(3, 4))]
    """,
    "other objects that a dict of modules holds are no entries of it": """
        class Info:
            pass
        class Net(nn.ModuleDict):
            def __init__(self, layers):
                super().__init__()
                self.info, self.taps = Info(), {"b": "0"}
                self.update(layers)
            def forward(self, x):
                found = []
                for i, (name, module) in enumerate(self.items()):
                    x = module(x)
                    if name in self.taps:
                        found.append(x)
                return found
        net = Net({"a": nn.Linear(2, 3), "b": nn.ReLU()})
        result = [net(torch.ones(1, 2)), len(net), list(net.keys())]
    """,
    "the arguments of a layer's constructor can be asked for": """
        import inspect
        def made(kind, count):
            names = inspect.signature(kind).parameters
            return kind(**({"num_features": count} if "num_features" in names else {"num_groups": 2, "num_channels": count}))
        result = [made(kind, 4)(torch.ones(2, 4, 3, 3)) for kind in (nn.BatchNorm2d, nn.GroupNorm)]
        result.append(inspect.signature(nn.Conv2d).parameters["stride"].default)
    """,
    "paddings computed with small arrays": """
        import numpy as np
        def same(kernel, dilation=1):
            kernel_np, dilation_np = np.atleast_1d(kernel), np.atleast_1d(dilation)
            if np.any((kernel_np - 1) * dilation % 2 == 1):
                raise NotImplementedError
            found = tuple(int(p) for p in (kernel_np - 1) / 2 * dilation_np)
            return found if len(found) > 1 else found[0]
        result = [same(3), same((3, 5)), same((3, 5), 2), same((3, 5), (1, 2)), same([3], (1, 2)), bool(np.all(np.atleast_1d([1, 2]) > 0))]
    """,
    "constants of torch": """
        import math
        result = [(torch.ones(2) * torch.pi).shape[0], torch.pi == math.pi, torch.inf > 1, int(torch.e)]
    """,
    "a decorator that binds arguments to a signature": """
        import functools, inspect
        def renamed(old, new):
            def decorate(function):
                signature = inspect.signature(function)
                @functools.wraps(function)
                def wrapper(*args, **kwargs):
                    if old in kwargs:
                        kwargs[new] = kwargs.pop(old)
                    bound = signature.bind(*args, **kwargs).arguments
                    assert new in bound or len(args) < 3
                    return function(*args, **kwargs)
                return wrapper
            return decorate
        class Net(nn.Module):
            @renamed("size", "features")
            @renamed("width", "features")
            def __init__(self, inputs, features=4, *, bias=True):
                super().__init__()
                self.fc = nn.Linear(inputs, features, bias)
            def forward(self, x):
                return self.fc(x)
        try:
            inspect.signature(Net.__init__).bind(None)
            complete = True
        except TypeError:
            complete = False
        result = [Net(2, size=7)(torch.ones(1, 2)), Net(2)(torch.ones(1, 2)), complete]
    """,
    "versions are compared number by number": """
        from packaging import version
        from packaging.version import Version
        new = version.parse("1.10.2")
        net = nn.Linear(2, 3) if new >= Version("1.9") else nn.Linear(2, 4)
        result = [net(torch.ones(1, 2)), Version("1.0") == Version("1"), new < Version("1.10"), Version("0.9.9") < new, new.minor, new.release]
    """,
    "what a script may know of a type": """
        class Up(nn.Module):
            def __init__(self):
                super().__init__()
                self.conv = nn.Conv1d(2, 3, 3)
            def forward(self, x, skip=None):
                if skip is not None and torch.jit.isinstance(skip, torch.Tensor):
                    return self.conv(torch.cat([x, skip], 1))
                return x
        result = [Up()(torch.ones(1, 1, 8), torch.ones(1, 1, 8)), Up()(torch.ones(1, 1, 8))]
    """,
    "a tuple has no attributes of arrays": """
        def sequence(value):
            try:
                if hasattr(value, "ndim") and value.ndim == 0:
                    return False
            except Exception:
                return False
            return isinstance(value, (tuple, list))
        result = [sequence((1, 2)), sequence([1]), sequence(3), hasattr(torch.ones(1).shape, "numel"), hasattr("a", "shape")]
    """,
    "a layer without the argument that a try offers it is made without": """
        def activation(kind):
            try:
                return kind(inplace=True)
            except TypeError:
                return kind()
        result = [activation(kind)(torch.ones(2, 3)) for kind in (nn.ReLU, nn.GELU, nn.Sigmoid)]
    """,
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_torch_computes_is_read(name: str) -> None:
    assert value(PROGRAMS[name]) == ran(PROGRAMS[name])
