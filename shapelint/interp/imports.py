"""Imports across the user's files: which file a dotted name is, and running it when something asks for a name."""

import ast
import os
import sys
import typing
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

from ..source.environment import is_installed
from ..source.files import read_source
from ..source.text import SourceFile
from . import limits
from .attributes import external
from .deferral import ABSENT, Deferral, Waiting
from .module_text import is_rebound
from .natives import METHODS, NATIVES, PyRaise
from .stated import Stated
from .values import CONSTANTS, DictObject, External, ListObject, ModuleValue, Scope, Unknown, Value, Why

if TYPE_CHECKING:
    from ..source.environment import Installed
    from .machine import Machine, Site

_ALWAYS_EXTERNAL = frozenset({"torch", "einops", "numpy", "typing", "math", "collections", "functools"})


class Imports:
    """The modules of the program: those on ``roots`` and, where somebody asked for them, of packages that are ``installed``."""

    def __init__(self, roots: list[str]) -> None:
        self.roots = roots
        self.installed: Installed | None = None
        self.whole = False  # what is shown is one model: its packages run in Python's order, and what is not installed is missing
        self.environment: dict[str, Value] | None = None  # its variables, where they are known
        self.moved = False  # the program changed its working folder
        self.written: set[str] = set()  # files that the program writes
        self.evaluated: list[ast.AST] = []  # what eval and exec have read: it stays, as others remember its nodes by identity
        self.yaml_changed = False  # the program adds to the parser of YAML
        self._found: dict[str, str | None] = {}
        self._files: dict[tuple[str, int, str, str], list[str]] = {}  # that an import in a folder runs
        self._added: dict[str, list[str]] = {}  # folders that a program puts on its search path, by the path of its main file
        self._replaced: dict[str, Value] = {}  # objects that stand for a module, by its name
        self._modules: dict[str, ModuleValue] = {}
        self._pending: set[str] = set()
        self._sources: dict[str, SourceFile] = {}
        self._paths: dict[int, str] = {}  # of modules, by identity
        self.running: list[str] = []  # the files of modules whose bodies run now
        self.deferral = Deferral(self)
        self.stated = Stated(self)

    def offer(self, source: SourceFile) -> None:
        """Use this text for its path instead of reading the file again."""
        self._sources[os.path.abspath(source.path)] = source

    def own_path(self, path: str) -> str | None:
        """The absolute path of what lies among the program's own source, or in an installed package; None for any other place."""
        whole = os.path.realpath(path)
        folders = [os.path.realpath(root) for root in self.roots] + [os.path.dirname(os.path.realpath(source)) for source in self._sources]
        return whole if is_installed(whole) or any(whole == folder or whole.startswith(folder + os.sep) for folder in folders) else None

    def add_root(self, m: "Machine", path: str | None, first: bool = False) -> None:
        """``sys.path.append(path)``: what the program imports from here on may lie there."""
        folder = self.own_path(path) if path is not None else None
        if folder is not None and os.path.isdir(folder):
            before = self._added.get(m.main_file.path, [])
            self._added[m.main_file.path] = [folder, *before] if first else [*before, folder]

    def loaded(self, name: str) -> Value:
        """The module of this name, if it was imported before."""
        found = self._replaced.get(name)
        return found if found is not None else next((module for module in self._modules.values() if module.name == name), None)

    def replace(self, name: str, value: Value) -> None:
        """``sys.modules[name] = value``."""
        self._replaced[name] = value

    # --- finding ---------------------------------------------------------------------------------------------

    def _locate(self, dotted: str, beside: str, added: Iterable[str] = ()) -> str | None:
        """The file (or package folder) of a dotted name: beside the importing file, on the roots, where the program says, or installed."""
        key = "\0".join((beside, dotted, *added))
        if key not in self._found:
            parts, around = dotted.split("."), _packages(beside)
            # A module of a package sees what lies beside the package; what lies beside itself only where it is run as a script.
            places = (os.path.dirname(around[0]), *added, *self.roots, beside) if around else (beside, *added, *self.roots)
            self._found[key] = _first_of(places, parts)
            if self._found[key] is None and self.installed is not None:
                self._found[key] = _first_of(self.installed.roots(parts[0]), parts)
        return self._found[key]

    def _within(self, dotted: str, folder: str) -> str | None:
        """The file (or package folder) of a name in the folder of a package."""
        key = f"{folder}\0.{dotted}"
        if key not in self._found:
            self._found[key] = _first_of((folder,), dotted.split("."))
        return self._found[key]

    def named(self, dotted: str) -> ModuleValue | None:
        """The module with this dotted name, on the roots or installed; its body has not run yet."""
        if dotted.partition(".")[0] in _ALWAYS_EXTERNAL:
            return None
        path = self._locate(dotted, self.roots[0] if self.roots else os.getcwd())
        found = None if path is None else self._load(dotted, path)
        return found if isinstance(found, ModuleValue) else None

    def module(self, m: "Machine", dotted: str, scope: Scope) -> Value:
        """``import dotted``: the user's module, or a name outside."""
        top, beside = dotted.partition(".")[0], os.path.dirname(os.path.abspath(scope.file.path))
        # What lies beside a module of a package are its submodules, which an absolute import does not mean: many have an "io" or a "types" of their own.
        inside = top in sys.stdlib_module_names and os.path.isfile(os.path.join(beside, "__init__.py"))
        if inside or top in _ALWAYS_EXTERNAL:
            return External(dotted)
        path = self._locate(dotted, beside, self._added.get(m.main_file.path, ()))
        return External(dotted) if path is None else self._load(dotted, path)

    def may_be_missing(self, m: "Machine", dotted: str, scope: Scope) -> bool | None:
        """Whether a package outside may not be installed: it is not Python's own, and nothing of it is known here. None: it is missing.

        Of what is known, such as torchinfo's ``summary``, people import what they mean to use.
        """
        top = dotted.partition(".")[0]
        if any(name.startswith(f"{top}.") for name in NATIVES):
            return False
        if self.whole and self.installed is not None and top not in sys.stdlib_module_names and isinstance(self.module(m, dotted, scope), External):
            return False if self.installed.has(top) else None
        return top not in sys.stdlib_module_names and top not in _ALWAYS_EXTERNAL and isinstance(self.module(m, dotted, scope), External)

    def _load(self, dotted: str, path: str) -> Value:
        known = self._modules.get(path)
        if known is not None:
            return known
        if os.path.isdir(path):
            source = SourceFile(path, "", ast.Module(body=[], type_ignores=[]))
        else:
            loaded = self._sources.get(os.path.abspath(path)) or read_source(path)
            if not isinstance(loaded, SourceFile):
                return Unknown(Why.IMPORT, dotted)
            source = loaded
        made = ModuleValue(dotted, Scope(source, dotted))
        self._modules[path] = made
        self._paths[id(made)] = path
        self._pending.add(path)
        return made

    def files_of(self, importer: str, dots: int, module: str, names: str) -> list[str]:
        """The program's files that an import in a file runs: the module, the packages around it, and those of its ``names`` that are modules."""
        folder = os.path.dirname(os.path.abspath(importer))
        key = (folder, dots, module, names)
        if key not in self._files:
            self._files[key] = self._files_of(*key)
        return self._files[key]

    def _files_of(self, folder: str, dots: int, module: str, names: str) -> list[str]:
        if not dots and (module.partition(".")[0] in _ALWAYS_EXTERNAL or module.partition(".")[0] in sys.stdlib_module_names):
            return []
        for _ in range(dots - 1):
            folder = os.path.dirname(folder)
        base = self._within(module, folder) if module else os.path.join(folder, "__init__.py")
        if base is None:
            return []
        inner = os.path.dirname(base) if os.path.basename(base) == "__init__.py" else base
        parts = [self._within(name.strip().partition(" ")[0], inner) for name in names.split(",") if name.strip()] if os.path.isdir(inner) else []
        found = [base, *(part for part in parts if part is not None and part.startswith(inner)), *(os.path.join(package, "__init__.py") for package in _packages(os.path.dirname(base)))]
        return [path for path in found if os.path.isfile(path)]

    def has_run(self, path: str) -> bool:
        """Whether the module of a file has run, or is running."""
        return path in self._modules and path not in self._pending

    @property
    def count(self) -> int:
        """The number of modules whose bodies run, or have run."""
        return len(self._modules) - len(self._pending)

    def texts_that_ran(self) -> dict[str, str]:
        return {path: module.scope.file.text for path, module in self._modules.items() if path not in self._pending}

    def _is_of_others(self, path: str) -> bool:
        return self.installed is not None and self.installed.holds(path)

    # --- running and reading ----------------------------------------------------------------------------------

    def run(self, m: "Machine", module: ModuleValue) -> None:
        """Run a module's body the first time something asks for one of its names."""
        path = self._paths.get(id(module))
        if path is None or path not in self._pending:
            return
        if self.whole or self._is_of_others(path):
            self._run_packages(m, path)
            if path not in self._pending:  # a package imports it
                return
        self._pending.discard(path)
        scope = module.scope
        scope.table.update({"__name__": module.name, "__file__": scope.file.path, "__package__": module.name.rpartition(".")[0]})
        if os.path.basename(path) == "__init__.py":
            scope.table.update({"__package__": module.name, "__path__": ListObject((os.path.dirname(scope.file.path),))})
        self.running.append(path)
        try:
            m.run_module(self.stated.runs(scope.file) if self.whole or self._is_of_others(path) else scope.file.tree.body, scope)
        finally:
            self.running.pop()
        self.deferral.has_run(m, path)

    def _run_packages(self, m: "Machine", path: str) -> None:
        """Python runs the packages around a module first, the outermost before all others: modules that import each other rely on that order.

        For installed packages, and for whoever shows one model; of the user's own a linter would read a whole package for each of its files.
        """
        for package in _packages(os.path.dirname(path)):
            init = os.path.join(package, "__init__.py")
            if init != path:
                found = self._load(_package(package), init)
                if isinstance(found, ModuleValue):
                    self.run(m, found)

    def attribute(self, m: "Machine", module: ModuleValue, name: str, read: bool = True) -> Value:
        """``module.name``: one of its names, or a submodule. ``read`` is False where the name is only bound elsewhere.

        What is implemented here under its public name is not read.
        """
        full = f"{module.name}.{name}"
        if _is_implemented(full) and module.name not in sys.stdlib_module_names and self._is_of_others(module.scope.file.path):
            return External(full)
        self.run(m, module)
        said = self.stated.value(m, module, name)
        if said is not None:
            return said[0]
        if module.name in self._replaced:
            return m.get_attribute(self._replaced[module.name], name)
        if name in module.scope.table:
            return self.held(m, module.scope, name, read)
        if self.arrives(m, module.scope, name):
            return self.held(m, module.scope, name, read)
        found = self._submodule(m, module, name)
        if found is not None:
            return found
        if self.stated.finish(m, module):
            return self.attribute(m, module, name, read)
        if name == "__name__":
            return module.name
        if name == "__dict__":
            self.deferral.settle(m)
            return DictObject(module.scope.table, shared=True)
        for package in module.scope.stars:
            return external(m, f"{package}.{name}")
        getter = module.scope.table.get("__getattr__")
        return m.call(getter, [name], {}) if getter is not None else Unknown(Why.ATTRIBUTE, f"{module.name}.{name}")

    def submodule(self, m: "Machine", scope: Scope, name: str) -> Value:
        """The submodule ``name`` of the package whose scope this is. None where it has no such submodule."""
        return self._submodule(m, ModuleValue(scope.module_name, scope), name)

    def _submodule(self, m: "Machine", module: ModuleValue, name: str) -> Value:
        """A module or package in the folder of a package, or of another part of a package without ``__init__.py``."""
        if os.path.isdir(module.scope.file.path):
            path = self._locate(f"{module.name}.{name}", os.path.dirname(os.path.abspath(module.scope.file.path)), self._added.get(m.main_file.path, ()))
            return None if path is None else self._load(f"{module.name}.{name}", path)
        base = module.scope.file.path
        folder = base if os.path.isdir(base) else os.path.dirname(base) if os.path.basename(base) == "__init__.py" else None
        if folder is None:
            return None
        path = self._within(name, os.path.abspath(folder)) if os.path.isdir(folder) else None
        if path is None or not os.path.abspath(path).startswith(os.path.abspath(folder) + os.sep):
            return None
        return self._load(f"{module.name}.{name}", path)

    def member(self, m: "Machine", node: ast.ImportFrom, name: str, scope: Scope) -> Value:
        """``from module import name``."""
        base = self._base(m, node, scope)
        if isinstance(base, ModuleValue):
            value = self.attribute(m, base, name, read=any(alias.name == name and alias.asname not in (None, name) for alias in node.names))
            if isinstance(value, CONSTANTS) and is_rebound(name, base.scope.file.text) and self._is_of_another_package(base, scope):
                return Unknown(Why.IMPORT, f"{name}, which functions of its module bind anew")
            return value
        if isinstance(base, External):
            return external(m, f"{base.name}.{name}")
        return Unknown(Why.IMPORT, f"{node.module or '.'}.{name}")

    def _is_of_another_package(self, module: ModuleValue, scope: Scope) -> bool:
        """Whether a module is of a package that the importer is not in: Python has run all of it by now, which has perhaps not run here."""
        folder = os.path.dirname(os.path.abspath(module.scope.file.path))
        return os.path.isfile(os.path.join(folder, "__init__.py")) and not os.path.abspath(scope.file.path).startswith(folder + os.sep)

    def _base(self, m: "Machine", node: ast.ImportFrom, scope: Scope) -> Value:
        if not node.level:
            return self.module(m, node.module or "", scope)
        folder = os.path.dirname(os.path.abspath(scope.file.path)) if not os.path.isdir(scope.file.path) else os.path.abspath(scope.file.path)
        for _ in range(node.level - 1):
            folder = os.path.dirname(folder)
        if not node.module:
            init = os.path.join(folder, "__init__.py")
            return self._load(_package(folder), init if os.path.isfile(init) else folder)
        path = self._within(node.module, folder)
        if path is None or not os.path.abspath(path).startswith(folder):
            return Unknown(Why.IMPORT, "." * node.level + node.module)
        return self._load(f"{_package(folder)}.{node.module}", path)

    def star(self, m: "Machine", node: ast.ImportFrom, scope: Scope) -> None:
        """``from module import *``."""
        if self._waits(m, node, scope):
            return
        base = self._base(m, node, scope)
        if isinstance(base, External):
            scope.stars.append(base.name)
        if not isinstance(base, ModuleValue):
            return
        self.run(m, base)
        wanted = base.scope.table.get("__all__")
        names = m.iterate(wanted) if wanted is not None else None
        for name in names or [name for name in base.scope.table if not name.startswith("_")]:
            if isinstance(name, str):
                value = base.scope.table.get(name)
                if isinstance(value, Waiting):
                    self.deferral.wait(value, scope.table, name)
                m.heap.write(scope.table, name, value if isinstance(value, Waiting) else self.attribute(m, base, name, read=False))
        scope.stars.extend(base.scope.stars)

    def _waits(self, m: "Machine", node: ast.ImportFrom, scope: Scope) -> bool:
        """Whether a star import can wait until one of its names is read.

        For whoever shows one model, and in installed packages; a linter reads the files that it is given anyway.
        """
        if not (self.whole or self._is_of_others(scope.file.path)) or not node.level or not node.module or scope.parent is not None or not any(node is item for item in scope.file.tree.body):
            return False
        folder = os.path.dirname(os.path.abspath(scope.file.path))
        for _ in range(node.level - 1):
            folder = os.path.dirname(folder)
        path = self._within(node.module, folder)
        if path is None or not path.endswith(".py") or not path.startswith(folder) or self.has_run(path):
            return False
        names = self.deferral.names(path)
        if names is None:
            return False
        self.deferral.wait(Waiting(path, node, "__name__", scope), {}, "__name__")  # for a module that binds nothing here, but is run
        for name, certain in names:
            waiting = Waiting(path, node, name, scope) if certain else Waiting(path, node, name, scope, scope.table.get(name, ABSENT))
            self.deferral.wait(waiting, scope.table, name)
            m.heap.write(scope.table, name, waiting)
        return True

    def brings(self, m: "Machine", node: ast.ImportFrom, name: str, scope: Scope) -> bool:
        """Whether a star brings a name, of a module that lists none in its text."""
        base = self._base(m, node, scope)
        if not isinstance(base, ModuleValue):
            return False
        self.run(m, base)
        listed = base.scope.table.get("__all__")
        names = m.iterate(listed) if listed is not None else None
        return name in base.scope.table and (names is None or name in names)

    def bring_added(self, m: "Machine", node: ast.ImportFrom, scope: Scope) -> None:
        """The names that running a module has added to its ``__all__``, as decorators do."""
        base = self._base(m, node, scope)
        listed = base.scope.table.get("__all__") if isinstance(base, ModuleValue) else None
        for name in (m.iterate(listed) if listed is not None else None) or ():
            if isinstance(base, ModuleValue) and isinstance(name, str) and name not in scope.table and name in base.scope.table:
                scope.table[name] = self.attribute(m, base, name, read=False)  # for good: no branch takes an import back

    def arrives(self, m: "Machine", scope: Scope, name: str) -> bool:
        """Whether what a module imports with a star brings a name that it has not yet: one that a decorator lists."""
        if not self.deferral.waiting or name.startswith("__") or not self.deferral.awaits(scope):
            return False
        self.deferral.settle_for(m, name)
        return name in scope.table

    def held(self, m: "Machine", scope: Scope, name: str, read: bool = True) -> Value:
        """What a name of a module holds; the module that it comes from runs now, if it has not yet."""
        value = scope.table[name]
        if type(value) is Waiting:
            value = self.deferral.arrive(m, value, scope.table, name)
        if self.deferral.waiting and read:
            self.deferral.reads(m, name, value, scope)
            return scope.table[name]
        return value

    def asked(self, m: "Machine", scope: Scope, name: str, key: Value) -> Value:
        """As :meth:`held`, where what is held is only asked for a key."""
        value = self.held(m, scope, name, read=False)
        if self.deferral.waiting:
            self.deferral.asks(m, name, value, key, scope)
        return value

    def star_name(self, m: "Machine", scope: Scope, name: str) -> Value:
        """A name that ``from torch.nn import *`` may have brought."""
        from ..ops import lookup

        current: Scope | None = scope
        while current is not None:
            for package in current.stars:
                if package == "typing" and name in typing.__all__:
                    return External(f"typing.{name}")
                full = f"{package}.{name}"
                if full in NATIVES or lookup(full) is not None or full in ("torch.nn.Sequential", "torch.nn.ModuleList", "torch.nn.ModuleDict", "torch.nn.Module", "torch.nn.functional"):
                    return External(full)
            current = current.parent
        return None

    def comes_from(self, m: "Machine", site: "Site", package: str) -> bool:
        """Whether the function called at ``site`` was imported from ``package``."""
        node = site.node.func if isinstance(site.node, ast.Call) else site.node
        value = m.evaluate(node, site.file_scope) if isinstance(node, (ast.Name, ast.Attribute)) else None
        return isinstance(value, External) and value.name.startswith(package)


