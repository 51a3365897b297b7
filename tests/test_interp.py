"""The interpreter on small programs: what it states about values, and what it refuses to guess."""

import textwrap
from pathlib import Path
from typing import Any

import pytest

from shapelint.interp import Options, Program
from shapelint.interp.events import Refused
from shapelint.interp.machine import Machine
from shapelint.interp.values import ListObject, Tensor, Unknown
from shapelint.source.files import parse_text
from shapelint.source.text import SourceFile

HEAD = "import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n"


def run(text: str, path: str = "net.py", options: Options | None = None) -> Machine:
    source = parse_text(path, HEAD + textwrap.dedent(text))
    assert isinstance(source, SourceFile), source
    program = Program([], options)
    events = program.run(source)
    assert program.machine is not None
    program.machine.events = events
    program.machine.main_scope = program.main_scope  # type: ignore[attr-defined]
    return program.machine


def value(text: str, name: str = "result") -> Any:
    """The value of a module-level name after the run: shapes for tensors, tuples for lists."""
    found = run(text).main_scope.table[name]  # type: ignore[attr-defined]
    return plain(found)


def plain(found: Any) -> Any:
    if isinstance(found, Tensor):
        return found.shape
    if isinstance(found, ListObject):
        items = found.table["items"]
        return plain(items)
    if isinstance(found, Unknown):
        return "unknown"
    return tuple(map(plain, found)) if isinstance(found, tuple) else found


def refusals(text: str, certain: bool = True) -> list[tuple[str, str]]:
    events = [event for event in run(text).events if isinstance(event, Refused) and event.application.certain is certain]
    return [(event.application.name, event.error.problem.value) for event in events]


@pytest.mark.parametrize("text, expected", [
    ("result = nn.Conv2d(3, 8, 3)(torch.randn(2, 3, 8, 8))", (2, 8, 6, 6)),
    ("def f(x, *, k=3):\n    return nn.Conv1d(4, k, k)(x)\nresult = f(torch.zeros(1, 4, 9), k=5)", (1, 5, 5)),
    ("layers = [nn.Linear(4, 4) for _ in range(3)] + [nn.Linear(4, 2)]\nresult = nn.Sequential(*layers)(torch.ones(7, 4))", (7, 2)),
    ("net = nn.Sequential()\nnet.add_module('a', nn.Linear(4, 5))\nresult = net.a(torch.ones(7, 4))", (7, 5)),
    ("m = nn.ModuleDict({'a': nn.Linear(4, 5)})\nx = torch.ones(2, 4)\nfor k in m:\n    x = m[k](x)\nresult = x", (2, 5)),
    ("x = torch.randn(2, 3, 4)\nb, c, d = x.shape\nresult = x.reshape(b, c * d)", (2, 12)),
    ("net = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 4))\nresult = net[:2](torch.ones(1, 2))", (1, 3)),
    ("from collections import OrderedDict\nn = nn.Sequential(OrderedDict([('a', nn.Linear(2, 3)), ('b', nn.Linear(3, 6))]))\nresult = n(torch.ones(1, 2))", (1, 6)),
    ("from functools import partial\nconv = partial(nn.Conv2d, kernel_size=3, padding=1)\nresult = conv(3, 5)(torch.ones(1, 3, 4, 4))", (1, 5, 4, 4)),
    ("x = torch.ones(4, 2)\nx += torch.ones(2)\nresult = x", (4, 2)),
    ("result = (lambda x: x.flatten(1))(torch.ones(2, 3, 4))", (2, 12)),
    ("def g():\n    yield nn.Linear(2, 3)\n    yield nn.Linear(3, 4)\nresult = nn.Sequential(*g())(torch.ones(1, 2))", (1, 4)),
    ("class A(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.w = nn.Parameter(torch.randn(5, 4))\n    def forward(self, x):\n"
     "        return x @ self.w.t()\nresult = A()(torch.ones(2, 4))", (2, 5)),
    ("class A(nn.Conv2d):\n    def __init__(self, i, o):\n        super().__init__(i, o, 3, padding=1)\n    def forward(self, x):\n        return F.relu(super().forward(x))\n"
     "result = A(3, 8)(torch.ones(1, 3, 5, 5))", (1, 8, 5, 5)),
    ("x = torch.ones(2, 3)\nresult = x.cuda().float().detach().to('cpu').contiguous()", (2, 3)),
    ("try:\n    import nothing_like_this\nexcept ImportError:\n    nothing_like_this = None\nresult = 3", 3),
    ("def f(n):\n    return 1 if n == 0 else n * f(n - 1)\nresult = f(5)", 120),
    ("x = torch.ones(2, 3, 8, 8)\nwith torch.no_grad():\n    y = nn.MaxPool2d(2)(x)\nresult = y", (2, 3, 4, 4)),
    ("total = 0\nfor i in range(10):\n    if i == 3:\n        continue\n    if i == 6:\n        break\n    total += i\nresult = total", 12),
    ("n = 10\nk = 0\nwhile n > 1:\n    n //= 2\n    k += 1\nresult = k", 3),
])
def test_follows_ordinary_python(text: str, expected: Any) -> None:
    assert value(text) == expected


