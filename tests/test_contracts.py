"""What a model accepts, and what its result's size is, held against torch for every size: conditions, joins, and the operations that need something."""

import warnings
from pathlib import Path
from typing import Any

import pytest
import torch

from shapelint.dims import evaluate, nice
from shapelint.dims.facts import DISAGREEMENTS
from shapelint.interp import Program
from shapelint.interp.contract import Contract, made_contract
from shapelint.interp.values import Tensor
from shapelint.source.files import read_source
from shapelint.source.text import SourceFile

HEAD = "import math\nimport torch\nimport torch.nn.functional as F\nfrom torch import nn\n\n"
OTHER = 64  # the other axis, which every network here accepts

# name: (the network, what it accepts, its result's height)
NETWORKS = {
    "pads to a multiple": ("""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.down, self.up = nn.Conv2d(3, 4, 4, stride=4), nn.ConvTranspose2d(4, 3, 4, stride=4)

    def forward(self, x):
        h, w = x.shape[-2:]
        if h % 4 or w % 4:
            x = F.pad(x, (0, (4 - w % 4) % 4, 0, (4 - h % 4) % 4))
        return torch.cat([x, self.up(self.down(x))], 1)
""", "True", "4*((H + 3)//4)"),
    "pads when it must": ("""
class Net(nn.Module):
    def forward(self, x):
        if x.shape[2] % 8 != 0:
            x = F.pad(x, (0, 0, 0, 8 - x.shape[2] % 8))
        return x
""", "True", "8*((H + 7)//8)"),
    "pads to the skip": ("""
class Net(nn.Module):
    def forward(self, x):
        y = F.interpolate(F.max_pool2d(x, 2), scale_factor=2)
        dy, dx = x.size(2) - y.size(2), x.size(3) - y.size(3)
        y = F.pad(y, [dx // 2, dx - dx // 2, dy // 2, dy - dy // 2])
        return torch.cat([x, y], dim=1)
""", "H >= 2 and W >= 2", "H"),
    "pads if there is a difference": ("""
class Net(nn.Module):
    def forward(self, x):
        y = F.interpolate(F.max_pool2d(x, 2), scale_factor=2)
        diff = x.size(2) - y.size(2)
        if diff:
            y = F.pad(y, [0, 0, 0, diff])
        return x[..., :10] + y[..., :10]
""", "H >= 2 and W >= 2 and W not in {3, 5, 7, 9}", "H"),
    "raises": ("""
class Net(nn.Module):
    def forward(self, x):
        if x.shape[2] % 6:
            raise ValueError(f"{x.shape[2]} is not a multiple of 6")
        return x
""", "H % 6 == 0", "H"),
    "asserts": ("""
class Net(nn.Module):
    def forward(self, x):
        n, c, h, w = x.shape
        assert h % 2 == 0 and h > 9, "sizes"
        return x.view(n, c, h // 2, 2, w)
""", "H >= 10 and H % 2 == 0", "H/2"),
    "leaves early": ("""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 20)

    def forward(self, x):
        if x.shape[2] < 30:
            return x
        return self.conv(x)[..., :40]
""", "H <= 29 or W >= 20", None),
    "leaves early and fails otherwise": ("""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(4, 4, 3)

    def forward(self, x):
        if x.shape[2] < 30:
            return x
        return self.conv(x)
""", "H <= 29", "H"),
    "chooses": ("""
class Net(nn.Module):
    def forward(self, x):
        size = 32 if x.shape[2] > 32 else x.shape[2]
        return F.adaptive_avg_pool2d(x, (size, 4))
""", "True", "min(H, 32)"),
    "both sides need something": ("""
class Net(nn.Module):
    def forward(self, x):
        if x.shape[2] > 40:
            x = F.max_pool2d(x, 5, stride=1, padding=2)
            return torch.cat([x, F.interpolate(F.max_pool2d(x, 4), scale_factor=4)])
        return torch.cat([x, F.interpolate(F.max_pool2d(x, 2), scale_factor=2)])
""", "(H <= 40 and H % 2 == 0 and W % 2 == 0) or (H % 4 == 0 and W % 4 == 0)", "H"),
    "resizes where shapes differ": ("""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 3, stride=2, padding=1)

    def forward(self, x):
        y = F.interpolate(self.conv(x), scale_factor=2)
        if y.shape != x.shape:
            y = F.interpolate(y, size=x.shape[2:])
        return x + y
""", "True", "H"),
    "resizes where the last axes differ": ("""
class Net(nn.Module):
    def forward(self, x):
        y = F.interpolate(F.avg_pool2d(x, 3), scale_factor=3)
        y = y if y.shape[-2:] == x.shape[-2:] else F.interpolate(y, size=x.shape[-2:], mode="bilinear")
        return x * y
""", "H >= 3 and W >= 3", "H"),
    "windows": ("""
class Net(nn.Module):
    def forward(self, x):
        n, c, h, w = x.shape
        x = x.view(n, c, h // 8, 8, w // 8, 8).permute(0, 2, 4, 3, 5, 1).reshape(-1, 64, c)
        return x
""", "H % 8 == 0 and W % 8 == 0", None),
    "space to depth": ("""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(12, 4, 1)

    def forward(self, x):
        return self.conv(torch.cat([x[..., ::2, ::2], x[..., 1::2, ::2], x[..., ::2, 1::2], x[..., 1::2, 1::2]], 1))
""", "H % 2 == 0 and W % 2 == 0", "H/2"),
    "unshuffles": ("""
class Net(nn.Module):
    def forward(self, x):
        return F.pixel_unshuffle(x, 4)
""", "H % 4 == 0 and W % 4 == 0", "H/4"),
    "flattens": ("""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(3 * 2 * 16, 5)

    def forward(self, x):
        return self.fc(torch.flatten(F.max_pool2d(x, 4), 1))
""", None, None),
    "crops": ("""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 7)

    def forward(self, x):
        y = self.conv(x)
        off = (x.shape[2] - y.shape[2]) // 2
        return x[:, :, off:off + y.shape[2], off:off + y.shape[3]] + y
""", "H >= 7 and W >= 7", "H - 6"),
    "a float scale": ("""
class Net(nn.Module):
    def forward(self, x):
        return F.interpolate(x, scale_factor=0.3)
""", "H >= 4 and W >= 4", None),
    "joins two scales": ("""
class Net(nn.Module):
    def forward(self, x):
        small = F.avg_pool2d(x, 2, ceil_mode=True)
        return x + F.interpolate(small, scale_factor=2.0, mode="nearest")
""", "H % 2 == 0 and W % 2 == 0", "H"),
    "never": ("""
class Net(nn.Module):
    def forward(self, x):
        return torch.cat([x, x[..., 1:, :]], 1)
""", "False", None),
    "tries": ("""
class Net(nn.Module):
    def forward(self, x):
        if x.shape[2] % 2 == 0 and not x.shape[3] % 2:
            return x + F.interpolate(F.max_pool2d(x, 2), scale_factor=2)
        elif x.shape[2] > 20 or x.shape[3] > 20:
            return x[..., 1:]
        else:
            raise RuntimeError("too small and odd")
""", None, None),
    "reflects": ("""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.pad, self.conv = nn.ReflectionPad2d(3), nn.Conv2d(3, 3, 7)

    def forward(self, x):
        return self.conv(self.pad(x))
""", "H >= 4 and W >= 4", "H"),
    "a loop of halvings": ("""
class Net(nn.Module):
    def forward(self, x):
        maps = [x]
        for _ in range(3):
            maps.append(F.avg_pool2d(maps[-1], 2))
        y = maps.pop()
        while maps:
            skip = maps.pop()
            y = F.interpolate(y, scale_factor=2)
            h = min(y.shape[2], skip.shape[2])
            y = y[:, :, :h] + skip[:, :, :h, :y.shape[3]]
        return y
""", "H >= 8 and W >= 8", "8*(H//8)"),
    "splits": ("""
class Net(nn.Module):
    def forward(self, x):
        half = x.shape[2] // 2
        return x[:, :, :half] * torch.sigmoid(x[:, :, half:])
""", "H % 2 == 0", "H/2"),
    "sizes through floats": ("""
class Net(nn.Module):
    def forward(self, x):
        h, w = x.shape[2:]
        low = torch.cat([F.interpolate(x, size=(int(h / 2), w >> 1)), F.max_pool2d(x, 2)], 1)
        high = torch.cat([F.interpolate(x, size=(math.ceil(h / 3), int(w * 0.5))), F.max_pool2d(x, (3, 2), ceil_mode=True)], 1)
        last = F.interpolate(x, size=(math.floor(h * 0.7), 4))
        return last + low.mean((1, 2, 3), keepdim=True) + high.mean((1, 2, 3), keepdim=True)
""", "H >= 2 and W % 2 == 0", "floor(H*0.7)"),
    "a silent broadcast on one side only": ("""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.down = nn.Conv2d(3, 3, 3, 4, 1)

    def forward(self, x):
        if x.shape[-1] >= 32:
            x = x + F.interpolate(self.down(x), scale_factor=4)
        return x
""", "W <= 31 or (H % 4 == 0 and W % 4 == 0)", None),
    "positions": ("""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rows = nn.Embedding(40, 3)

    def forward(self, x):
        return x + self.rows(torch.arange(x.shape[2])).t()[None, :, :, None]
""", "H <= 40", "H"),
    "a gate": ("""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 3, padding=1, stride=2)

    def forward(self, x):
        gate = self.conv(x).mean((2, 3), keepdim=True)
        return x * gate + F.interpolate(self.conv(x), size=x.shape[2:])
""", "True", "H"),
    "stores a condition": ("""
class Net(nn.Module):
    def forward(self, x):
        odd = x.shape[2] % 2 == 1
        if odd:
            x = F.pad(x, (0, 0, 0, 1))
        y = F.max_pool2d(x, (2, 1))
        y = F.interpolate(y, scale_factor=(2, 1))
        x = x + y
        if odd:
            x = x[:, :, :-1]
        return x
""", "True", "H"),
    "all of the sizes": ("""
class Net(nn.Module):
    def forward(self, x):
        if all(s % 8 == 0 for s in x.shape[2:]):
            x = F.max_pool2d(x, 2)
            return F.interpolate(x, scale_factor=2)
        return x
""", "True", "H"),
    "any of the sizes": ("""
class Net(nn.Module):
    def forward(self, x):
        if any(s < 5 for s in x.shape[2:]):
            raise ValueError('too small')
        return F.max_pool2d(x, 5)
""", "H >= 5 and W >= 5", "H//5"),
    "a chain of comparisons": ("""
class Net(nn.Module):
    def forward(self, x):
        assert 3 < x.shape[2] <= 25
        return x
""", "4 <= H <= 25", "H"),
    "one of several sizes": ("""
class Net(nn.Module):
    def forward(self, x):
        assert x.shape[2] in (16, 32) and x.shape[3] not in (7, 9)
        return x
""", "H in {16, 32} and W not in {7, 9}", "H"),
    "a stored disjunction": ("""
class Net(nn.Module):
    def forward(self, x):
        odd = x.shape[2] % 2 == 1 or x.shape[3] % 2 == 1
        if odd:
            raise ValueError('odd')
        return x
""", "H % 2 == 0 and W % 2 == 0", "H"),
    "a pool of what a mean left": ("""
class Net(nn.Module):
    def forward(self, x):
        if x.shape[2] > 6:
            x = F.max_pool2d(x.mean(3, keepdim=True), 2)
        return x
""", "H <= 6", "H"),
    "leaves the loop before it fails": ("""
class Net(nn.Module):
    def forward(self, x):
        for _ in range(3):
            x = x.transpose(1, 2)
            if x.shape[1] != 2:
                break
            x = x.mean(2)
        return x
""", "H != 2 or W != 2", None),
    "a try that some sizes pass": ("""
class Net(nn.Module):
    def forward(self, x):
        try:
            x = F.max_pool2d(x, 4)
        except RuntimeError:
            x = F.pad(x, (0, 0, 0, 1))
        return x
""", "True", None),
}


