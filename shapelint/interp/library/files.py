"""Text and data files that lie among the program's source, read with real parsers: ``open``, JSON, YAML, TOML, resources of packages."""

import os
import sys
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

from .. import limits
from ..values import CONSTANTS, DictObject, External, Instance, IteratorObject, ListObject, ModuleValue, Unknown, Value, Why, is_constant
from .paths import PATH, make_path, readable, written
from .support import REQUIRED, Args, Kwargs, aside, bind, lost, method, native

if TYPE_CHECKING:
    from ..machine import Machine

FILE = "io.TextIOWrapper"
_NO_YAML = "YAML is read where PyYAML is installed beside shapelint: pip install 'shapelint[yaml]'"


def content(machine: "Machine", path: Value, binary: bool = False) -> "str | bytes | Unknown":
    """The text, or the bytes, of a file of the program's own."""
    own = readable(machine, path)
    if own is None or not os.path.isfile(own):
        return aside(machine, "a file")
    if os.path.getsize(own) > limits.DATA_FILE_BYTES:
        return aside(machine, "a large file", Why.LIMIT)
    try:
        with open(own, "rb") as file:
            data = file.read()
        return data if binary else data.decode("utf-8").replace("\r\n", "\n")
    except (OSError, ValueError):
        return aside(machine, "a file that cannot be read as text")


