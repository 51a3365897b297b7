"""The notation for a model to look at: ``net.py:Net``, ``net.py:Net(3, 10)``, ``package.module:factory(weights=None)``."""

import ast
import os
import re
from typing import NamedTuple

_FORM = re.compile(r"\s*(?P<module>.+?\.(?:py|ipynb)|[^\W\d]\w*(?:\.[^\W\d]\w*)*)\s*:\s*(?P<call>\S.*?)\s*", re.DOTALL)


class TargetError(Exception):
    """A target that cannot be shown: one line that says what is wrong and what to do."""


class Target(NamedTuple):
    """A model by where it is defined and how it is made. ``module`` is a path (``is_file``) or a dotted name."""

    text: str
    module: str
    call: str

    @property
    def is_file(self) -> bool:
        return self.module.endswith((".py", ".ipynb"))

    @property
    def expression(self) -> ast.expr:
        return ast.parse(self.call, mode="eval").body

    @property
    def name(self) -> str:
        """The name that the module has to define for the expression to mean anything."""
        root = _root(self.expression)
        return root.id if isinstance(root, ast.Name) else ""


def _root(node: ast.expr) -> ast.expr:
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node


def parse_target(text: str) -> Target:
    """The target that ``text`` names. Raises :class:`TargetError`."""
    match = _FORM.fullmatch(text)
    if match is None:
        hint = f"write {text}:NAME" if text.endswith((".py", ".ipynb")) else "write FILE.py:NAME or PACKAGE.MODULE:NAME"
        raise TargetError(f"'{text}' names no model: {hint}, where NAME is a class, a call such as Net(3, 10), or a variable")
    target = Target(text.strip(), match["module"], match["call"])
    try:
        expression = target.expression
    except (SyntaxError, ValueError):
        raise TargetError(f"'{text}': '{target.call}' is not an expression of Python") from None
    except (RecursionError, MemoryError):
        raise TargetError(f"the expression after '{target.module}:' is nested too deeply") from None
    if not isinstance(_root(expression), ast.Name):
        raise TargetError(f"'{text}': '{target.call}' is neither a name nor a call")
    if target.is_file and not os.path.isfile(target.module):
        raise TargetError(f"{target.module}: no such file")
    return target
