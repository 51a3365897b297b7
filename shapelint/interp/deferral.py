"""Modules whose run can wait. ``from .resnet import *`` in a package of a hundred models binds names that nobody reads; where the text of a
module says by itself which names those are and that running it only defines things, it is neither parsed nor run until one of them is read.

What such a module does to others is what its decorators, and calls in its definitions, add to their containers: registries. So everything
that waits runs before the program reads a container, or an object, that they may have added to. Only the order of the entries may then be
another than Python's, where one of the modules was read before.
"""

import ast
import os
import re
from typing import TYPE_CHECKING, Any

from .values import ClassValue, DictObject, Instance, ListObject, Scope, SetObject, Value

if TYPE_CHECKING:
    from .imports import Imports
    from .machine import Machine

_STRINGS = re.compile(r'"""[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*"""|' + r"'''[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*'''", re.DOTALL)
_STATEMENT = re.compile(r"^[^\s#].*", re.MULTILINE)
_ALL = re.compile(r"^__all__(?:\s*:[^=\n]+)?\s*=\s*([\[(][^\[\]()]*[\])])\s*(?:#.*)?$", re.MULTILINE)
# What defines something, and what continues or closes a definition; a block may hold imports and definitions that depend on what there is.
_DEFINES = re.compile(r"(?:#|import |from |def |async def |class |@|[A-Za-z_]\w*\s*(?::[^=]+)?=(?!=)|[)\]}]|\"\"\"\"\"\"|pass\b|raise\b)")
_OUTSIDE = re.compile(r"(?:torch|warnings|logging)\.[\w.]+\(")  # what it does is done to nothing of the program's
_OWN = re.compile(r"([A-Za-z_]\w*)\.\w+\s*=(?!=)")
_OPENS = re.compile(r"(?:try|else|finally)\s*:|(?:if|elif|except)\b.*:\s*(?:#.*)?$")
_ADDS, _PASSED = re.compile(r"\s*(?:\[[^=\n]*\]\s*=(?!=)|\.\w)"), re.compile(r"[ \t]*(?:[,)#]|$)", re.MULTILINE)  # behind the name of a container
_IMPORTS = re.compile(r"^[ \t]*(?:from[ \t]+(\.*)([\w.]*)[ \t]+import[ \t]+\(?([\w, \t]*)|import[ \t]+([\w.]+))", re.MULTILINE)


class Waiting:
    """A name of a module that has not run, the file at ``path``: stands in the table of whoever imported it until it is read."""

    __slots__ = ("name", "node", "path", "scope")

    def __init__(self, path: str, node: ast.ImportFrom, name: str, scope: Scope) -> None:
        self.path, self.node, self.name, self.scope = path, node, name, scope


