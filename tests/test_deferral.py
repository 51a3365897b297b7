"""Modules whose run waits: the program sees what Python sees, whatever they do to registries and to each other, and what nobody reads is not run."""

import importlib
import sys
from pathlib import Path
from typing import Any

import pytest

from shapelint.check import check_paths
from shapelint.config import Config
from shapelint.interp import Program
from shapelint.interp.deferral import Text, may_grow
from shapelint.interp.machine import Machine
from shapelint.interp.values import Unknown
from shapelint.source.environment import Installed

STARS = "from .a import *\nfrom .b import *\n"
REGISTER = "TABLE = {}\ndef register(f):\n    TABLE[f.__name__] = f\n    return f\n"
FIRST = "from .reg import register\n__all__ = ['one']\n@register\ndef one():\n    return 1\n"
SECOND = "from .reg import register\n__all__ = ['two']\n@register\ndef two():\n    return 2\n"

CASES: dict[str, tuple[dict[str, str], str]] = {
    "a name that is read": ({"__init__": STARS, "a": "__all__ = ['f']\ndef f():\n    return 3\n", "b": "__all__ = ['g']\ndef g():\n    return 4\n"}, "f()"),
    "the last star wins": ({"__init__": STARS, "a": "__all__ = ['f']\nf = 1\n", "b": "__all__ = ['f']\nf = 2\n"}, "f"),
    "a star after a definition": ({"__init__": "f = 5\n" + STARS, "a": "__all__ = ['f']\nf = 1\n", "b": "__all__ = ['g']\ng = 2\n"}, "f"),
    "a definition after a star": ({"__init__": STARS + "f = 5\n", "a": "__all__ = ['f']\nf = 1\n", "b": "__all__ = ['g']\ng = 2\n"}, "f"),
    "a registry, by key": ({"__init__": STARS + "from .reg import TABLE\ndef make(n):\n    return TABLE[n]()\n", "reg": REGISTER, "a": FIRST, "b": SECOND}, "make('two')"),
    "a registry, counted": ({"__init__": STARS + "from .reg import TABLE\ndef count():\n    return len(TABLE)\n", "reg": REGISTER, "a": FIRST, "b": SECOND}, "count()"),
    "a registry under another name": (
        {"__init__": STARS + "from .reg import TABLE as _known\ndef count():\n    return len(_known)\n", "reg": REGISTER, "a": FIRST, "b": SECOND}, "count()"),
    "a registry through its module": (
        {"__init__": STARS + "from . import reg\ndef count():\n    return sorted(reg.TABLE)[-1]\n", "reg": REGISTER, "a": FIRST, "b": SECOND}, "count()"),
    "a registry, listed at import": ({"__init__": STARS + "from .reg import TABLE\nNAMES = sorted(TABLE)\n", "reg": REGISTER, "a": FIRST, "b": SECOND}, "NAMES[1]"),
    "a registry, overwritten": (
        {"__init__": STARS + "from .reg import TABLE\ndef get():\n    return TABLE['one']()\n", "reg": REGISTER + "TABLE['one'] = lambda: 7\n", "a": FIRST, "b": SECOND}, "get()"),
    "an object as a registry": (
        {"__init__": STARS + "from .reg import ALL\ndef get(n):\n    return ALL.items[n]()\n",
         "reg": "class Registry:\n    def __init__(self):\n        self.items = {}\n    def add(self, f):\n        self.items[f.__name__] = f\n        return f\nALL = Registry()\n",
         "a": "from .reg import ALL\n__all__ = ['one']\n@ALL.add\ndef one():\n    return 1\n", "b": "__all__ = []\n"}, "get('one')"),
    "an alias of a registry's method": (
        {"__init__": STARS + "from .reg import TABLE\ndef get(n):\n    return TABLE[n]\n", "reg": "TABLE = {}\nput = TABLE.setdefault\n",
         "a": "from .reg import put\n__all__ = ['one']\none = put('one', 1)\n", "b": "__all__ = []\n"}, "get('one')"),
    "a registry, listed by another module": (
        {"__init__": STARS + "from .names import NAMES\n", "names": "from .reg import TABLE\nNAMES = sorted(TABLE)\n", "reg": REGISTER, "a": FIRST, "b": SECOND}, "NAMES[1]"),
    "a registry in the package itself": (
        {"__init__": REGISTER + STARS + "NAMES = sorted(TABLE)\n", "a": FIRST.replace("from .reg", "from ."), "b": SECOND.replace("from .reg", "from .")}, "NAMES[1]"),
    "a class as a registry": (
        {"__init__": STARS + "from .reg import Registry\ndef get(n):\n    return Registry.known[n]()\n",
         "reg": "class Registry:\n    known = {}\n    @classmethod\n    def add(cls, f):\n        cls.known[f.__name__] = f\n        return f\n",
         "a": "from .reg import Registry\n__all__ = ['one']\n@Registry.add\ndef one():\n    return 1\n", "b": "__all__ = []\n"}, "get('one')"),
    "a list that modules lengthen": (
        {"__init__": STARS + "from .reg import SEEN\ndef last():\n    return SEEN[-1]\n", "reg": "SEEN = []\ndef saw(n):\n    SEEN.append(n)\n    return n\n",
         "a": "from .reg import saw\n__all__ = ['x']\nx = saw(1)\n", "b": "from .reg import saw\n__all__ = ['y']\ny = saw(2)\n"}, "last()"),
    "a list handed to a function": (
        {"__init__": STARS + "from .reg import SEEN\ndef last():\n    return SEEN[-1]\n", "reg": "SEEN = [0]\n",
         "c": "def add(where, n):\n    where.append(n)\n    return n\n",
         "a": "from .reg import SEEN\nfrom .c import add\n__all__ = ['x']\nx = add(SEEN, 5)\n", "b": "__all__ = []\n"}, "last()"),
    "a class that a module changes": (
        {"__init__": STARS + "from .base import Base\ndef width():\n    return Base.width\n", "base": "class Base:\n    width = 4\n",
         "a": "from .base import Base\n__all__ = ['x']\nx = 1\nBase.width = 8\n", "b": "__all__ = []\n"}, "width()"),
    "a change two imports away": (
        {"__init__": STARS + "from .base import Base\ndef width():\n    return Base.width\n", "base": "class Base:\n    width = 4\n",
         "c": "from .base import Base\nBase.width = 8\n", "a": "from .c import Base\n__all__ = ['x']\nx = 1\n", "b": "__all__ = []\n"}, "width()"),
    "a value as it was at import": (
        {"__init__": STARS, "a": "__all__ = ['x', 'change']\nx = 1\ndef change():\n    global x\n    x = 2\n", "b": "__all__ = []\n"}, "(change(), x)[1]"),
    "a module's name set from outside": (
        {"__init__": STARS + "from . import a\ndef change():\n    a.x = 2\n", "a": "__all__ = ['x']\nx = 1\n", "b": "__all__ = []\n"}, "(change(), x)[1]"),
    "the names of a module": (
        {"__init__": STARS + "def count():\n    return len([n for n in globals() if n.startswith('net_')])\n",
         "a": "__all__ = ['net_a']\nnet_a = 1\n", "b": "__all__ = ['net_b', 'net_c']\nnet_b = net_c = 1\n"}, "count()"),
    "a registry, filled by calls": (
        {"__init__": STARS + "from .reg import TABLE\ndef make(n):\n    return TABLE[n]()\n", "reg": REGISTER + "def register_all(module, names):\n    for n in names:\n        TABLE[n] = lambda: 9\n",
         "a": FIRST.replace("register", "register, register_all", 1) + "register_all(__name__, ['other'])\n", "b": SECOND}, "make('other')"),
    "a registry, by a name made of parts": (
        {"__init__": STARS + "from .reg import TABLE\ndef make(n):\n    return TABLE[n]\n", "reg": "TABLE = {}\ndef put(n, f):\n    TABLE[n] = f(n)\n",
         "a": "from .reg import put\n__all__ = ['one']\ndef one(n):\n    return n * 2\nfor d in (18, 34):\n    put(f'net{d}', one)\n", "b": "__all__ = []\n"},
        "make('net34')"),
    "a registry, by a name that two modules register": (
        {"__init__": STARS + "from .reg import TABLE\ndef make(n):\n    return TABLE[n]()\n", "reg": REGISTER, "a": FIRST, "b": SECOND.replace("two", "one")}, "make('one')"),
    "a registry, by a name with dashes": (
        {"__init__": STARS + "from .reg import TABLE\ndef make(n):\n    return n in TABLE, n + 'x' in TABLE, TABLE.get(n)()\n",
         "reg": "TABLE = {}\ndef register(f):\n    TABLE[f.__name__.replace('_', '-')] = f\n    return f\n",
         "a": FIRST.replace("one", "net_one"), "b": SECOND}, "make('net-one')"),
    "a registry, by the name of the module": (
        {"__init__": STARS + "from .reg import TABLE\ndef made(n):\n    return TABLE[n]\n", "reg": "TABLE = {}\ndef register(f):\n    TABLE[f.__module__.split('.')[-1]] = f.__name__\n    return f\n",
         "a": FIRST, "b": SECOND}, "made('b')"),
    "a registry that an import two away fills": (
        {"__init__": STARS + "from .reg import TABLE\ndef make(n):\n    return TABLE[n]()\n", "reg": REGISTER, "c": FIRST, "a": "from .c import one\n__all__ = ['x']\nx = 1\n", "b": SECOND}, "make('one')"),
    "a switch that a call sets": (
        {"__init__": STARS + "from .reg import width\ndef made():\n    return width()\n",
         "reg": "W = 1\ndef width():\n    return W\ndef switch(c):\n    global W\n    W = c.w\n",
         "a": "from .reg import switch\n__all__ = ['C']\nclass C:\n    w = 8\nswitch(C)\n", "b": "__all__ = []\n"}, "made()"),
    "names that nobody lists": (
        {"__init__": "from .a import *\nfrom .b import *\n", "a": "import math\ndef f():\n    return g() + math.floor(1.5)\ndef g():\n    return 1\n", "b": "def g():\n    return 5\n_h = 7\n"},
        "(f(), g(), math.floor(2.5))"),
    "names that a decorator lists": (
        {"__init__": "def helper():\n    return 1\n" + STARS,
         "reg": "import sys\ndef register(f):\n    mod = sys.modules[f.__module__]\n    if hasattr(mod, '__all__'):\n        mod.__all__.append(f.__name__)\n    else:\n        mod.__all__ = [f.__name__]\n    return f\n",
         "a": "from .reg import register\ndef helper():\n    return 2\n@register\ndef one():\n    return helper()\n", "b": "from .reg import register\n__all__ = []\n@register\ndef two():\n    return 4\n"},
        "(helper(), one())"),
    "a name that a decorator lists, from outside": (
        {"__init__": "from . import nets\ndef make(n):\n    return getattr(nets, n)()\n", "nets": STARS,
         "reg": "import sys\ndef register(f):\n    mod = sys.modules[f.__module__]\n    mod.__all__.append(f.__name__)\n    return f\n",
         "a": "from .reg import register\n__all__ = []\n@register\ndef one():\n    return 3\n", "b": "from .reg import register\n__all__ = []\n@register\ndef two():\n    return 4\n"},
        "make('two')"),
    "an entry that a module that waits made before": (
        {"__init__": "from .a import *\nfrom .late import made\n", "reg": REGISTER, "a": FIRST, "late": "from .reg import TABLE\nTABLE['one'] = lambda: 8\nfor k in ('x', 'y'):\n    TABLE[k + '1'] = k\nmade = TABLE['one']() + len(TABLE)\n"}, "made"),
    "tables in a tuple of tables": (
        {"__init__": STARS + "from .reg import get\n", "reg": "ONE = {'k': 1}\nTWO = {}\nALL = (ONE, TWO)\ndef put(n, f):\n    for t in ALL:\n        t[n] = f()\ndef get(n):\n    return ONE[n]\n",
         "a": "from .reg import put\n__all__ = ['one']\ndef one():\n    return 1\nput('key', one)\n", "b": "__all__ = []\n"}, "get('key')"),
    "a table that another module imports under another name": (
        {"__init__": STARS + "from .reg import get\n", "reg": "ONE = {}\ndef get(n):\n    return ONE[n]\n",
         "a": "from .reg import ONE as KNOWN\n__all__ = ['one']\ndef put(f):\n    KNOWN[f.__name__] = 3\n    return f\n@put\ndef one():\n    return 1\n", "b": "__all__ = []\n"}, "get('one')"),
    "stars of stars": ({"__init__": STARS, "a": "from .c import *\n", "c": "__all__ = ['f']\nf = 6\n", "b": "__all__ = []\n"}, "f"),
    "modules that import each other": (
        {"__init__": STARS, "a": "from . import b\n__all__ = ['f']\ndef f():\n    return b.g() + 1\n", "b": "from . import a\n__all__ = ['g']\ndef g():\n    return 2\n"}, "f()"),
}


