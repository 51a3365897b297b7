"""``glob`` and ``Path.glob``: the paths that match a pattern, in folders of the program's own source. ``**`` stands for any folders in between.

Python gives them in the order of the file system, which is nobody's; here they are sorted folder by folder.
"""

import fnmatch
import os
import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING

from .. import limits
from ..values import IteratorObject, ListObject, Unknown, Value
from .paths import PATH, entries, is_missing_here, make_path, readable, text_of
from .support import Args, Kwargs, aside, method, native

if TYPE_CHECKING:
    from ..machine import Machine

ANY_FOLDERS = "**"
_WILDCARDS = "*?["
_A_LINK = ""  # a folder that is a link: Python's versions do not agree on whether to look through it


@method(PATH, "glob", least=2)
def glob_of_path(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    found = _matching(machine, args[0], args[1], hidden=True)
    return IteratorObject(found if isinstance(found, Unknown) else tuple(map(make_path, found)))


@method(PATH, "rglob", least=2)
def below_path(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return glob_of_path(machine, [args[0], f"{ANY_FOLDERS}/{args[1]}" if isinstance(args[1], str) else args[1]], {})


@native("glob.glob", "glob.iglob")
def glob_(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    pattern, recursive = args[0] if args else kwargs.get("pathname"), kwargs.get("recursive", False)
    if not isinstance(pattern, str) or not isinstance(recursive, bool) or len(args) > 1 or set(kwargs) - {"pathname", "recursive"}:
        return ListObject(aside(machine, "the file system"))
    if not any(mark in pattern for mark in _WILDCARDS):
        return ListObject((pattern,) if _is_there(machine, pattern) else () if is_missing_here(machine, pattern) else aside(machine, "the file system"))
    folder, rest = _split(pattern)
    found = _matching(machine, folder or ".", rest if recursive else rest.replace(ANY_FOLDERS, "*"), hidden=False)
    if isinstance(found, Unknown):
        return ListObject(found)
    return ListObject(tuple(found if folder else [posixpath.relpath(name) for name in found]))


def _is_there(machine: "Machine", path: str) -> bool:
    own = readable(machine, path)
    return own is not None and os.path.exists(own)


def _split(pattern: str) -> tuple[str, str]:
    """The folder before the first part with a wildcard, and the parts from there on; the last part is always one of these."""
    parts = pattern.split("/")
    fixed = next((at for at, part in enumerate(parts[:-1]) if any(mark in part for mark in _WILDCARDS)), len(parts) - 1)
    return "/".join(parts[:fixed]) or ("/" if pattern.startswith("/") else ""), "/".join(parts[fixed:])


def _matching(machine: "Machine", folder: Value, pattern: Value, hidden: bool) -> "list[str] | Unknown":
    """The paths that match. ``hidden``: names that begin with a dot match as any others do, as in ``pathlib``."""
    text, own = text_of(machine, folder), readable(machine, folder)
    parts = pattern.split("/") if isinstance(pattern, str) else []
    if text is None or own is None or entries(machine, folder) is None or not all(parts) or parts[-1] == ANY_FOLDERS or ".." in parts:
        return aside(machine, "the file system")
    found: list[str] = []
    for seen, path in enumerate(_below(own, parts, hidden)):
        if path == _A_LINK or seen > limits.FILES_BELOW_A_FOLDER:
            return aside(machine, "the file system")
        if path is not None and path not in machine.imports.written:
            found.append(posixpath.join(text, os.path.relpath(path, own)))
    return list(dict.fromkeys(found))


def _below(folder: str, parts: list[str], hidden: bool) -> Iterator[str | None]:
    """The paths below ``folder`` that match; None for each name that was looked at, so that the caller may stop."""
    names = sorted(name for name in os.listdir(folder) if name != "__pycache__")
    part, rest = parts[0], parts[1:]
    if part == ANY_FOLDERS:
        yield from _below(folder, rest, hidden)
    for name in names:
        yield None
        path = os.path.join(folder, name)
        if name.startswith(".") and not hidden and not part.startswith("."):
            continue
        if part == ANY_FOLDERS:
            following: list[str] | None = parts
        else:
            following = rest if fnmatch.fnmatchcase(name, part) else None
        if following == []:
            yield path
        elif following and os.path.isdir(path) and os.access(path, os.R_OK | os.X_OK):
            yield from [_A_LINK] if os.path.islink(path) else _below(path, following, hidden)