def test_joins_what_branches_agree_on() -> None:
    assert value("""
        import random
        x = torch.ones(2, 3)
        if random.random() > 0.5:
            y = nn.Linear(3, 8)(x)
        else:
            y = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 8))(x)
        result = y
    """) == (2, 8)


def test_an_undecided_size_is_unread_not_guessed() -> None:
    shape = value("""
        import random
        result = torch.ones(2, 3) if random.random() > 0.5 else torch.ones(2, 4)
    """)
    assert shape[0] == 2 and getattr(shape[1], "unread", False)


def test_an_early_return_is_joined_with_the_end() -> None:
    shape = value("""
        import random
        def f(x):
            if random.random() > 0.5:
                return x
            return torch.cat([x, x])
        result = f(torch.ones(2, 3))
    """)
    assert shape[1] == 3 and getattr(shape[0], "unread", False)


def test_errors_on_undecided_paths_are_not_certain() -> None:
    text = """
        import random
        x = torch.ones(2, 3)
        if random.random() > 0.5:
            nn.Linear(4, 5)(x)
    """
    assert refusals(text) == []
    assert refusals(text, certain=False) == [("Linear", "features")]


@pytest.mark.parametrize("block", ["try:\n    {0}\nexcept RuntimeError:\n    pass", "with pytest.raises(RuntimeError):\n    {0}"])
def test_errors_that_the_program_expects_are_not_certain(block: str) -> None:
    assert refusals("import pytest\n" + block.format("nn.Linear(4, 5)(torch.ones(2, 3))")) == []


def test_several_independent_errors_are_all_found() -> None:
    assert refusals("""
        net = nn.Sequential(nn.Conv2d(3, 8, 3), nn.Conv2d(9, 8, 3), nn.Flatten(), nn.Linear(100, 5))
        net(torch.ones(1, 3, 8, 8))
    """) == [("1", "channels"), ("3", "features")]


def test_a_class_that_nothing_calls_is_checked() -> None:
    assert refusals("""
        class Net(nn.Module):
            def __init__(self, width):
                super().__init__()
                self.a = nn.Linear(width, 64)
                self.b = nn.Linear(32, 10)
            def forward(self, x):
                return self.b(torch.relu(self.a(x)))
    """) == [("b", "features")]


def test_illegal_hyper_parameters_are_found_without_a_call() -> None:
    assert refusals("""
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.a = nn.Conv2d(8, 9, 3, groups=2)
                self.b = nn.Conv2d(8, 8, 3, stride=2, padding='same')
    """) == [("Conv2d", "groups"), ("Conv2d", "hyper-parameter")]


def test_unknown_packages_are_unknown_with_a_reason() -> None:
    machine = run("import mystery\nresult = mystery.net(torch.ones(2, 3))")
    assert isinstance(machine.main_scope.table["result"], Unknown)  # type: ignore[attr-defined]
    assert ("a package that is not read", "mystery.net") in machine.coverage.reasons


@pytest.mark.parametrize("text", [
    "while True:\n    x = 1", "def f():\n    return f()\nf()", "def f(n):\n    return f(n + 1) + f(n + 2)\nf(0)",
    "x = []\nfor i in range(10**9):\n    x.append(i)", "x = [0] * 10**9", "x = 10 ** 10 ** 8", "s = 'a'\nfor _ in range(100):\n    s = s + s",
    "def g():\n    while True:\n        yield 1\nlist(g())", "x = " + "(" * 150 + "1" + ")" * 150,
])
def test_programs_without_end_end(text: str) -> None:
    run(text)


