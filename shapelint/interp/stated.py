"""What a module says under ``if TYPE_CHECKING:`` that its attributes are.

A package that loads its parts lazily puts an object in its own place, ``sys.modules[__name__] = Lazy(...)``, whose ``__getattr__`` looks names up
in tables that are often made by reading every file of the package. Type checkers, which see no such object, are told the same by imports in a
branch that never runs. A name is looked up there: the branch runs with the imports of this name alone, so that whatever it asks of the
environment (``try: if not is_available(): raise``) is asked as Python would. What the object itself does is run only for other names.
"""

import ast
import re
from typing import TYPE_CHECKING, Any

from ..source.text import SourceFile
from .module_text import Text
from .values import ModuleValue, Scope, Value

if TYPE_CHECKING:
    from .imports import Imports
    from .machine import Machine

_BINDS = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class _Branch:
    """The statements for type checkers, what Python runs instead and has not run yet, and the names that were looked up."""

    __slots__ = ("body", "instead", "known")

    def __init__(self, body: list[ast.stmt], instead: list[ast.stmt]) -> None:
        self.body, self.instead = body, instead
        self.known: dict[str, tuple[Value] | None] = {}


class Stated:
    """The branches for type checkers of the modules that replace themselves."""

    def __init__(self, imports: "Imports") -> None:
        self._imports = imports
        self._branches: dict[str, _Branch] = {}  # by path
        self._texts: dict[str, str | None] = {}  # of modules that a star may bring a name from: from their first ``__all__`` on
        self._stated: dict[str, _Branch | None] = {}  # by path, of modules that have not run

    def runs(self, source: SourceFile) -> list[ast.stmt]:
        """The statements of a module that run at once: without those that only make the object which stands for it."""
        found = _found(source)
        if found is None:
            return source.tree.body
        node, branch = found
        self._branches[source.path] = branch
        return [item for item in source.tree.body if item is not node]

    def value(self, m: "Machine", module: ModuleValue, name: str) -> tuple[Value] | None:
        """What a module says that a name is. None where it does not say."""
        branch = self._branches.get(module.scope.file.path)
        if branch is None or name.startswith("__"):
            return None
        if name not in branch.known:
            branch.known[name] = None  # for whoever asks for it in a circle
            branch.known[name] = self._run(m, module, branch, name)
        return branch.known[name]

    def finish(self, m: "Machine", module: ModuleValue) -> bool:
        """Run what makes the object, where it has not run: the program asks for something that the module does not say."""
        branch = self._branches.get(module.scope.file.path)
        if branch is None or not branch.instead:
            return False
        instead, branch.instead = branch.instead, []
        with m.isolated():
            m.run_module(instead, module.scope)
        return True

    def _run(self, m: "Machine", module: ModuleValue, branch: _Branch, name: str) -> tuple[Value] | None:
        body = self._for_name(branch.body, name, module.scope.file.path)
        if not body:
            return None
        scope = Scope(module.scope.file, module.scope.module_name, module.scope)
        with m.isolated():  # what happens in its module belongs to no model
            m.run_module(body, scope)
        return (scope.table[name],) if name in scope.table else None

    def _for_name(self, body: list[ast.stmt], name: str, path: str) -> list[ast.stmt]:
        """Those of the statements that bind a name, within the statements that decide whether they run."""
        return [kept for node in body for kept in self._kept(node, name, path)]

    def _kept(self, node: ast.stmt, name: str, path: str) -> list[ast.stmt]:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names = [alias for alias in node.names if (alias.asname or alias.name.partition(".")[0]) == name]
            if not names and isinstance(node, ast.ImportFrom) and node.names[0].name == "*" and self._brings(node, name, path, set()):
                names = [ast.copy_location(ast.alias(name), node.names[0])]
            return [_with(node, names=names)] if names else []
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            return [node] if node.name == name else []
        if isinstance(node, ast.If):
            body, orelse = self._for_name(node.body, name, path), self._for_name(node.orelse, name, path)
            return [_with(node, body=body or [ast.copy_location(ast.Pass(), node)], orelse=orelse)] if any(map(_binds, (*body, *orelse))) else [node] if _raises(node) else []
        if isinstance(node, ast.Try):
            return self._kept_of_try(node, name, path)
        return [node]

    def _kept_of_try(self, node: ast.Try, name: str, path: str) -> list[ast.stmt]:
        body, orelse, final = (self._for_name(part, name, path) for part in (node.body, node.orelse, node.finalbody))
        handled = [self._for_name(handler.body, name, path) for handler in node.handlers]
        if not any(map(_binds, (*body, *orelse, *final, *(item for items in handled for item in items)))):
            return []
        nothing = [ast.copy_location(ast.Pass(), node)]
        handlers = [_with(handler, body=items or nothing) for handler, items in zip(node.handlers, handled, strict=True)]
        return [_with(node, body=body or nothing, orelse=orelse, finalbody=final, handlers=handlers)]

    # --- stars -------------------------------------------------------------------------------------------------

    def _brings(self, node: ast.ImportFrom, name: str, path: str, asked: set[str]) -> bool:
        """Whether a star import in a file brings a name, by the text of the module that it names."""
        files = self._imports.files_of(path, node.level, node.module or "", "") if node.level else []
        if not files or name.startswith("_") or files[0] in asked:
            return False
        asked.add(files[0])
        text = self._text(files[0])
        if text is None:
            return False
        branch = self._branch(files[0], text)
        if branch is not None:
            return any(self._says(item, name, files[0], asked) for item in branch.body)
        return re.search(rf"\b{name}\b", text) is not None and name in (Text(_whole(files[0])).names or ())

    def _says(self, node: ast.AST, name: str, path: str, asked: set[str]) -> bool:
        if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
            return self._brings(node, name, path, asked)
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            return any((alias.asname or alias.name.partition(".")[0]) == name for alias in node.names)
        return any(self._says(child, name, path, asked) for child in ast.iter_child_nodes(node) if isinstance(child, (ast.stmt, ast.ExceptHandler)))

    def _text(self, path: str) -> str | None:
        if path not in self._texts:
            try:
                text = _whole(path)
            except (OSError, UnicodeDecodeError):
                self._texts[path] = None
            else:
                self._texts[path] = text if "TYPE_CHECKING:" in text and "sys.modules[" in text else text[max(text.find("__all__"), 0) :]
        return self._texts[path]

    def _branch(self, path: str, text: str) -> _Branch | None:
        if path not in self._stated:
            self._stated[path] = None
            if "sys.modules[" in text and "TYPE_CHECKING" in text:
                try:
                    found = _found(SourceFile(path, text, ast.parse(text)))
                except (SyntaxError, ValueError, RecursionError):
                    found = None
                self._stated[path] = found[1] if found is not None else None
        return self._stated[path]