def analysed(source: str, tmp_path: Path) -> tuple[Contract, Any]:
    """The contract and the result of ``Net()`` on ``N 3 H W``."""
    path = tmp_path / "net.py"
    path.write_text(HEAD + source)
    file = read_source(str(path))
    assert isinstance(file, SourceFile)
    path.write_text(HEAD + source + "\n\nNet()\n")
    program = Program([str(tmp_path)])
    run = program.enter(file)
    m = run.m
    results: list[Any] = []

    def call() -> None:
        from shapelint.spec import parse_spec

        net = m.call(run.scope.table["Net"], [], {})
        results.append(m.call(net, [Tensor(parse_spec("N 3 H W")[0].shape, "float")], {}))

    from shapelint.interp.events import Refused

    run.guarded(call)
    failed = not results or any(isinstance(event, Refused) and event.application.certain for event in m.events)
    return made_contract(m, ("N", "H", "W"), failed), results[0] if results else None


def in_torch(source: str) -> Any:
    scope: dict[str, Any] = {}
    exec(compile(HEAD + source, "net.py", "exec"), scope)
    return scope["Net"]().eval()


def outcome(net: Any, height: int, width: int) -> "tuple[int, ...] | None":
    try:
        with torch.no_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return tuple(net(torch.zeros(2, 3, height, width)).shape)
    except (RuntimeError, ValueError, AssertionError, IndexError):
        return None


