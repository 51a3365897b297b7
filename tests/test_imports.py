"""Imports: the user's files and installed packages are found as Python finds them, their source is read, and nothing is run."""

import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
import torch

from shapelint.check import CheckOptions, Result, check_paths
from shapelint.config import Config, ConfigError

ZOO = """
from torch import nn
class Block(nn.Module):
    def __init__(self, width, groups=1):
        super().__init__()
        self.conv = nn.Conv2d(3, width, 3, groups=groups)
        self.head = nn.Linear(width, 10)
    def forward(self, x):
        return self.head(self.conv(x).mean((2, 3)))
def make(width=8, **kwargs):
    return Block(width, **kwargs)
broken = nn.Linear(3, 4)(nn.Linear(7, 8))
class Unused(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(3, 4), nn.Linear(5, 6)
    def forward(self, x):
        return self.b(self.a(x))
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    install(tmp_path, "zoo", {"__init__.py": ZOO})
    return tmp_path


def site_packages(folder: Path) -> Path:
    return folder / "env" / "lib" / "python3.11" / "site-packages"


def install(folder: Path, name: str, files: dict[str, str], needs: str = "torch>=2") -> None:
    """A package in the environment ``env``, as pip leaves it."""
    site = site_packages(folder)
    for path, text in files.items():
        (site / name / path).parent.mkdir(parents=True, exist_ok=True)
        (site / name / path).write_text(textwrap.dedent(text))
    (site / f"{name}-1.0.dist-info").mkdir(parents=True)
    (site / f"{name}-1.0.dist-info" / "METADATA").write_text(f"Name: {name}\nRequires-Dist: {needs}\n")
    (folder / "env" / "bin").mkdir(exist_ok=True)
    (folder / "env" / "bin" / "python").write_text("")


def checked(folder: Path, text: str, **settings: Any) -> Result:
    (folder / "user.py").write_text(textwrap.dedent(text))
    return check_paths(["user.py"], Config({"python": "env", **settings}), CheckOptions(sizes=True))


def sizes(result: Result) -> dict[int, str]:
    return {span.line: shape for span, _, shape in result.sizes if span.file == "user.py"}


def findings(result: Result) -> list[tuple[str, str, int]]:
    return [(found.code, found.span.file, found.span.line) for found in result.diagnostics]


# --- installed packages ---------------------------------------------------------------------------------------------


def test_an_installed_package_is_followed_through_its_source(folder: Path) -> None:
    result = checked(folder, "import torch, zoo\ny = zoo.make(16)(torch.randn(2, 3, 8, 8))\n")
    assert not result.diagnostics and sizes(result) == {2: "(2, 10)"}
    assert "zoo" not in sys.modules


def test_a_mistake_that_shows_in_a_package_is_the_caller_s(folder: Path) -> None:
    result = checked(folder, "import torch, zoo\nnet = zoo.make()\n\ny = net(torch.randn(2, 1, 8, 8))\n")
    assert findings(result) == [("SHP101", "user.py", 4)]
    (found,) = result.diagnostics
    assert found.fix is None and {Path(label.span.file).name for label in found.labels} == {"__init__.py"}
    assert findings(checked(folder, "import torch, zoo\nnet = zoo.make(8, groups=2)\n")) == [("SHP110", "user.py", 2)]


def test_a_replaced_layer_of_a_package_is_the_user_s_to_mend(folder: Path) -> None:
    result = checked(folder, "import torch, zoo\nfrom torch import nn\nnet = zoo.make(8)\nnet.head = nn.Linear(9, 2)\ny = net(torch.randn(2, 3, 8, 8))\n")
    assert findings(result) == [("SHP103", "user.py", 4)]


def test_what_a_package_does_by_itself_is_its_own(folder: Path) -> None:
    assert not checked(folder, "import torch, zoo\nprint(zoo.broken)\n").diagnostics


def test_a_class_of_a_package_is_a_base(folder: Path) -> None:
    result = checked(folder, """
        import torch, zoo
        class Mine(zoo.Block):
            def __init__(self):
                super().__init__(4)
            def forward(self, x):
                return super().forward(x), self.conv(x)
        y = Mine()(torch.randn(2, 3, 8, 8))[1]
    """)
    assert sizes(result)[8] == "(2, 4, 6, 6)"


def test_a_package_that_does_not_need_torch_stays_a_name(folder: Path) -> None:
    install(folder, "plain", {"__init__.py": ZOO}, needs="requests")
    assert not sizes(checked(folder, "import torch, plain\ny = plain.make()(torch.randn(2, 1, 8, 8))\n"))


def test_the_environment_may_lack_what_a_user_has(folder: Path) -> None:
    """A linter in an environment of its own must not conclude that an import fails."""
    result = checked(folder, """
        import torch
        try:
            import absent
            size = 4
        except ImportError:
            size = 5
        y = torch.nn.Linear(3, 2)(torch.ones(2, size))
    """)
    assert not result.diagnostics


def test_a_named_file_of_a_package_is_reported(folder: Path) -> None:
    path = str(site_packages(folder) / "zoo" / "__init__.py")
    result = check_paths([path], Config({"python": "env"}))
    assert {found.span.line for found in result.diagnostics} >= {12} or any(found.code == "SHP103" for found in result.diagnostics)


def test_modules_of_a_package_that_import_each_other(folder: Path) -> None:
    install(folder, "ring", {
        "__init__.py": "from .heads import head\nfrom .trunks import trunk\n",
        "heads.py": "from torch import nn\nfrom . import trunks\ndef head():\n    return nn.Sequential(trunks.trunk(), nn.Linear(4, 2))\n",
        "trunks.py": "from torch import nn\nfrom .heads import head\ndef trunk():\n    return nn.Linear(3, 4)\n",
    })
    assert sizes(checked(folder, "import torch\nfrom ring.trunks import head\ny = head()(torch.ones(5, 3))\n")) == {3: "(5, 2)"}


# --- where things are -----------------------------------------------------------------------------------------------


def test_further_directories_and_environments_are_settings(folder: Path) -> None:
    (folder / "lib").mkdir()
    (folder / "lib" / "blocks.py").write_text("from torch import nn\ndef block():\n    return nn.Linear(4, 3)\n")
    text = "import torch\nfrom blocks import block\ny = block()(torch.ones(2, 4))\n"
    assert sizes(checked(folder, text, **{"search-path": ("lib",)})) == {3: "(2, 3)"}
    assert not sizes(checked(folder, text))
    with pytest.raises(ConfigError, match="no such folder"):
        checked(folder, text, **{"search-path": ("absent",)})
    with pytest.raises(ConfigError, match="no such file or folder"):
        checked(folder, text, python="absent")


def test_a_package_without_init_may_lie_on_several_roots(folder: Path) -> None:
    for root, module, width in (("one", "first", 4), ("two", "second", 5)):
        (folder / root / "shared").mkdir(parents=True)
        (folder / root / "shared" / f"{module}.py").write_text(f"from torch import nn\nlayer = nn.Linear({width}, 2)\n")
    text = "import torch\nfrom shared.first import layer as a\nfrom shared import second\ny = a(torch.ones(3, 4)), second.layer(torch.ones(3, 5))\n"
    assert sizes(checked(folder, text, **{"search-path": ("one", "two")})) == {4: "(3, 2), (3, 2)"}


def test_a_finder_of_an_editable_install_is_read(folder: Path) -> None:
    """What setuptools writes where a plain path would show too much."""
    source = folder / "checkout" / "lib"
    (source / "edit").mkdir(parents=True)
    (source / "edit" / "__init__.py").write_text("from torch import nn\ndef make():\n    return nn.Linear(4, 3)\n")
    site = site_packages(folder)
    (site / "__editable__.edit-1.0.pth").write_text("import __editable___edit_1_0_finder; __editable___edit_1_0_finder.install()\n")
    (site / "__editable___edit_1_0_finder.py").write_text(
        f"from __future__ import annotations\nimport sys\nMAPPING: dict[str, str] = {{'edit': {str(source / 'edit')!r}}}\nNAMESPACES: dict[str, list[str]] = {{}}\nraise SystemExit\n")
    (site / "edit-1.0.dist-info").mkdir()
    (site / "edit-1.0.dist-info" / "METADATA").write_text("Name: edit\nRequires-Dist: torch\n")
    assert sizes(checked(folder, "import torch, edit\ny = edit.make()(torch.ones(2, 4))\n")) == {2: "(2, 3)"}


def test_stubs_are_not_read(folder: Path) -> None:
    (folder / "blocks.py").write_text("from torch import nn\ndef block():\n    return nn.Linear(4, 3)\n")
    (folder / "blocks.pyi").write_text("def block() -> None: ...\n")
    assert sizes(checked(folder, "import torch, blocks\ny = blocks.block()(torch.ones(2, 4))\n")) == {2: "(2, 3)"}


def test_scripts_of_different_folders_have_helpers_of_their_own(folder: Path) -> None:
    for name, width in (("a", 3), ("b", 5)):
        (folder / name).mkdir()
        (folder / name / "helpers.py").write_text(f"from torch import nn\nlayer = nn.Linear(4, {width})\n")
        (folder / name / "main.py").write_text("import torch\nfrom helpers import layer\ny = layer(torch.ones(2, 4))\n")
    result = check_paths(["a", "b"], Config(), CheckOptions(sizes=True))
    assert {span.file.split("/")[0]: shape for span, _, shape in result.sizes if span.file.endswith("main.py")} == {"a": "(2, 3)", "b": "(2, 5)"}


PACKAGE_FORMS = {
    "a path that the program adds": ("import os, sys\nsys.path.insert(0, os.path.join(os.path.dirname(__file__), 'parts'))\nfrom inner import make\n",
                                     {"parts/inner.py": "make"}),
    "a path that pathlib makes": ("import sys\nfrom pathlib import Path\nsys.path.append(str(Path(__file__).resolve().parent / 'parts'))\nfrom inner import make\n",
                                  {"parts/inner.py": "make"}),
    "import_module": ("import importlib\nmake = importlib.import_module('parts.inner').make\n", {"parts/inner.py": "make", "parts/__init__.py": ""}),
    "a relative import_module": ("import parts\nmake = parts.make\n",
                                 {"parts/__init__.py": "import importlib\nmake = importlib.import_module('.inner', __package__).make\n", "parts/inner.py": "make"}),
    "__import__": ("make = __import__('inner').make\n", {"inner.py": "make"}),
    "a package that imports all its modules": (
        "from parts import REGISTRY\nmake = REGISTRY['make']\n",
        {"parts/__init__.py": "import os, importlib\nREGISTRY = {}\ndef register(f):\n    REGISTRY[f.__name__] = f\n    return f\n"
                              "for file in sorted(os.listdir(os.path.dirname(__file__))):\n    if file.endswith('.py') and not file.startswith('_'):\n"
                              "        importlib.import_module('parts.' + file[:-3])\n",
         "parts/inner.py": "registered"}),
    "pkgutil.iter_modules": (
        "from parts import REGISTRY\nmake = REGISTRY['make']\n",
        {"parts/__init__.py": "import importlib, pkgutil\nREGISTRY = {}\ndef register(f):\n    REGISTRY[f.__name__] = f\n    return f\n"
                              "for _, name, _ in pkgutil.iter_modules(__path__):\n    importlib.import_module(f'{__name__}.{name}')\n",
         "parts/inner.py": "registered"}),
    "glob": (
        "from parts import REGISTRY\nmake = REGISTRY['make']\n",
        {"parts/__init__.py": "import glob, importlib\nfrom os.path import basename, dirname, isfile, join\nREGISTRY = {}\ndef register(f):\n    REGISTRY[f.__name__] = f\n    return f\n"
                              "for path in glob.glob(join(dirname(__file__), '*.py')):\n    if isfile(path) and not path.endswith('__init__.py'):\n"
                              "        importlib.import_module('.' + basename(path)[:-3], package=__name__)\n",
         "parts/inner.py": "registered"}),
    "names in __all__": ("from parts import *\nmake = _make\n",
                         {"parts/__init__.py": "from . import inner\nfrom .inner import *\n__all__ = []\n__all__ += inner.__all__\n", "parts/inner.py": "private"}),
    "__all__ that is extended": ("from parts import *\nmake = _make\n",
                                 {"parts/__init__.py": "from . import inner\nfrom .inner import _make\n__all__ = ['inner']\n__all__.extend(inner.__all__)\n", "parts/inner.py": "private"}),
    "a module's __getattr__": ("from parts import make\n",
                               {"parts/__init__.py": "def __getattr__(name):\n    import importlib\n    if name == 'make':\n        return importlib.import_module('.inner', __name__).make\n"
                                                     "    raise AttributeError(name)\n", "parts/inner.py": "make"}),
    "a module that replaces itself": (
        "import parts\nmake = parts.make\n",
        {"parts/__init__.py": "import importlib, os, sys\nfrom types import ModuleType\nclass Lazy(ModuleType):\n    def __init__(self, name, where):\n        super().__init__(name)\n"
                              "        self._where, self.__path__ = where, [os.path.dirname(__file__)]\n    def __getattr__(self, name):\n        if name in self._where:\n"
                              "            return getattr(importlib.import_module('.' + self._where[name], self.__name__), name)\n        raise AttributeError(name)\n"
                              "sys.modules[__name__] = Lazy(__name__, {'make': 'inner'})\n", "parts/inner.py": "make"}),
    "a version that is compared": (
        "import torch\nfrom packaging import version\nif version.parse(torch.__version__) >= version.parse('1.0'):\n    from inner import make\nelse:\n    from inner import make\n",
        {"inner.py": "make"}),
    "a name looked up among the globals": ("from inner import make as built\nmake = globals()['built']\n", {"inner.py": "make"}),
    "an expression that is evaluated": ("from torch import nn\nfrom inner import make as built\nmake = eval('built')\n", {"inner.py": "make"}),
}
TEXTS = {
    "make": "from torch import nn\ndef make():\n    return nn.Linear(4, 3)\n",
    "registered": "from torch import nn\nfrom . import register\n@register\ndef make():\n    return nn.Linear(4, 3)\n",
    "private": "from torch import nn\n__all__ = ['_make']\ndef _make():\n    return nn.Linear(4, 3)\n",
}


@pytest.mark.parametrize("form", PACKAGE_FORMS)
def test_forms_of_imports(form: str, folder: Path) -> None:
    text, files = PACKAGE_FORMS[form]
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(TEXTS.get(content, content))
    whole = f"{text}\nimport torch as t\ny = make()(t.ones(2, 4))\n"
    here: dict[str, Any] = {"__name__": "__main__", "__file__": str(folder / "user.py")}
    known, path_before = set(sys.modules), list(sys.path)
    sys.path.insert(0, str(folder))
    try:
        exec(whole, here)
    finally:
        sys.path[:] = path_before
        for name in set(sys.modules) - known:
            if str(folder) in str(getattr(sys.modules[name], "__file__", "")) or name == "parts":
                del sys.modules[name]
    assert here["y"].shape == torch.Size((2, 3)), "Python's own answer"
    result = checked(folder, whole)
    assert not result.diagnostics and sizes(result).get(len(whole.splitlines())) == "(2, 3)"


# --- data files -----------------------------------------------------------------------------------------------------

DATA_FILES = {
    "net.json": '{"widths": [4, 3], "name": "small"}',
    "net.yaml": "widths: [4, 3]\nname: small\n",
    "net.toml": "widths = [4, 3]\nname = 'small'\n",
    "net.txt": "4\n3\n",
}
READERS = {
    "json": "import json\nwith open(os.path.join(HERE, 'net.json')) as f:\n    widths = json.load(f)['widths']",
    "json text": "import json\nwidths = json.loads(Path(HERE, 'net.json').read_text(encoding='utf-8'))['widths']",
    "yaml": "import yaml\nwidths = yaml.safe_load(open(os.path.join(HERE, 'net.yaml')))['widths']",
    "yaml with a loader": "import yaml\nwith (Path(HERE) / 'net.yaml').open() as f:\n    widths = yaml.load(f, Loader=yaml.SafeLoader)['widths']",
    "lines": "widths = [int(line) for line in open(os.path.join(HERE, 'net.txt'))]",
    "lines of a list": "widths = [int(line.strip()) for line in open(os.path.join(HERE, 'net.txt')).readlines()]",
    "a resource": "from importlib import resources\nimport json\nwidths = json.loads(resources.files('data').joinpath('net.json').read_text())['widths']",
    "every file of a kind": "import json\nwidths = [json.loads(p.read_text()) for p in sorted(Path(HERE).glob('*.json'))][0]['widths']",
    "a file that is there": "import json\np = Path(HERE) / 'net.json'\nwidths = json.loads(p.read_text())['widths'] if p.exists() else []",
    "a name taken apart": "import json\np = Path(HERE, 'net.yaml').with_suffix('.json')\nassert (p.stem, p.suffix, p.name) == ('net', '.json', 'net.json')\nwidths = json.loads(p.read_text())['widths']",
    "classes named in a file": "import json\nspec = json.loads(Path(HERE, 'net.json').read_text())\nlayer = eval('nn.' + 'Linear')\nwidths = spec['widths']\nmade = getattr(nn, 'Linear')(*widths)",
}


@pytest.mark.parametrize("reader", READERS)
def test_data_files_among_the_source_are_read(reader: str, folder: Path) -> None:
    if "toml" in reader and sys.version_info < (3, 11):
        pytest.skip("no parser for TOML in this Python")
    (folder / "data").mkdir()
    (folder / "data" / "__init__.py").write_text("")
    for name, text in DATA_FILES.items():
        (folder / "data" / name).write_text(text)
    program = f"import os\nfrom pathlib import Path\nimport torch\nfrom torch import nn\nHERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'data')\n" \
              f"{READERS[reader]}\ny = nn.Linear(*widths)(torch.ones(2, 4))\n"
    result = checked(folder, program)
    assert not result.diagnostics and sizes(result)[len(program.splitlines())] == "(2, 3)"


def test_files_elsewhere_are_not_read(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "net.json"
    elsewhere.write_text("[4, 3]")
    (folder / "link.json").symlink_to(elsewhere)
    for path in (str(elsewhere), "link.json"):
        program = f"import json, torch\nfrom torch import nn\nwidths = json.load(open({path!r}))\ny = nn.Linear(*widths)(torch.ones(2, 5))\n"
        assert not checked(folder, program).diagnostics


def test_a_missing_or_broken_file_is_no_error_of_the_program(folder: Path) -> None:
    (folder / "broken.json").write_text("{")
    for path in ("absent.json", "broken.json"):
        program = f"import json, torch\nfrom torch import nn\nwidths = json.load(open({path!r}))\ny = nn.Linear(*widths)(torch.ones(2, 5))\n"
        assert not checked(folder, program).diagnostics


@pytest.mark.parametrize("change", ["open(p, 'w').write('[9, 9]')", "p.write_text('[9, 9]')"])
def test_a_file_that_the_program_writes_is_not_known(change: str, folder: Path) -> None:
    (folder / "net.json").write_text("[5, 3]")
    text = "import json\nimport torch\nfrom pathlib import Path\nfrom torch import nn\np = Path(__file__).parent / 'net.json'\n{}\ny = nn.Linear(*json.loads(p.read_text()))(torch.ones(2, 9))\n"
    assert checked(folder, text.format("")).diagnostics
    assert not checked(folder, text.format(change)).diagnostics


YAML_READERS = {
    "a date is no constant": ("yaml.safe_load(f)['day']", None),
    "what is named twice is one list": ("len((d := yaml.safe_load(f))['again'] + (d['widths'].append(1) or d['again']))", 6),
    "text is text for the base loader": ("len(yaml.load(f, Loader=yaml.BaseLoader)['size'])", 3),
    "a loader of one's own": ("len(yaml.load(f, Loader=type('L', (yaml.SafeLoader,), {}))['size'])", None),
    "constructors of one's own": ("(yaml.SafeLoader.add_constructor('!x', None), yaml.safe_load(f)['size'])[1]", None),
}


@pytest.mark.parametrize("reader", YAML_READERS)
def test_yaml_is_what_the_program_s_loader_makes_of_it(reader: str, folder: Path) -> None:
    expression, expected = YAML_READERS[reader]
    (folder / "net.yaml").write_text("day: 2020-01-01\nwidths: &w [1, 2]\nagain: *w\nsize: 224\n")
    text = f"import yaml\nimport torch\nfrom pathlib import Path\nf = open(Path(__file__).parent / 'net.yaml', 'rb')\nn = {expression}\ny = torch.ones(n, 1)\n"
    found = sizes(checked(folder, text)).get(6)
    assert found == f"({expected}, 1)" if expected else found in (None, "?", "(?, 1)"), found


def test_equal_paths_are_one_key(folder: Path) -> None:
    text = "import torch\nfrom pathlib import Path\ntable = {Path('a') / 'b': 4}\ny = torch.ones(table[Path('a/b')], int(Path('a') == Path('b')) + 1)\n"
    assert sizes(checked(folder, text))[4] == "(4, 1)"


def test_a_package_with_init_wins_over_a_folder_without(folder: Path) -> None:
    for root, name, width in (("one", "models/net.py", 3), ("two", "models/__init__.py", 4)):
        (folder / root / name).parent.mkdir(parents=True)
        (folder / root / name).write_text(f"width = {width}\n")
    assert sizes(checked(folder, "import torch\nimport models\ny = torch.ones(models.width, 1)\n", **{"search-path": ("one", "two")}))[3] == "(4, 1)"


def test_a_package_of_which_there_are_two_copies_is_one(folder: Path) -> None:
    """What a package imports from itself is what runs, not the copy on another root."""
    for root, width in ((".", 3), ("copy", 5)):
        (folder / root / "twin").mkdir(parents=True)
        (folder / root / "twin" / "__init__.py").write_text("")
        (folder / root / "twin" / "base.py").write_text(f"from torch import nn\nclass Base(nn.Module):\n    width = {width}\n")
        (folder / root / "twin" / "net.py").write_text(
            "from torch import nn\nfrom twin.base import Base\ndef make(base):\n    return nn.Linear(4, Base.width if isinstance(base, Base) else 7)\n")
    program = "import torch\nfrom twin.base import Base\nfrom twin.net import make\ny = make(Base())(torch.ones(2, 4))\n"
    assert sizes(checked(folder, program, **{"search-path": ("copy",)})) == {4: "(2, 3)"}


def test_packages_on_a_search_path_are_as_installed_ones(folder: Path) -> None:
    (folder / "vendor" / "zoo2").mkdir(parents=True)
    (folder / "vendor" / "zoo2" / "__init__.py").write_text(ZOO)
    program = "import torch, zoo2\nprint(zoo2.broken)\ny = zoo2.make()(torch.ones(2, 1, 9, 9))\n"
    assert findings(checked(folder, program, **{"search-path": ("vendor",)})) == [("SHP101", "user.py", 3)]
