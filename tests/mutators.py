"""One-place edits of source text that concern shapes: which there are on the lines that a model runs. Nothing here needs torch or knows a model.

The kind of an edit says what a person would call the mistake.
"""

import ast
import itertools
import random
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from shapelint.dev.mutants import Edit

_BY_POSITION = {
    "Conv": ("in_channels", "out_channels", "kernel_size", "stride", "padding", "dilation", "groups"),
    "Pool": ("kernel_size", "stride", "padding"), "AdaptiveAvgPool": ("output_size",), "AdaptiveMaxPool": ("output_size",), "Linear": ("in_features", "out_features"),
    "BatchNorm": ("num_features",), "LayerNorm": ("normalized_shape",), "GroupNorm": ("num_groups", "num_channels"), "PixelShuffle": ("upscale_factor",),
}
_AXES = {"cat", "stack", "flatten", "permute", "transpose", "mean", "sum", "softmax", "unbind", "squeeze", "unsqueeze", "size", "roll", "max", "amax", "unflatten",
         "Softmax", "Flatten", "movedim", "swapaxes"}
_COUNTS = {"chunk": "chunks", "split": "split size", "view": "view", "reshape": "reshape", "expand": "expand", "repeat": "repeat", "range": "range"}
_LAYER_SWAPS = {
    "Conv2d": ("Conv1d", "ConvTranspose2d", "Conv3d"), "BatchNorm2d": ("BatchNorm1d", "BatchNorm3d"), "MaxPool2d": ("MaxPool1d", "AvgPool2d"), "AvgPool2d": ("MaxPool2d",),
    "AdaptiveAvgPool2d": ("AdaptiveAvgPool1d", "AdaptiveMaxPool2d"), "Conv3d": ("Conv2d",), "ConvTranspose2d": ("Conv2d",), "LayerNorm": ("BatchNorm2d",),
    "cat": ("stack",), "permute": ("reshape",), "flatten": ("squeeze",), "view": ("permute",), "chunk": ("split",), "matmul": ("mul",), "max_pool2d": ("max_pool1d",),
}
_OPERATORS: dict[type, tuple[str, ...]] = {ast.Mult: ("+", "//"), ast.FloorDiv: ("*", "%"), ast.Add: ("*", "-"), ast.Sub: ("+",), ast.Div: ("*",), ast.Mod: ("//",)}
_COMPARISONS: dict[type, str] = {ast.Eq: "!=", ast.NotEq: "==", ast.Lt: ">=", ast.Gt: "<=", ast.LtE: ">", ast.GtE: "<", ast.Is: "is not", ast.IsNot: "is"}
_WITHOUT_SIZES = ("number", "bias", "inplace", "default progress", "progress", "default bias", "default inplace", "affine", "track_running_stats")
_LONGEST = 160  # characters of source in one edit


class Ran(NamedTuple):
    """What ran in one file: its lines, the module-level names that were used, and for each line of a ``def`` the names of ints and of tensors in the function."""

    lines: frozenset[int]
    ints: Mapping[int, frozenset[str]]
    tensors: Mapping[int, frozenset[str]]


def edits(text: str, ran: Ran, chance: random.Random) -> list[Edit]:
    """All edits at places that ran; where several values would do, one is chosen by ``chance``."""
    tree = ast.parse(text)
    if not text.isascii():
        return []  # ast counts bytes
    finder = _Finder(text, ran, chance)
    finder.visit(tree)
    return list(dict.fromkeys(edit for edit in finder.found if edit.old != edit.new and len(edit.old) <= _LONGEST))