@pytest.mark.parametrize("name", NETWORKS)
def test_contract_and_result_equal_torch_for_every_size(name: str, tmp_path: Path) -> None:
    source, accepted, height = NETWORKS[name]
    contract, result = analysed(source, tmp_path)
    net = in_torch(source)
    before = DISAGREEMENTS[0]
    if accepted is not None:
        assert contract.accepted.describe() == accepted
    assert contract.complete
    sizes = [(size, OTHER) for size in range(1, 72)] + [(OTHER, size) for size in range(1, 72)] + [(a, b) for a in range(1, 11) for b in range(1, 11)]
    for h, w in sizes:
        values = {"N": 2, "H": h, "W": w}
        shape = outcome(net, h, w)
        assert (values in contract.accepted or values in contract.broadcasts) == (shape is not None), f"{h}x{w}: torch gives {shape}"
        if shape is not None and isinstance(result, Tensor) and result.shape is not None and values in contract.accepted:
            for size, actual in zip(result.shape, shape, strict=True):
                if isinstance(size, int) or not size.unread:
                    assert evaluate(size, values) == actual, f"{h}x{w}: {size} is not {actual}"
    if height is not None:
        assert isinstance(result, Tensor) and result.shape is not None
        assert nice(result.shape[2], contract.sizes()) == height
    assert DISAGREEMENTS[0] == before


