"""``os.path``, ``pathlib`` and what lists folders: paths are known texts, and the program's own source folders may be looked at.

Of a path outside of these nothing is known: what lies there on the machine that runs the program need not lie here. Nor is anything known of a file
that is missing here.
"""

import os
import posixpath
from functools import cache
from typing import TYPE_CHECKING

from .. import limits
from ..natives import PyRaise
from ..values import External, Instance, IteratorObject, ListObject, Value
from .support import Args, Kwargs, aside, bind, lost, method, native

if TYPE_CHECKING:
    from ..machine import Machine

PATH = "pathlib.Path"
_NAMES = ("pathlib.Path", "pathlib.PurePath", "pathlib.PosixPath", "pathlib.PurePosixPath")


def text_of(machine: "Machine", value: Value) -> str | None:
    """The text of a path, given as text or as a ``Path``."""
    if isinstance(value, Instance):
        value = value.hidden.get("path")
    return value if isinstance(value, str) else None


def readable(machine: "Machine", value: Value) -> str | None:
    """The absolute path of a file or folder of the program's own source; None where nothing is known of it."""
    text = text_of(machine, value)
    if text is None or "\0" in text or (machine.imports.moved and not posixpath.isabs(text)):
        return None
    own = machine.imports.own_path(text)
    return own if own not in machine.imports.written else None


def written(machine: "Machine", value: Value) -> None:
    """The program writes this file: from now on nothing is known of it."""
    text = text_of(machine, value)
    if text is not None and "\0" not in text:
        machine.imports.written.add(os.path.realpath(text))


# --- pathlib --------------------------------------------------------------------------------------------------------


def make_path(text: str) -> Instance:
    """``Path(text)``, with all its parents: one object for equal paths, as they are equal keys of a dict."""
    return _made(_tidy(text))


@cache
def _made(text: str) -> Instance:
    made = Instance(External(PATH))
    name = "" if text in ("/", ".") else posixpath.basename(text)
    stem, suffix = posixpath.splitext(name)
    above = posixpath.dirname(text) or "."
    parent = made if text in ("/", ".") else make_path(above)
    parents = () if parent is made else (parent, *parent.table["parents"])
    parts = tuple(part for part in text.split("/") if part and part != ".")
    made.hidden["path"] = text
    made.table.update({
        "name": name, "stem": stem, "suffix": suffix, "parent": parent, "parents": parents, "parts": ("/", *parts) if text.startswith("/") else parts,
        "suffixes": ListObject(tuple("." + part for part in name.lstrip(".").split(".")[1:])),
    })
    return made


def _tidy(text: str) -> str:
    parts = [part for part in text.split("/") if part not in ("", ".")]
    return ("/" if text.startswith("/") else "") + "/".join(parts) or "."


def _joined(machine: "Machine", parts: "list[Value]") -> Value:
    texts = [text_of(machine, part) for part in parts]
    known = [text for text in texts if text is not None]
    if len(known) < len(texts) or sum(map(len, known)) > limits.TEXT_LENGTH:
        return lost(machine, "a path", *parts)
    return make_path(posixpath.join(*known) if known else ".")


@native(*_NAMES)
def path_(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return _joined(machine, args)


@method(PATH, "joinpath", "__truediv__", least=1)
def join_path(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return _joined(machine, args)


@method(PATH, "__rtruediv__", least=2)
def join_before(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return _joined(machine, [args[1], args[0]])


@method(PATH, "__str__", "__fspath__", "as_posix", least=1)
def text_of_path(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    text = text_of(machine, args[0])
    return aside(machine, "a path") if text is None else text


@method(PATH, "resolve", "absolute", least=1)
def resolved(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    own = readable(machine, args[0])
    return aside(machine, "the working directory") if own is None else make_path(own)


def _renaming(name: str) -> None:
    @method(PATH, name, least=2)
    def renamed(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        import pathlib

        text = text_of(machine, args[0])
        if text is None or not isinstance(args[1], str):
            return lost(machine, "a path", args[1])
        try:
            return make_path(str(getattr(pathlib.PurePosixPath(text), name)(args[1])))
        except ValueError as error:
            raise PyRaise("ValueError", str(error)) from error


for _name in ("with_suffix", "with_name", "with_stem"):
    _renaming(_name)


@method(PATH, "relative_to", least=2)
def relative_to(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    text, base = (text_of(machine, arg) for arg in args[:2])
    inside = text is not None and base is not None and (text == base or text.startswith(base.rstrip("/") + "/"))
    return make_path(posixpath.relpath(text, base)) if inside and text is not None else lost(machine, "a path", *args)


@method(PATH, "__eq__", least=2)
def equal_paths(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    one, other = (arg.hidden.get("path") if isinstance(arg, Instance) else None for arg in args[:2])
    return aside(machine, "a path") if one is None or other is None else one == other


@method(PATH, "mkdir", least=1)
def _changes_nothing(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return None


@method(PATH, "touch", "unlink", "write_text", "write_bytes", "rename", "replace", least=1)
def _writes(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    for path in args[:2]:
        written(machine, path)
    return aside(machine, "a file that is written")


# --- looking --------------------------------------------------------------------------------------------------------


def _test(machine: "Machine", value: Value, test: str) -> Value:
    """Whether something is there: known where it is, and of the program's own."""
    own = readable(machine, value)
    if own is not None and getattr(os.path, test)(own):
        return True
    return False if is_missing_here(machine, text_of(machine, value)) else aside(machine, "the file system")


def is_missing_here(machine: "Machine", text: str | None) -> bool:
    """Whether a path leads nowhere, for a model that is made in this environment: a relative one, and one of the program's own."""
    if machine.imports.environment is None or text is None or "\0" in text:
        return False
    if machine.imports.own_path(text) is None if posixpath.isabs(text) else machine.imports.moved:
        return False
    return not os.path.lexists(text) and os.path.realpath(text) not in machine.imports.written


@native("os.chdir")
def change_folder(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    machine.imports.moved = True
    return None


for _name, _test_name in (("exists", "exists"), ("is_file", "isfile"), ("is_dir", "isdir")):
    method(PATH, _name, least=1)(lambda machine, args, kwargs, test=_test_name: _test(machine, args[0], test))  # type: ignore[misc]
    native(f"os.path.{_test_name}", least=1)(lambda machine, args, kwargs, test=_test_name: _test(machine, args[0], test))  # type: ignore[misc]


@native("os.path.abspath", "os.path.realpath", least=1)
def absolute(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    own = readable(machine, args[0])
    return aside(machine, "the working directory") if own is None else own


def entries(machine: "Machine", value: Value) -> list[str] | None:
    """The names in a folder that holds source; None where they are not known."""
    own = readable(machine, value)
    if own is None or not os.path.isdir(own):
        return None
    names = sorted(name for name in os.listdir(own) if name != "__pycache__")
    return names if any(name.endswith((".py", ".yaml", ".yml", ".json", ".toml")) for name in names) and len(names) < limits.FILES_OF_A_FOLDER else None


@native("os.listdir")
def listdir(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    found = entries(machine, bind("listdir", args, kwargs, path=".")[0])
    return ListObject(aside(machine, "the file system") if found is None else tuple(found))


@method(PATH, "iterdir", least=1)
def iterdir(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    found = entries(machine, args[0])
    return IteratorObject(aside(machine, "the file system") if found is None else tuple(join_path(machine, [args[0], name], {}) for name in found))


__all__ = ["PATH", "entries", "is_missing_here", "make_path", "readable", "text_of", "written"]