def test_files_of_a_package_find_each_other(tmp_path: Path) -> None:
    package = tmp_path / "pkg"
    package.mkdir()
    (package / "__init__.py").write_text("from .blocks import Block\n")
    (package / "blocks.py").write_text(HEAD + "class Block(nn.Module):\n    def __init__(self, c):\n        super().__init__()\n        self.fc = nn.Linear(c, 2 * c)\n"
                                       "    def forward(self, x):\n        return self.fc(x)\n")
    main = "from pkg import Block\nfrom pkg.blocks import Block as Same\nimport pkg.blocks\nresult = pkg.blocks.Block(6)(Same(3)(Block(1.5 * 2 == 3 and 3 or 4)(torch.ones(1, 3))[:, :3]))\n"
    found = run(main, str(tmp_path / "main.py")).main_scope.table["result"]  # type: ignore[attr-defined]
    assert found.shape == (1, 12)


@pytest.mark.parametrize("text, expected", [
    ("# shapelint: input=4 3 8 8\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.c = nn.Conv2d(1, 8, 3)\n"
     "    def forward(self, x):\n        return self.c(x)\n", [("c", "channels")]),
    ("class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.c = nn.Conv2d(1, 8, 3)\n"
     "    def forward(self, x: Float[Tensor, 'n 3 h w']):\n        return self.c(x)\n", [("c", "channels")]),
    ("net = nn.Conv2d(1, 8, 3)  # shapelint: input=4 3 8 8\n", [("Conv2d", "channels")]),
    ("net = nn.Conv2d(1, 8, 3)\nfrom torchsummary import summary\nsummary(net, (3, 8, 8))\n", [("Conv2d", "channels")]),
    ("net = nn.Conv2d(1, 8, 3)\nimport torchinfo\ntorchinfo.summary(net, input_size=(2, 3, 8, 8))\n", [("Conv2d", "channels")]),
    ("torch.jit.trace(nn.Conv2d(1, 8, 3), torch.ones(1, 3, 8, 8))\n", [("Conv2d", "channels")]),
    ("torch.onnx.export(nn.Conv2d(1, 8, 3), torch.ones(1, 3, 8, 8), 'net.onnx')\n", [("Conv2d", "channels")]),
])
def test_sizes_come_from_where_people_state_them(text: str, expected: list[tuple[str, str]]) -> None:
    assert refusals(text) == expected


def test_settings_name_a_model_and_its_input() -> None:
    text = "class Net(nn.Module):\n    def __init__(self, c):\n        super().__init__()\n        self.c = nn.Conv2d(c, 8, 3)\n    def forward(self, x):\n        return self.c(x)\n"
    options = Options(targets={"net:Net(1)": "2 3 8 8"})
    events = [event for event in run(text, options=options).events if isinstance(event, Refused)]
    assert [(event.application.name, event.application.source.how) for event in events] == [("c", "settings")]  # type: ignore[union-attr]


@pytest.mark.parametrize("text, expected", [
    ("import random\nwidth = random.random() or 8\nresult = 3 if (random.random() and False) else 4", 4),
    ("import random\nresult = 3 if not (random.random() or True) else 4", 4),
])
def test_tests_are_decided_where_one_operand_decides(text: str, expected: int) -> None:
    assert value(text) == expected


def test_an_undecided_or_has_no_value_of_its_own() -> None:
    assert refusals("""
        class Net(nn.Module):
            def __init__(self, width, out):
                super().__init__()
                self.norm = nn.GroupNorm(32, width or out)
    """) == []


@pytest.mark.parametrize("text, expected", [
    ("out = torch.tensor([])\nfor i in range(3):\n    out = torch.cat([out, torch.zeros(2, 3)])\nresult = out", (6, 3)),
    ("result = torch.cat((torch.empty(0), torch.ones(2, 2)), dim=1)", (2, 2)),
    ("x = torch.zeros(4, 4)\nresult = x[torch.zeros(2, dtype=int)]", (2, 4)),
    ("x = torch.randn(3, 8, 8)\nx.unsqueeze_(0)\nresult = x", (1, 3, 8, 8)),
    ("x = torch.randn(3, 4)\nx.data = torch.randn(2, 5)\nresult = x", (2, 5)),
    ("import torchinfo\nnet = nn.Linear(16, 2)\ntorchinfo.summary(net, (3, 16), batch_dim=0)\nresult = net(torch.ones(1, 16))", (1, 2)),
])
def test_idioms_that_change_tensors_in_place_or_start_empty(text: str, expected: Any) -> None:
    machine = run(text)
    assert not [event for event in machine.events if isinstance(event, Refused)]
    (found,) = machine.solid([machine.main_scope.table["result"]])  # type: ignore[attr-defined]
    assert found.shape == expected


