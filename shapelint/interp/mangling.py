"""Private names: within a class ``C``, ``self.__x`` is ``self._C__x``.

The names in the tree of a class body are changed once, before anything in it is prepared; the texts that messages show are the source's.
"""

import ast
import re
from typing import Any

_PRIVATE = re.compile(r"__(?!\w*__\b)\w")
_FIELDS: dict[type, str] = {
    ast.Attribute: "attr", ast.Name: "id", ast.arg: "arg", ast.FunctionDef: "name", ast.AsyncFunctionDef: "name", ast.ClassDef: "name",
    ast.alias: "asname", ast.ExceptHandler: "name",
}


def mangled(name: str, cls: str) -> str:
    """What a name is within a class."""
    owner = cls.lstrip("_")
    return f"_{owner}{name}" if owner and name.startswith("__") and not name.endswith("__") else name


def mangle(node: ast.ClassDef, tree: ast.Module, text: str) -> None:
    """Change the private names in the body of a class; ``tree`` and ``text`` are those of its file."""
    if getattr(node, "mangled", False):
        return
    setattr(node, "mangled", True)  # noqa: B010  (an attribute of ours)
    private: bool | None = getattr(tree, "private", None)
    if private is None:
        private = any(not text[found.start() - 1 : found.start()].isidentifier() for found in _PRIVATE.finditer(text))
        setattr(tree, "private", private)  # noqa: B010  (an attribute of ours)
    if private:
        for statement in node.body:
            _visit(statement, node.name)


def _visit(node: Any, cls: str) -> None:
    field = _FIELDS.get(type(node))
    name = getattr(node, field) if field is not None else None
    if field is not None and name is not None:
        setattr(node, field, mangled(name, cls))
    if isinstance(node, (ast.Global, ast.Nonlocal)):
        node.names = [mangled(item, cls) for item in node.names]
    parts = [*node.bases, *node.keywords, *node.decorator_list] if isinstance(node, ast.ClassDef) else ast.iter_child_nodes(node)
    for part in parts:  # the body of a class within has names of its own
        _visit(part, cls)