class Text:
    """What the text of a module says about running it: the ``names`` that a star brings, None where that cannot be told, ``imports`` as
    (dots, module, names), and whether every statement only defines something."""

    __slots__ = ("imports", "names", "only_defines", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        bare = _STRINGS.sub('""""""', text)
        self.names = _public(bare)
        self.only_defines = _only_defines(bare)
        self.imports = [(found[1] or "", found[2] or found[4] or "", found[3] or "") for found in _IMPORTS.finditer(bare)] if self.only_defines else []


def _public(text: str) -> "list[str] | None":
    found = _ALL.search(text)
    if found is None or text.count("__all__") != 1:
        return None
    try:
        names = ast.literal_eval(found[1])
    except (SyntaxError, ValueError):
        return None
    return list(names) if all(isinstance(name, str) for name in names) else None


def _only_defines(text: str) -> bool:
    """Whether every statement of a module's body is a definition, an import, an assignment to a name, or a choice between such."""
    block = -1  # where the lines of a choice start
    for found in _STATEMENT.finditer(text):
        line = found[0]
        if block >= 0 and not all(map(_is_harmless_in_block, text[block : found.start()].splitlines())):
            return False
        block = found.end() if _OPENS.match(line) else -1
        if ";" in line or not (block >= 0 or _DEFINES.match(line) or _OUTSIDE.match(line) or _completes(line, text)):
            return False
    return block < 0 or all(map(_is_harmless_in_block, text[block:].splitlines()))


def _is_harmless_in_block(line: str) -> bool:
    line = line.strip()
    if line.startswith(("def ", "class ", "async def ", "for ", "while ", "with ")):
        return False  # a body in a block: not worth telling apart
    return not line or _DEFINES.match(line) is not None or _OPENS.match(line) is not None or _continues(line)


def _completes(line: str, text: str) -> bool:
    """``Output.__annotations__ = ...`` for a class, or a value, of the same module."""
    found = _OWN.match(line)
    return found is not None and re.search(rf"^(?:class {found[1]}\b|{found[1]} = )", text, re.MULTILINE) is not None


def _continues(line: str) -> bool:
    """A line of a list of names: ``InterpolationMode,`` in the parentheses of an import."""
    return re.fullmatch(r"[\w, \t]+(?:#.*)?", line) is not None


def may_grow(name: str, text: str) -> bool:
    """Whether a text of the program may add to what ``name`` holds: it reads an attribute of it, stores an item, passes it on, or binds it anew."""
    start = text.find(name)
    while start >= 0:
        end = start + len(name)
        if not (text[start - 1 : start].isidentifier() or text[start - 1 : start].isdigit()):
            line = text[text.rfind("\n", 0, start) + 1 : start].strip()
            passed = line.endswith(("(", ",", "=", "return")) and _PASSED.match(text, end)
            if not line.startswith(("from ", "import ")) and (passed or _ADDS.match(text, end) or line.startswith(("global", "@"))):
                return True
        start = text.find(name, end)
    return False


def is_container(value: Value) -> bool:
    """Whether something can be added to a value: to an object of a class of the program too, but not to the member of an enum."""
    if isinstance(value, Instance):
        return isinstance(value.cls, ClassValue) and value.cls.kind != "enum"
    return isinstance(value, (DictObject, ListObject, SetObject))


class _Asked:
    """Whether a name may grow: which texts were looked through, and how many there were then. What one of them says holds for good."""

    __slots__ = ("found", "paths", "state")

    def __init__(self) -> None:
        self.found, self.state = False, (-1, -1)
        self.paths: set[str] = set()


class Deferral:
    """Which modules of the program wait, and who waits for them."""

    def __init__(self, imports: "Imports") -> None:
        self._imports = imports
        self._texts: dict[str, Text | None] = {}
        self._harmless: set[str] = set()
        self._asked: dict[str, _Asked] = {}  # by name: which texts say that it may grow
        self._order: dict[str, int] = {}  # in which Python would have run what waits
        self._stuck: tuple[int, tuple[str, ...]] = (0, ())  # a state in which nothing more can run
        self.waiting: dict[str, list[tuple[Waiting, dict[Any, Any], str]]] = {}  # by path: the tables and keys that its names stand in

    def names(self, path: str) -> "list[str] | None":
        """The names that ``from this import *`` binds, where the module's run can wait."""
        text = self._text(path)
        return text.names if text is not None and text.names is not None and self._is_harmless(path, set()) else None

    def wait(self, waiting: Waiting, table: dict[Any, Any], key: str) -> None:
        """``waiting`` stands in ``table`` from now on."""
        self._order.setdefault(waiting.path, len(self._order))
        self.waiting.setdefault(waiting.path, []).append((waiting, table, key))

    def arrive(self, m: "Machine", waiting: Waiting, table: dict[Any, Any], key: str) -> Value:
        """The value of a name, which takes its place for good: no branch takes an import back."""
        with m.isolated():  # what happens in its module belongs to no model
            value = self._imports.member(m, waiting.node, waiting.name, waiting.scope)
        if table.get(key) is waiting:
            table[key] = value
        return value

    def has_run(self, m: "Machine", path: str) -> None:
        """Whoever waited gets the values that the names have now."""
        for waiting, table, key in self.waiting.pop(path, ()):
            if table.get(key) is waiting:
                self.arrive(m, waiting, table, key)

    def settle(self, m: "Machine") -> None:
        """Run everything that waits and that Python would have run by now: not what comes after a module that runs now, or imports it."""
        state = (len(self.waiting), tuple(self._imports.running))
        if state == self._stuck:
            return
        running = set(self._imports.running)
        limit = min((self._order[path] for path in running if path in self._order), default=len(self._order))
        for path in [path for path in self.waiting if self._order[path] < limit]:
            holders = {os.path.abspath(waiting.scope.file.path) for waiting, _, _ in self.waiting.get(path, ())}
            if path in self.waiting and not self._reaches(path, running - holders, set()):
                self.arrive(m, *self.waiting[path][0])
                self.has_run(m, path)
        self._stuck = (len(self.waiting), tuple(self._imports.running))

    def _reaches(self, path: str, wanted: set[str], asked: set[str]) -> bool:
        """Whether a module that has not run imports one of those ``wanted``."""
        if path in wanted or not wanted:
            return path in wanted
        asked.add(path)
        text = self._text(path)
        found = [other for dots, module, names in text.imports for other in self._imports.files_of(path, len(dots), module, names)] if text is not None else []
        return any(other not in asked and (other in wanted or not self._imports.has_run(other)) and self._reaches(other, wanted, asked) for other in found)

    def reads(self, m: "Machine", name: str, value: Value) -> None:
        """The program reads ``value``, which ``name`` holds in a module or class: everything that may add to it runs first."""
        if is_container(value) and not m.decorating and self._may_grow(name):
            self.settle(m)

    def _may_grow(self, name: str) -> bool:
        asked, state = self._asked.setdefault(name, _Asked()), (len(self._texts), self._imports.count)
        if not asked.found and asked.state != state:
            asked.state = state
            waiting = {path: text.text for path, text in self._texts.items() if text is not None and path not in asked.paths and not self._imports.has_run(path)}
            fresh = {**waiting, **{path: text for path, text in self._imports.texts_that_ran().items() if path not in asked.paths}}
            asked.paths.update(fresh)
            asked.found = any(may_grow(name, text) for text in fresh.values())
        return asked.found

    def _text(self, path: str) -> "Text | None":
        if path not in self._texts:
            try:
                with open(path, encoding="utf-8") as file:
                    self._texts[path] = Text(file.read())
            except (OSError, UnicodeDecodeError):
                self._texts[path] = None
        return self._texts[path]

    def _is_harmless(self, path: str, asked: set[str]) -> bool:
        """Whether running a file, and all that it imports, only defines things."""
        if path in self._harmless or path in asked or self._imports.has_run(path):
            return True
        asked.add(path)
        text = self._text(path)
        if text is None or not text.only_defines:
            return False
        for dots, module, names in text.imports:
            if not all(self._is_harmless(other, asked) for other in self._imports.files_of(path, len(dots), module, names)):
                return False
        self._harmless.add(path)
        return True


__all__ = ["Deferral", "Text", "Waiting", "is_container", "may_grow"]