@pytest.mark.parametrize("text", [
    "m = nn.Sequential(nn.Conv2d(3, 4, 3, stride=2))\nm[0].groups = 2\nresult = m(torch.zeros(1, 3, 8, 8))",
    "m = nn.Linear(3, 4)\nm.weight.data = m.weight.data[:2]\nresult = m(torch.zeros(1, 3))",
    "levels = []\nimport mystery\nfor i in range(len(mystery.x)):\n    levels.append(nn.Linear(4, 5))\nresult = nn.Sequential(*levels)(torch.ones(2, 4))",
    "import argparse\np = argparse.ArgumentParser()\np.add_argument('--n', type=int, default=3)\nresult = torch.ones(p.parse_args(['--n', '4']).n)",
])
def test_what_changes_a_layer_behind_our_back_makes_it_unknown(text: str) -> None:
    found = run(text + "\nnn.Linear(77, 1)(result)").main_scope.table["result"]  # type: ignore[attr-defined]
    assert isinstance(found, Unknown) or found.shape is None or any(getattr(size, "unread", False) for size in found.shape)


def test_an_optional_package_may_be_missing() -> None:
    assert refusals("""
        try:
            import apex_like
            fused = True
        except ImportError:
            fused = False
        x = torch.zeros(3) if fused else torch.zeros(4)
        x + torch.zeros(4)
    """) == []


def test_batches_of_a_loader_have_a_shape() -> None:
    text = """
        from torch.utils.data import DataLoader, TensorDataset
        loader = DataLoader(TensorDataset(torch.randn(64, 3, 8, 8), torch.randint(0, 4, (64,))), batch_size=16, shuffle=True)
        for i, (x, y) in enumerate(loader):
            result = nn.Flatten()(x)
        first, target = next(iter(loader))
    """
    assert value(text) == (16, 192)
    assert value(text, "first") == (16, 3, 8, 8)
    assert value(text, "target") == (16,)


def test_an_unbatched_input_may_be_meant_where_nothing_is_known() -> None:
    assert refusals("""
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.conv = nn.Conv2d(3, 8, 3)
            def forward(self, x):
                c, h, w = self.conv(x).shape
                return c
    """) == []


@pytest.mark.parametrize("text", [
    "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.c = nn.Conv2d(1, 8, 3)\n"
    "    # shapelint: input=N 3 16 16\n    def forward(self, x):\n        return self.c(x)\n",
    "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.c = nn.Conv2d(1, 8, 3)\n"
    "    def forward(self, x):\n        return self.c(x)  # (batch, 3, 16, 16) -> (batch, 8, 14, 14)\n",
    "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.c = nn.Conv2d(1, 8, 3)\n"
    "    def forward(self, x):  # x: (batch, 3, 16, 16)\n        return self.c(x)\n",
])
def test_comments_in_a_method_state_its_input(text: str) -> None:
    assert refusals(text) == [("c", "channels")]


@pytest.mark.parametrize("text, expected", [
    ("x = torch.zeros(4, 6)\nx[:, 1:3] = torch.randn(4, 2)\nx[:, 1:3] = torch.randn(1, 1, 2)\nx[0] = 3\nx[x > 0] = 1.0\nx[:, 0] = torch.arange(4)", []),
    ("pe = torch.zeros(100, 16)\npe[:, 1::2] = torch.zeros(99, 8)", [("assignment", "broadcast")]),
    ("a = torch.zeros(3, 1)\na += torch.zeros(3, 4)", [("in-place operator", "broadcast")]),
    ("a = torch.zeros(3, 4)\na += torch.zeros(4)", []),
    ("b, c, h, w = torch.zeros(2, 3, 4).shape", [("unpacking", "index")]),
    ("a, b = torch.zeros(2, 6).chunk(3, dim=1)", [("unpacking", "index")]),
])
def test_assignments_to_parts_and_unpackings(text: str, expected: list[tuple[str, str]]) -> None:
    assert refusals(text) == expected
    failed = False
    try:
        exec(HEAD + text, {})  # torch agrees
    except (RuntimeError, ValueError):
        failed = True
    assert failed is bool(expected)