def _first_of(roots: Iterable[str], parts: list[str]) -> str | None:
    """The file, or the folder of a package, that a dotted name is on the first of the roots that has it."""
    bare: str | None = None
    for root in roots:
        path = os.path.join(root, *parts)
        for candidate in (os.path.join(path, "__init__.py"), path + ".py"):
            if os.path.isfile(candidate):
                return candidate
        # A folder without __init__.py is a package only where no root has a module of the name.
        if bare is None and os.path.isdir(path) and any(name.endswith(".py") for name in os.listdir(path)):
            bare = path
    return bare


def _is_implemented(name: str) -> bool:
    """Whether the interpreter or an operator knows what a function, a class or a base class does."""
    from ..ops import lookup

    return name in NATIVES or name in _classes() or lookup(name) is not None


@lru_cache(maxsize=1)
def _classes() -> frozenset[str]:
    """Classes of which methods are implemented. Asked once everything is registered."""
    return frozenset(name for name, _ in METHODS if "." in name)


def _packages(folder: str) -> list[str]:
    """The folders of the packages around (and at) a folder, the outermost first."""
    found: list[str] = []
    while os.path.isfile(os.path.join(folder, "__init__.py")) and os.path.dirname(folder) != folder:
        found.insert(0, folder)
        folder = os.path.dirname(folder)
    return found


def _package(folder: str) -> str:
    """The dotted name of a package's folder. Two packages may have submodules of the same short name."""
    return ".".join(map(os.path.basename, _packages(folder))) or os.path.basename(folder)


__all__ = ["Imports", "PyRaise", "limits"]
