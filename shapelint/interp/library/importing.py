"""Importing by name: ``importlib``, ``pkgutil``, ``sys.path`` and ``sys.modules``."""

import os
from typing import TYPE_CHECKING

from ..natives import NAMED_CONSTANTS, PyRaise
from ..values import External, Instance, IteratorObject, ModuleValue, Value
from .paths import entries, text_of
from .support import REQUIRED, Args, Kwargs, aside, bind, listed, lost, method, native

if TYPE_CHECKING:
    from ..machine import Machine


@native("importlib.import_module")
def import_module(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    name, package = bind("import_module", args, kwargs, name=REQUIRED, package=None)
    if not isinstance(name, str) or machine.site is None:
        return lost(machine, "an import by name", name)
    if name.startswith("."):
        if not isinstance(package, str):
            return lost(machine, "an import by name", package)
        name = _absolute(name, package)
    found = machine.imports.module(machine, name, machine.site.file_scope)
    if isinstance(found, ModuleValue):
        machine.imports.run(machine, found)
    return found


def _absolute(name: str, package: str) -> str:
    dots = len(name) - len(name.lstrip("."))
    around = package.split(".")
    if dots > len(around):
        raise PyRaise("ImportError", "attempted relative import beyond top-level package")
    return ".".join([*around[: len(around) - dots + 1], *filter(None, [name[dots:]])])


@native("builtins.__import__")
def import_(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    name = args[0] if args else kwargs.get("name")
    names = args[3] if len(args) > 3 else kwargs.get("fromlist")
    if not isinstance(name, str) or len(args) > 4 or kwargs.keys() - {"name", "fromlist"}:
        return lost(machine, "__import__", name)
    whole = names is not None and machine.truth(names) is True
    return import_module(machine, [name if whole else name.partition(".")[0]], {})


@native("importlib.util.find_spec")
def find_spec(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    """Whether a module is there: known for one that is found."""
    name = args[0] if args else kwargs.get("name")
    found = machine.imports.named(name) if isinstance(name, str) else None
    return aside(machine, "what is installed") if found is None else External(f"importlib.machinery.ModuleSpec.{name}")


@native("types.ModuleType", is_type=True)
def module_type(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    """A module that the program makes itself."""
    made = Instance(External("types.ModuleType"))
    _name_module(machine, [made, *args], kwargs)
    return made


@method("ModuleType", "__init__", least=2)
@method("types.ModuleType", "__init__", least=2)
def _name_module(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    if isinstance(args[0], Instance):
        machine.heap.write(args[0].table, "__name__", args[1])
    return None


# --- modules of a package -------------------------------------------------------------------------------------------


@native("pkgutil.iter_modules")
def iter_modules(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    paths, prefix = bind("iter_modules", args, kwargs, path=None, prefix="")
    folders = listed(machine, paths) if paths is not None else None
    if folders is None or not isinstance(prefix, str):
        return IteratorObject(aside(machine, "the modules of a package"))
    made: list[Value] = []
    for folder in folders:
        names = entries(machine, folder)
        if names is None:
            return IteratorObject(aside(machine, "the modules of a package"))
        made += [(aside(machine, "a finder of modules"), prefix + name, is_package) for name, is_package in _modules(str(text_of(machine, folder)), names)]
    return IteratorObject(tuple(made))


def _modules(folder: str, names: list[str]) -> list[tuple[str, bool]]:
    plain = [(name[:-3], False) for name in names if name.endswith(".py") and name != "__init__.py"]
    packages = [(name, True) for name in names if os.path.isfile(os.path.join(folder, name, "__init__.py"))]
    return sorted(plain + packages)


# --- sys ------------------------------------------------------------------------------------------------------------

NAMED_CONSTANTS["sys.path"] = Instance(External("sys.path"))
NAMED_CONSTANTS["sys.modules"] = Instance(External("sys.modules"))


@method("sys.path", "append", "insert", "extend", "remove", "__contains__", "__iter__", "pop", "index", "__getitem__", least=1)
def search_path(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return aside(machine, "the search path")


@method("sys.path", "append", least=2)
def append_path(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    machine.imports.add_root(machine, text_of(machine, args[1]))
    return None


@method("sys.path", "insert", least=3)
def insert_path(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    machine.imports.add_root(machine, text_of(machine, args[2]), first=args[1] in (0, 1))
    return None


@method("sys.path", "extend", least=2)
def extend_path(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    for item in listed(machine, args[1]) or ():
        machine.imports.add_root(machine, text_of(machine, item))
    return None


@method("sys.modules", "__getitem__", "get", least=2)
def loaded_module(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    """A module of the user's files, found by its name: registries add to the module that defines a function."""
    return (machine.imports.loaded(args[1]) if isinstance(args[1], str) else None) or aside(machine, "sys.modules")


@method("sys.modules", "__contains__", least=2)
def is_loaded(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return True if isinstance(args[1], str) and machine.imports.loaded(args[1]) is not None else aside(machine, "sys.modules")


@method("sys.modules", "__setitem__", least=3)
def replace_module(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    """A module that puts an object in its place."""
    if isinstance(args[1], str):
        machine.imports.replace(args[1], args[2])
    return None


@method("sys.modules", "keys", "values", "items", "pop", "__iter__", "__len__", "setdefault", least=1)
def modules_seen(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return aside(machine, "sys.modules")