@pytest.mark.parametrize("body", [
    "assert round(x.shape[2] / 2) % 2\nreturn x",
    "if not min(x.shape[2:]) < 6:\n    raise ValueError\nreturn x",
    "y = x\nwhile y.shape[2] > 3:\n    y = y[:, :, :-1]\nreturn torch.cat([x, y], 1)",
    "return x.reshape(x.shape[0], 3, x.shape[2], round(x.shape[2] / 2))",
    "return x[:, :, round(x.shape[2] / 2)]",
    "return x + x.transpose(2, 3)",
    "try:\n    x = x.reshape(x.shape[0], 3, x.shape[2] // 2, -1)\nexcept RuntimeError:\n    pass\nreturn x",
    "if min(x.shape[2:]) < 6:\n    return x\nassert x.shape[2] < 0\nreturn x",
    "if x.shape[2] % 8:\n    x = x.mean(3, keepdim=True)\ntry:\n    x = F.max_pool2d(x, 2)\nexcept RuntimeError:\n    pass\nreturn x",
    "y = F.pad(x, (0, 0, x.shape[3], 0)).unsqueeze(3)\nwhile y.shape[2] > 30:\n    y = F.max_pool2d(y, 2)\nreturn y",
])
def test_what_cannot_be_told_makes_a_contract_incomplete_and_no_error(body: str, tmp_path: Path) -> None:
    source = "class Net(nn.Module):\n    def forward(self, x):\n" + "".join(f"        {line}\n" for line in body.splitlines())
    contract, _ = analysed(source, tmp_path)
    net = in_torch(source)
    assert not contract.complete
    for h, w in [(a, b) for a in range(1, 12) for b in (1, 2, 3, 6, 9)]:
        assert outcome(net, h, w) is None or {"N": 2, "H": h, "W": w} in contract.accepted


def test_a_product_of_three_sizes_is_described_in_time() -> None:
    """A fixed number of patches of a volume leaves dozens of combinations of three sizes."""
    import time

    from shapelint.dims.region import Region
    from shapelint.dims.sets import SizeSet

    def patches(count: int) -> SizeSet:
        return SizeSet.interval(8 * count, 8 * count + 7)

    start = time.process_time()
    factors = [(a, b, 64 // a // b) for a in (1, 2, 4, 8, 16, 32, 64) for b in (1, 2, 4, 8, 16, 32, 64) if 64 % (a * b) == 0]
    region = Region([{"D": patches(a), "H": patches(b), "W": patches(c)} for a, b, c in factors])
    assert len(region.boxes) == 28 and region.complete
    assert "other combinations" in region.describe(3)
    assert region.subset(region | Region.of("D", SizeSet.ge(9))) and not region.subset(region - Region.of("D", patches(1)))
    assert time.process_time() - start < 5
