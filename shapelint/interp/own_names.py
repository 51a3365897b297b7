"""Which names belong to a function, as Python's compiler decides it: one that a function binds anywhere is its own everywhere, also before it is
bound, and after it is deleted.
"""

import ast
from typing import TYPE_CHECKING

from .natives import PyRaise
from .values import FunctionNode, Unknown, Value, Why

if TYPE_CHECKING:
    from .machine import Machine

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_PATTERNS = (ast.MatchAs, ast.MatchStar, ast.MatchMapping)


class OwnNames:
    """The names that a function binds; ``unsure`` are those that may be bound where we do not see it: in patterns, and by functions within."""

    __slots__ = ("names", "unsure")

    def __init__(self, node: FunctionNode) -> None:
        self.names: set[str] = set()
        self.unsure: set[str] = set()
        others: set[str] = set()
        for part in node.body if isinstance(node.body, list) else [node.body]:
            self._read(part, others)
        self.names -= others

    def _read(self, node: ast.AST, others: set[str]) -> None:
        if isinstance(node, _FUNCTIONS):
            self._read_function(node, others)
            return
        if isinstance(node, _COMPREHENSIONS):
            bound = [part.target.id for part in ast.walk(node) if isinstance(part, ast.NamedExpr)]
            self.names.update(bound)
            self.unsure.update(bound)
            return
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            self.names.add(node.id)
        elif isinstance(node, ast.NamedExpr):
            self.unsure.add(node.target.id)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            self.names.update(alias.asname or alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ExceptHandler) and node.name is not None:
            self.names.add(node.name)
        elif isinstance(node, _PATTERNS):
            name = node.rest if isinstance(node, ast.MatchMapping) else node.name
            self.names.update([name] if name else ())
            self.unsure.update([name] if name else ())
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            others.update(node.names)
        elif isinstance(node, ast.ClassDef):
            self.names.add(node.name)
            self._bound_within(node)
            return
        for part in ast.iter_child_nodes(node):
            self._read(part, others)

    def _read_function(self, node: "ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda", others: set[str]) -> None:
        if not isinstance(node, ast.Lambda):
            self.names.add(node.name)
            self._bound_within(node)
            for part in node.decorator_list:
                self._read(part, others)

    def _bound_within(self, node: ast.AST) -> None:
        for part in ast.walk(node):
            if isinstance(part, ast.Nonlocal):
                self.unsure.update(part.names)


def own_names(node: FunctionNode) -> OwnNames:
    """The names of a function; found once and kept with its node."""
    found: OwnNames | None = getattr(node, "own_names", None)
    if found is None:
        found = OwnNames(node)
        setattr(node, "own_names", found)  # noqa: B010  (an attribute of ours)
    return found


def unbound(m: "Machine", node: FunctionNode, name: str, directly: bool) -> Value:
    """A name of a function that has no value. ``directly``: it is read in the function itself, not in a class or comprehension there."""
    if directly and m.forks == 0 and m.uncertain <= m.trying and name not in own_names(node).unsure:
        raise PyRaise("UnboundLocalError", f"cannot access local variable '{name}' where it is not associated with a value")
    return Unknown(Why.NAME, name)