def entered(folder: Path, name: str, files: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> tuple[Any, list[str]]:
    """The package, run as ``shapelint show`` does, and the modules that ran."""
    package = folder / name
    package.mkdir()
    for stem, text in files.items():
        (package / f"{stem}.py").write_text(text)
    program, ran = Program([str(folder)]), []
    program.imports.installed, program.imports.whole = Installed(list), True
    run_module = Machine.run_module

    def noted(machine: Machine, body: Any, scope: Any) -> None:
        ran.append(Path(scope.file.path).stem)
        run_module(machine, body, scope)

    monkeypatch.setattr(Machine, "run_module", noted)
    run = program.enter_module(name)
    assert run is not None
    return run, ran


@pytest.mark.parametrize("case", CASES)
def test_the_program_sees_what_python_sees(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import ast

    files, expression = CASES[case]
    name = f"deferred_{list(CASES).index(case)}"
    run, _ = entered(tmp_path, name, files, monkeypatch)
    found: list[Any] = []
    run.guarded(lambda: found.append(run.m.evaluate(ast.parse(expression, mode="eval").body, run.scope)))
    monkeypatch.syspath_prepend(str(tmp_path))
    wanted = eval(expression, vars(importlib.import_module(name)))
    for module in [module for module in sys.modules if module.partition(".")[0] == name]:
        del sys.modules[module]
    assert not isinstance(found[0], Unknown), found[0]
    assert found == [wanted]


def test_what_nobody_reads_does_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import ast

    run, ran = entered(tmp_path, "unread", CASES["a name that is read"][0], monkeypatch)
    assert ran == ["__init__"]
    run.guarded(lambda: run.m.evaluate(ast.parse("f()", mode="eval").body, run.scope))
    assert ran == ["__init__", "a"]


LAZY = (
    "import importlib\nfrom types import ModuleType\nclass Lazy(ModuleType):\n    def __init__(self, name, table, path):\n        super().__init__(name)\n        self.table, self.__path__ = table, path\n"
    "    def __getattr__(self, name):\n        if name not in self.table:\n            raise AttributeError(name)\n"
    "        return getattr(importlib.import_module('.' + self.table[name], self.__name__), name)\n")
SWITCHED = (
    "from typing import TYPE_CHECKING\nfrom .lazy import Lazy\nEAGER = False\nclass Missing(Exception): ...\ndef has(): return {has}\n"
    "if TYPE_CHECKING or EAGER:\n    from .a import f\n    try:\n        if not has():\n            raise Missing()\n    except Missing:\n        from .b import *\n    else:\n        from .c import g\n"
    "else:\n    import sys\n    table = {{'f': 'a', 'g': 'c' if has() else 'b'}}\n    sys.modules[__name__] = Lazy(__name__, table, __path__)\n")
PARTS = {"lazy": LAZY, "a": "__all__ = ['f']\ndef f():\n    return 3\n", "b": "__all__ = ['g']\ndef g():\n    return 4\n", "c": "__all__ = ['g']\ndef g():\n    return 5\n"}


@pytest.mark.parametrize(("has", "name", "value", "unread"), [(True, "f", 3, "c"), (True, "g", 5, "b"), (False, "g", 4, "c")])
def test_a_lazy_modules_names_are_what_its_branch_for_type_checkers_says(has: bool, name: str, value: int, unread: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import ast

    # What makes the object cannot be read: the branch says the same.
    package = SWITCHED.format(has=has).replace("table = {", "table = open('/nowhere').read() or {")
    folder = tmp_path / "pack"
    folder.mkdir()
    for stem, text in {"__init__": package, **PARTS}.items():
        (folder / f"{stem}.py").write_text(text)
    run, ran = entered(tmp_path, "user", {"__init__": f"from pack import {name}\n"}, monkeypatch)
    found: list[Any] = []
    run.guarded(lambda: found.append(run.m.evaluate(ast.parse(f"{name}()", mode="eval").body, run.scope)))
    assert found == [value]
    assert unread not in ran


@pytest.mark.parametrize("has", [True, False])
def test_python_finds_the_same_in_a_lazy_module(has: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / f"lazy_pack_{has}"
    folder.mkdir()
    for stem, text in {"__init__": SWITCHED.format(has=has), **PARTS}.items():
        (folder / f"{stem}.py").write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    module = importlib.import_module(f"lazy_pack_{has}")
    assert (module.f(), module.g()) == (3, 5 if has else 4)


@pytest.mark.parametrize(("text", "expected"), [
    ("import torch\nx = 1\nclass A(B):\n    y = f()\n@deco(1)\ndef f(a,\n      b):\n    g()\n", True),
    ('"""Doc\nfoo()\n"""\ntorch.fx.wrap("f")\n', True), ("try:\n    import a\nexcept ImportError:\n    a = None\n", True),
    ("foo()\n", False), ("A.b = 1\n", False), ("class A: pass\nA.b = 1\n", True), ("TABLE['x'] = 1\n", False), ("x += 1\n", True),
    ("for x in y:\n    pass\n", True), ("if c:\n    foo()\n", False), ("x = 1; foo()\n", False), ("with a:\n    b = 1\n", False), ("del x\n", True),
    ("while c:\n    pass\n", False), ("x = 'a; b'\ny = 1  # c; d\n", True), ("def f(\n    a,\n) -> Union[int,\nstr]:\n    pass\n", True),
    ("if c:\n    def f(): ...\nelse:\n    f = None\n", True), ("t = {}\nfor k in ('a', 'b'):\n    c = dict(n=k)\n    c['m'] = 1\n    t[k] = c\n", True),
    ("from m import t\nfor k in ('a', 'b'):\n    t[k] = 1\n", False), ("from .r import register\nregister(__name__, {'a': 'b'})\n", True),
    ("from .r import register\nclass Net: ...\nregister('net', Net)\n", True), ("from .r import switch\nswitch(False)\n", False),
    ("import atexit\ndef f(): ...\natexit.register(f)\n", False), ("if c:\n", False),
])
def test_the_text_says_whether_a_module_only_defines_things(text: str, expected: bool) -> None:
    assert Text(text).only_defines is expected


def test_names_of_a_star_are_read_where_they_are_written_out() -> None:
    assert Text("__all__ = ['a', \"b\"]\n").names == ["a", "b"]
    assert Text("__all__ = (\n    'a',  # first\n    'b',\n)\n").names == ["a", "b"]
    assert Text("x = 1\n").names == ["x"] and Text("__all__ = a + b\n").names is None
    assert Text("__all__ = ['a']\n__all__ += other\n").names is None


@pytest.mark.parametrize(("text", "expected"), [
    ("from a import T\nx = {'k': T}\n", False), ("from a import T, U\n", False), ("y = T['k']\n", False), ("T['k'] = f\n", True), ("    T.append(f)\n", True),
    ("@T.add\ndef f(): ...\n", True), ("x = f(T)\n", True), ("    global T\n", True), ("put = T.add\n", True), ("    return T\n", True), ("t = T\n", True), ("n = [k for k in T.keys()]\n", False),
    ("x = {v: k for k, v in T.items()}\n", False), ("    T['k'].append(f)\n", True), ("    T.get(k).append(f)\n", True), ("    T.setdefault(k, []).append(f)\n", True), ("OT['k'] = 1\n", False),
])
def test_the_text_says_whether_a_container_may_grow(text: str, expected: bool) -> None:
    assert may_grow("T", text) is expected


def test_a_number_that_functions_of_its_module_count_up_is_not_known(tmp_path: Path) -> None:
    counted = "COUNT = 0\nSIZE = 4\ndef register(f):\n    global COUNT\n    COUNT += 1\n    return f\n"
    files = {"pkg/__init__": "from .a import *\n", "pkg/reg": counted, "pkg/a": "from .reg import register\n__all__ = ['one']\n@register\ndef one():\n    return 1\n",
             "main": "import torch\nfrom pkg.reg import COUNT, SIZE\ntorch.zeros({}).view(1)\n"}
    (tmp_path / "pkg").mkdir()
    for name, wanted in (("COUNT", []), ("SIZE", ["SHP106"])):
        for path, text in files.items():
            (tmp_path / f"{path}.py").write_text(text.replace("{}", name))
        assert [found.code for found in check_paths([str(tmp_path / "main.py")], Config()).diagnostics] == wanted