def _whole(path: str) -> str:
    with open(path, encoding="utf-8") as file:
        return file.read()


def _found(source: SourceFile) -> tuple[ast.If, _Branch] | None:
    """The statement of a module ``if TYPE_CHECKING: ... else: sys.modules[__name__] = ...``, after which nothing reads what the else binds."""
    if "sys.modules[" not in source.text or "TYPE_CHECKING" not in source.text:
        return None
    for at, node in enumerate(source.tree.body):
        if isinstance(node, ast.If) and _is_for_checkers(node.test) and any(map(_replaces, node.orelse)):
            bound = {item.id for part in node.orelse for item in ast.walk(part) if isinstance(item, ast.Name) and isinstance(item.ctx, ast.Store)}
            read = {item.id for part in source.tree.body[at + 1 :] for item in ast.walk(part) if isinstance(item, ast.Name)}
            return None if bound & read else (node, _Branch(node.body, node.orelse))
    return None


def _is_for_checkers(test: ast.expr) -> bool:
    """``TYPE_CHECKING``, ``typing.TYPE_CHECKING``, ``TYPE_CHECKING or EAGER``."""
    if isinstance(test, ast.BoolOp):
        return isinstance(test.op, ast.Or) and any(map(_is_for_checkers, test.values))
    return (isinstance(test, ast.Name) and test.id == "TYPE_CHECKING") or (isinstance(test, ast.Attribute) and test.attr == "TYPE_CHECKING")


def _replaces(node: ast.stmt) -> bool:
    """``sys.modules[__name__] = ...``."""
    return isinstance(node, ast.Assign) and any(isinstance(target, ast.Subscript) and ast.unparse(target) == "sys.modules[__name__]" for target in node.targets)


def _binds(node: ast.stmt) -> bool:
    return any(isinstance(item, _BINDS) for item in ast.walk(node))


def _raises(node: ast.stmt) -> bool:
    return any(isinstance(item, ast.Raise) for item in ast.walk(node))


def _with(node: ast.AST, **fields: object) -> Any:
    """The same statement with other parts."""
    return ast.copy_location(type(node)(**{**dict(ast.iter_fields(node)), **fields}), node)


__all__ = ["Stated"]