@pytest.mark.parametrize("text, expected", [
    ("sizes = [tuple[int, int](pair) for pair in [[3, 4], [4, 5]]]\nresult = nn.Sequential(*[nn.Linear(a, b) for a, b in sizes])(torch.ones(2, 3))", (2, 5)),
    ("net = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 5))\nx = torch.ones(2, 3)\nfor layer in net._modules.values():\n    x = layer(x)\nresult = x", (2, 5)),
])
def test_forms_that_zoos_use(text: str, expected: Any) -> None:
    assert value(text) == expected


def test_a_container_that_was_lost_lists_no_children() -> None:
    assert refusals("""
        import mystery
        net = nn.Sequential()
        for i, width in enumerate(mystery.widths):
            net.add_module("block{}".format(i), nn.Linear(3, width))
        outs = []
        for layer in net._modules.values():
            outs.append(layer(torch.ones(2, 3)))
        torch.cat(tuple(outs), dim=1)
    """) == []


@pytest.mark.parametrize("caught, reported", [("KeyboardInterrupt", True), ("(ImportError, OSError)", True), ("RuntimeError", False), ("Exception", False)])
def test_a_try_hides_only_what_it_catches(caught: str, reported: bool) -> None:
    text = f"try:\n    nn.Linear(4, 5)(torch.ones(2, 3))\nexcept {caught}:\n    pass"
    assert refusals(text) == ([("Linear", "features")] if reported else [])


def test_a_refusal_in_a_try_goes_on_in_the_handler() -> None:
    assert value("""
        try:
            result = nn.Linear(4, 5)(torch.ones(2, 3))
        except RuntimeError:
            result = torch.ones(7)
    """) == (7,)


def test_a_child_can_be_replaced_through_modules() -> None:
    assert value("net = nn.Sequential(nn.Linear(3, 4))\nnet._modules['0'] = nn.Linear(3, 9)\nresult = net(torch.ones(2, 3))") == (2, 9)


@pytest.mark.parametrize("text", [
    "import mystery\ne, h = nn.LSTM(8, 16)(mystery.packed())\nn, d = e.data.shape\ntorch.mm(e.data, torch.zeros(16, 4))",
    "x = torch.load('x.pt')\nc = nn.Conv2d(3, 5, 3)(x)\nC, H, W = c.shape",
    "x = torch.load('x.pt')\nh = nn.Linear(8, 4)(nn.RNN(8, 8)(x)[0])\nn, d = h.shape",
])
def test_an_input_that_is_not_known_may_come_without_a_batch(text: str) -> None:
    assert refusals(text) == []


def test_what_the_machine_has_is_not_known_under_any_name() -> None:
    assert refusals("""
        from torch.cuda import is_available as has_gpu
        size = 3 if has_gpu() else 4
        nn.Linear(3, 2)(torch.ones(2, size))
    """) == []


@pytest.mark.parametrize(("text", "expected"), [
    ("m = nn.Linear(4, 3)\nm.register_forward_hook(lambda mod, i, o: torch.cat([o, o], -1))\nresult = m(torch.zeros(2, 4))", (2, 6)),
    ("m = nn.Linear(4, 3)\nseen = {}\nm.register_forward_hook(lambda mod, i, o: seen.update(x=o))\nm(torch.zeros(2, 4))\nresult = seen['x']", (2, 3)),
    ("m = nn.Linear(4, 3)\nh = m.register_forward_hook(lambda mod, i, o: o[:, :1])\nh.remove()\nresult = m(torch.zeros(2, 4))", (2, 3)),
    ("m = nn.Linear(4, 3)\nm.register_forward_pre_hook(lambda mod, i: (i[0][:, :4],))\nresult = m(torch.zeros(2, 9))", (2, 3)),
    ("m = nn.Linear(4, 3)\nm.register_forward_pre_hook(lambda mod, i: i[0][:, :4])\nresult = m(torch.zeros(2, 9))", (2, 3)),
    ("m = nn.Linear(4, 3)\nm.register_forward_hook(lambda mod, a, k, o: o + k['input'][:, :3], with_kwargs=True)\nresult = m(input=torch.zeros(2, 4))", (2, 3)),
    ("m = nn.Linear(4, 3)\nm.register_forward_hook(lambda mod, i, o: o[:, :1])\nm.register_forward_hook(lambda mod, i, o: o.t(), prepend=True)\n"
     "result = m(torch.zeros(2, 4))", (3, 1)),
    ("class N(nn.Module):\n    def __init__(s):\n        super().__init__()\n        s.l = nn.Linear(4, 3)\n        s.l.register_forward_hook(s.keep)\n"
     "    def keep(s, m, i, o):\n        s.kept = o\n    def forward(s, x):\n        s.l(x)\n        return s.kept\nresult = N()(torch.zeros(2, 4))", (2, 3)),
])
def test_hooks_are_called_as_torch_calls_them(text: str, expected: Any) -> None:
    there: dict[str, Any] = {}
    exec(f"import torch\nfrom torch import nn\n{text}", there)
    assert tuple(there["result"].shape) == expected
    machine = run(text)
    (found,) = machine.solid([machine.main_scope.table["result"]])  # type: ignore[attr-defined]
    assert found.shape == expected


