"""Where an argument was really written.

``nn.Conv2d(in_ch, out_ch, 3)`` inside a block names parameters; the number to edit stands in the call of the block.
A name that is a parameter of the running function, and is never assigned in it, is followed to the caller's argument or to
the default value.
"""

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING

from .values import CallSite, Place

if TYPE_CHECKING:
    from .machine import Site


def argument_nodes(node: ast.AST, names: Sequence[str], skip: int = 0) -> dict[str, ast.expr]:
    """Argument expressions of a call by parameter name; arguments after a ``*`` are not known."""
    found: dict[str, ast.expr] = {}
    if not isinstance(node, ast.Call):
        return found
    for name, arg in zip(names[skip:], node.args, strict=False):
        if isinstance(arg, ast.Starred):
            break
        found[name] = arg
    for keyword in node.keywords:
        if keyword.arg is not None:
            found[keyword.arg] = keyword.value
    return found


def places(site: "Site", names: Sequence[str]) -> CallSite:
    """The call with the places of its arguments, followed to where they were written."""
    return CallSite(site.place, {name: _origin(site, node) for name, node in argument_nodes(site.node, names).items()})


def _origin(site: "Site", node: ast.expr) -> Place:
    frame, file, hops = site.frame, site.file_scope.file, 0
    while isinstance(node, ast.Name) and frame is not None and hops < 20:
        function = frame.function
        if frame.scope.file is not file or node.id in _assigned(function.node):
            break
        spec = function.node.args
        names = [arg.arg for arg in (*spec.posonlyargs, *spec.args)]
        if node.id not in names and node.id not in [arg.arg for arg in spec.kwonlyargs]:
            break
        caller = frame.site
        passed = argument_nodes(caller.node, names, frame.bound).get(node.id) if caller is not None else None
        if passed is not None and caller is not None:
            node, file, frame = passed, caller.file_scope.file, caller.frame
        else:
            default = _default(spec, names, node.id)
            if default is None:
                break
            node = default
            break
        hops += 1
    return Place(file, node)


def _default(spec: ast.arguments, names: list[str], name: str) -> ast.expr | None:
    by_name: dict[str, ast.expr | None] = dict(zip(names[len(names) - len(spec.defaults) :], spec.defaults, strict=True))
    by_name.update({arg.arg: default for arg, default in zip(spec.kwonlyargs, spec.kw_defaults, strict=True)})
    return by_name.get(name)


_cache: dict[int, tuple[ast.AST, frozenset[str]]] = {}


def _assigned(node: ast.AST) -> frozenset[str]:
    """Names that a function's body binds anew."""
    found = _cache.get(id(node))
    if found is None:
        names = frozenset(part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store))
        found = _cache[id(node)] = (node, names)
    return found[1]


__all__ = ["Frame", "argument_nodes", "places"] if TYPE_CHECKING else ["argument_nodes", "places"]