@native("builtins.open", "io.open")
def open_(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    mode = args[1] if len(args) > 1 else kwargs.get("mode", "r")
    return _opened(machine, args[0] if args else kwargs.get("file"), mode)


@method(PATH, "open", least=1)
def open_path(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return _opened(machine, args[0], args[1] if len(args) > 1 else kwargs.get("mode", "r"))


def _opened(machine: "Machine", path: Value, mode: Value) -> Value:
    reads = isinstance(mode, str) and not set(mode) & set("wax+")
    if not reads:
        written(machine, path)
    text = content(machine, path, "b" in mode) if reads else aside(machine, "a file")
    if isinstance(text, Unknown):
        return text
    made = Instance(External(FILE))
    made.hidden["rest"] = text
    return made


@method(FILE, "__enter__", least=1)
def enter_file(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return args[0]


@method(FILE, "__exit__", "close", least=1)
def leave_file(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return None


def _taken(machine: "Machine", file: Value, line_only: bool = False) -> "str | bytes | Unknown":
    """What is left to read of an open file, or its next line."""
    rest: Any = file.hidden.get("rest") if isinstance(file, Instance) else None
    if not isinstance(rest, (str, bytes)):
        return aside(machine, "a file")
    end: Any = rest.find(_newline(rest)) + 1 if line_only else 0
    taken, left = (rest[:end], rest[end:]) if end else (rest, rest[:0])
    machine.heap.write(file.hidden, "rest", left)
    return taken


def _newline(text: Any) -> Any:
    return "\n" if isinstance(text, str) else b"\n"


@method(FILE, "read", least=1)
def read_file(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return _taken(machine, args[0]) if len(args) == 1 else lost(machine, "a part of a file")


@method(FILE, "readline", least=1)
def read_line(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return _taken(machine, args[0], line_only=True)


@method(FILE, "readlines", "__iter__", least=1)
def read_lines(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    text: Any = _taken(machine, args[0])
    lines = [] if isinstance(text, Unknown) else [*(line + _newline(text) for line in text.split(_newline(text))[:-1]), *filter(None, text.split(_newline(text))[-1:])]
    if isinstance(text, Unknown) or len(lines) > limits.LISTED_ITEMS:
        return ListObject(text if isinstance(text, Unknown) else aside(machine, "a long file", Why.LIMIT))
    return ListObject(tuple(lines))


@method(PATH, "read_text", least=1)
def read_text(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return content(machine, args[0])


# --- formats --------------------------------------------------------------------------------------------------------


def _text_in(machine: "Machine", source: Value) -> "str | Unknown":
    """The text of an open file, or text itself."""
    if isinstance(source, Instance) and "rest" in source.hidden:
        source = _taken(machine, source)
    if isinstance(source, bytes):
        try:
            return source.decode("utf-8-sig")
        except UnicodeDecodeError:
            return aside(machine, "a file that cannot be read as text")
    if isinstance(source, Unknown):
        return source
    return source if isinstance(source, str) else lost(machine, "a document", source)


def _json(text: str) -> Any:
    import json

    return json.loads(text)


def _toml(text: str) -> Any:
    parser: Any = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    return parser.loads(text)


def _yaml(text: str, loader: str = "SafeLoader") -> Any:
    yaml: Any = import_module("yaml")
    try:
        return yaml.load(text, Loader=getattr(yaml, f"C{loader}", getattr(yaml, loader)))
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error


def _parsed(machine: "Machine", what: str, parse: Callable[[str], Any], source: Value) -> Value:
    text = _text_in(machine, source)
    if isinstance(text, Unknown):
        return text
    try:
        return _Made(machine, what).of(parse(text))
    except ModuleNotFoundError:
        return machine.unknown(Why.IMPORT, _NO_YAML if what == "YAML" else f"no parser for {what} here")
    except (ValueError, TypeError, RecursionError):
        return lost(machine, f"{what} that cannot be read")


class _Made:
    """Values for what a parser made. What a document names twice is one object; what is no constant, such as a date, is unknown."""

    def __init__(self, machine: "Machine", what: str) -> None:
        self.machine, self.what, self.left = machine, what, limits.LISTED_ITEMS
        self.seen: dict[int, Value] = {}

    def of(self, data: Any) -> Value:
        self.left -= 1
        if isinstance(data, CONSTANTS):
            return data
        if id(data) not in self.seen:
            self.seen[id(data)] = aside(self.machine, self.what)  # for one that holds itself
            self.seen[id(data)] = self.container(data) if self.left > 0 else aside(self.machine, f"a long {self.what} file", Why.LIMIT)
        return self.seen[id(data)]

    def container(self, data: Any) -> Value:
        if isinstance(data, list):
            return ListObject(tuple(map(self.of, data)))
        if isinstance(data, dict) and all(map(is_constant, data)):
            return DictObject({key: self.of(item) for key, item in data.items()})
        return aside(self.machine, f"an object in {self.what}")


_FORMATS: tuple[tuple[str, Callable[[str], Any], tuple[str, ...]], ...] = (
    ("JSON", _json, ("json.load",)), ("TOML", _toml, ("tomllib.load", "tomllib.loads", "tomli.load", "tomli.loads")),
)
for _what, _parse, _names in _FORMATS:
    native(*_names, least=1)(lambda machine, args, kwargs, what=_what, parse=_parse: _parsed(machine, what, parse, args[0]))  # type: ignore[misc]

_LOADERS = {f"yaml.{kind}Loader": "BaseLoader" if kind == "Base" else "SafeLoader" for kind in ("Safe", "CSafe", "Full", "CFull", "", "C", "Unsafe", "Base")}
_LOADERS["yaml.CBaseLoader"] = "BaseLoader"


@native("yaml.safe_load", "yaml.full_load", "yaml.unsafe_load", least=1)
def yaml_load_safely(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return _yaml_read(machine, args[0], "SafeLoader")


@native("yaml.load", least=1)
def yaml_load(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    stream, loader = bind("yaml.load", args, kwargs, stream=REQUIRED, Loader=External("yaml.SafeLoader"))
    known = _LOADERS.get(loader.name) if isinstance(loader, External) else None
    return lost(machine, "a YAML loader of the program's own", loader) if known is None else _yaml_read(machine, stream, known)


def _yaml_read(machine: "Machine", stream: Value, loader: str) -> Value:
    text = _text_in(machine, stream)
    if isinstance(text, Unknown):
        return text
    if machine.imports.yaml_changed:
        return lost(machine, "YAML with constructors of the program's own")
    if len(text) > limits.YAML_LENGTH:
        return aside(machine, "a long YAML file", Why.LIMIT)
    return _parsed(machine, "YAML", lambda given: _yaml(given, loader), text)


_ADDING = ("add_constructor", "add_implicit_resolver", "add_multi_constructor", "add_path_resolver")


@native(*(f"{owner}.{name}" for owner in ("yaml", *_LOADERS) for name in _ADDING))
def change_yaml(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    machine.imports.yaml_changed = True
    return None


@native("csv.reader", least=1)
def csv_reader(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    text = _text_in(machine, args[0])
    if isinstance(text, Unknown) or kwargs or len(args) > 1:
        return IteratorObject(text if isinstance(text, Unknown) else lost(machine, "csv.reader"))
    import csv

    return IteratorObject(tuple(ListObject(tuple(row)) for row in csv.reader(text.splitlines())))


# --- resources ------------------------------------------------------------------------------------------------------


@native("importlib.resources.files", "importlib_resources.files")
def resource_files(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    folder = _folder_of(machine, bind("files", args, kwargs, anchor=REQUIRED)[0])
    return aside(machine, "a package's files") if folder is None else make_path(folder)


@native("pkg_resources.resource_filename", least=2)
def resource_filename(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    folder = _folder_of(machine, args[0])
    return aside(machine, "a package's files") if folder is None or not isinstance(args[1], str) else os.path.join(folder, args[1])


@native("pkgutil.get_data", "importlib.resources.read_binary", least=2)
def get_data(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    found = resource_filename(machine, args, kwargs)
    return content(machine, found, binary=True) if isinstance(found, str) else found


def _folder_of(machine: "Machine", package: Value) -> str | None:
    module = machine.imports.named(package) if isinstance(package, str) else package
    if not isinstance(module, ModuleValue):
        return None
    path = os.path.abspath(module.scope.file.path)
    return path if os.path.isdir(path) else os.path.dirname(path)