ENDLESS = """
import random
def sample():
    while True:
        n = 4
        if random.random() > 0.5:
            return n
def late():
    n = 0
    while True:
        n += 1
        if n > 10**9:
            return n
def until():
    n = 0
    while True:
        n += 1
        if n == 7:
            break
    return n
"""


def test_what_follows_an_endless_loop_is_what_returned_from_within() -> None:
    assert value(ENDLESS + "result = sample()") == 4
    assert value(ENDLESS + "result = until()") == 7
    assert str(value(ENDLESS + "result = late()")) == "? + 1", "not None, and no number"


def test_class_attributes_that_are_none_are_there() -> None:
    assert value("""
        class A:
            one = None
            @classmethod
            def get(cls):
                if cls.one is None:
                    cls.one = cls()
                return cls.one
            def read(self):
                return self.two is None and hasattr(self, "two")
            two = None
        class B(A):
            two = 3
            def read(self):
                return super().two is None
        result = [A.two is None, A().read(), B().read(), hasattr(A, "two"), A.get() is A.get()]
    """) == (True, True, True, True, True)


@pytest.mark.parametrize(("text", "known"), [
    ("import os\nd = {'a': 1}\nd[os.getenv('X')] = 5\nresult = torch.zeros(d['a'], 3)", False),
    ("import os\nd = {'a': 1}\nd[os.getenv('X')] = 1\nresult = torch.zeros(d['a'], 3)", True),
    ("import os\nd = {'a': 1}\nd[os.getenv('X')] = 5\nd['a'] = 2\nresult = torch.zeros(d['a'], 3)", True),
])
def test_a_key_that_is_not_known_may_be_any(text: str, known: bool) -> None:
    machine = run(text)
    (found,) = machine.solid([machine.main_scope.table["result"]])  # type: ignore[attr-defined]
    assert (found.shape is not None and isinstance(found.shape[0], int)) is known


@pytest.mark.parametrize(("text", "expected"), [
    ("n = -torch.tensor(-7)\nresult = torch.zeros(n.item())", (7,)),
    ("t = torch.tensor(3)\nresult = torch.zeros(int(-t + 10), 6)", (7, 6)),
    ("class M(nn.Module):\n    proj = None\n    def __init__(self):\n        super().__init__()\n        self.proj = nn.Linear(3, 5)\n    def forward(self, x):\n"
     "        return x if self.proj is None else self.proj(x)\nresult = M()(torch.zeros(2, 3))", (2, 3)),
])
def test_what_torch_reads_is_read(text: str, expected: Any) -> None:
    there: dict[str, Any] = {}
    exec(f"import torch\nfrom torch import nn\n{text}", there)
    assert tuple(there["result"].shape) == expected
    machine = run(text)
    (found,) = machine.solid([machine.main_scope.table["result"]])  # type: ignore[attr-defined]
    assert found.shape == expected


def test_an_inverted_tensor_does_not_keep_its_numbers() -> None:
    assert run("result = int(~torch.tensor(3) + 10)").main_scope.table["result"] != 13  # type: ignore[attr-defined]


def test_an_augmented_tensor_is_changed_under_every_name() -> None:
    machine = run("def bump(t):\n    t.add_(1)\na = torch.tensor([2, 3])\nb = a\nb += 1\nbump(a)\nresult = b[0].item()")
    assert machine.main_scope.table["result"] != 3  # type: ignore[attr-defined]


def test_a_parameter_is_no_module() -> None:
    program = "w = nn.Parameter(torch.zeros(3, 4))\nresult = tuple(isinstance(w, one) for one in (nn.Linear, nn.Module, nn.ModuleList, nn.Parameter, torch.Tensor, (nn.Conv2d, nn.Identity)))"
    assert value(program) == (False, False, False, True, True, False)
