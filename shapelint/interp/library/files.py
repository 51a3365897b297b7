"""Text and data files that lie among the program's source, read with real parsers: ``open``, JSON, YAML, TOML, resources of packages."""

import os
import sys
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

from .. import limits
from ..values import External, Instance, IteratorObject, ListObject, ModuleValue, Unknown, Value, Why
from .paths import PATH, make_path, readable
from .support import REQUIRED, Args, Kwargs, aside, bind, from_python, lost, method, native

if TYPE_CHECKING:
    from ..machine import Machine

FILE = "io.TextIOWrapper"
_NO_YAML = "YAML is read where PyYAML is installed beside shapelint: pip install 'shapelint[yaml]'"


def content(machine: "Machine", path: Value) -> "str | Unknown":
    """The text of a file of the program's own."""
    own = readable(machine, path)
    if own is None or not os.path.isfile(own):
        return aside(machine, "a file")
    if os.path.getsize(own) > limits.DATA_FILE_BYTES:
        return aside(machine, "a large file", Why.LIMIT)
    try:
        with open(own, encoding="utf-8") as file:
            return file.read()
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
    text = content(machine, path) if isinstance(mode, str) and not set(mode) & set("wax+") else aside(machine, "a file")
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


def _taken(machine: "Machine", file: Value, line_only: bool = False) -> "str | Unknown":
    """What is left to read of an open file, or its next line."""
    rest = file.hidden.get("rest") if isinstance(file, Instance) else None
    if not isinstance(rest, str):
        return aside(machine, "a file")
    first, newline, left = rest.partition("\n") if line_only else (rest, "", "")
    machine.heap.write(file.hidden, "rest", left)
    return first + newline


@method(FILE, "read", least=1)
def read_file(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return _taken(machine, args[0]) if len(args) == 1 else lost(machine, "a part of a file")


@method(FILE, "readline", least=1)
def read_line(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return _taken(machine, args[0], line_only=True)


@method(FILE, "readlines", "__iter__", least=1)
def read_lines(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    text = _taken(machine, args[0])
    lines = [] if isinstance(text, Unknown) else text.splitlines(keepends=True)
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
        return _taken(machine, source)
    return source if isinstance(source, str) else lost(machine, "a document", source)


def _json(text: str) -> Any:
    import json

    return json.loads(text)


def _toml(text: str) -> Any:
    parser: Any = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    return parser.loads(text)


def _yaml(text: str) -> Any:
    yaml: Any = import_module("yaml")
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error


def _parsed(machine: "Machine", what: str, parse: Callable[[str], Any], source: Value) -> Value:
    text = _text_in(machine, source)
    if isinstance(text, Unknown):
        return text
    try:
        return from_python(parse(text))
    except ModuleNotFoundError:
        return machine.unknown(Why.IMPORT, _NO_YAML if what == "YAML" else f"no parser for {what} here")
    except (ValueError, TypeError, RecursionError):
        return lost(machine, f"{what} that cannot be read")


_FORMATS: tuple[tuple[str, Callable[[str], Any], tuple[str, ...]], ...] = (
    ("JSON", _json, ("json.load",)), ("TOML", _toml, ("tomllib.load", "tomllib.loads", "tomli.load", "tomli.loads")),
    ("YAML", _yaml, ("yaml.safe_load", "yaml.load", "yaml.full_load", "yaml.unsafe_load")),
)
for _what, _parse, _names in _FORMATS:
    native(*_names, least=1)(lambda machine, args, kwargs, what=_what, parse=_parse: _parsed(machine, what, parse, args[0]))  # type: ignore[misc]


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


@native("pkgutil.get_data", "importlib.resources.read_text", least=2)
def get_data(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    found = resource_filename(machine, args, kwargs)
    return content(machine, found) if isinstance(found, str) else found


def _folder_of(machine: "Machine", package: Value) -> str | None:
    module = machine.imports.named(package) if isinstance(package, str) else package
    if not isinstance(module, ModuleValue):
        return None
    path = os.path.abspath(module.scope.file.path)
    return path if os.path.isdir(path) else os.path.dirname(path)
