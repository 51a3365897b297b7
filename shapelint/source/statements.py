"""Which physical lines belong to which statement: what a comment on one of them is about.

A simple statement has its own lines; of a compound one (``class``, ``def``, ``if``, ``for`` ...) only the header counts,
decorators included. Expressions are never entered, so this costs little.
"""

import ast
from collections.abc import Iterator
from typing import NamedTuple


class Extent(NamedTuple):
    """``first`` to ``last`` line of a statement or header; ``line`` is where ``ast`` says that it stands (behind decorators)."""

    first: int
    last: int
    line: int


def extents(tree: ast.Module, lines: list[str]) -> dict[int, Extent]:
    """The innermost statement of each line."""
    found: dict[int, Extent] = {}
    stack: list[ast.stmt] = list(reversed(tree.body))
    while stack:
        node = stack.pop()
        children = list(_children(node))
        extent = _extent(node, children, lines)
        for line in range(extent.first, extent.last + 1):
            # Statements in one line share it; the first of them keeps it.
            found.setdefault(line, extent)
        stack.extend(reversed(children))
    return found


def _extent(node: ast.stmt, children: list[ast.stmt], lines: list[str]) -> Extent:
    first = _first_line(node)
    if not children:
        return Extent(first, node.end_lineno or node.lineno, node.lineno)
    last = max(_first_line(children[0]) - 1, node.lineno)
    while last > node.lineno and (not lines[last - 1].strip() or lines[last - 1].lstrip().startswith("#")):
        last -= 1
    return Extent(first, last, node.lineno)


def _first_line(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def _children(node: ast.stmt) -> Iterator[ast.stmt]:
    for name in ("body", "handlers", "orelse", "finalbody", "cases"):
        for child in getattr(node, name, ()):
            if isinstance(child, ast.stmt):
                yield child
            else:
                yield from child.body
