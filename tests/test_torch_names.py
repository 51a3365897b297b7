"""Torch by name: classes and their bases, settings, contexts, and what depends on the machine."""

import inspect
from pathlib import Path
from typing import Any

import pytest

from shapelint import ops
from shapelint.config import Config
from shapelint.interp.externals import related
from shapelint.show.models import ShowOptions, Wanted, show_targets

torch = pytest.importorskip("torch")


def shown(tmp_path: Path, program: str, spec: str = "2 3 8 8") -> Any:
    """What ``shapelint show`` says of the ``net`` of a program."""
    (tmp_path / "net.py").write_text(program)
    return next(iter(show_targets([Wanted(f"{tmp_path / 'net.py'}:net", spec)], Config(), ShowOptions())))


def output(tmp_path: Path, program: str, spec: str = "2 3 8 8") -> Any:
    """The sizes of the output, where nothing is lost."""
    summary = shown(tmp_path, program, spec)
    assert summary.status == "ok", [lost.what for lost in summary.lost] + list(summary.diagnostics)
    found = summary.output
    return [summary.shape(tensor) for tensor in (found if isinstance(found, list) else [found])]


def test_classes_derive_as_in_torch() -> None:
    layers = {op.name: getattr(torch.nn, op.short_name) for op in ops.operators() if op.is_module and op.name.startswith("torch.nn.")}
    bases = {base for cls in layers.values() for base in inspect.getmro(cls) if base.__module__.startswith("torch")}
    for name, cls in layers.items():
        for base in bases:
            public = getattr(torch.nn, base.__name__, None) is base
            wanted = f"torch.nn.{base.__name__}" if public else f"{base.__module__}.{base.__name__}"
            assert related(name, wanted) is issubclass(cls, base), (name, wanted)


NET = """
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
{init}
    def forward(self, x):
{forward}

net = Net()
"""


def program(forward: str, init: str = "pass") -> str:
    def indented(text: str) -> str:
        return "\n".join(" " * 8 + line for line in text.strip("\n").split("\n"))

    return NET.format(init=indented(init), forward=indented(forward))


def test_private_bases_decide_what_a_constructor_builds(tmp_path: Path) -> None:
    init = """
class Own(nn.Conv2d):
    pass
self.a = Own(3, 8, 1)
width = 0
for m in self.modules():
    if isinstance(m, nn.modules.conv._ConvNd):
        width += m.out_channels
    if isinstance(m, nn.modules.batchnorm._BatchNorm):
        width += 100
self.b = nn.Conv2d(8, width, 1)
"""
    assert output(tmp_path, program("return self.b(self.a(x))", init)) == [[2, 8, 8, 8]]


def test_contexts_of_torch_change_no_shape(tmp_path: Path) -> None:
    forward = """
with torch.autocast("cuda", enabled=False), torch.set_grad_enabled(False):
    x = x.relu()
with torch.enable_grad():
    x = x[:, :2]
with torch.autograd.profiler.record_function("part"), torch.cuda.device(0):
    x = x[..., 1:]
with torch.nn.attention.sdpa_kernel([]), torch.device("cpu"):
    return x + torch.zeros(1, device=torch.device("cpu"))
"""
    assert output(tmp_path, program(forward)) == [[2, 2, 8, 7]]


def test_plain_tensors_are_neither_quantized_nor_sparse(tmp_path: Path) -> None:
    forward = """
if x.is_quantized or x.is_sparse or x.is_nested or not x.is_floating_point() or x.is_complex():
    return x.dequantize().flatten()
if torch.is_floating_point(x) and not torch.is_complex(x):
    return x.flatten(1)
"""
    assert output(tmp_path, program(forward)) == [[2, 192]]


def test_tuples_of_sizes_are_made_as_torch_makes_them(tmp_path: Path) -> None:
    init = """
from torch.nn.modules.utils import _pair, _triple, _ntuple, _reverse_repeat_tuple
assert _pair(3) == (3, 3) and _pair([1, 2]) == (1, 2) and _triple(None) == (None, None, None) and _ntuple(4)(2) == (2, 2, 2, 2)
assert _reverse_repeat_tuple((1, 2), 2) == (2, 2, 1, 1)
self.conv = nn.Conv2d(3, 8, _pair(3), padding=_pair((1, 0)))
"""
    assert output(tmp_path, program("return self.conv(x).expand(torch.broadcast_shapes((1, 8, 8, 1), (2, 1, 1, 6)))", init)) == [[2, 8, 8, 6]]


def test_packed_sequences_keep_batch_and_features(tmp_path: Path) -> None:
    init = """
self.rnn = nn.LSTM(3, 5, 2, bidirectional=True, batch_first=True)
self.head = nn.Linear(10, 4)
"""
    forward = """
packed = nn.utils.rnn.pack_padded_sequence(x, [7, 4], batch_first=True, enforce_sorted=False)
packed, (h, c) = self.rnn(packed)
data = self.head(packed.data)
packed = nn.utils.rnn.PackedSequence(data, packed.batch_sizes, packed.sorted_indices, packed.unsorted_indices)
x, lengths = nn.utils.rnn.pad_packed_sequence(packed, batch_first=True, total_length=7)
return x, h, lengths
"""
    assert output(tmp_path, program(forward, init), "2 7 3") == [[2, 7, 4], [4, 2, 5], [2]]


def test_sequences_of_unread_lengths_are_padded_to_an_unread_one(tmp_path: Path) -> None:
    init = "self.rnn = nn.GRU(3, 5)"
    forward = """
packed = nn.utils.rnn.pack_padded_sequence(x, self.lengths(x))
packed, h = self.rnn(packed)
x, lengths = nn.utils.rnn.pad_packed_sequence(packed)
return x, h, lengths

def lengths(self, x):
    return (x.sum(2) > 0).sum(0)
""".replace("\ndef", "\n\ndef")
    text = program(forward, init).replace("        def lengths", "    def lengths").replace("            return (x", "        return (x")
    summary = shown(tmp_path, text, "7 2 3")
    assert [summary.shape(tensor) for tensor in summary.output] == [["?", 2, 5], [1, 2, 5], [2]]


def test_vmap_maps_over_the_first_axis(tmp_path: Path) -> None:
    forward = "return torch.vmap(lambda a, b: (a.sum(0), b[:2] @ b.mT))(x[:, 0], x[:, 1]) + (torch.func.vmap(torch.sum)(x),)"
    assert output(tmp_path, program(forward)) == [[2, 8], [2, 2, 8], [2]]
