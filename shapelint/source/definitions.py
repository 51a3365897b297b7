"""Layer definitions as written: the calls of ``torch.nn`` classes, with their arguments and the comment behind them.

This is what only a concrete tree can tell, so it reads with libcst. That is slow (importing it alone takes 0.4 s), hence the
search of the text first, and places are worked out only for a file that has such calls. A definition has the span that
``SourceFile.span_of`` gives for the same call in the standard tree: the two trees are joined by it.

Names are resolved through the imports of the whole file, in whatever scope they stand. ``from torch.nn import *``, classes
reached through an assignment (``Conv = nn.Conv2d``) and the modules below ``torch.nn`` are not followed.
"""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from .text import SourceFile, Span, split_lines

if TYPE_CHECKING:
    import libcst as cst
    from libcst.metadata import CodeRange

_TORCH, _NN = re.compile(r"\btorch\b"), re.compile(r"\bnn\b")
_LAYER = re.compile(r"torch\.nn\.[^\W\d_]\w*")


class Argument(NamedTuple):
    """An argument of a definition: ``span`` and ``text`` are those of the value, without redundant brackets, or of it with its stars."""

    keyword: str | None
    span: Span
    text: str


class Definition(NamedTuple):
    """A call of a ``torch.nn`` class. ``comment`` is the one on the line where the call ends, as written, with its ``#``."""

    span: Span
    name: str
    arguments: tuple[Argument, ...]
    comment: str | None


class _Written(NamedTuple):
    """What one walk over a tree collects: what local names stand for, the calls of dotted names, and the comments."""

    aliases: dict[str, str]
    calls: list[tuple["cst.Call", str]]
    comments: list["cst.Comment"]


def find_definitions(source: SourceFile) -> list[Definition]:
    """The definitions in ``source`` in order of position; none where libcst cannot read what Python can."""
    code = source.code
    if not (_TORCH.search(code) and _NN.search(code)):
        return []
    from libcst import ParserSyntaxError, parse_module

    try:
        module = parse_module(code)
        written = _collect(module)
        layers = [(call, name) for call, name in _resolved(written) if _is_layer(name)]
        if not layers:
            return []
        places = _Places(source, module)
    except (ParserSyntaxError, RecursionError):
        return []
    comments = {places.line_of(comment): comment.value for comment in written.comments}
    return sorted((_definition(call, name, places, comments) for call, name in layers), key=lambda found: found.span)


def _resolved(written: _Written) -> list[tuple["cst.Call", str]]:
    """The calls of imported names, by the qualified name of what is called."""
    found = []
    for call, dotted in written.calls:
        head, dot, rest = dotted.partition(".")
        if head in written.aliases:
            found.append((call, written.aliases[head] + dot + rest))
    return found


def _is_layer(name: str) -> bool:
    return _LAYER.fullmatch(name) is not None and name[len("torch.nn.")].isupper()


def _collect(module: "cst.Module") -> _Written:
    import libcst as cst

    written = _Written({}, [], [])

    class Visitor(cst.CSTVisitor):
        def visit_Import(self, node: cst.Import) -> None:
            for alias in node.names:
                _import(written.aliases, _dotted(alias.name), _as_name(alias))

        def visit_ImportFrom(self, node: cst.ImportFrom) -> None:
            if node.module is not None and not node.relative and not isinstance(node.names, cst.ImportStar):
                _import_from(written.aliases, _dotted(node.module), node.names)

        def visit_Call(self, node: cst.Call) -> None:
            name = _dotted(node.func)
            if name is not None:
                written.calls.append((node, name))

        def visit_Comment(self, node: cst.Comment) -> None:
            written.comments.append(node)

    module.visit(Visitor())
    return written


def _import(aliases: dict[str, str], name: str | None, local: str | None) -> None:
    """``import torch.nn`` binds ``torch``, ``import torch.nn as nn`` the whole."""
    if name is not None and _is_torch(name):
        if local is None:
            aliases["torch"] = "torch"
        else:
            aliases[local] = name


def _import_from(aliases: dict[str, str], module: str | None, names: Sequence["cst.ImportAlias"]) -> None:
    if module is not None and _is_torch(module):
        for alias in names:
            name = _dotted(alias.name)
            if name is not None:
                aliases[_as_name(alias) or name] = f"{module}.{name}"


def _is_torch(module: str) -> bool:
    return module.partition(".")[0] == "torch"


def _as_name(alias: "cst.ImportAlias") -> str | None:
    return _dotted(alias.asname.name) if alias.asname is not None else None


def _dotted(node: "cst.CSTNode") -> str | None:
    """``a.b.c`` for names and attributes of names; None for any other expression."""
    import libcst as cst

    parts: list[str] = []
    while isinstance(node, cst.Attribute):
        parts.append(node.attr.value)
        node = node.value
    if not isinstance(node, cst.Name):
        return None
    return ".".join([node.value, *reversed(parts)])


class _Places:
    """The spans of libcst's nodes. A form feed at the start of a line is lost to libcst, so there its columns are moved back."""

    def __init__(self, source: SourceFile, module: "cst.Module") -> None:
        from libcst.metadata import MetadataWrapper, PositionProvider

        self.source = source
        # A tree fresh from the parser has no node twice, which is what the copy would be for.
        self.ranges: Mapping[cst.CSTNode, CodeRange] = MetadataWrapper(module, unsafe_skip_copy=True).resolve(PositionProvider)
        self.lost = _lost(source.code, module.code) if "\f" in source.code else {}

    def line_of(self, node: "cst.CSTNode") -> int:
        return self.ranges[node].start.line

    def span(self, first: "cst.CSTNode", last: "cst.CSTNode") -> Span:
        start, end = self.ranges[first].start, self.ranges[last].end
        column = start.column + self.lost.get(start.line, 0) + 1
        return Span(self.source.path, start.line, column, end.line, end.column + self.lost.get(end.line, 0) + 1)


def _lost(code: str, read: str) -> dict[int, int]:
    """How many characters are missing at the start of which lines of ``read``."""
    lines = zip(split_lines(code), split_lines(read), strict=False)
    return {number: len(line) - len(kept) for number, (line, kept) in enumerate(lines, 1) if line != kept and line.endswith(kept)}


def _definition(call: "cst.Call", name: str, places: _Places, comments: Mapping[int, str]) -> Definition:
    span = places.span(call, call)
    arguments = tuple(_argument(argument, places) for argument in call.args)
    return Definition(span, name, arguments, comments.get(span.end_line))


def _argument(argument: "cst.Arg", places: _Places) -> Argument:
    keyword = argument.keyword.value if argument.keyword is not None else None
    span = places.span(*((argument, argument) if argument.star else _ends(argument.value)))
    return Argument(keyword, span, places.source.segment(span))


def _ends(value: "cst.BaseExpression") -> tuple["cst.CSTNode", "cst.CSTNode"]:
    """The first and the last node of a value. A tuple's brackets are its own, which libcst counts as brackets around it."""
    import libcst as cst

    if isinstance(value, cst.Tuple | cst.GeneratorExp) and value.lpar:
        return value.lpar[-1], value.rpar[0]
    return value, value
