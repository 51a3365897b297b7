"""Modules whose run can wait. ``from .resnet import *`` in a package of a hundred models binds names that nobody reads; where the text of a
module says by itself which names those are and that running it only defines things, it is neither parsed nor run until one of them is read.

What such a module does to others is what its decorators, and calls in its definitions, add to their containers: registries. So everything
that waits runs before the program reads a container, or an object, that they may have added to; where it asks for one name in it, what spells
that name comes first, and is enough where the name is then there. Only the order of the entries may then be another than Python's, where one of
the modules was read before.
"""

import ast
import os
from collections.abc import Callable
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from .module_text import Text, callable_part, displays, imported_names, is_named, is_set_by, may_grow, plain, refers_to
from .values import ClassValue, DictObject, External, FunctionValue, Instance, ListObject, ModuleValue, Native, Scope, SetObject, Unknown, Value, Why

if TYPE_CHECKING:
    from .imports import Imports
    from .machine import Machine

ABSENT, CERTAIN = object(), object()


class Waiting:
    """A name of a module that has not run, the file at ``path``: stands in the table of whoever imported it until it is read.

    ``before``: what the table held, or ABSENT, where the module may turn out not to bring the name; else CERTAIN.
    """

    __slots__ = ("before", "name", "node", "path", "scope")

    def __init__(self, path: str, node: ast.ImportFrom, name: str, scope: Scope, before: Any = CERTAIN) -> None:
        self.path, self.node, self.name, self.scope, self.before = path, node, name, scope, before


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
        self._asked: dict[tuple[str, bool, str], _Asked] = {}  # by name, of a container or not, of which module: which texts say that it may grow, or be set
        self._called: set[str] = set()  # functions that the bodies of what waits call
        self._order: dict[str, int] = {}  # in which Python would have run what waits
        self._stuck: tuple[int, tuple[str, ...]] = (0, ())  # a state in which nothing more can run
        self._stuck_for: dict[str, tuple[int, tuple[str, ...]]] = {}  # the same, of what spells a name
        self._files: dict[str, list[str]] = {}  # by path: what it imports
        self._closures: dict[str, set[str]] = {}
        self.waiting: dict[str, list[tuple[Waiting, dict[Any, Any], str]]] = {}  # by path: the tables and keys that its names stand in

    def names(self, path: str) -> "list[tuple[str, bool]] | None":
        """The names that ``from this import *`` binds, and whether it is certain that it does, where the module's run can wait."""
        text = self._text(path)
        if text is None or text.names is None or not self._is_harmless(path, set()):
            return None
        return [(name, text.listed) for name in text.names]

    def wait(self, waiting: Waiting, table: dict[Any, Any], key: str) -> None:
        """``waiting`` stands in ``table`` from now on."""
        self._order.setdefault(waiting.path, len(self._order))
        self.waiting.setdefault(waiting.path, []).append((waiting, table, key))

    def arrive(self, m: "Machine", waiting: Waiting, table: dict[Any, Any], key: str) -> Value:
        """The value of a name, which takes its place for good: no branch takes an import back."""
        with m.isolated():  # what happens in its module belongs to no model
            brought = waiting.before is CERTAIN or self._imports.brings(m, waiting.node, waiting.name, waiting.scope)
            value = self._imports.member(m, waiting.node, waiting.name, waiting.scope) if brought else waiting.before
        if table.get(key) is not waiting:
            return value
        if value is ABSENT:
            del table[key]
            return Unknown(Why.NAME, key)
        table[key] = value
        return self.arrive(m, value, table, key) if type(value) is Waiting else value

    def awaits(self, scope: Scope) -> bool:
        """Whether what a star brings to a module may still come."""
        return any(waiting[0].scope is scope for waiting in map(itemgetter(0), self.waiting.values()))

    def has_run(self, m: "Machine", path: str) -> None:
        """Whoever waited gets the values that the names have now, and the names that were added to its ``__all__``."""
        stars: dict[int, Waiting] = {}
        for waiting, table, key in self.waiting.pop(path, ()):
            stars[id(waiting.node)] = waiting
            if table.get(key) is waiting:
                self.arrive(m, waiting, table, key)
        for waiting in stars.values():
            self._imports.bring_added(m, waiting.node, waiting.scope)

    def settle(self, m: "Machine") -> None:
        """Run everything that waits and that Python would have run by now: not what comes after a module that runs now, or imports it."""
        state = (len(self.waiting), tuple(self._imports.running))
        if state != self._stuck:
            self._settle(m, lambda path: True)
            self._stuck = (len(self.waiting), tuple(self._imports.running))

    def settle_for(self, m: "Machine", name: str) -> None:
        """As :meth:`settle`, for those modules in which a name is spelled, or in what they import."""
        state = (len(self.waiting), tuple(self._imports.running))
        if self._stuck_for.get(name) != state and state != self._stuck:
            spelled = {path for path in self._texts if not self._imports.has_run(path) and self._spells(path, name)}
            self._settle(m, lambda path: any(other in spelled and not self._imports.has_run(other) for other in self._brought(path)))
            self._stuck_for[name] = (len(self.waiting), tuple(self._imports.running))

    def _settle(self, m: "Machine", is_wanted: Callable[[str], bool]) -> None:
        running = set(self._imports.running)
        limit = min((self._order[path] for path in running if path in self._order), default=len(self._order))
        for path in [path for path in self.waiting if self._order[path] < limit]:
            holders = {os.path.abspath(waiting.scope.file.path) for waiting, _, _ in self.waiting.get(path, ())}
            if path in self.waiting and is_wanted(path) and not self._reaches(path, running - holders, set()):
                self.arrive(m, *self.waiting[path][0])
                self.has_run(m, path)

    def _spells(self, path: str, name: str) -> bool:
        """Whether a name stands in a module, or in its own name."""
        text = self._text(path)
        return text is None or text.spells(name) or plain(name) in map(plain, path.removesuffix(".py").split(os.sep))

    def _brought(self, path: str) -> set[str]:
        """A module, and all that it imports and that has not run when this is asked first."""
        found = self._closures.get(path)
        if found is None:
            found, left = {path}, [path]
            while left:
                fresh = [other for other in self._imported(left.pop()) if other not in found and not self._imports.has_run(other)]
                found.update(fresh)
                left += fresh
            self._closures[path] = found
        return found

    def _imported(self, path: str) -> list[str]:
        found = self._files.get(path)
        if found is None:
            text = self._text(path)
            imports = text.imports if text is not None else []
            found = self._files[path] = [other for dots, module, names in imports for other in self._imports.files_of(path, len(dots), module, names)]
        return found

    def _reaches(self, path: str, wanted: set[str], asked: set[str]) -> bool:
        """Whether a module that has not run imports one of those ``wanted``."""
        if path in wanted or not wanted:
            return path in wanted
        asked.add(path)
        return any(other not in asked and (other in wanted or not self._imports.has_run(other)) and self._reaches(other, wanted, asked) for other in self._imported(path))

    def reads(self, m: "Machine", name: str, value: Value, scope: Scope | None = None) -> None:
        """The program reads ``value``, which ``name`` holds in a module (``scope``) or class: everything that may add to it runs first."""
        if self._may_change(m, name, value, scope):
            self.settle(m)

    def asks(self, m: "Machine", name: str, value: Value, key: Value, scope: Scope) -> None:
        """As :meth:`reads`, where the program only asks ``value`` for a key."""
        if not self._may_change(m, name, value, scope):
            return
        if isinstance(key, str) and key and isinstance(value, (DictObject, SetObject)):
            self.settle_for(m, key)
            if key in (value.table if isinstance(value, DictObject) else value.table["items"] if isinstance(value.table["items"], tuple) else ()):
                return
        self.settle(m)

    def _may_change(self, m: "Machine", name: str, value: Value, scope: Scope | None) -> bool:
        if m.decorating or not self.waiting:
            return False
        if is_container(value):
            return self._lists_grow() if name == "__all__" and scope is not None else self._is_said(name, scope)
        return bool(self._called) and not isinstance(value, (FunctionValue, ClassValue, ModuleValue, External, Native)) and self._is_said(name, None, False)

    def _lists_grow(self) -> bool:
        """Whether a text says that it reaches the ``__all__`` of another module, as a registry does for the functions it gets."""
        running = self._imports.running
        waiting = {path: text for path, text in self._texts.items() if not self._imports.has_run(path) and path not in running}
        if any(text is None or ".__all__" in text.text or "import __all__" in text.text for text in waiting.values()):
            return True
        return any(".__all__" in text for text in self._imports.texts_that_ran().values())

    def _is_said(self, name: str, scope: Scope | None, of_container: bool = True) -> bool:
        """Whether a text says that a container may grow, or that another value is set by a function that is called."""
        own = scope.file if scope is not None and name not in imported_names(scope.file.text) else None
        asked = self._asked.setdefault((name, of_container, own.path if own is not None else ""), _Asked())
        state = (len(self._texts), self._imports.count)
        if not asked.found and asked.state != state:
            asked.state = state
            waiting = {path: text.text for path, text in self._texts.items() if text is not None and path not in asked.paths and not self._imports.has_run(path)}
            fresh = {**waiting, **{path: text for path, text in self._imports.texts_that_ran().items() if path not in asked.paths}}
            asked.paths.update(fresh)
            if not of_container:
                asked.found = any(is_set_by(name, text, self._called) for text in fresh.values())
            elif own is None:
                asked.found = any(may_grow(name, text) for text in fresh.values())
            else:  # the module's own: others must get it from there
                others = [text for text in fresh.values() if text is not own.text]
                asked.found = may_grow(name, callable_part(own.text)) or any(refers_to(name, text) and may_grow(name, text) for text in others) or any(
                    is_named(other, callable_part(own.text)) or any(refers_to(other, text) for text in others)
                    for other, names in displays(own.text).items() if name in names and other != name)
        return asked.found

    def only_defines(self, path: str) -> bool:
        """Whether the run of a module could wait: then calls in its body do what decorators do."""
        return os.path.abspath(path) in self._harmless

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
        if not all(self._is_harmless(other, asked) for other in self._imported(path)):
            return False
        self._harmless.add(path)
        self._called |= text.calls
        return True


__all__ = ["ABSENT", "Deferral", "Text", "Waiting", "is_container", "may_grow"]
