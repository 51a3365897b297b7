"""What code that is not read may have changed, and what nobody has passed, refuses nothing."""

import textwrap
from pathlib import Path

import pytest

from shapelint.check import check_paths
from shapelint.config import Config

HEAD = "import torch\nimport torch.nn as nn\nimport elsewhere\n"


def codes(tmp_path: Path, text: str) -> list[str]:
    file = tmp_path / "net.py"
    file.write_text(HEAD + textwrap.dedent(text))
    return [found.code for found in check_paths([str(file)], Config()).diagnostics]


@pytest.mark.parametrize("body", [
    "elsewhere.fill(parts)", "elsewhere.on(parts.append)", "elsewhere.on(lambda x: parts.append(x))", "elsewhere.Thing().run(parts)", "elsewhere.fill(into=parts)",
    "def hook(module, inputs, output):\n    parts.append(output)\nelsewhere.model.register_forward_hook(hook)",
    "def inner(x):\n    parts.append(x)\ndef outer(x):\n    inner(x)\nelsewhere.on(outer)",
])
def test_a_list_handed_to_code_that_is_not_read_may_be_filled(tmp_path: Path, body: str) -> None:
    program = "def run():\n    parts = []\n" + textwrap.indent(body, "    ") + "\n    return torch.cat(parts)\nrun()\n"
    assert codes(tmp_path, program) == []


def test_a_list_that_nothing_fills_is_still_refused(tmp_path: Path) -> None:
    assert codes(tmp_path, "def run():\n    parts = []\n    print(parts)\n    return torch.cat(parts)\nrun()\n") == ["SHP102"]


def test_a_count_kept_by_a_function_handed_over_is_not_known(tmp_path: Path) -> None:
    program = """
        def run(count):
            n = 0
            def hook(v):
                nonlocal n
                n += 1
            {}
            return torch.zeros(3) + torch.zeros(2 + n)
        run(1)
    """
    assert codes(tmp_path, program.format("elsewhere.on(hook)")) == []
    assert codes(tmp_path, program.format("pass")) == ["SHP105"]


def test_a_list_of_settings_handed_to_code_that_is_not_read_keeps_its_items(tmp_path: Path) -> None:
    assert codes(tmp_path, "sizes = [3, 4]\nelsewhere.log(sizes)\nnn.Linear(sizes[1], 2)(torch.zeros(1, sizes[0]))\n") == ["SHP103"]


GROWN = """
    class Grown(nn.Module):
        def __init__(self):
            super().__init__()
            self.blocks = {made}
            self.head = nn.Linear(64, 10)
        {method}
        def forward(self, x):
            y = torch.zeros(1, 3, 32, 32)
            for block in self.blocks:
                y = block(y)
            return self.head(y.mean((2, 3)))
"""


@pytest.mark.parametrize("made", ["nn.ModuleList()", "[]", "nn.Sequential()"])
def test_a_container_that_another_method_fills_has_unknown_contents(tmp_path: Path, made: str) -> None:
    assert codes(tmp_path, GROWN.format(made=made, method="def add(self, out): self.blocks.append(nn.Conv2d(3, out, 3))")) == []
    assert codes(tmp_path, GROWN.format(made=made, method="")) == ["SHP103"]


def test_a_container_of_the_program_own_class_is_filled_by_others(tmp_path: Path) -> None:
    assert codes(tmp_path, """
        class Ensemble(nn.ModuleList):
            def forward(self, x):
                return torch.cat([part(x) for part in self], 1)
    """) == []


def test_an_argument_that_nobody_passed_may_be_a_string(tmp_path: Path) -> None:
    program = """
        class Speech(nn.Module):
            def encode(self, texts):
                return [[word.strip() for word in text.split()] for text in texts]
            def forward(self, text):
                return self.encode([text])
    """
    assert codes(tmp_path, program) == []
    assert codes(tmp_path, textwrap.dedent(program) + "Speech()(torch.zeros(3))\n") == ["SHP112"]


EQ = "import threading, timeit, argparse\nfrom concurrent.futures import ThreadPoolExecutor\ndef eq(a, b):\n    return torch.zeros(a + 2).view(b + 2)\n"


@pytest.mark.parametrize("program", [
    "r = []\nt = threading.Thread(target=lambda: r.append(3))\nt.start()\neq(len(r), 1)",
    "r = [3]\ndef work(i):\n    r.append(i)\nwith ThreadPoolExecutor(2) as ex:\n    list(ex.map(work, range(3)))\neq(len(r), 4)",
    "seen = []\ndef fn(i):\n    seen.append(i)\nwith ThreadPoolExecutor() as ex:\n    ex.submit(fn, 1)\neq(len(seen), 1)",
    "seen = []\ntimeit.timeit(lambda: seen.append(0), number=4)\neq(len(seen), 4)",
    "n = 0\ndef step():\n    global n\n    n += 1\ntimeit.timeit(step, number=4)\neq(n, 4)",
    "cnt = {'n': 0}\ndef hook(g):\n    cnt['n'] += 1\n    return g\nt = torch.zeros(3, requires_grad=True)\nt.register_hook(hook)\n(t * 2).sum().backward()\neq(cnt['n'], 1)",
    "def work(o):\n    o.append(1)\nout = []\nthreading.Thread(target=work, args=(out,)).start()\neq(len(out), 1)",
    "def work(o):\n    o.append(1)\nout = [2]\nthreading.Thread(target=work, kwargs={'o': out}).start()\neq(len(out), 2)",
    "class A:\n    def __init__(self):\n        self.out, self.n = [], 0\n    def run(self):\n        self.add()\n        self.n += 1\n    def add(self):\n        self.out.append(1)\n"
    "    def go(self):\n        threading.Thread(target=self.run).start()\n        return len(self.out) + self.n\neq(A().go(), 2)",
    "class B:\n    def __init__(self):\n        self.out = []\n    def go(self):\n        threading.Thread(target=lambda: self.out.append(1)).start()\n        return len(self.out)\neq(B().go(), 1)",
    "class L(threading.Thread):\n    def __init__(self):\n        super().__init__()\n        self.out = []\n    def run(self):\n        self.out.append(1)\n"
    "l = L()\nl.start()\nl.join()\neq(len(l.out), 1)",
    "class NS:\n    a = 4\nn = NS()\np = argparse.ArgumentParser()\np.add_argument('--dim', type=int, default=5)\np.parse_args(['--dim', '7'], namespace=n)\neq(n.dim, 7)",
])
def test_what_is_handed_over_is_not_known_afterwards(tmp_path: Path, program: str) -> None:
    assert codes(tmp_path, EQ + program) == []


@pytest.mark.parametrize("program", [
    "sizes = {'a': 3}\nelsewhere.on(lambda: sizes.get('a'))\neq(sizes['a'], 4)",
    "sizes = [3]\nelsewhere.on(lambda: len(sizes), sizes)\neq(len(sizes), 2)",
    "class A:\n    def __init__(self):\n        self.n, self.out = 3, [1]\n    def run(self):\n        return self.n + len(self.out)\na = A()\nelsewhere.on(a.run)\neq(a.n + len(a.out), 5)",
])
def test_what_a_function_only_reads_stays_known(tmp_path: Path, program: str) -> None:
    assert codes(tmp_path, EQ + program) == ["SHP106"]