class _Finder(ast.NodeVisitor):
    def __init__(self, text: str, ran: Ran, chance: random.Random) -> None:
        self.text, self.lines, self.ran, self.chance = text, text.split("\n"), ran, chance
        self.found: list[Edit] = []
        self.ints: frozenset[str] = frozenset()
        self.tensors: frozenset[str] = frozenset()
        self.meanings: dict[int, str] = {}  # of an expression, by identity: what it is for
        self.used = {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name) and node.lineno in ran.lines}

    # --- texts ------------------------------------------------------------------------------------------------

    def code(self, node: ast.AST) -> str:
        return ast.get_source_segment(self.text, node) or ""

    def replace(self, kind: str, node: ast.AST, new: str) -> None:
        self.found.append(Edit(kind, node.lineno, node.col_offset, self.code(node), new))  # type: ignore[attr-defined]

    def between(self, kind: str, first: ast.AST, last: ast.AST, new: str) -> None:
        """Replace everything from the start of one node to the end of another."""
        old = _between(self.lines, first, last)
        self.found.append(Edit(kind, first.lineno, first.col_offset, old, new))  # type: ignore[attr-defined]

    def swapped(self, kind: str, first: ast.AST, second: ast.AST) -> None:
        whole, one, other = _between(self.lines, first, second), self.code(first), self.code(second)
        if one != other:
            self.between(kind, first, second, other + whole[len(one) : len(whole) - len(other)] + one)

    # --- walking ----------------------------------------------------------------------------------------------

    def visit(self, node: ast.AST) -> None:
        if isinstance(node, ast.stmt) and not isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.If, ast.For, ast.With, ast.Try, ast.While)) and not self.is_run(node):
            return
        if isinstance(node, (ast.JoinedStr, ast.Raise, ast.Assert, ast.Import, ast.ImportFrom)):
            return
        super().visit(node)

    def is_run(self, node: ast.stmt) -> bool:
        if any(line in self.ran.lines for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)):
            return True
        # A table at module level that what ran has read.
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        return node.col_offset == 0 and any(isinstance(target, ast.Name) and target.id in self.used for target in targets)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        if node.lineno not in self.ran.ints and not any(each.lineno in self.ran.ints for each in node.decorator_list):
            return  # it was not entered
        before = self.ints, self.tensors
        key = node.lineno if node.lineno in self.ran.ints else next(each.lineno for each in node.decorator_list if each.lineno in self.ran.ints)
        self.ints, self.tensors = self.ran.ints[key], self.ran.tensors[key]
        for arg, default in [*zip(reversed(node.args.args), reversed(node.args.defaults), strict=False),
                             *((arg, default) for arg, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True) if default is not None)]:
            self.meanings[id(default)] = f"default {arg.arg}"
            self.visit(default)
        self.body(node.body)
        self.ints, self.tensors = before

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for statement in node.body:
            self.visit(statement)

    def visit_If(self, node: ast.If) -> None:
        if node.lineno in self.ran.lines:
            self.visit(node.test)
            self.condition(node.test)
        self.body(node.body)
        self.body(node.orelse)

    def visit_For(self, node: ast.For) -> None:
        self.visit(node.iter)
        self.body(node.body)

    def visit_With(self, node: ast.With) -> None:
        self.body(node.body)

    def body(self, statements: Sequence[ast.stmt]) -> None:
        """Statements in a row: some could be forgotten, neighbours could come in the other order."""
        ran = [statement for statement in statements if statement.lineno in self.ran.lines]
        for statement in statements:
            self.visit(statement)
        for statement in ran:
            self.forgotten(statement)
        for one, other in itertools.pairwise(statements):
            if one in ran and other in ran and all(map(_is_simple, (one, other))):
                self.swapped("swapped statements", one, other)

    def forgotten(self, statement: ast.stmt) -> None:
        if isinstance(statement, ast.AugAssign):
            self.replace("removed skip" if isinstance(statement.target, ast.Name) and statement.target.id in self.tensors else "removed update", statement, "pass")
        elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            func = statement.value.func
            if isinstance(func, ast.Attribute) and func.attr in ("append", "add_module", "extend", "insert", "register_buffer"):
                self.replace("removed layer", statement, "pass")
        elif isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            name = statement.targets[0].id
            if name in {*self.ints, *self.tensors} and any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(statement.value)):
                self.replace("removed statement", statement, "pass")

    # --- expressions ------------------------------------------------------------------------------------------

    def visit_Constant(self, node: ast.Constant) -> None:
        meaning = self.meanings.get(id(node), "number")
        if type(node.value) is int:
            self.replace(meaning, node, str(self.other_int(node.value, meaning)))
        elif type(node.value) is float:
            self.replace("scale" if meaning == "number" else meaning, node, repr(node.value * self.chance.choice((0.5, 2.0))))
        elif type(node.value) is bool and meaning not in _WITHOUT_SIZES:
            self.replace(f"{meaning} flag", node, str(not node.value))

    def other_int(self, value: int, meaning: str) -> int:
        if meaning in ("axis", "index"):
            return self.chance.choice([other for other in (-1, 0, 1, 2, 3) if other != value])
        near = [value + 1, value - 1, value * 2, value // 2]
        if value > 8:
            near += [value * 2, value // 2, value + 8, value - 4]
        return self.chance.choice([other for other in near if other != value and (other >= 0 or value < 1)] or [value + 1])

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant) and type(node.operand.value) is int:
            meaning = self.meanings.get(id(node), "number")
            self.replace(meaning, node, str(self.chance.choice([other for other in (-3, -2, -1, 0, 1, 2) if other != -node.operand.value])))
        else:
            self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        for names, kind in ((self.ints, "another size"), (self.tensors, "another tensor")):
            if node.id in names and isinstance(node.ctx, ast.Load) and len(names) > 1:
                self.replace(kind, node, self.chance.choice(sorted(names - {node.id})))

    def visit_Assign(self, node: ast.Assign) -> None:
        target = node.targets[0]
        if isinstance(target, (ast.Name, ast.Attribute)):
            self.meanings[id(node.value)] = f"variable {target.id if isinstance(target, ast.Name) else target.attr}"
        self.visit(node.value)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        for sign in _OPERATORS.get(type(node.op), ()):
            gap = _between(self.lines, node.left, node.right)[len(self.code(node.left)) : -len(self.code(node.right)) or None]
            if gap.strip() in ("*", "//", "+", "-", "/", "%") and not isinstance(node.left, ast.Constant | ast.JoinedStr):
                self.replace("operator", node, f"{self.code(node.left)} {sign} {self.code(node.right)}")
        if isinstance(node.op, (ast.Mult, ast.FloorDiv, ast.Add, ast.Sub)):
            self.replace("removed operand", node, f"({self.code(node.left)})")
        self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        if len(node.ops) == 1 and type(node.ops[0]) in _COMPARISONS:
            self.replace("condition", node, f"{self.code(node.left)} {_COMPARISONS[type(node.ops[0])]} {self.code(node.comparators[0])}")
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        self.replace("condition", node, f"({self.code(node.values[self.chance.randrange(len(node.values))])})")
        self.generic_visit(node)

    def condition(self, test: ast.expr) -> None:
        if isinstance(test, (ast.Name, ast.Attribute)):
            self.replace("condition", test, f"not {self.code(test)}")

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self.replace("condition", node, f"({self.code(self.chance.choice((node.body, node.orelse)))})")
        self.generic_visit(node)

    def visit_List(self, node: ast.List) -> None:
        self.items(node.elts, "list")
        self.generic_visit(node)

    def visit_Tuple(self, node: ast.Tuple) -> None:
        if isinstance(node.ctx, ast.Load):
            self.items(node.elts, "tuple")
            self.generic_visit(node)

    def items(self, items: Sequence[ast.expr], what: str) -> None:
        """One item too few, one too many, or two in the wrong order."""
        if len(items) < 2:
            return
        at = self.chance.randrange(len(items) - 1)
        self.between(f"removed {what} item", items[at], items[at + 1], self.code(items[at + 1]))
        self.swapped(f"swapped {what} items", items[at], items[at + 1])
        self.replace(f"repeated {what} item", items[at], f"{self.code(items[at])}, {self.code(items[at])}")

    def visit_Subscript(self, node: ast.Subscript) -> None:
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        for part in parts:
            ends = [part.lower, part.upper, part.step] if isinstance(part, ast.Slice) else [part]
            for end in ends:
                if end is not None:
                    self.meanings[id(end)] = "index"
                    self.visit(end)
        self.visit(node.value)

    def visit_Dict(self, node: ast.Dict) -> None:
        for value in node.values:
            self.visit(value)

    # --- calls ------------------------------------------------------------------------------------------------

    def visit_Call(self, node: ast.Call) -> None:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id if isinstance(node.func, ast.Name) else ""
        if name in ("isinstance", "hasattr", "getattr", "print", "super", "len", "format", "TypeError", "ValueError"):
            return
        for meaning, value in self.arguments(node, name):
            self.meanings[id(value)] = meaning
        for one, other in zip(node.args, node.args[1:], strict=False):
            if not any(isinstance(each, ast.Starred) for each in (one, other)):
                self.swapped("swapped arguments", one, other)
        named = [keyword for keyword in node.keywords if keyword.arg is not None]
        for one_named, other_named in itertools.pairwise(named):
            self.swapped("swapped arguments", one_named.value, other_named.value)
        for keyword in named:
            self.dropped_argument(node, keyword)
        self.dropped_call(node, name)
        if name in _LAYER_SWAPS and isinstance(node.func, ast.Attribute):
            self.replace("another function", node.func, f"{self.code(node.func.value)}.{self.chance.choice(_LAYER_SWAPS[name])}")
        for child in (*node.args, *(keyword.value for keyword in node.keywords), *((node.func.value,) if isinstance(node.func, ast.Attribute) else ())):
            self.visit(child)

    def arguments(self, node: ast.Call, name: str) -> Iterator[tuple[str, ast.expr]]:
        layer = next((names for key, names in _BY_POSITION.items() if name.rstrip("123d") == key or (key in ("Conv", "Pool", "BatchNorm") and key in name)), ())
        by_position = "axis" if name in _AXES else _COUNTS.get(name, "argument")
        for at, value in enumerate(node.args):
            yield (layer[at] if at < len(layer) else by_position), value
            if by_position == "axis" and isinstance(value, (ast.Tuple, ast.List)):
                yield from (("axis", item) for item in value.elts)
        for keyword in node.keywords:
            if keyword.arg is not None:
                yield ("axis" if keyword.arg in ("dim", "axis", "start_dim", "dims") else keyword.arg), keyword.value

    def dropped_argument(self, node: ast.Call, keyword: ast.keyword) -> None:
        before = [*node.args, *(other.value for other in node.keywords if (other.value.lineno, other.value.col_offset) < (keyword.value.lineno, keyword.value.col_offset))]
        if before and keyword.arg not in ("inplace", "bias", "activation", "activation_layer", "norm_layer", "weights", "progress"):
            self.between("removed argument", before[-1], keyword.value, self.code(before[-1]))

    def dropped_call(self, node: ast.Call, name: str) -> None:
        """``pool(x)``, ``x.view(n, -1)``: the tensor as it was."""
        if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name) and node.func.value.id in self.tensors:
            self.replace(f"removed {_spoken(name)}", node, node.func.value.id)
        elif node.args and isinstance(node.args[0], ast.Name) and node.args[0].id in self.tensors:
            self.replace(f"removed {_spoken(name)}", node, node.args[0].id)


def _spoken(name: str) -> str:
    return next((word for word in ("flatten", "pool", "squeeze", "view", "reshape", "permute", "transpose") if word in name.lower()), "call")


def _is_simple(statement: ast.stmt) -> bool:
    """A layer made or applied."""
    return isinstance(statement, (ast.Assign, ast.Expr, ast.AugAssign)) and not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))


def _between(lines: Sequence[str], first: ast.AST, last: ast.AST) -> str:
    start, end, column, end_column = first.lineno, last.end_lineno, first.col_offset, last.end_col_offset  # type: ignore[attr-defined]
    if start == end:
        return lines[start - 1][column:end_column]
    return "\n".join([lines[start - 1][column:], *lines[start : end - 1], lines[end - 1][:end_column]])
