"""A module's registries are changed through ``_modules`` and its kin, and a slice of a container is made by its class: as torch does it."""

import textwrap
from pathlib import Path

import pytest

from shapelint.check import check_paths
from shapelint.config import Config
from shapelint.interp.heap import Heap

HEAD = """import collections
import torch
import torch.nn as nn

def eq(a, b):
    return torch.zeros(a + 2).view(b + 2)

s = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 4))
"""
CHANGED = [
    'del s._modules["2"]\neq(len(s), 2)\ns(torch.zeros(1, 2)).view(3)',
    's._modules.pop("2")\ns._modules.popitem()\ns(torch.zeros(1, 2)).view(3)',
    "s._modules.clear()\neq(len(s), 0)",
    's._modules.update({"3": nn.Linear(4, 6)})\ns(torch.zeros(1, 2)).view(6)',
    "s._modules = collections.OrderedDict(a=nn.Linear(2, 5))\ns(torch.zeros(1, 2)).view(5)\neq(s.a.out_features, 5)",
    'd = s._modules\ns.append(nn.Linear(4, 5))\neq(len(d), 4)\nd["4"] = nn.Linear(5, 7)\ns(torch.zeros(1, 2)).view(7)',
    'm = nn.Module()\nm.a = nn.Linear(2, 3)\ndel m._modules["a"]\neq(int(hasattr(m, "a")), 0)\neq(len(list(m.children())), 0)',
    "for name in list(s._modules)[1:]:\n    del s._modules[name]\neq(len(s), 1)",
    'eq(len(nn.Linear(2, 3)._parameters), 2)\neq(nn.Linear(2, 3)._parameters["weight"].shape[0], 3)\nnn.Linear(2, 3, bias=False)._parameters["bias"]',
    'class B(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.w = nn.Parameter(torch.zeros(3))\n        del self._parameters["w"]\n'
    '        self._buffers["b"] = torch.zeros(2)\n        self.plain = torch.zeros(2)\neq(len(B()._parameters), 0)\neq(len(B()._buffers), 1)',
    'class Old:\n    def __init__(self):\n        self._modules = {}\n        self._modules["a"] = 2\neq(Old()._modules["a"], 2)',
]
SLICED = [
    "class Blk(nn.Sequential):\n    def __init__(self, *dims):\n        super().__init__(*[nn.Linear(a, b) for a, b in zip(dims, dims[1:])])\n"
    "eq(len(Blk(3, 4, 5)[:1]), 0)\nBlk(3, 4, 5)[:1](torch.zeros(2, 3)).view(6)",
    "class Cut(nn.Sequential):\n    n = 3\n    def forward(self, x):\n        for layer in self:\n            x = layer(x)\n        return x[:, :1]\n"
    "Cut(*s)[:2](torch.zeros(5, 2)).view(5)\neq(Cut(*s)[1:].n, 3)",
    "class Part(nn.ModuleList):\n    def go(self, x):\n        for layer in self:\n            x = layer(x)\n        return x\nPart(s)[:2].go(torch.zeros(5, 2)).view(15)",
    "class Own(nn.ParameterList):\n    def total(self):\n        return len(self)\neq(Own([nn.Parameter(torch.zeros(2)) for _ in range(4)])[1:].total(), 3)",
]


def codes(tmp_path: Path, text: str) -> list[str]:
    file = tmp_path / "net.py"
    file.write_text(HEAD + text + "\n")
    return [found.code for found in check_paths([str(file)], Config()).diagnostics]


@pytest.mark.parametrize("text", CHANGED + SLICED)
def test_what_torch_runs_is_not_refused(tmp_path: Path, text: str) -> None:
    assert codes(tmp_path, text) == []


@pytest.mark.parametrize("text", CHANGED + SLICED)
def test_torch_runs_these_programs(text: str) -> None:
    pytest.importorskip("torch")
    exec(HEAD + text, {"__name__": "program"})


def test_what_is_left_of_a_container_is_known(tmp_path: Path) -> None:
    assert codes(tmp_path, 'del s._modules["2"]\ns(torch.zeros(1, 2)).view(4)') == ["SHP106"]


def test_a_branch_that_takes_a_child_away_leaves_it_to_the_other(tmp_path: Path) -> None:
    taken = 'import sys\nif len(sys.argv) > 3:\n    {}\ns(torch.zeros(1, 2)).view({})'
    assert codes(tmp_path, taken.format('s._modules.pop("2")', 3)) == codes(tmp_path, taken.format('s._modules.pop("2")', 4)) == []


def test_a_registry_changed_by_what_is_not_known_is_not_known(tmp_path: Path) -> None:
    assert codes(tmp_path, textwrap.dedent("""
        import elsewhere
        s._modules.update(elsewhere.further())
        s(torch.zeros(1, 2)).view(9)
        eq(len(s), 7)
    """)) == []


@pytest.mark.parametrize("change", ["s.append(nn.Linear(4, 5))", "del s[-1]", "s._modules.clear()"])
def test_a_container_that_only_one_of_two_branches_changes_has_either_content(tmp_path: Path, change: str) -> None:
    changed = f"import sys\nif len(sys.argv) > 3:\n    {change}\n"
    for size in (2, 3, 4, 5):
        assert codes(tmp_path, f"{changed}s(torch.zeros(1, 2)).view({size})\neq(len(s), {size})") == []


def test_entries_that_are_taken_away_come_back_where_they_were() -> None:
    heap, table = Heap(), dict(zip("abcd", range(4), strict=True))
    mark = heap.mark()
    for name in "acb":
        heap.delete(table, name)
    heap.write(table, "a", 5)
    heap.undo(mark)
    assert list(table.items()) == list(zip("abcd", range(4), strict=True))


OF_TORCH = [
    "class QP(nn.Parameter):\n    def __new__(cls, data, bits=8):\n        made = super().__new__(cls, data)\n        made.bits = bits\n        return made\n"
    "    def scaled(self):\n        return self * 2\nw = QP(torch.zeros(5, 4), 7)\n(torch.zeros(2, 4) @ w.t()).view(10)\ntorch.zeros(2, 4) @ w.scaled().t()\n"
    "nn.functional.linear(torch.zeros(2, 4), w)\neq(w.size(0), 5)\neq(w.bits, 7)",
    "class Nd(torch.distributions.Normal):\n    def twice(self):\n        return self.sample() * 2\nn = Nd(torch.zeros(4), torch.ones(4))\n"
    "n.twice().view(4)\n(n.loc + n.rsample()).view(4)\nn.log_prob(torch.zeros(4)).view(4)",
    "class Opt(torch.optim.Optimizer):\n    def __init__(self, p):\n        super().__init__(p, {'lr': 1})\n    def step(self):\n        return [g['lr'] for g in self.param_groups]\n"
    "eq(len(Opt([nn.Parameter(torch.zeros(2))]).step()), 1)",
]


@pytest.mark.parametrize("text", OF_TORCH)
def test_a_class_of_torch_that_is_not_read_brings_its_attributes(tmp_path: Path, text: str) -> None:
    assert codes(tmp_path, text) == []


@pytest.mark.parametrize("text", OF_TORCH)
def test_torch_runs_these_too(text: str) -> None:
    pytest.importorskip("torch")
    exec(HEAD + text, {"__name__": "program"})
