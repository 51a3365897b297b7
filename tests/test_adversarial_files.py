"""Strange files, folders, notebooks and targets: each is read, or refused in a sentence, within bounds."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shapelint.source import reading
from shapelint.source.reading import Unreadable, read_bytes

from .adversarial import HEAD
from .bounded import Outcome, Server

WRONG = "import torch\nfrom torch import nn\n\nnn.Linear(3, 4)(torch.randn(2, 5))\n"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


def clean_of_crashes(found: Outcome) -> Outcome:
    assert found.status in (0, 1, 2), (found.out, found.err)
    assert "SHP005" not in found.out and "Traceback" not in found.err, (found.out, found.err)
    assert found.seconds < 12 and found.megabytes < 900
    return found


def checked(server: Server, folder: Path, *args: str) -> Outcome:
    return clean_of_crashes(server.run(*(args or (".",)), "--output-format", "concise", folder=str(folder)))


# --- what is no ordinary file ------------------------------------------------------------------------------------


def test_links_that_go_in_circles(server: Server, tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(".")
    (tmp_path / "a.py").symlink_to("b.py")
    (tmp_path / "b.py").symlink_to("a.py")
    (tmp_path / "net.py").write_text(WRONG)
    assert checked(server, tmp_path).out.count("SHP103") == 1
    assert checked(server, tmp_path, "a.py").status == 2


def test_devices(server: Server, tmp_path: Path) -> None:
    (tmp_path / "zero.py").symlink_to("/dev/zero")
    (tmp_path / "net.py").write_text("import zero\nfrom zero import x\n" + WRONG)
    assert checked(server, tmp_path).out.count("SHP103") == 1
    endless = checked(server, tmp_path, "/dev/zero")
    assert endless.status == 1 and "SHP001 cannot be read: larger than 200 million bytes" in endless.out
    assert checked(server, tmp_path, "/dev/null").status == 0


def test_a_pipe_is_waited_for_and_not_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_PATIENCE", 0.1)
    os.mkfifo(tmp_path / "pipe.py")
    with pytest.raises(Unreadable, match="nothing was written"):
        read_bytes(str(tmp_path / "pipe.py"))
    held = os.open(tmp_path / "pipe.py", os.O_RDWR | os.O_NONBLOCK)
    os.write(held, b"x = 1\n")
    with pytest.raises(Unreadable, match="nothing was written"):  # the writer never closes it
        read_bytes(str(tmp_path / "pipe.py"))
    os.close(held)


def test_a_pipe_is_read(tmp_path: Path) -> None:
    reading_end, writing_end = os.pipe()
    os.write(writing_end, b"x = 1\n")
    os.close(writing_end)
    assert read_bytes(f"/dev/fd/{reading_end}") == b"x = 1\n"
    os.close(reading_end)


def test_pipes_in_place_of_settings(server: Server, tmp_path: Path) -> None:
    for name in ("pyproject.toml", ".gitignore", "pipe.py"):
        os.mkfifo(tmp_path / name)
    (tmp_path / "net.py").write_text("import pipe\n" + WRONG)
    assert checked(server, tmp_path).out.count("SHP103") == 1


def test_folders_called_like_files(server: Server, tmp_path: Path) -> None:
    for name in ("x.py", "pyproject.toml", ".gitignore", "n.ipynb"):
        (tmp_path / name).mkdir()
    (tmp_path / "x.py" / "net.py").write_text(WRONG)
    (tmp_path / "net.py").write_text("import x\n" + WRONG)
    assert checked(server, tmp_path).out.count("SHP103") == 2
    assert checked(server, tmp_path, "x.py").out.count("SHP103") == 1


def test_folders_within_folders(server: Server, tmp_path: Path) -> None:
    deep = str(tmp_path)
    while len(deep) < 3900:
        deep += "/d"
        os.mkdir(deep)
    Path(deep, "a.py").write_text(WRONG)
    (tmp_path / "net.py").write_text(WRONG)
    try:
        assert checked(server, tmp_path).out.count("SHP103") == 2
    finally:
        # Whoever cleans up after the tests would recurse into it.
        while len(deep) > len(str(tmp_path)):
            for name in os.listdir(deep):
                if os.path.isfile(os.path.join(deep, name)):
                    os.remove(os.path.join(deep, name))
            os.rmdir(deep)
            deep = os.path.dirname(deep)


def test_binary_settings(server: Server, tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(WRONG)
    (tmp_path / ".gitignore").write_bytes(b"\xff\xfe\0\n[[[[[\n**/**/**/x**\n" + b"?" * 10_000 + b"\n!\n")
    assert checked(server, tmp_path).status == 1
    (tmp_path / "pyproject.toml").write_bytes(b"\xff\xfe[tool.shapelint]")
    assert "not valid UTF-8" in checked(server, tmp_path).err
    (tmp_path / "pyproject.toml").write_text("[tool.shapelint]\nselect = " + "[" * 5_000)
    assert checked(server, tmp_path).status == 2


@pytest.mark.parametrize("path", ["a\0b.py", "a\ud800.py", "a" * 5000 + ".py", "[" * 3000, "**/" * 300 + "*", ""])
def test_paths_that_cannot_be(path: str, server: Server, tmp_path: Path) -> None:
    assert checked(server, tmp_path, path).status == 2


def test_odd_names_of_files(server: Server, tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.py")).write_text(WRONG)
    (tmp_path / "a\nb.py").write_text(WRONG)
    assert checked(server, tmp_path).status == 1
    clean_of_crashes(server.run(".", "--output-format", "json", folder=str(tmp_path)))


@pytest.mark.parametrize("args", [("--input", "N" * 100_000 + "(" * 5_000), ("--select", "S" * 100_000), ("--ignore", "SHP" * 10_000), ("--config", "/dev/zero")])
def test_options_that_are_too_long(args: tuple[str, str], server: Server, tmp_path: Path) -> None:
    assert checked(server, tmp_path, ".", *args).status == 2


# --- modules that import each other ------------------------------------------------------------------------------


def test_modules_that_all_import_each_other(server: Server, tmp_path: Path) -> None:
    for i in range(40):
        imports = "".join(f"import m{j}\nfrom m{j} import x{j}\n" for j in range(40) if j != i)
        (tmp_path / f"m{i}.py").write_text(f"import torch\n{imports}x{i} = torch.zeros(3)\nfrom m{(i + 1) % 40} import *\n")
    assert checked(server, tmp_path).status == 0


def test_stars_in_a_circle(server: Server, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("from b import *\nimport torch\nfrom torch import nn\n")
    (tmp_path / "b.py").write_text("from a import *\nimport torch\nnn.Linear(3, 4)(torch.zeros(2, 5))\n")
    checked(server, tmp_path)


def test_a_package_that_imports_itself(server: Server, tmp_path: Path) -> None:
    package = tmp_path / "p"
    package.mkdir()
    (package / "__init__.py").write_text("import p\nfrom p import q\nfrom . import q, r\nfrom .. import p\nfrom .p import p\nfrom p.p.p.p import x\n"
                                         "from ....... import y\nimport torch\np.p.p\n" + WRONG)
    (package / "q.py").write_text("import p.q\nfrom p.q import z\nfrom . import *\nimport torch\np.q.z\n" + WRONG)
    assert checked(server, tmp_path).out.count("SHP103") == 2


def test_modules_named_like_the_library(server: Server, tmp_path: Path) -> None:
    for name in ("os", "torch", "typing", "sys", "math", "collections", "numpy", "__init__", "builtins", "nn"):
        (tmp_path / f"{name}.py").write_text(WRONG + "def path(): pass\n")
    (tmp_path / "use.py").write_text("import os, torch, math, nn\nfrom typing import *\n" + WRONG)
    checked(server, tmp_path)


def test_a_long_chain_of_imports(server: Server, tmp_path: Path) -> None:
    for i in range(1500):
        (tmp_path / f"m{i}.py").write_text(f"import torch\nfrom m{i + 1} import x\nx = x + 1\n")
    checked(server, tmp_path, "m0.py")
    checked(server, tmp_path)


# --- notebooks ---------------------------------------------------------------------------------------------------


def notebook(cells: Any, **others: Any) -> str:
    return json.dumps({"cells": cells, "nbformat": 4, "metadata": {}, **others})


def cell(source: Any) -> dict[str, Any]:
    return {"cell_type": "code", "source": source, "outputs": [], "metadata": {}}


NOTEBOOKS = {
    "empty": "", "cut": '{"cells": [', "a list": "[]", "null": "null", "a long number": "1" * 5_000, "deep": "[" * 100_000, "deep objects": '{"a":' * 100_000,
    "cells null": notebook(None), "cells in a dict": notebook({}), "a cell null": notebook([None]), "source a number": notebook([cell(3)]),
    "source nested": notebook([cell([[["torch"]]])]), "source null": notebook([cell(None)]), "source mixed": notebook([cell(["import torch\n", 3, None])]),
    "type a number": notebook([{"cell_type": 3, "source": "torch"}]), "surrogates": notebook([cell("import torch\nx = '\ud800'")]),
    "null bytes": notebook([cell("import torch\0\nx")]), "3,000 cells": notebook([cell(f"import torch\nx{i} = {i}\n") for i in range(3_000)]),
    "broken cells": notebook([cell("import torch\n" + "(" * i) for i in range(200)]), "metadata a list": notebook([cell(WRONG)], metadata=[]),
    "metadata odd": notebook([cell(WRONG)], metadata={"kernelspec": 3, "language_info": [1]}), "format a text": notebook([cell(WRONG)], nbformat="x"),
    "magics": notebook([cell("%%bash\nrm torch"), cell("!ls {x}\n%time x\n?x\nx?\n%%" + "\n!" * 3_000), cell("%" * 100_000), cell("import torch")]),
    "worksheets": json.dumps({"worksheets": [3, {"cells": 3}], "nbformat": 3, "torch": 1}), "latin-1": notebook([cell("import torch # é")], metadata={}),
    "a large output": notebook([{**cell(WRONG), "outputs": [{"data": "x" * 10_000_000}]}]), "NaN": '{"cells": NaN, "torch": 1}',
    "a long line": notebook([cell("import torch\nx = [" + "1," * 300_000 + "]")]), "twice": '{"cells": [], "cells": "torch"}',
}


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_is_survived(name: str, server: Server, tmp_path: Path) -> None:
    (tmp_path / "n.ipynb").write_bytes(NOTEBOOKS[name].encode("utf-8", "surrogatepass"))
    checked(server, tmp_path)
    checked(server, tmp_path, "n.ipynb")


# --- shapelint show ----------------------------------------------------------------------------------------------

MODELS = {
    "endless": "class Net(nn.Module):\n    def forward(self, x):\n        while True:\n            x = F.relu(x)\n",
    "recursive": "class Net(nn.Module):\n    def forward(self, x):\n        return self(x)\n",
    "made of itself": "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.own = Net()\n    def forward(self, x):\n        return self.own(x)\n",
    "its own child": "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.own = self\n        self.c = nn.Conv2d(3, 3, 1)\n    def forward(self, x):\n        return self.c(x)\n",
    "doubling": "Net = lambda: nn.Sequential(*[nn.Identity()] * 10**6)\n",
    "deep": "def Net():\n    m = nn.Conv2d(3, 3, 1)\n    for i in range(3000):\n        m = nn.Sequential(m)\n    return m\n",
    "shared": "def Net():\n    m = nn.Conv2d(3, 3, 1)\n    for i in range(40):\n        m = nn.Sequential(m, m)\n    return m\n",
    "a million calls": "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.c = nn.Conv2d(3, 3, 1)\n    def forward(self, x):\n        for i in range(10**6):\n            x = self.c(x)\n        return x\n",
    "huge": "Net = lambda: nn.Conv2d(3, 10**30, 3)\n",
    "many branches": "class Net(nn.Module):\n    def forward(self, x):\n" + "".join(f"        if x.shape[2] % {i} == 1:\n            x = F.pad(x, (0, 0, 0, 1))\n" for i in range(2, 40)) + "        return x\n",
    "random branches": "import random\nclass Net(nn.Module):\n    def forward(self, x):\n" + "        if random.random() > 0.5:\n            x = F.relu(x) + 1\n" * 40 + "        return x\n",
}


@pytest.mark.parametrize("name", MODELS)
def test_a_model_is_shown_or_said_to_be_unknown(name: str, server: Server, tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(HEAD + MODELS[name])
    for spec in ("N 3 H W", "2 3 32 32"):
        for format in ("table", "json"):
            clean_of_crashes(server.run("show", "net.py:Net", "--input", spec, "--output-format", format, folder=str(tmp_path), scale=100))


@pytest.mark.parametrize("target", ["net.py:" + "(" * 5_000, "net.py:Net" + ".a" * 20_000, "net.py:Net(" + "1," * 50_000 + ")", "net.py:Net(10**10**10)", "net.py:lambda: 3",
                                    "net.py:" + "N" * 100_000, ":" * 10_000, "a" * 100_000 + ":b", "/dev/zero:Net", "net.py:[Net for _ in range(10**9)]", "net.py:Net(\0)"])
def test_targets_that_cannot_be(target: str, server: Server, tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(HEAD + "class Net(nn.Module):\n    def forward(self, x):\n        return x\n")
    clean_of_crashes(server.run("show", target, "--input", "N 3", folder=str(tmp_path), scale=100))


@pytest.mark.parametrize("spec", ["N" * 100_000, "(" * 5_000, "1 " * 50_000, "H*" * 3_000 + "H", "H//" * 500 + "3", "9" * 5_000, "N ; " * 5_000, "...", "N 3 : int64 : int64", "-1 3", "H/0 3", "0 0 0"])
def test_inputs_that_cannot_be(spec: str, server: Server, tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(HEAD + "class Net(nn.Module):\n    def forward(self, x):\n        return x.flatten(1).view(-1, 7)\n")
    clean_of_crashes(server.run("show", "net.py:Net", "--input", spec, folder=str(tmp_path), scale=100))
